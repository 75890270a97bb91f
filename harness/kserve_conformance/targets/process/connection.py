"""
One run of a command: a line in, a line out, and an end that leaves nothing running.

Writing and reading wait in one place. A command that fills its standard error,
or answers before it has read the question, cannot bring both sides to a halt; one
that never ends a line fills no memory.
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

from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.process.failures import Died, NoAnswer, OutOfStep, TimedOut
from kserve_conformance.targets.programs.log import Log
from kserve_conformance.targets.programs.processes import Guard

#: The longest answer that is accepted: no service and pod are this large.
LONGEST_ANSWER = 16 * 1024 * 1024

#: How long a command may take to leave once its input has ended, and once it was asked to.
_PATIENCE = 2.0

#: How long is waited for the last words of a process that has closed its output.
_LAST_WORDS = 0.5

_CHUNK = 256 * 1024

#: As many bytes as a pipe shall hold, where the system can be asked: what Linux allows to everybody. Many questions
#: then wait on the command's side, and it goes on while the harness is busy with another target.
_PIPE = 1024 * 1024

_Failure = TypeVar("_Failure", bound=NoAnswer)


class Running:
    """
    A process that answers lines.

    It leads a session and a group of its own, so that Ctrl-C reaches the harness
    alone and the group can be ended whole. The guard ends it should the harness
    be killed.
    """

    def __init__(self, words: Sequence[str], log: Log, guard: Guard, longest: int = LONGEST_ANSWER) -> None:
        """Start it, in the environment and the folder of the harness. Raises ``CannotStart``."""
        self._name = os.path.basename(words[0])  # noqa: PTH119 - A word of a command line, not a place.
        self._log = log
        self._guard = guard
        self._longest = longest
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

    def ask(self, line: bytes, timeout: float) -> bytes:
        """
        Write one line and read one. Raises ``Died``, ``TimedOut`` and ``OutOfStep``; the run cannot be used then.
        """
        self._move(0)
        self._reject_extra_line("before its question")
        deadline = time.monotonic() + timeout
        question = memoryview(line)
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if self._is_over:
                raise self._died()
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._told(TimedOut, f"{self._name} gave no answer within {timeout:g} s")
            question = self._move(left, question)
            if len(self._buffer) > self._longest:
                raise self._told(OutOfStep, f"{self._name} answers with more than {self._longest} bytes in one line")
        if question:
            raise self._told(OutOfStep, f"{self._name} answered before it had read the question")
        answer = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._reject_extra_line("beside its answer")
        return answer

    def ask_many(self, lines: Sequence[bytes], timeout: float) -> list[bytes]:
        """
        Write many lines and read as many; fewer if it ends, falls silent for so long, or writes more than the answers.

        The run cannot be used then.
        """
        self._move(0)
        if self._buffer:
            return []
        question = memoryview(b"".join(lines))
        answers: list[bytes] = []
        deadline = time.monotonic() + timeout
        while len(answers) < len(lines):
            left = deadline - time.monotonic()
            if self._is_over or left <= 0:
                return answers
            question = self._move(left, question)
            *whole, rest = self._buffer.split(b"\n")
            if whole:
                answers.extend(map(bytes, whole))
                self._buffer = rest
                deadline = time.monotonic() + timeout
            if len(rest) > self._longest:
                return answers
        return answers if len(answers) == len(lines) and not question and not self._buffer else []

    def _move(self, wait: float, question: memoryview = memoryview(b"")) -> memoryview:  # noqa: B008 - Empty, and stays so.
        """Write and read what can be written and read now, or within some seconds; what is left of the question."""
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
            # It reads no more. What it still says is read below, up to its end.
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
            raise self._told(OutOfStep, f"{self._name} wrote a line without a question {when}: {start!r}")

    def _died(self) -> Died:
        until = time.monotonic() + _LAST_WORDS
        # Its pipes are closed a moment before it is gone.
        while (code := self._exit_code()) is None and time.monotonic() < until:
            self._hear_out(0.01)
            time.sleep(0.002)
        if code is None:
            return self._told(Died, f"{self._name} closed its output before it answered")
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"left with code {code}"
        return self._told(Died, f"{self._name} {how} before it answered")

    def _told(self, failure: type[_Failure], text: str) -> _Failure:
        """A failure with what the process wrote on its standard error."""
        self._hear_out(0)
        words = self._log.log_end
        return failure(f"{text}; the end of its standard error:\n{words}" if words else text)

    def _hear_out(self, seconds: float) -> None:
        """Read what comes until both ends are closed, it has left, or the time is over."""
        deadline = time.monotonic() + seconds
        while self._selector.get_map():
            self._move(min(0.02, max(0.0, deadline - time.monotonic())))
            del self._buffer[self._longest :]
            if time.monotonic() >= deadline:
                break

    def _exit_code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs. It is not reaped: its group must stay its own."""
        ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def end(self, patience: float = _PATIENCE) -> None:
        """
        End it and its group. Never raises for what is gone already.

        With patience its input is closed first and it may leave by itself; then it
        is asked to with SIGTERM; what is still there is killed.
        """
        if self._process.returncode is not None:
            return
        self._close_input()
        for number in (None, signal.SIGTERM) if patience > 0 else ():
            if number is not None and self._exit_code() is None:
                self._signal(number)
            until = time.monotonic() + patience
            while self._exit_code() is None and time.monotonic() < until:
                self._hear_out(0.01)
                time.sleep(0.002)
        # Before it is reaped: until then nobody else can have its number.
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._guard.forget(self._process.pid)
        self._hear_out(_LAST_WORDS if patience > 0 else 0)
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
    """The descriptor of one of its pipes, made so that no call waits on it and much fits into it."""
    number = int(getattr(process, end).fileno())
    os.set_blocking(number, False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        # A smaller pipe is only slower; a user may have used up the share of all pipes.
        with contextlib.suppress(OSError):
            fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, _PIPE)
    return number
