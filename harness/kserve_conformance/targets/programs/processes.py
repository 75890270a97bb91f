"""
Processes that a run starts: their logs, their ends, and that none outlives the run.

Each process leads its own session and group, so that Ctrl-C at a terminal
reaches the harness alone and a group can be ended whole. Only what was started
here is ever ended.
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

from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.programs import guard as guard_module

#: How many of a log's last lines an error shows.
TAIL = 15

#: How much of a log's end is read to find them: a line of these logs can be long.
_TAIL_BYTES = 64 * 1024


def tail(log: Path, lines: int = TAIL, began: int = 0) -> str:
    """The last lines of a log, of what was written to it from a place on; an empty text where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(began, file.tell() - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(line[:500] for line in text.splitlines()[-lines:])


def log_end(log: Path, began: int = 0) -> str:
    """The end of a log, indented for a message."""
    return "\n".join(f"    {line}" for line in tail(log, began=began).splitlines()) or "    (it wrote nothing)"


def exit_report(name: str, code: int | None, words: str) -> str:
    """Say how a program ended and what it wrote last; a code is negative for a signal."""
    how = f"was killed by {signal.Signals(-code).name}" if code is not None and code < 0 else f"exited with code {code}"
    return f"{name} {how}; the end of its log:\n{words}"


def free_ports(count: int) -> tuple[int, ...]:
    """Ports of the loopback interface that are free now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listening in sockets:
            listening.bind(("127.0.0.1", 0))
        return tuple(int(listening.getsockname()[1]) for listening in sockets)


def is_free(port: int) -> bool:
    """Can a server still bind this port on every interface?"""
    with socket.socket() as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind(("0.0.0.0", port))  # noqa: S104 - KServe's manager binds every interface; we only try.
        except OSError:
            return False
        return True


class Guard:
    """Our end of the pipe to the process that cleans up if we are killed (see :mod:`guard`)."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is what the guard deletes, should it have to act."""
        self._watched: set[int] = set()
        words = [sys.executable, "-I", "-S", guard_module.__file__, *([str(folder)] if folder is not None else [])]
        self._process: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603 - ourselves, no shell.
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
        """A process group runs from now on."""
        self._watched.add(group)
        self._say(f"+{group}")

    def forget(self, group: int) -> None:
        """A process group has ended."""
        self._say(f"-{group}")

    def close(self) -> None:
        """Close the guard; it ends every process group that was not forgotten."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def survivors(self, within: float = 1.0) -> tuple[int, ...]:
        """The process groups that run although all have been ended; one that was only just killed has a moment."""
        deadline = time.monotonic() + within
        while (left := tuple(filter(_runs, sorted(self._watched)))) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(OSError):
                pipe.write(line + "\n")
                pipe.flush()


def _runs(group: int) -> bool:
    """Is there a process in a group that is not merely waiting to be counted?"""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


class Started(Protocol):
    """A program that was started somewhere: whether it runs, and how it ended."""

    @property
    def is_alive(self) -> bool:
        """Does it still run?"""

    @property
    def log_end(self) -> str:
        """The end of its log, indented for a message."""

    @property
    def exit_report(self) -> str:
        """Say how it ended and what it wrote last."""


#: Processes that outlive us on purpose.
_LEFT: list[subprocess.Popen[bytes]] = []


class Process:
    """One process of a run, writing into its own log."""

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
        """Start it. Raises ``CannotStart`` where there is no such program or it may not run."""
        self.name = name
        self.log = log
        self._guard = guard
        self._file: IO[bytes] = log.open("ab")
        # One log has the words of every manager of a run.
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
        """Its process id, which is its group's too."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs."""
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
        """Say how it ended and what it wrote last."""
        return exit_report(self.name, self.exit_code, self.log_end)

    def leave(self) -> None:
        """Let it run on when we are gone. It is not stopped by us any more, nor by the guard."""
        self._guard.forget(self._process.pid)
        self._file.close()
        # A Popen that is collected while its process runs is reported as a leak.
        _LEFT.append(self._process)

    def stop(self, patience: timedelta = timedelta(0)) -> None:
        """End it: SIGTERM where there is patience for it, then SIGKILL to its group. No error if it is gone already."""
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
