"""
Child processes that do the work of a command: what they do is never trusted, how they end is always known.

Code of suites, plugins and targets may end its process (``os._exit(0)``, a crash, the kernel's OOM killer), and an exit
code of 0 would then look like success. It runs in a child, and the parent alone concludes.

- The child is forked rather than started: everything that is imported and read so far stays usable at once.
- It stays in the process group of its parent, so that Ctrl-C, Ctrl-Z and a debugger on the terminal work as usual.
- It ends with its parent, however that ends: it watches a pipe that only the parent holds open.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import subprocess
import sys
import termios
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn

import msgspec

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.signals import ENDING, interrupt_on_signals

#: The environment variable with the descriptor of the pipe that a spawned process watches.
_PIPE = "KSERVE_CONFORMANCE_PARENT_PIPE"

#: Seconds that a child may take to close its target once its parent is gone.
_ENDS_WITHIN = 30.0

#: The most characters of an error that a child reports.
_REPORT_LIMIT = 8 * 1024

#: The bytes of a report: a character of its message takes six at most, and every pipe holds that much.
_PIPE_HOLDS = 64 * 1024

#: What makes a terminal's cursor visible again: a killed process cannot do that itself.
_SHOW_CURSOR = b"\x1b[?25h"


class ReportedError(msgspec.Struct, frozen=True):
    """The error by which the work of a child ended: what its command prints."""

    message: str
    hint: str | None = None
    exit_code: int = 3


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: its exit code, negative for a signal, and the error that it reported before."""

    code: int
    error: ReportedError | None = None

    def __str__(self) -> str:
        return ending_of(self.code)


