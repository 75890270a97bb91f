from __future__ import annotations

import contextlib
import os
import signal
import threading

import pytest

from kserve_conformance.signals import interrupt_on_signals, raise_if_interrupted, signals_wait


class Ended(Exception):
    """Raised by the handler of a run."""


@pytest.fixture
def ending():
    """A handler for SIGTERM that raises."""

    def end(number, frame):  # noqa: ARG001 - The signature of a handler.
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("ending")
class TestSignalsWait:
    def test_a_signal_comes_once_the_block_is_left(self):
        """
        The block finishes, and then the run ends.
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
        The earlier handlers are restored when the block is left.
        """
        before = signal.getsignal(signal.SIGTERM)
        with signals_wait():
            assert signal.getsignal(signal.SIGTERM) is not before

        assert signal.getsignal(signal.SIGTERM) is before

    def test_other_threads_have_no_handlers_to_set(self):
        """
        Outside the main thread nothing changes.
        """
        before = signal.getsignal(signal.SIGTERM)
        observed = []

        def start():
            with signals_wait():
                observed.append(signal.getsignal(signal.SIGTERM))

        thread = threading.Thread(target=start)
        thread.start()
        thread.join()

        assert observed == [before]


class TestInterruptOnSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_is_handled_like_ctrl_c_and_named(self, number):
        """
        A run that is ended or whose terminal is closed raises KeyboardInterrupt with the signal's name.
        """
        before = signal.getsignal(number)

        with pytest.raises(KeyboardInterrupt, match=f"ended by {number.name}"), interrupt_on_signals():
            os.kill(os.getpid(), number)

        assert signal.getsignal(number) is before

    def test_an_ignored_signal_stays_ignored(self):
        """
        A run under nohup survives the end of its terminal.
        """
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with interrupt_on_signals():
                os.kill(os.getpid(), signal.SIGHUP)
        finally:
            signal.signal(signal.SIGHUP, before)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_its_handlers_defer_signals_too(self, number):
        """
        A block that defers signals finishes before the run is interrupted.
        """
        done = []

        def write():
            with signals_wait():
                os.kill(os.getpid(), number)
                done.append("written")

        with interrupt_on_signals(), pytest.raises(KeyboardInterrupt):
            write()

        assert done == ["written"]

    def test_another_handler_of_ctrl_c_is_kept(self):
        """
        A program that embeds a run and handles Ctrl-C itself goes on doing so.
        """

        def own(number, frame):
            """The program's handler."""

        before = signal.signal(signal.SIGINT, own)
        try:
            with interrupt_on_signals():
                assert signal.getsignal(signal.SIGINT) is own
        finally:
            signal.signal(signal.SIGINT, before)

    def test_a_copy_of_a_signal_counts_once(self):
        """A service manager signals a whole process group, and the parent forwards what it gets."""
        with interrupt_on_signals():
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
            with pytest.raises(KeyboardInterrupt, match="ended by SIGHUP"):
                os.kill(os.getpid(), signal.SIGHUP)

    def test_a_dropped_interrupt_is_reraised(self):
        """Python drops an exception of a handler in a finalizer, so long loops check for it."""

        class Finalized:
            def __del__(self):
                with contextlib.suppress(KeyboardInterrupt):
                    os.kill(os.getpid(), signal.SIGTERM)

        with interrupt_on_signals():
            raise_if_interrupted()
            Finalized()
            with pytest.raises(KeyboardInterrupt, match="ended by SIGTERM"):
                raise_if_interrupted()
