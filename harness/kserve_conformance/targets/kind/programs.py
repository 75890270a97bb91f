"""
The programs of ours that run in a cluster, built with Go where they are asked for.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from kserve_conformance.targets.controlplane import cache, go
from kserve_conformance.targets.controlplane.go import Progress

#: The model server's source, which is part of this package.
SOURCE = Path(__file__).parent / "model_server"


def source_digest(folder: Path) -> str:
    """The SHA-256 of a Go module's own files, by their names and contents."""
    total = hashlib.sha256()
    for file in sorted((*folder.glob("*.go"), folder / "go.mod")):
        content = file.read_bytes()
        total.update(f"{file.name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def model_server(progress: Progress) -> Path:
    """
    The model server that tells which runtime started it: a static program, from the cache or built.

    It is kept by the digest of its source, so that a changed source is never an old
    program. Raises what a build raises (see :func:`go.build`).
    """
    entry = cache.folder() / f"model-server-{source_digest(SOURCE)[:16]}"
    if entry.exists():
        return entry
    began = time.monotonic()
    progress("building the model server")
    cache.made(entry, lambda output: go.build(".", output, folder=SOURCE, what="the model server", system="linux"))
    progress(f"built the model server in {time.monotonic() - began:.0f} s")
    return entry
