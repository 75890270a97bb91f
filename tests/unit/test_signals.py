from __future__ import annotations

import os
import signal
import threading

import pytest

from kserve_conformance.signals import signals_wait, terminated_as_interrupted


class Ended(Exception):
    """What the handler of a run raises."""


@pytest.fixture
def ending():
    """A run whose handler ends it by raising."""

    def end(number, frame):  # noqa: ARG001 - What a handler is called with.
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("ending")
class TestSignalsWait:
    def test_a_signal_comes_once_the_block_is_left(self):
        """
        What the block does is done whole, and then the run is ended.
        """
        done = []

        def start():
            with signals_wait():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("started and known")

        with pytest.raises(Ended):
            start()

        assert done == ["started and known"]

    def test_without_a_signal_the_handlers_are_as_before(self):
        """
        The run's own handlers are back when the block is left.
        """
        before = signal.getsignal(signal.SIGTERM)
        with signals_wait():
            assert signal.getsignal(signal.SIGTERM) is not before

        assert signal.getsignal(signal.SIGTERM) is before

    def test_other_threads_have_no_handlers_to_set(self):
        """
        Elsewhere than in the main thread nothing is changed.
        """
        before = signal.getsignal(signal.SIGTERM)
        seen = []

        def start():
            with signals_wait():
                seen.append(signal.getsignal(signal.SIGTERM))

        thread = threading.Thread(target=start)
        thread.start()
        thread.join()

        assert seen == [before]


class TestTerminatedAsInterrupted:
    def test_sigterm_is_ctrl_c_and_named(self):
        """
        Whoever handles Ctrl-C handles SIGTERM, and can tell which it was.
        """
        before = signal.getsignal(signal.SIGTERM)

        with pytest.raises(KeyboardInterrupt, match="ended by SIGTERM"), terminated_as_interrupted():
            os.kill(os.getpid(), signal.SIGTERM)

        assert signal.getsignal(signal.SIGTERM) is before
