"""What a run has left behind: its processes, and waiting until they are gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def processes_of(folder: str | Path) -> list[int]:
    """The processes that have a run's folder among their words or as their working folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            folder_of = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in words or folder_of.startswith(str(folder)):
            found.append(int(entry.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Is a condition true within some seconds?"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
