"""
Ending workers at once.

xdist lets its workers go on for five seconds, and kills them after ten. Whoever ends
a run from outside may not wait so long, and a worker that is killed tells nobody what
its target leaves. Ctrl-C needs no help: a terminal sends it to every process.
"""

from __future__ import annotations

import signal
from subprocess import Popen
from typing import Any

import pytest


class Workers:
    """Sends Ctrl-C to the workers of a run that was ended by another signal, or that stops at a failure."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._is_ended = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """A worker is started."""
        self._nodes.append(node)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Somebody ended the run; only signals that nobody but this process was sent have a name."""
        self._is_ended = bool(str(excinfo.value))

    # Before xdist's own, which waits for them.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End them where the run has not come to its end."""
        if self._is_ended or session.shouldfail or session.shouldstop:
            for node in self._nodes:
                # execnet has no other way to its process; one that does not run here ends as xdist has it.
                process = getattr(getattr(node.gateway, "_io", None), "popen", None)
                if isinstance(process, Popen):
                    process.send_signal(signal.SIGINT)
