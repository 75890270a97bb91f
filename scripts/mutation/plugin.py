"""
A pytest plugin for runs of mutants: which tests failed, how long each took and, with coverage, which lines it reached.

What a fixture of a wider scope than one test reaches belongs to every test of its file.
"""

from __future__ import annotations

import json
import os
import resource
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

#: The variable with the test that runs, by which coverage attributes what other processes reach.
CURRENT = "MUTATION_TEST"
#: What a mutant may use of the machine, in bytes: memory of one process, and one file.
MEMORY, FILE = 8 << 30, 1 << 30

_failed: list[str] = []
_seconds: defaultdict[str, float] = defaultdict(float)


def _attribute_to(name: str) -> str:
    previous = os.environ.get(CURRENT, "")
    os.environ[CURRENT] = name
    if "COVERAGE_PROCESS_START" in os.environ:
        from coverage import Coverage

        current = Coverage.current()
        if current is not None:
            current.switch_context(name)
    return previous


def pytest_configure() -> None:
    """Limit what a mutant may use."""
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE)):
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Attribute lines to the test that runs."""
    _attribute_to(item.nodeid.partition("[")[0])
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Attribute the lines of a wider fixture to every test of the file."""
    if fixturedef.scope == "function":
        return (yield)
    previous = _attribute_to(f"{request.node.nodeid.partition('::')[0] or os.environ.get(CURRENT, '')}::*")
    try:
        return (yield)
    finally:
        _attribute_to(previous)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the time of a test, and note whether it failed."""
    _seconds[report.nodeid.partition("[")[0]] += report.duration
    if report.failed:
        _failed.append(report.nodeid.partition("[")[0])


def pytest_unconfigure() -> None:
    """Write the report."""
    text = json.dumps({"failed": _failed, "seconds": _seconds})
    Path(os.environ["MUTATION_REPORT"]).write_text(text, encoding="utf-8")
