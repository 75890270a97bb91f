"""What one session asks: which scenarios of which suite, of which target, about which release."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.rules.releases import full_name
from kserve_conformance.suite import ROOT, ScenarioInfo, Suite, inventory
from kserve_conformance.suite.selection import Rerun, Selection
from kserve_conformance.suite.shards import Shard
from kserve_conformance.suite.tags import DOCUMENTED, describe
from kserve_conformance.targets.kinds import KINDS, parse
from kserve_conformance.targets.spec import Options, Spec

#: Where the shipped step definitions are imported from, in a checkout and in a wheel.
OUR_STEPS = "kserve_conformance.suite.steps"

#: The prefix of the package that stands for another suite's folder of steps.
THEIR_STEPS = "kserve_conformance_steps_of_"


class BadSteps(SuiteError):
    """A module of step definitions cannot be imported."""

    def __init__(self, file: Path, error: BaseException) -> None:
        # pytest wraps what a plugin's import raises: the cause is what a person can act on.
        cause = error.__cause__ or error.__context__ or error
        super().__init__(f"{file}: its steps cannot be imported: {type(cause).__name__}: {cause}")


@dataclass(frozen=True)
class Asked:
    """
    The question of one session, the same in every process that works on it.

    ``scenarios`` is the whole suite, ``selected`` what was chosen by tags, words
    and ids.
    """

    suite: Suite
    scenarios: tuple[ScenarioInfo, ...]
    selection: Selection
    selected: tuple[ScenarioInfo, ...]
    target: Spec
    options: Options
    record: Path | None
    timings: bool
    implementation: str
    baseline: str | None = None

    @classmethod
    def is_wanted(cls, config: pytest.Config) -> bool:
        """Can this session meet a feature of the suite at all?"""
        if config.getoption("kserve_record") or config.getoption("kserve_suite"):
            return True
        features = _suite_folder(config) / "features"
        folders = [(config.invocation_params.dir / str(arg).partition("::")[0]).resolve() for arg in config.args]
        return any(folder == features or folder in features.parents or features in folder.parents for folder in folders)

    @classmethod
    def of(cls, config: pytest.Config) -> Asked:
        """Read the options. Raises ``SuiteError``, ``UnknownTarget``, ``BadTarget`` and ``UnknownRelease``."""
        suite = Suite.at(_suite_folder(config))
        scenarios = inventory(suite)
        selection = Selection(
            config.getoption("kserve_tags"),
            config.getoption("kserve_words"),
            tuple(config.getoption("kserve_scenario")),
            _rerun(config.getoption("kserve_rerun")),
            Shard.parse(shard) if (shard := config.getoption("kserve_shard")) else None,
        )
        record = config.getoption("kserve_record")
        return cls(
            suite=suite,
            scenarios=scenarios,
            selection=selection,
            selected=selection.of(scenarios),
            target=checked(parse(config.getoption("kserve_target"))),
            options=Options(
                manager=config.getoption("kserve_manager"),
                source=config.getoption("kserve_source"),
                keep=config.getoption("kserve_keep"),
                jobs=int(getattr(config, "workerinput", {}).get("workercount", 1)),
                progress=partial(_tell, config),
            ),
            record=Path(record) if record else None,
            timings=config.getoption("kserve_timings"),
            implementation=config.getoption("kserve_implementation"),
            baseline=config.getoption("kserve_baseline"),
        )

    @cached_property
    def selected_ids(self) -> frozenset[str]:
        """The ids of what was selected."""
        return frozenset(scenario.id for scenario in self.selected)

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of every scenario in the suite, by id: records are written in this order, whatever ran first."""
        return {scenario.id: place for place, scenario in enumerate(self.scenarios)}

    def templates_of(self, file: Path) -> dict[str, tuple[ScenarioInfo, ...]]:
        """The scenarios of a feature file by their names as written, rows in order."""
        return self._by_file.get(file.relative_to(self.suite.root).as_posix(), {})

    @cached_property
    def _by_file(self) -> dict[str, dict[str, tuple[ScenarioInfo, ...]]]:
        found: dict[str, dict[str, tuple[ScenarioInfo, ...]]] = {}
        for scenario in self.scenarios:
            templates = found.setdefault(scenario.path, {})
            templates[scenario.template] = (*templates.get(scenario.template, ()), scenario)
        return found


#: The session's question, in pytest's configuration.
SESSION = pytest.StashKey[Asked]()

#: The scenario that a collected test stands for.
SCENARIO = pytest.StashKey[ScenarioInfo]()


def checked(spec: Spec) -> Spec:
    """A spec whose release is a known one, by its full name. Raises ``UnknownRelease``."""
    if not KINDS[spec.kind].is_release or spec.argument == DOCUMENTED:
        return spec
    return Spec(spec.kind, full_name(spec.argument), spec.parameters)


def named_release(spec: Spec) -> str | None:
    """The release that a spec names; None for targets that have to be asked."""
    return spec.argument if KINDS[spec.kind].is_release else None


def load_steps(config: pytest.Config, asked: Asked) -> None:
    """
    Have the shipped step definitions, and on top those of the suite. Raises ``BadSteps``.

    Another suite's modules become a package of their own, named after its
    folder, so that they can import each other and never shadow anything.
    """
    shipped = ROOT / "steps"
    _load(config, OUR_STEPS, shipped)
    if asked.suite.steps.is_dir() and asked.suite.steps.resolve() != shipped.resolve():
        package = THEIR_STEPS + sha256(str(asked.suite.root).encode()).hexdigest()[:8]
        if package not in sys.modules:
            module = ModuleType(package, "The step definitions of a suite of its own.")
            module.__path__ = [str(asked.suite.steps)]
            module.__spec__ = importlib.util.spec_from_loader(package, None, is_package=True)
            sys.modules[package] = module
        _load(config, package, asked.suite.steps)


def _load(config: pytest.Config, package: str, folder: Path) -> None:
    for file in sorted(folder.glob("*.py")):
        if file.stem == "__init__":
            continue
        try:
            config.pluginmanager.import_plugin(f"{package}.{file.stem}")
        except Exception as error:
            raise BadSteps(file, error) from error


def register_markers(config: pytest.Config, asked: Asked) -> None:
    """
    Have a marker for every tag and topic of the suite.

    pytest-bdd makes marks of tags without looking, and strict markers refuse
    those that nobody registered: those of Examples too.
    """
    tags = {tag for scenario in asked.scenarios for tag in scenario.tags.names}
    for name, about in describe(tags):
        config.addinivalue_line("markers", f"{name}: {about}")
    for topic in sorted({scenario.topic for scenario in asked.scenarios} - tags - {""}):
        config.addinivalue_line("markers", f"{topic}: a topic of the suite")


def _tell(config: pytest.Config, line: str) -> None:
    """Tell a person on stderr how far a target is, past pytest's capture: building one takes minutes."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with contextlib.nullcontext() if capture is None else capture.global_and_fixture_disabled():
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _rerun(given: str | None) -> Rerun | None:
    return None if given is None else msgspec.json.decode(given, type=Rerun)


def _suite_folder(config: pytest.Config) -> Path:
    given: str | None = config.getoption("kserve_suite")
    if given:
        return Path(config.invocation_params.dir / given).resolve()
    return Path(config.rootpath) if (config.rootpath / "features").is_dir() else ROOT.resolve()
