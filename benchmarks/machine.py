"""The machine that the numbers were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path

from kserve_conformance.machine import allowed


def machine() -> Mapping[str, str | int]:
    """The processor, the usable cores, the Python version, and the load at the start."""
    return {
        "processor": _processor(),
        "cores": allowed()[0],
        "python": platform.python_version(),
        "system": platform.system(),
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    """The name of the processor, from the kernel on Linux and from Python elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return named or platform.processor() or platform.machine()
