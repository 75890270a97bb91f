"""
Processes of a run: logs, exits, and the guarantee that none outlives the run.

Each process leads its own session and group, so that Ctrl-C reaches only the harness and a whole group can be killed.
Only processes that were started here are ever killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol, Self

from kserve_conformance.child import ending_of
from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.programs import guard as guard_module

#: Number of a log's last lines that an error shows.
TAIL = 15

#: How much of a log's end is read to find them: lines can be long.
_TAIL_BYTES = 64 * 1024


def tail(log: Path, lines: int = TAIL, offset: int = 0) -> str:
    """The last lines of a log after an offset; empty without a log."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(offset, file.tell() - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(line[:500] for line in text.splitlines()[-lines:])


def log_end(log: Path, offset: int = 0) -> str:
    """The end of a log, indented for a message."""
    return "\n".join(f"    {line}" for line in tail(log, offset=offset).splitlines()) or "    (empty)"


def exit_report(name: str, code: int | None, words: str) -> str:
    """A message with a program's exit code, negative for a signal, and the end of its log."""
    how = "is running" if code is None else ending_of(code)
    return f"{name} {how}; the end of its log:\n{words}"


def free_ports(count: int) -> tuple[int, ...]:
    """Different free ports of the loopback interface."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listening in sockets:
            listening.bind(("127.0.0.1", 0))
        return tuple(int(listening.getsockname()[1]) for listening in sockets)


def is_free(port: int) -> bool:
    """Can a server bind this port on every interface?"""
    with socket.socket() as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind(("0.0.0.0", port))  # noqa: S104 - KServe's manager binds every interface; this only tests.
        except OSError:
            return False
        return True


class Guard:
    """The harness's end of the pipe to the process that cleans up if the harness is killed (see :mod:`guard`)."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is deleted if the guard has to act."""
        self._watched: set[int] = set()
        words = [sys.executable, "-I", "-S", guard_module.__file__, *([str(folder)] if folder is not None else [])]
        self._process: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603 - A script of this package, no shell.
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def watch(self, group: int) -> None:
        """Add a running process group."""
        self._watched.add(group)
        self._send(f"+{group}")

    def forget(self, group: int) -> None:
        """Remove a process group that has ended."""
        self._send(f"-{group}")

    def close(self) -> None:
        """Close the guard, which kills every process group that was not forgotten."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def survivors(self, within: float = 1.0) -> tuple[int, ...]:
        """The process groups that still run ``within`` this time after they were killed."""
        deadline = time.monotonic() + within
        while (left := tuple(filter(_runs, sorted(self._watched)))) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    def _send(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(OSError):
                pipe.write(line + "\n")
                pipe.flush()


def _runs(group: int) -> bool:
    """Is any process of a group running, other than zombies?"""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


class Started(Protocol):
    """A started program: whether it is running, and how it exited."""

    @property
    def is_alive(self) -> bool:
        """Does it still run?"""

    @property
    def log_end(self) -> str:
        """The end of its log, indented for a message."""

    @property
    def exit_report(self) -> str:
        """How it exited, and the end of its log."""


#: Processes that outlive us on purpose.
_LEFT: list[subprocess.Popen[bytes]] = []


class Process:
    """One process of a run with its own log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        guard: Guard,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start it. Raises ``CannotStart`` if the program is missing or not executable."""
        self.name = name
        self.log = log
        self._guard = guard
        self._file: IO[bytes] = log.open("ab")
        # All managers of a run write to one log.
        self._began = self._file.tell()
        with signals_wait():
            try:
                self._process = subprocess.Popen(  # noqa: S603 - programs that we built or that the user names.
                    [str(word) for word in command],
                    stdin=subprocess.DEVNULL,
                    stdout=self._file,
                    stderr=subprocess.STDOUT,
                    env=dict(environment) if environment is not None else None,
                    cwd=folder,
                    start_new_session=True,
                )
            except OSError as error:
                self._file.close()
                raise CannotStart(f"{name} cannot be run: {error}") from error
            guard.watch(self._process.pid)

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    @property
    def is_alive(self) -> bool:
        """Does it still run?"""
        return self.exit_code is None

    @property
    def log_end(self) -> str:
        """The end of its log, indented for a message."""
        return log_end(self.log, self._began)

    @property
    def exit_report(self) -> str:
        """How it exited, and the end of its log."""
        return exit_report(self.name, self.exit_code, self.log_end)

    def leave(self) -> None:
        """Let it run on when we are gone. It is not stopped by us any more, nor by the guard."""
        self._guard.forget(self._process.pid)
        self._file.close()
        # A Popen that is collected while its process runs is reported as a leak.
        _LEFT.append(self._process)

    def stop(self, patience: timedelta = timedelta(0)) -> None:
        """Send SIGTERM if there is patience, then SIGKILL to its group. A process that has exited is not an error."""
        if self.is_alive and patience:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            deadline = time.monotonic() + patience.total_seconds()
            while self.is_alive and time.monotonic() < deadline:
                time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._guard.forget(self._process.pid)
        self._file.close()
