"""
Signals that end a command: deferred while something must not be interrupted, and all handled alike.

Between the start of a process and the moment that its guard knows of it, an interrupt
would leave the process behind. And a scenario whose line is in a record must be counted
in the record's footer.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import ClassVar

#: Seconds within which the same signal counts once.
SAME_WITHIN = 1.0

#: Why a run ended that an interrupt without a name ended.
INTERRUPTED_BY_USER = "interrupted by the user"

#: The signals that end a command.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Deferral:
    """Whether signals are deferred, by a block around this one, and what of them arrived meanwhile."""

    is_active = False
    received: ClassVar[list[int]] = []
    #: Signals whose handler defers by itself, so that a block need not replace it.
    deferring: ClassVar[frozenset[int]] = frozenset()
    #: The last signal that raised ``KeyboardInterrupt``, and when.
    raised: tuple[int, float] | None = None


def _remember(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - The signature of a handler.
    _Deferral.received.append(number)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _Deferral.is_active:
        _remember(number, frame)
        return
    # Terminals, timeout(1) and service managers signal a whole process group, and our parent forwards what it gets.
    if _Deferral.raised is not None and _Deferral.raised[0] == number:
        is_copy = time.monotonic() - _Deferral.raised[1] < SAME_WITHIN
        if is_copy:
            return
    _Deferral.raised = (number, time.monotonic())
    raise _interrupt_by(number)


def _interrupt_by(number: int) -> KeyboardInterrupt:
    return KeyboardInterrupt(*([] if number == signal.SIGINT else [f"ended by {signal.Signals(number).name}"]))


def raise_if_interrupted() -> None:
    """
    Raise the ``KeyboardInterrupt`` of a signal again.

    Python drops an exception that a handler raises while a finalizer or a callback of
    the garbage collector runs. A loop that nothing else ends calls this in every turn.
    """
    if _Deferral.raised is not None:
        raise _interrupt_by(_Deferral.raised[0])


@contextmanager
def signals_wait() -> Iterator[None]:
    """
    Defer signals that would end the run until the block is left.

    They are caught and sent again, not blocked: a child process resets handlers, but
    would inherit a mask. Does nothing outside the main thread, which no handler interrupts.
    """
    if threading.current_thread() is not threading.main_thread() or _Deferral.is_active:
        yield
        return
    handlers = {number: signal.getsignal(number) for number in ENDING if number not in _Deferral.deferring}
    replaced = {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}
    _Deferral.is_active = True
    for number in replaced:
        signal.signal(number, _remember)
    try:
        yield
    finally:
        _Deferral.is_active = False
        for number, handler in replaced.items():
            signal.signal(number, handler)
        received, _Deferral.received = _Deferral.received, []
        for arrived in received:
            os.kill(os.getpid(), arrived)


@contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """
    Handle SIGTERM and SIGHUP as Ctrl-C is handled, so that targets are closed and results reported.

    They raise ``KeyboardInterrupt`` with the name of the signal. An ignored signal stays
    ignored, so that ``nohup`` works, and so does a handler of SIGINT other than Python's own.
    Does nothing outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in ENDING}
    kept = (signal.SIG_IGN, None)
    replaced = {
        number: handler
        for number, handler in handlers.items()
        if (handler is signal.default_int_handler if number == signal.SIGINT else handler not in kept)
    }
    for number in replaced:
        signal.signal(number, _interrupt)
    deferring, _Deferral.deferring = _Deferral.deferring, _Deferral.deferring | frozenset(replaced)
    try:
        yield
    finally:
        _Deferral.deferring = deferring
        if not deferring:
            _Deferral.raised = None
        for number, handler in replaced.items():
            signal.signal(number, handler)
