"""
A pytest plugin that collects features, runs each scenario as an item, and writes the record.

Load it by name, ``-p kserve_conformance.pytest_plugin`` or ``pytest_plugins``
in a conftest at the root. It has no entry point, because every pytest run of a
user would then load our steps. ``pytest features/ -k priority`` then runs
features directly.

- :mod:`.configuration` reads pytest's options into the settings of a run, and loads steps.
- :mod:`.collector` makes an item of each scenario of a feature file.
- :mod:`.item` is that item: pytest's fixtures around a scenario run.
- :mod:`.reports` puts verdicts on pytest's reports.
- :mod:`.recorder` writes the record from those reports, whichever process they come from.
- :mod:`.workers` ends xdist's workers when a run is ended early.

What a verdict is, and how a scenario runs, is in :mod:`kserve_conformance.scenario_runs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.collector import REGISTRIES, RUNNER, FeatureFile
from kserve_conformance.pytest_plugin.configuration import (
    StepRegistries,
    load_steps,
    register_markers,
    runs_features,
    settings_of,
)
from kserve_conformance.pytest_plugin.item import ScenarioItem
from kserve_conformance.pytest_plugin.options import add_options
from kserve_conformance.pytest_plugin.recorder import Recorder
from kserve_conformance.pytest_plugin.reports import Reports
from kserve_conformance.pytest_plugin.workers import Workers
from kserve_conformance.scenario_runs import ScenarioRunner


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
    try:
        if not runs_features(config):
            return
        settings = settings_of(config)
        load_steps(config, settings.suite)
    except HarnessError as error:
        raise pytest.UsageError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error
    register_markers(config, settings)
    runner = ScenarioRunner(settings)
    config.stash[RUNNER] = runner
    config.stash[REGISTRIES] = StepRegistries(config)
    config.add_cleanup(runner.lease.close)
    config.pluginmanager.register(Reports(runner, config), "kserve-reports")
    if settings.record is not None and not hasattr(config, "workerinput"):
        recorder = Recorder(settings, settings.record, runner.lease)
        config.pluginmanager.register(recorder, "kserve-record")
        config.add_cleanup(recorder.abandon)
        config.pluginmanager.register(Workers(), "kserve-workers")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FeatureFile | None:
    """Collect the features of the suite, and no others."""
    runner = parent.config.stash.get(RUNNER, None)
    if file_path.suffix != ".feature" or runner is None:
        return None
    if not file_path.is_relative_to(runner.settings.suite.features):
        return None
    return FeatureFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what the run does not select; pytest's own ``-k`` and ``-m`` narrow it further."""
    runner = config.stash.get(RUNNER, None)
    if runner is None:
        return
    selected_ids = runner.settings.selected_ids
    deselected = [item for item in items if isinstance(item, ScenarioItem) and item.scenario.id not in selected_ids]
    if deselected:
        gone = set(deselected)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=deselected)


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Any:
    """The target, opened once for the session and reopened at most once if it is lost."""
    return request.config.stash[RUNNER].lease.target()


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The world of one scenario, which its steps act on; the target is reset after it."""
    scenario = request.node.scenario if isinstance(request.node, ScenarioItem) else None
    with request.config.stash[RUNNER].world(scenario) as opened:
        yield opened
