"""The suite of a session of pytest: opened once, before or while its features are collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from kserve_conformance.pytest_plugin.configuration import (
    StepRegistries,
    load_steps,
    register_markers,
    register_tags,
    settings_of,
)
from kserve_conformance.pytest_plugin.recorder import Recorder
from kserve_conformance.pytest_plugin.refusals import refuse_options
from kserve_conformance.pytest_plugin.reports import Reports
from kserve_conformance.pytest_plugin.workers import Workers
from kserve_conformance.scenario_runs import ScenarioRunner
from kserve_conformance.suite import Suite
from kserve_conformance.suite.registry_terms import known_tags


class SuiteSession:
    """What one session of pytest shares: its suite, the runner of its scenarios, and their step definitions."""

    def __init__(self, config: pytest.Config) -> None:
        self.registries = StepRegistries(config)
        self._config = config
        self._runner: ScenarioRunner | None = None
        self._has_tags = False

    @property
    def runner(self) -> ScenarioRunner | None:
        """The runner; None until a feature is collected or a record was requested."""
        return self._runner

    @property
    def suite(self) -> Suite | None:
        """The suite; None until it is opened."""
        return self._runner.settings.suite if self._runner is not None else None

    def has(self, file: Path) -> bool:
        """Is this a feature file of the suite?"""
        return self.suite is not None and self.suite.place_of(file) is not None

    def has_below(self, folder: Path) -> bool:
        """Is a folder among those of the features, with a feature of the suite in it?"""
        if self.suite is None or not self.suite.is_around(folder):
            return False
        return self.suite.has_features_below(folder.resolve())

    def register_tags(self) -> None:
        """Register every tag of the harness as a marker, once."""
        if not self._has_tags:
            self._has_tags = True
            register_tags(self._config, known_tags())

    def open(self, suite: Suite) -> ScenarioRunner:
        """
        Read the suite and its steps, unless that is done.

        Raises ``HarnessError``, with all problems of the suite together, and ``UsageError`` for options that do not
        work with it.
        """
        if self._runner is not None:
            return self._runner
        config = self._config
        refuse_options(config)
        settings = settings_of(config, suite)
        load_steps(config, suite)
        register_markers(config, settings)
        self._runner = runner = ScenarioRunner(settings)
        config.add_cleanup(runner.lease.close)
        config.pluginmanager.register(Reports(runner, config), "kserve-reports")
        if settings.record is not None and not hasattr(config, "workerinput"):
            recorder = Recorder(settings, settings.record, runner.lease)
            config.pluginmanager.register(recorder, "kserve-record")
            config.add_cleanup(recorder.abandon)
            config.pluginmanager.register(Workers(), "kserve-workers")
        return runner
