"""
Ending workers immediately.

xdist lets its workers run for five more seconds, and kills them after ten. A run
that is ended by a signal cannot wait that long, and a worker that is killed does not
report what its target left behind. Ctrl-C needs no help: a terminal sends it to every
process.
"""

from __future__ import annotations

import signal
from subprocess import Popen
from typing import Any

import pytest


class Workers:
    """Sends Ctrl-C to the workers of a run that is ended by another signal, or that stops at a failure."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._is_signalled = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Note a worker that is started."""
        self._nodes.append(node)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note a signal that only this process received: those have a name, Ctrl-C does not."""
        self._is_signalled = bool(str(excinfo.value))

    # Before xdist's own hook, which waits for them.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the workers of a run that was not completed."""
        if self._is_signalled or session.shouldfail or session.shouldstop:
            for node in self._nodes:
                # execnet has no public access to its process; xdist ends a worker on another machine.
                process = getattr(getattr(node.gateway, "_io", None), "popen", None)
                if isinstance(process, Popen):
                    process.send_signal(signal.SIGINT)
