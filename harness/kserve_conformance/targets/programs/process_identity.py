"""
Which process a number means: a process id is used again once its process has ended, but never with the same start.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

#: Where Linux describes processes, and the number that it draws at each boot.
_PROC = Path("/proc")
_BOOT = _PROC / "sys" / "kernel" / "random" / "boot_id"

#: The state and the start time are the 3rd and the 22nd field of ``/proc/PID/stat`` (``man 5 proc``); these are their
#: places after the program's name.
_STATE, _START = 0, 19


def start_of(pid: int) -> str | None:
    """
    When a process started, in a form that is only good for comparison; None if it does not run.

    On Linux it is the clock tick since boot, with the id of the boot; elsewhere the time that ``ps`` prints.
    A process that has ended and only waits for its parent to notice does not run.
    """
    if _BOOT.exists():
        try:
            # The name of the program is in parentheses, and may have any character in it.
            text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        except OSError:
            return None
        fields = text.split()
        return None if fields[_STATE] in "ZX" else f"{_BOOT.read_text(encoding='utf-8').strip()} {fields[_START]}"
    done = subprocess.run(  # noqa: S603 - a program of the system, and a number.
        ["/bin/ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, start = done.stdout.strip().partition(" ")
    return None if state.startswith("Z") else start.strip() or None
