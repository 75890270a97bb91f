"""
Signals that end a run: they wait while something is done that is right only as a whole, and all end it alike.

Between the start of a process and the moment at which somebody knows that it
runs there must be no way out: a harness that is ended there would leave it
behind, for a guard can only end what it was told of. And a scenario whose line
is in a record must be among those that its footer counts.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: The signals by which a run is ended.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_wait() -> Iterator[None]:
    """
    Have signals that would end the run wait until the block is left, and then come.

    They are caught, not blocked: a started program forgets handlers, and would inherit a mask. Only the main thread has
    handlers to set; elsewhere no handler interrupts anything, and nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - What a handler is called with.
        came.append(number)

    before = {number: signal.getsignal(number) for number in ENDING}
    kept = {number: handler for number, handler in before.items() if handler not in (None, signal.SIG_IGN)}
    for number in kept:
        signal.signal(number, remember)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
        for arrived in came:
            os.kill(os.getpid(), arrived)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """
    Take SIGTERM as Ctrl-C is taken, so that targets are closed and what is known is told.

    It raises ``KeyboardInterrupt``, which names the signal. Nothing is done elsewhere than in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - What a handler is called with.
        raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
