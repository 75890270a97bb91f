"""From pytest's configuration to the settings of a run, and the step definitions of its suite."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Collection
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.record.model import Baseline, Implementation
from kserve_conformance.scenario_runs.settings import RunSettings
from kserve_conformance.scenario_runs.steps import (
    CONFTEST,
    MODULE,
    SHIPPED,
    SHIPPED_STEPS,
    SUITE,
    StepRegistry,
    definitions_in,
)
from kserve_conformance.suite import ROOT, Suite, SuiteCode, inventory
from kserve_conformance.suite.declared_deviations import declared_in
from kserve_conformance.suite.selection import Rerun, Selection
from kserve_conformance.suite.shards import Shard
from kserve_conformance.suite.tags import describe
from kserve_conformance.targets.contract import Build
from kserve_conformance.targets.kinds import parse, with_known_release
from kserve_conformance.targets.progress import ProgressLines
from kserve_conformance.targets.spec import Options

#: Prefix of the package that contains another suite's steps.
_SUITE_STEPS = "kserve_conformance_steps_of_"


#: What has been written of a target's progress.
_LINES = pytest.StashKey[ProgressLines]()


class BadSteps(SuiteError):
    """A module of step definitions cannot be imported."""

    def __init__(self, file: Path, error: BaseException) -> None:
        # pytest wraps the exception of a plugin's import: only the cause is helpful.
        cause = error.__cause__ or error.__context__ or error
        super().__init__(f"{file}: cannot import steps: {type(cause).__name__}: {cause}", code=SuiteCode.BAD_STEPS)


def settings_of(config: pytest.Config, suite: Suite) -> RunSettings:
    """
    Read the options of a run of a suite.

    Raises ``SuiteError``, ``UnknownTarget``, ``BadTarget`` and ``UnknownRelease``.
    """
    scenarios = inventory(suite)
    rerun, baseline = config.getoption("kserve_rerun"), config.getoption("kserve_baseline")
    selection = Selection(
        config.getoption("kserve_tags"),
        config.getoption("kserve_words"),
        tuple(config.getoption("kserve_scenario")),
        msgspec.json.decode(rerun, type=Rerun) if rerun else None,
        Shard.parse(shard) if (shard := config.getoption("kserve_shard")) else None,
    )
    record, deviations = config.getoption("kserve_record"), config.getoption("kserve_deviations")
    return RunSettings(
        suite=suite,
        scenarios=scenarios,
        selection=selection,
        selected=selection.of(scenarios),
        target=with_known_release(parse(config.getoption("kserve_target"))),
        options=Options(
            build=msgspec.json.decode(config.getoption("kserve_build"), type=Build),
            is_prepared=config.getoption("kserve_prepared"),
            keep=config.getoption("kserve_keep"),
            jobs=int(getattr(config, "workerinput", {}).get("workercount", 1)),
            progress=partial(_report_progress, config),
        ),
        record=Path(record) if record else None,
        all_selected=config.getoption("kserve_all_selected"),
        timings=config.getoption("kserve_timings"),
        implementation=msgspec.json.decode(config.getoption("kserve_implementation"), type=Implementation),
        baseline=msgspec.json.decode(baseline, type=Baseline) if baseline else None,
        declared=declared_in(Path(deviations), scenarios) if deviations else None,
    )


def load_steps(config: pytest.Config, suite: Suite) -> None:
    """
    Import the shipped step definitions and those of the suite, as plugins. Raises ``BadSteps``.

    Another suite's modules become a package named after its folder, so that they
    can import each other and never shadow anything.
    """
    load_shipped_steps(config)
    if suite.steps.is_dir() and suite.steps.resolve() != (ROOT / "steps").resolve():
        package = _SUITE_STEPS + sha256(str(suite.root).encode()).hexdigest()[:8]
        if package not in sys.modules:
            module = ModuleType(package, "The step definitions of a suite of its own.")
            module.__path__ = [str(suite.steps)]
            module.__spec__ = importlib.util.spec_from_loader(package, None, is_package=True)
            sys.modules[package] = module
        _import_plugins(config, package, suite.steps)


def load_shipped_steps(config: pytest.Config) -> None:
    """Import the shipped step definitions as plugins; pytest rewrites their asserts if nothing imported them before."""
    _import_plugins(config, SHIPPED_STEPS, ROOT / "steps")


class StepRegistries:
    """The step definitions that each file sees: those of plugins, of each conftest above it, and of a test module."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager
        self._registries: dict[tuple[str, ...], StepRegistry] = {}
        self._definitions = cache(definitions_in)

    def visible_from(self, file: Path, module: ModuleType | None = None) -> StepRegistry:
        """
        The definitions that a file sees; the same registry for files that see the same ones.

        ``module`` is the test module that binds a scenario, if the file is one.
        """
        modules = [
            (plugin, layer)
            for plugin in self._plugins.get_plugins()
            if isinstance(plugin, ModuleType) and (layer := _layer(plugin, file)) is not None
        ]
        if module is not None:
            modules.append((module, MODULE))
        key = tuple(sorted(module.__name__ + str(module.__file__) for module, _ in modules))
        if key not in self._registries:
            self._registries[key] = StepRegistry(
                definition for module, layer in modules for definition in self._definitions(module, layer)
            )
        return self._registries[key]


def _layer(module: ModuleType, file: Path) -> int | None:
    """The layer of a module's definitions; None if a feature file does not see them."""
    if module.__name__.startswith(SHIPPED_STEPS):
        return SHIPPED
    if module.__name__.startswith(_SUITE_STEPS):
        return SUITE
    path = Path(getattr(module, "__file__", None) or "")
    if path.name != "conftest.py":
        return CONFTEST
    # The nearest conftest wins, as for fixtures.
    return CONFTEST + len(path.parts) if file.is_relative_to(path.parent) else None


def register_tags(config: pytest.Config, tags: Collection[str]) -> None:
    """Register a marker for each of some tags."""
    for name, about in describe(tags):
        config.addinivalue_line("markers", f"{name}: {about}")


def register_markers(config: pytest.Config, settings: RunSettings) -> None:
    """Register a marker for every tag and topic of the suite, which strict markers would reject otherwise."""
    tags = {tag for scenario in settings.scenarios for tag in scenario.tags.names}
    register_tags(config, tags)
    for topic in sorted({scenario.topic for scenario in settings.scenarios} - tags - {""}):
        config.addinivalue_line("markers", f"{topic}: a topic of the suite")


def _import_plugins(config: pytest.Config, package: str, folder: Path) -> None:
    for file in sorted(folder.glob("*.py")):
        if file.stem == "__init__":
            continue
        try:
            config.pluginmanager.import_plugin(f"{package}.{file.stem}")
        except Exception as error:
            raise BadSteps(file, error) from error


def _report_progress(config: pytest.Config, line: str) -> None:
    """Write what a target is doing to stderr, past pytest's capture: building one takes minutes."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with contextlib.nullcontext() if capture is None else capture.global_and_fixture_disabled():
        lines = config.stash.setdefault(_LINES, ProgressLines())
        lines.write(line, sys.stderr)
