"""
One run with containers: its id, the lock that shows that it is alive, and the process that cleans up after it.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kserve_conformance.targets.container import reaper
from kserve_conformance.targets.container.daemon import explanation
from kserve_conformance.targets.programs import cache
from kserve_conformance.targets.spec import Progress

if TYPE_CHECKING:
    from docker.client import DockerClient


def locks() -> Path:
    """The folder with a lock file for each run, named after it."""
    return cache.folder() / "container-runs"


class Run:
    """A run, which is alive as long as this process holds its lock."""

    def __init__(self) -> None:
        """Create the run's folder and start the process that removes everything if the harness is killed."""
        self.id = secrets.token_hex(4)
        self.folder = Path(tempfile.mkdtemp(prefix="kserve-conformance-"))
        locks().mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock_path = locks() / self.id
        # Locked before it gets its name, because a lock that another run can take means that its owner is dead.
        draft = locks() / f".{self.id}"
        self._lock = draft.open("w", encoding="utf-8")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        draft.rename(self._lock_path)
        self._reaper = subprocess.Popen(  # noqa: S603 - A script of this package, no shell.
            [sys.executable, "-I", reaper.__file__, self.id, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its containers and its network."""
        return {reaper.LABEL: self.id}

    @property
    def reaper_pid(self) -> int:
        """The process that removes everything if this one is killed."""
        return self._reaper.pid

    def end(self) -> None:
        """Release the lock and end the reaper: everything is removed, or should be kept."""
        with contextlib.suppress(OSError):
            self._reaper.communicate(reaper.DONE)
        self._lock_path.unlink(missing_ok=True)
        self._lock.close()


def remove_stale(client: DockerClient, progress: Progress) -> None:
    """Remove containers and networks of runs that ended without cleaning up, as after a power cut."""
    import docker.errors

    for run in sorted(path.name for path in locks().glob("[!.]*") if not is_alive(path.name)):
        progress(f"removing containers left over from run {run}")
        try:
            reaper.remove_run(client, run)
        except docker.errors.DockerException as error:
            progress(f"cannot remove the containers of run {run}: {explanation(error)}")
        else:
            (locks() / run).unlink(missing_ok=True)


def is_alive(run: str) -> bool:
    """Whether a process of this user holds the lock of a run."""
    try:
        with (locks() / run).open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
