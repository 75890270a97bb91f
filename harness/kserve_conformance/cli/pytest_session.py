"""Running the features of a suite with pytest, in this process and in workers of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest

from kserve_conformance.cli.run_progress import Progress
from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite import Suite

#: Plugins of pytest that a run has no use for; each costs time at every scenario or at the start.
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
)

#: What a person set for pytest runs of their own must not steer this one.
_STEERING = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


class CannotStartPytest(SuiteError):
    """pytest refuses to start with this suite, for a reason that reading its features does not show."""

    def __init__(self) -> None:
        super().__init__("pytest could not be started with this suite; what it says is above")


def play(suite: Suite, arguments: list[str], workers: int, total: int) -> None:
    """Run the features and write their record. Raises ``SuiteError`` if some cannot be collected."""
    progress = Progress(total)
    parallel = ("-p", "xdist.plugin", "-n", str(workers), "--dist", "worksteal") if workers > 1 else ()
    with _without(*_STEERING):
        code = pytest.main(
            [
                "--disable-plugin-autoload",
                *("-p", "pytest_bdd.plugin", "-p", "kserve_conformance.pytest_plugin", *parallel),
                *(part for name in _NOT_NEEDED for part in ("-p", f"no:{name}")),
                *("-c", os.devnull, "--rootdir", str(suite.root), "--import-mode=importlib"),
                *("-o", "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"),
                *arguments,
                str(suite.features),
            ],
            plugins=[progress],
        )
    progress.stop()
    if progress.uncollected:
        raise SuiteError("\n".join(progress.uncollected))
    if code == pytest.ExitCode.USAGE_ERROR:
        raise CannotStartPytest


@contextlib.contextmanager
def _without(*variables: str) -> Iterator[None]:
    """Hide variables of the environment from pytest and its workers."""
    hidden = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
