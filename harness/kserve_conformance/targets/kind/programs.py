"""
The harness's own programs that run in a cluster, built with Go when needed.
"""

from __future__ import annotations

import time
from pathlib import Path

from kserve_conformance.targets.programs import cache, go
from kserve_conformance.targets.spec import Progress

#: The model server's source in this package.
SOURCE = Path(__file__).parent / "model_server"


def model_server(progress: Progress) -> Path:
    """
    The model server, which reports the runtime that started it: a static program, from the cache or built.

    The cache key is the digest of its source. Raises what a build raises (see :func:`go.build`).
    """
    entry = cache.folder() / f"model-server-{go.source_digest(SOURCE)[:16]}"
    if entry.exists():
        return entry
    began = time.monotonic()
    progress("building the model server")
    cache.made(entry, lambda output: go.build(".", output, folder=SOURCE, what="the model server", system="linux"))
    progress(f"built the model server in {time.monotonic() - began:.0f} s")
    return entry
