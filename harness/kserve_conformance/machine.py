"""The cores and memory that this process may use, which in a container is less than the machine has."""

from __future__ import annotations

import os
from pathlib import Path


def allowed(cgroup: Path = Path("/sys/fs/cgroup")) -> tuple[int, int]:
    """
    Return the number of cores, at least one, and the bytes of memory that this process may use.

    ``cgroup`` is the folder with a container's limits (cgroup v2: ``cpu.max``, ``memory.max``).
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if quota := _numbers(cgroup / "cpu.max"):
        cores = min(cores, quota[0] // quota[1])
    if limit := _numbers(cgroup / "memory.max"):
        memory = min(memory, limit[0])
    return max(1, cores), memory


def _numbers(file: Path) -> list[int]:
    """The numbers in a cgroup file; none if the file is missing or its limit is ``max``."""
    try:
        words = file.read_text(encoding="ascii").split()
    except OSError:
        return []
    return [int(word) for word in words] if all(map(str.isdecimal, words)) else []
