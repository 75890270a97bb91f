"""
A pytest session that runs the features of a suite, in this process and in its workers.

Code of suites, plugins and targets runs here, so ``run`` calls it in a child (``kserve_conformance.child``).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence

import pytest

from kserve_conformance.cli.run_progress import RunProgress
from kserve_conformance.exceptions import HarnessError, SuiteError
from kserve_conformance.pytest_plugin.reports import scenario_in, start_in
from kserve_conformance.record import Redaction
from kserve_conformance.suite import Suite

#: Plugins of pytest that a run does not need; each costs time at the start or in every scenario.
_NOT_NEEDED = (
    "cacheprovider",
    "terminal",
    "doctest",
    "junitxml",
    "pastebin",
    "logging",
    "unittest",
    "legacypath",
    "unraisableexception",
    "threadexception",
    "warnings",
    "faulthandler",
    "debugging",
    "setuponly",
    "setupplan",
    "stepwise",
    "subtests",
)

#: Of those, what ``--pdb`` needs: it prints to the terminal.
_DEBUGGER = ("terminal", "debugging")

#: Environment variables with which users configure their own pytest runs. They must not affect this one.
_USER_SETTINGS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def run_features(suite: Suite, arguments: Sequence[str], workers: int, total: int, *, debugger: bool = False) -> None:
    """
    Run the features and write their record.

    Raises ``SuiteError`` if pytest cannot collect them, and ``OutputError`` if the
    record cannot be written.
    """
    progress = RunProgress(total, bar=not debugger)
    session = SessionProgress(progress)
    unused = [name for name in _NOT_NEEDED if not (debugger and name in _DEBUGGER)]
    parallel = ("-p", "xdist.plugin", "-n", str(workers), "--dist", "worksteal") if workers > 1 else ()
    with _without(*_USER_SETTINGS):
        code = pytest.main(
            [
                "--disable-plugin-autoload",
                *("-p", "kserve_conformance.pytest_plugin", *parallel),
                *(part for name in unused for part in ("-p", f"no:{name}")),
                # Steps that ship start no process; capturing by file descriptor costs a tenth of a run in memory.
                "--capture=sys" if suite.is_shipped else "--capture=fd",
                *("-c", os.devnull, "--rootdir", str(suite.root), "--import-mode=importlib"),
                *(("--pdb", "-qq", "--no-header", "--no-summary") if debugger else ()),
                *arguments,
                str(suite.features),
            ],
            plugins=[session],
        )
    progress.stop()
    if session.error is not None:
        raise session.error
    if session.uncollected:
        raise SuiteError("\n".join(session.uncollected))
    if code == pytest.ExitCode.USAGE_ERROR:
        raise SuiteError("pytest cannot run this suite; its message is above")


class SessionProgress:
    """
    A pytest plugin that shows verdicts as they arrive.

    ``uncollected`` has the errors of features that were not collected, ``error`` the
    error of the harness by which the session ended early.
    """

    def __init__(self, progress: RunProgress) -> None:
        self._progress = progress
        self._redaction = Redaction.of_this_machine()
        self.uncollected: list[str] = []
        self.error: HarnessError | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """
        Use the cheapest style of tracebacks, here and in workers.

        They are never shown: a finding describes a failure in the words of the feature.
        pytest's default style costs up to 0.3 s for a step. The option ``--tb`` belongs
        to the terminal plugin, which a run does not load.
        """
        config.option.tbstyle = "native"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show a scenario once its verdict is known, whichever process ran it."""
        start, scenario = start_in(report), scenario_in(report)
        if start is not None:
            self._progress.expect(len(start.collected))
        if scenario is not None:
            self._progress.show(scenario)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the error of a feature that cannot be collected: otherwise its scenarios would just be missing."""
        if report.failed:
            self.uncollected.append(self._redaction.text(str(report.longrepr)))

    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """
        Print an internal error of pytest or a plugin; keep one of the harness, whose message is enough.

        True keeps pytest from printing it as well.
        """
        if isinstance(excinfo.value, HarnessError):
            self.error = excinfo.value
        else:
            self._progress.print(str(excrepr))
        return True


@contextlib.contextmanager
def _without(*variables: str) -> Iterator[None]:
    """Hide environment variables from pytest and its workers."""
    hidden = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
