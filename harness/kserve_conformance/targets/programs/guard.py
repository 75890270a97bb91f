"""
The guard of a run: kills the processes of a harness that was killed itself.

It is a separate process that reads from a pipe which process groups are running, and acts when the pipe closes, which
happens when the harness exits for any reason. A signal handler could not do this, because SIGKILL cannot be handled,
and PR_SET_PDEATHSIG exists only on Linux and follows a thread, not a process.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterable

#: Pseudo process group for a run's folder: nothing runs, but the folder must be deleted.
FOLDER = 0


def groups_left(lines: Iterable[str]) -> frozenset[int]:
    """Read ``+pid`` and ``-pid`` lines to their end; return the process groups that were started and not ended."""
    left: set[int] = set()
    for line in lines:
        change, group = line[:1], int(line[1:])
        if change == "+":
            left.add(group)
        else:
            left.discard(group)
    return frozenset(left)


def main(folder: str | None) -> None:
    """Wait until the harness exits, then kill what it left running and delete the folder of its run."""
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
