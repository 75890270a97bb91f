"""
Signals that end a run: deferred while something must not be interrupted, and all handled alike.

Between the start of a process and the moment that its guard knows of it, an interrupt
would leave the process behind. And a scenario whose line is in a record must be counted
in the record's footer.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: The signals that end a run.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Deferral:
    """Whether signals are deferred already, by a block around this one."""

    is_active = False


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
    received: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - The signature of a handler.
        received.append(number)

    handlers = {number: signal.getsignal(number) for number in ENDING}
    replaced = {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}
    for number in replaced:
        signal.signal(number, remember)
    _Deferral.is_active = True
    try:
        yield
    finally:
        _Deferral.is_active = False
        for number, handler in replaced.items():
            signal.signal(number, handler)
        for arrived in received:
            os.kill(os.getpid(), arrived)


@contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """
    Handle SIGTERM and SIGHUP as Ctrl-C is handled, so that targets are closed and results reported.

    They raise ``KeyboardInterrupt`` with the name of the signal. An ignored signal stays
    ignored, so that ``nohup`` works. Does nothing outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - The signature of a handler.
        raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")

    handlers = {number: signal.getsignal(number) for number in ENDING if number != signal.SIGINT}
    replaced = {number: handler for number, handler in handlers.items() if handler != signal.SIG_IGN}
    for number in replaced:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
