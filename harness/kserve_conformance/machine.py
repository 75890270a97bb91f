"""What a process may use of the machine it runs on, which in a container is less than there is."""

from __future__ import annotations

import os
from pathlib import Path


def allowed(limits: Path = Path("/sys/fs/cgroup")) -> tuple[int, int]:
    """
    Cores and bytes of memory that this process may have, one core at least.

    ``limits`` is where a container's own are told (cgroup v2: ``cpu.max``, ``memory.max``).
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if quota := _numbers(limits / "cpu.max"):
        cores = min(cores, quota[0] // quota[1])
    if most := _numbers(limits / "memory.max"):
        memory = min(memory, most[0])
    return max(1, cores), memory


def _numbers(limit: Path) -> list[int]:
    """What a file of a container's limits says; nothing where there is no such file, or the limit is "max"."""
    try:
        told = limit.read_text(encoding="ascii").split()
    except OSError:
        return []
    return [int(one) for one in told] if all(map(str.isdecimal, told)) else []
