"""
What a control plane needs from a machine, checked without starting or building anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.rules.releases import FIXED_WEBHOOK_PORT
from kserve_conformance.targets.programs import binaries, cache, go
from kserve_conformance.targets.programs.processes import is_free


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement: what was found, whether it is enough, and what to do if not."""

    name: str
    seen: str
    is_met: bool = True
    hint: str | None = None


def requirements(release: str | None = None) -> tuple[Check, ...]:
    """Check everything; with a release also whether its manager is built."""
    return tuple(_checks(release))


def _checks(release: str | None) -> Iterator[Check]:
    assets = os.environ.get(binaries.ASSETS_VARIABLE)
    cached = [binaries.cached_etcd(), binaries.cached_api_server()]
    if release is not None:
        cached.append(binaries.cached_manager(release))
    built = [program for program in cached if program.exists()]
    yield _go(is_needed=len(built) < len(cached) or release is None)
    yield _cache()
    free = cache.free_bytes(cache.folder())
    is_roomy = free >= cache.NEEDED_BYTES or len(built) == len(cached)
    yield Check(
        "free disk",
        f"{free / 1024**3:.1f} GiB",
        is_roomy,
        None if is_roomy else f"building needs {cache.NEEDED_BYTES // 1024**3} GiB: {go.ROOM_HINT}",
    )
    if assets is not None:
        missing = [name for name in ("etcd", "kube-apiserver") if not os.access(Path(assets) / name, os.X_OK)]
        yield Check(
            binaries.ASSETS_VARIABLE,
            f"{' and '.join(missing)} not found in {assets}" if missing else f"both found in {assets}",
            not missing,
            f"unset {binaries.ASSETS_VARIABLE}, or put the programs there" if missing else None,
        )
    for program in cached:
        is_there = program.exists()
        yield Check(
            f"built {program.name}", "in the cache" if is_there else "not built yet: the first use builds it (minutes)"
        )
    is_open = is_free(FIXED_WEBHOOK_PORT)
    yield Check(
        f"port {FIXED_WEBHOOK_PORT}",
        "free" if is_open else "in use: releases until v0.9.0 need this port",
    )


def _go(*, is_needed: bool) -> Check:
    try:
        program = go.found()
        return Check("go", f"{go.version()} ({program})")
    except go.NoGo as error:
        if not is_needed:
            return Check("go", "not installed, and not needed: everything is built")
        return Check("go", "not on the PATH", is_met=False, hint=error.hint)


def _cache() -> Check:
    folder = cache.folder()
    at = folder
    while not at.exists():
        at = at.parent
    is_writable = os.access(at, os.W_OK | os.X_OK)
    return Check("cache folder", str(folder), is_writable, None if is_writable else cache.HINT)
