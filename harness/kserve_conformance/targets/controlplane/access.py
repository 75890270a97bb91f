"""
How to reach a running control plane, and how to end one that outlives the command that started it.

Everything that this takes is in a file in the control plane's own folder: its
processes, each with its start, so that no process that merely got the same number
later is ever ended.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import msgspec

from kserve_conformance.targets.contract import BadTarget, TargetCode
from kserve_conformance.targets.programs.process_identity import start_of
from kserve_conformance.targets.programs.processes import Process

#: The file in a folder that describes a control plane.
FILE = "control-plane.json"

#: How long processes may take to end.
END_WITHIN = 10.0


class RunningProcess(msgspec.Struct, frozen=True):
    """A process that was started for a control plane."""

    pid: int
    start: str

    @classmethod
    def of(cls, process: Process) -> RunningProcess:
        """A process that was started just now and not ended since."""
        return cls(process.pid, start_of(process.pid) or "")

    @property
    def is_alive(self) -> bool:
        """Does this very process still run?"""
        return start_of(self.pid) == self.start

    def kill(self) -> None:
        """End it and what it started, if it still runs."""
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # Each leads a group of its own.
                os.killpg(self.pid, signal.SIGKILL)


class Access(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """
    How to reach a running control plane.

    ``processes`` and ``ports`` are by program: etcd, kube-apiserver, manager. ``is_source_tree``: it was built from a
    source tree in place of the release.
    """

    release: str
    api_server: str
    default_mode: str
    folder: str
    kubeconfig: str
    processes: dict[str, RunningProcess]
    ports: dict[str, int]
    is_source_tree: bool = False

    def save(self) -> None:
        """Write it into the control plane's folder."""
        path = Path(self.folder) / FILE
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(self))


def load(folder: Path) -> Access:
    """
    The control plane whose folder this is.

    Raises ``BadTarget`` for a folder that is not the folder of one, or not ours.
    """
    path = folder / FILE
    try:
        if path.stat().st_uid != os.geteuid():
            raise _not_kept(f"{folder} belongs to another user")
        access = msgspec.json.decode(path.read_bytes(), type=Access)
    except OSError as error:
        raise _not_kept(f"{folder} is not the folder of a control plane: {error.strerror}: {FILE}") from error
    except msgspec.MsgspecError as error:
        raise _not_kept(f"{path} does not describe a control plane: {error}") from error
    if Path(access.folder).resolve() != folder.resolve():
        raise _not_kept(f"{path} describes the control plane in {access.folder}")
    return access


def end(folder: Path) -> tuple[str, ...]:
    """
    End the processes of a control plane that was kept and delete its folder; what is left of it all the same.

    A process that has ended already is no error. Raises ``BadTarget`` as :func:`load` does.
    """
    access = load(folder)
    processes = access.processes
    # The manager first: it is the client of the API server, which is that of etcd.
    for name in reversed(list(processes)):
        processes[name].kill()
    deadline = time.monotonic() + END_WITHIN
    while (left := [name for name in processes if processes[name].is_alive]) and time.monotonic() < deadline:
        time.sleep(0.02)
    if left:
        return tuple(f"{name} (process {processes[name].pid})" for name in left)
    shutil.rmtree(folder, ignore_errors=True)
    return (f"folder {folder}",) if folder.exists() else ()


def _not_kept(message: str) -> BadTarget:
    hint = "pass the folder that run --keep printed, for example /tmp/kserve-conformance-x1y2z3"
    return BadTarget(message, code=TargetCode.NOT_KEPT, hint=hint)
