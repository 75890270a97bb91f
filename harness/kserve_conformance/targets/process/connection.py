"""
One process of a command: a line in, a line out, and an end that leaves nothing running.

One selector waits for both writing and reading. So a command that fills its standard error, or answers before it has
read the question, cannot cause a deadlock, and one that never ends a line cannot fill the memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import TypeVar

from kserve_conformance.child import ending_of
from kserve_conformance.limits import current
from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.process.failures import Died, NoAnswer, OutOfStep, TimedOut
from kserve_conformance.targets.programs.log import StderrLog
from kserve_conformance.targets.programs.processes import Guard

#: How long a command may take to exit after its input is closed, and again after SIGTERM.
_PATIENCE = 2.0

#: How long to wait for the last standard error of a process that has closed its output.
_LAST_WORDS = 0.5

_CHUNK = 256 * 1024

#: Size of pipes, where the system can set it: the most that Linux allows unprivileged users. Many questions then wait
#: on the command's side, and it keeps working while the harness is busy with another target.
_PIPE = 1024 * 1024

_Failure = TypeVar("_Failure", bound=NoAnswer)


class Connection:
    """
    A process that answers lines.

    It leads its own session and process group, so that Ctrl-C reaches only the harness and the whole group can be
    killed. The guard kills it if the harness is killed.
    """

    def __init__(self, words: Sequence[str], log: StderrLog, guard: Guard, longest: int | None = None) -> None:
        """Start it with the environment and working folder of the harness. Raises ``CannotStart``."""
        self._name = os.path.basename(words[0])  # noqa: PTH119 - A word of a command line, not a path.
        self._log = log
        self._guard = guard
        self._longest = longest or current().answer_bytes
        self._buffer = bytearray()
        self._is_over = False
        log.begin()
        with signals_wait():
            try:
                self._process = subprocess.Popen(  # noqa: S603 - The user's own command; no shell reads it.
                    list(words),
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                raise CannotStart(f"{self._name} cannot be run: {error.strerror}") from error
            guard.watch(self._process.pid)
        self._in, self._out, self._err = (_descriptor(self._process, end) for end in ("stdin", "stdout", "stderr"))
        self._selector = selectors.DefaultSelector()
        for end in (self._out, self._err):
            self._selector.register(end, selectors.EVENT_READ)

    @property
    def group(self) -> int:
        """Its process group, which is its leader's process id."""
        return self._process.pid

    def exchange(self, line: bytes, timeout: float) -> bytes:
        """
        Write one line and read one.

        Raises ``Died``, ``TimedOut`` and ``OutOfStep``, after which the connection cannot be used.
        """
        self._transfer(0)
        self._reject_extra_line("before a question")
        deadline = time.monotonic() + timeout
        question = memoryview(line)
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if self._is_over:
                raise self._died()
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._with_stderr(TimedOut, f"{self._name} did not answer within {timeout:g} s")
            question = self._transfer(left, question)
            if len(self._buffer) > self._longest:
                raise self._with_stderr(
                    OutOfStep, f"{self._name} wrote more than {self._longest:,} bytes without ending the line"
                )
        if question:
            raise self._with_stderr(OutOfStep, f"{self._name} answered before it had read the question")
        answer = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._reject_extra_line("after its answer")
        return answer

    def pipeline(self, lines: Sequence[bytes], timeout: float) -> list[bytes]:
        """
        Write many lines and read as many.

        Fewer are returned if it exits, times out, or writes extra lines; then the connection cannot be used.
        """
        self._transfer(0)
        if self._buffer:
            return []
        question = memoryview(b"".join(lines))
        answers: list[bytes] = []
        deadline = time.monotonic() + timeout
        while len(answers) < len(lines):
            left = deadline - time.monotonic()
            if self._is_over or left <= 0:
                return answers
            question = self._transfer(left, question)
            *complete, rest = self._buffer.split(b"\n")
            if complete:
                answers.extend(map(bytes, complete))
                self._buffer = rest
                deadline = time.monotonic() + timeout
            if len(rest) > self._longest:
                return answers
        return answers if len(answers) == len(lines) and not question and not self._buffer else []

    def _transfer(self, wait: float, question: memoryview = memoryview(b"")) -> memoryview:  # noqa: B008 - Immutable.
        """Write and read what is possible within ``wait`` seconds; return the rest of the question."""
        if question:
            self._selector.register(self._in, selectors.EVENT_WRITE)
        try:
            ready = self._selector.select(wait)
        finally:
            if question:
                self._selector.unregister(self._in)
        for key, _ in ready:
            if key.fd == self._in:
                question = self._write(question)
            else:
                self._read(key.fd)
        return question

    def _write(self, question: memoryview) -> memoryview:
        try:
            return question[os.write(self._in, question) :]
        except BlockingIOError:
            return question
        except OSError:
            # It no longer reads. Its remaining output is read until it ends.
            return memoryview(b"")

    def _read(self, end: int) -> None:
        try:
            data = os.read(end, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(end)
            self._is_over = self._is_over or end == self._out
        elif end == self._err:
            self._log.write(data)
        else:
            self._buffer += data

    def _reject_extra_line(self, when: str) -> None:
        if self._buffer:
            start = bytes(self._buffer[:80]).decode(errors="replace")
            raise self._with_stderr(OutOfStep, f"{self._name} wrote an extra line {when}: {start!r}")

    def _died(self) -> Died:
        deadline = time.monotonic() + _LAST_WORDS
        # Its pipes are closed a moment before it exits.
        while (code := self._exit_code()) is None and time.monotonic() < deadline:
            self._drain(0.01)
            time.sleep(0.002)
        if code is None:
            return self._with_stderr(Died, f"{self._name} closed its output before it answered")
        return self._with_stderr(Died, f"{self._name} {ending_of(code)} before it answered")

    def _with_stderr(self, failure: type[_Failure], text: str) -> _Failure:
        """A failure with the end of the process's standard error."""
        self._drain(0)
        words = self._log.log_end
        return failure(f"{text}; the end of its standard error:\n{words}" if words else text)

    def _drain(self, seconds: float) -> None:
        """Read until both pipes are closed or the time is up."""
        deadline = time.monotonic() + seconds
        while self._selector.get_map():
            self._transfer(min(0.02, max(0.0, deadline - time.monotonic())))
            del self._buffer[self._longest :]
            if time.monotonic() >= deadline:
                break

    def _exit_code(self) -> int | None:
        """
        Exit code, negative for a signal; None while it runs. It is not reaped, so that its group id is not reused.
        """
        ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def end(self, patience: float = _PATIENCE) -> None:
        """
        End it and its group.

        Never raises for a process that has exited. With patience, its input is closed first, then it gets SIGTERM; what
        still runs is killed.
        """
        if self._process.returncode is not None:
            return
        self._close_input()
        for number in (None, signal.SIGTERM) if patience > 0 else ():
            if number is not None and self._exit_code() is None:
                self._signal(number)
            deadline = time.monotonic() + patience
            while self._exit_code() is None and time.monotonic() < deadline:
                self._drain(0.01)
                time.sleep(0.002)
        # Before it is reaped: until then its id cannot be reused.
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._guard.forget(self._process.pid)
        self._drain(_LAST_WORDS if patience > 0 else 0)
        self._selector.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _close_input(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _descriptor(process: subprocess.Popen[bytes], end: str) -> int:
    """The descriptor of one of its pipes, non-blocking and with a large buffer."""
    number = int(getattr(process, end).fileno())
    os.set_blocking(number, False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        # A smaller pipe is only slower; the user's limit for pipes may be used up.
        with contextlib.suppress(OSError):
            fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, _PIPE)
    return number
