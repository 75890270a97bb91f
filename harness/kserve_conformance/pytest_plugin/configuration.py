"""From pytest's configuration to the settings of a run, and the step definitions of its suite."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
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
    SHIPPED,
    SHIPPED_STEPS,
    SUITE,
    StepRegistry,
    definitions_in,
)
from kserve_conformance.suite import ROOT, Suite, SuiteCode, inventory
from kserve_conformance.suite.selection import Rerun, Selection
from kserve_conformance.suite.shards import Shard
from kserve_conformance.suite.tags import describe
from kserve_conformance.targets.kinds import parse, with_known_release
from kserve_conformance.targets.spec import Options

#: Prefix of the package that contains another suite's steps.
_SUITE_STEPS = "kserve_conformance_steps_of_"


class BadSteps(SuiteError):
    """A module of step definitions cannot be imported."""

    def __init__(self, file: Path, error: BaseException) -> None:
        # pytest wraps the exception of a plugin's import: only the cause is helpful.
        cause = error.__cause__ or error.__context__ or error
        super().__init__(f"{file}: cannot import steps: {type(cause).__name__}: {cause}", code=SuiteCode.BAD_STEPS)


def runs_features(config: pytest.Config) -> bool:
    """Can this session collect any feature of the suite?"""
    if config.getoption("kserve_record") or config.getoption("kserve_suite"):
        return True
    features = _suite_folder(config) / "features"
    folders = [(config.invocation_params.dir / str(arg).partition("::")[0]).resolve() for arg in config.args]
    return any(folder == features or folder in features.parents or features in folder.parents for folder in folders)


def settings_of(config: pytest.Config) -> RunSettings:
    """Read the options. Raises ``SuiteError``, ``UnknownTarget``, ``BadTarget`` and ``UnknownRelease``."""
    suite = Suite.at(_suite_folder(config))
    scenarios = inventory(suite)
    rerun, baseline = config.getoption("kserve_rerun"), config.getoption("kserve_baseline")
    selection = Selection(
        config.getoption("kserve_tags"),
        config.getoption("kserve_words"),
        tuple(config.getoption("kserve_scenario")),
        msgspec.json.decode(rerun, type=Rerun) if rerun else None,
        Shard.parse(shard) if (shard := config.getoption("kserve_shard")) else None,
    )
    record = config.getoption("kserve_record")
    return RunSettings(
        suite=suite,
        scenarios=scenarios,
        selection=selection,
        selected=selection.of(scenarios),
        target=with_known_release(parse(config.getoption("kserve_target"))),
        options=Options(
            manager=config.getoption("kserve_manager"),
            source=config.getoption("kserve_source"),
            keep=config.getoption("kserve_keep"),
            jobs=int(getattr(config, "workerinput", {}).get("workercount", 1)),
            progress=partial(_report_progress, config),
        ),
        record=Path(record) if record else None,
        all_selected=config.getoption("kserve_all_selected"),
        timings=config.getoption("kserve_timings"),
        implementation=msgspec.json.decode(config.getoption("kserve_implementation"), type=Implementation),
        baseline=msgspec.json.decode(baseline, type=Baseline) if baseline else None,
    )


def load_steps(config: pytest.Config, suite: Suite) -> None:
    """
    Import the shipped step definitions and those of the suite, as plugins. Raises ``BadSteps``.

    Another suite's modules become a package named after its folder, so that they
    can import each other and never shadow anything.
    """
    shipped = ROOT / "steps"
    _import_plugins(config, SHIPPED_STEPS, shipped)
    if suite.steps.is_dir() and suite.steps.resolve() != shipped.resolve():
        package = _SUITE_STEPS + sha256(str(suite.root).encode()).hexdigest()[:8]
        if package not in sys.modules:
            module = ModuleType(package, "The step definitions of a suite of its own.")
            module.__path__ = [str(suite.steps)]
            module.__spec__ = importlib.util.spec_from_loader(package, None, is_package=True)
            sys.modules[package] = module
        _import_plugins(config, package, suite.steps)


class StepRegistries:
    """The step definitions that each feature file sees: those of plugins, and of each conftest above the file."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager
        self._registries: dict[tuple[str, ...], StepRegistry] = {}
        self._definitions = cache(definitions_in)

    def visible_from(self, file: Path) -> StepRegistry:
        """The definitions that a feature file sees; the same registry for files that see the same ones."""
        modules = [
            (plugin, layer)
            for plugin in self._plugins.get_plugins()
            if isinstance(plugin, ModuleType) and (layer := _layer(plugin, file)) is not None
        ]
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


def register_markers(config: pytest.Config, settings: RunSettings) -> None:
    """Register a marker for every tag and topic of the suite, which strict markers would reject otherwise."""
    tags = {tag for scenario in settings.scenarios for tag in scenario.tags.names}
    for name, about in describe(tags):
        config.addinivalue_line("markers", f"{name}: {about}")
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
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _suite_folder(config: pytest.Config) -> Path:
    folder: str | None = config.getoption("kserve_suite")
    if folder:
        return Path(config.invocation_params.dir / folder).resolve()
    return Path(config.rootpath) if (config.rootpath / "features").is_dir() else ROOT.resolve()
