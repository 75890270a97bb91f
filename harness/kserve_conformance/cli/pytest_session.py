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
from kserve_conformance.exceptions import SuiteError
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
            plugins=[progress],
        )
    progress.stop()
    if progress.error is not None:
        raise progress.error
    if progress.uncollected:
        raise SuiteError("\n".join(progress.uncollected))
    if code == pytest.ExitCode.USAGE_ERROR:
        raise SuiteError("pytest cannot run this suite; its message is above")


@contextlib.contextmanager
def _without(*variables: str) -> Iterator[None]:
    """Hide environment variables from pytest and its workers."""
    hidden = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
