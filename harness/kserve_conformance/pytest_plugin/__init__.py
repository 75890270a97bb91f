"""
A pytest plugin that collects features, runs each scenario as an item, and writes the record.

Load it by name, ``-p kserve_conformance.pytest_plugin`` or ``pytest_plugins``
in a conftest at the root. It has no entry point, because every pytest run of a
user would then load our steps. ``pytest features/ -k priority`` then runs
features directly.

- :mod:`.suites` finds the suite that a session runs, and :mod:`.suite_session` opens it.
- :mod:`.configuration` reads pytest's options into the settings of a run, and loads steps.
- :mod:`.refusals` lists options of pytest and its plugins that do not work with scenarios.
- :mod:`.bindings` makes items of scenarios that a test module binds with pytest-bdd.
- :mod:`.collector` makes an item of each scenario of a feature file.
- :mod:`.item` is that item: pytest's fixtures around a scenario run.
- :mod:`.reports` puts verdicts on pytest's reports.
- :mod:`.recorder` writes the record from those reports, whichever process they come from.
- :mod:`.workers` ends xdist's workers when a run is ended early.

What a verdict is, and how a scenario runs, is in :mod:`kserve_conformance.scenario_runs`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.bindings import bound_items, without_repeated
from kserve_conformance.pytest_plugin.collector import SESSION, FeatureFile
from kserve_conformance.pytest_plugin.item import ScenarioItem
from kserve_conformance.pytest_plugin.options import add_options
from kserve_conformance.pytest_plugin.refusals import refuse_markers
from kserve_conformance.pytest_plugin.suite_session import SuiteSession
from kserve_conformance.pytest_plugin.suites import suite_of_session
from kserve_conformance.scenario_runs import ScenarioRunner
from kserve_conformance.scenario_runs.bdd import bound_scenario


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that start with ``--kserve-``."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """
    Read the suite before anything is collected, so that all problems with it are reported together.

    A session that collects no feature, such as one of unit tests in the same
    checkout, pays nothing.
    """
    config = session.config
    config.stash[SESSION] = suite_session = SuiteSession(config)
    with usage_errors():
        suite = suite_of_session(config)
        if suite is not None:
            suite_session.open(suite)


@pytest.hookimpl(tryfirst=True)
def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Visit folders of features whose names pytest does not visit elsewhere, such as ``build`` and ``dist``."""
    session = config.stash.get(SESSION, None)
    if session is None or session.suite is None or config.getoption("ignore") or config.getoption("ignore_glob"):
        return None
    return False if session.has_below(collection_path) else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FeatureFile | None:
    """Collect the features of the suite, and no others."""
    session = parent.config.stash[SESSION]
    if file_path.suffix != ".feature" or session.suite is None:
        return None
    if not session.has(file_path) and not session.suite.is_around(file_path.parent):
        return None
    return FeatureFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Register the known tags before a module is imported, because pytest-bdd makes markers of them at once."""
    if b"pytest_bdd" in module_path.read_bytes():
        parent.config.stash[SESSION].register_tags()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """Collect the scenarios that a test module binds with pytest-bdd like those of a feature file."""
    bound = bound_scenario(obj)
    if bound is None or not isinstance(collector, pytest.Module):
        return None
    return bound_items(collector.config.stash[SESSION], collector, name, bound)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what the run does not select; pytest's own ``-k`` and ``-m`` narrow it further."""
    runner = config.stash[SESSION].runner
    if runner is None:
        return
    with usage_errors():
        items[:] = without_repeated(items)
    selected_ids = runner.settings.selected_ids
    deselected = [item for item in items if isinstance(item, ScenarioItem) and item.scenario.id not in selected_ids]
    if deselected:
        gone = set(deselected)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=deselected)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Reject what would run a scenario again."""
    refuse_markers(session.items)


@contextlib.contextmanager
def usage_errors() -> Iterator[None]:
    """Report errors of the harness as pytest reports wrong usage."""
    try:
        yield
    except HarnessError as error:
        raise pytest.UsageError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """
    Say what the verdict is: pytest's exit code is none.

    pytest also ends with 0 for a session that a plugin ended early, or that ran only what is left of a suite.
    """
    session = config.stash.get(SESSION, None)
    if session is None or session.runner is None or session.runner.settings.all_selected:
        return
    record = session.runner.settings.record
    terminalreporter.write_line(
        "KServe conformance: no record, no verdict; add --kserve-record FILE, or use `kserve-conformance run`"
        if record is None
        else f"KServe conformance: the verdict is that of the record: `kserve-conformance report {record}`"
    )


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Any:
    """The target, opened once for the session and reopened at most once if it is lost."""
    return _runner(request).lease.target()


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The world of one scenario, which its steps act on; the target is reset after it."""
    scenario = request.node.scenario if isinstance(request.node, ScenarioItem) else None
    with _runner(request).world(scenario) as opened:
        yield opened


def _runner(request: pytest.FixtureRequest) -> ScenarioRunner:
    runner = request.config.stash[SESSION].runner
    if runner is None:
        pytest.fail("the fixtures target and world need a session that collects features", pytrace=False)
    return runner