def ending_of(code: int) -> str:
    """
    How a process ended, from its exit code, negative for a signal.

    >>> ending_of(-9), ending_of(0)
    ('was killed by SIGKILL', 'exited with code 0')
    """
    if code >= 0:
        return f"exited with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def run_in_child(work: Callable[[], None]) -> Ending:
    """
    Do work in a forked child, wait for its end, and return how it ended.

    Signals that would end this process are forwarded. What the child writes to
    stdout goes to stderr: only the parent has a result. A ``HarnessError`` of the
    work is reported to the parent; any other exception is printed as a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        # Otherwise both processes would write what is buffered.
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    parent_pipe = _parent_pipe()
    reading, writing = os.pipe()
    spawned_by = _spawned_by()
    with _terminal_restored():
        # A signal between the fork and the handlers of either process would be lost, or end the parent alone.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        # What exists now stays; the child's garbage collector need not visit it, which would copy it.
        gc.freeze()
        try:
            pid = os.fork()
            if pid == 0:
                _work(work, parent_pipe, writing, mask)
            os.close(writing)
            with _forwarding_to(pid):
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                # Only now: a process with threads should not fork.
                _end_with(spawned_by)
                _, status = os.waitpid(pid, 0)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        return Ending(os.waitstatus_to_exitcode(status), _report_in(reading))
    finally:
        os.close(reading)


def spawn(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """
    Start a program of this package in a session of its own. It ends with this process.

    For that, it calls ``watch_parent`` or ``run_in_child``. Being in its own session, it gets
    no signals of the terminal: the caller ends it.
    """
    reading, _ = _parent_pipe()
    return subprocess.Popen(  # noqa: S603 - This very program.
        command,
        start_new_session=True,
        pass_fds=(reading,),
        env={**os.environ, _PIPE: str(reading)},
        **options,
    )


def watch_parent() -> None:
    """End this process once the process that spawned it is gone. Does nothing if it was not spawned."""
    _end_with(_spawned_by())


# --- the pipe that says whether the parent lives ------------------------------

_pipes: dict[int, tuple[int, int]] = {}


def _parent_pipe() -> tuple[int, int]:
    """The pipe of this process for all of its children, who see it close when the process is gone."""
    pid = os.getpid()
    if pid not in _pipes:
        _pipes[pid] = os.pipe()
    return _pipes[pid]


def _spawned_by() -> int | None:
    """The pipe of the process that spawned this one; None if it was not spawned."""
    descriptor = os.environ.pop(_PIPE, "")
    return int(descriptor) if descriptor.isdecimal() else None


def _end_with(descriptor: int | None) -> None:
    """
    Start a thread that ends this process when a pipe closes.

    It sends SIGTERM first, so that targets are closed, and SIGKILL if that takes too long.
    """
    if descriptor is None:
        return

    def watch() -> None:
        with contextlib.suppress(OSError):
            os.read(descriptor, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_ENDS_WITHIN)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()


# --- in the child -------------------------------------------------------------


def _work(work: Callable[[], None], parent_pipe: tuple[int, int], writing: int, mask: set[int]) -> NoReturn:
    """Do the work and exit, without ever returning into the frames of the parent."""
    code = 1
    try:
        os.close(parent_pipe[1])
        with interrupt_on_signals():
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            _end_with(parent_pipe[0])
            os.dup2(2, 1)
            work()
        code = 0
    except HarnessError as error:
        _report(writing, ReportedError(str(error), error.hint, error.exit_code))
    except KeyboardInterrupt as error:
        _report(writing, ReportedError(f"interrupted: {error}" if str(error) else "interrupted"))
    except BaseException:  # noqa: BLE001 - Nothing may reach the frames of the parent.
        with contextlib.suppress(OSError):
            traceback.print_exc()
    finally:
        _exit(code)


def _exit(code: int) -> NoReturn:
    """
    Run what the suite registered with ``atexit``, and exit.

    ``os._exit`` alone would skip it, and ``sys.exit`` would return into the frames of
    the parent. Python has no public way to do this; its own multiprocessing does the same.
    """
    with contextlib.suppress(BaseException):
        vars(atexit)["_run_exitfuncs"]()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(code)


def _report(writing: int, error: ReportedError) -> None:
    """Report an error to the parent, cut to what the pipe holds for certain."""
    cut = msgspec.structs.replace(error, message=error.message[:_REPORT_LIMIT], hint=(error.hint or "")[:1000] or None)
    with contextlib.suppress(OSError):
        os.write(writing, msgspec.json.encode(cut)[:_PIPE_HOLDS])


# --- in the parent ------------------------------------------------------------


def _report_in(reading: int) -> ReportedError | None:
    """The error that a child reported; None if it reported none. A process that the child left may hold the pipe."""
    os.set_blocking(reading, False)
    try:
        return msgspec.json.decode(os.read(reading, _PIPE_HOLDS), type=ReportedError)
    except (OSError, msgspec.DecodeError):
        return None


@contextlib.contextmanager
def _forwarding_to(pid: int) -> Iterator[None]:
    """
    Forward signals that would end this process. Ignored ones stay ignored, so that ``nohup`` works.

    A signal of the terminal reaches the child twice, which it takes as one (see ``signals``).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def forward(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - The signature of a handler.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    handlers = {number: signal.getsignal(number) for number in ENDING}
    replaced = {number: handler for number, handler in handlers.items() if handler not in (signal.SIG_IGN, None)}
    for number in replaced:
        signal.signal(number, forward)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _terminal_restored() -> Iterator[None]:
    """Leave the terminal as it was: a killed child may have hidden its cursor, or turned off its echo."""
    before = None
    with contextlib.suppress(OSError, termios.error):
        before = termios.tcgetattr(0)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, termios.error):
            # Setting a terminal from the background would stop this process.
            if before is not None and os.tcgetpgrp(0) == os.getpgrp() and termios.tcgetattr(0) != before:
                termios.tcsetattr(0, termios.TCSADRAIN, before)
        with contextlib.suppress(OSError):
            if os.isatty(2):
                os.write(2, _SHOW_CURSOR)
