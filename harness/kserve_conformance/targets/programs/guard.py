"""
The guard of a run: ends what a harness started, should the harness itself be killed.

It is a process of its own that reads which process groups run from a pipe. The
pipe closes when the harness is gone, however it went: only then the guard acts.
A signal handler could not do this, because nothing handles SIGKILL, and
PR_SET_PDEATHSIG exists on Linux only and follows a thread, not a process.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterable

#: Stands among process groups for the folder of a run alone: nothing runs here, but the folder is to be deleted.
FOLDER = 0


def groups_left(lines: Iterable[str]) -> frozenset[int]:
    """Follow ``+pid`` and ``-pid`` lines to their end; the process groups that were started and never ended."""
    left: set[int] = set()
    for line in lines:
        change, group = line[:1], int(line[1:])
        if change == "+":
            left.add(group)
        else:
            left.discard(group)
    return frozenset(left)


def main(folder: str | None) -> None:
    """Wait for the harness to go, then kill what it left and delete the folder of its run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left = groups_left(sys.stdin)
    for group in left - {FOLDER}:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if left and folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
