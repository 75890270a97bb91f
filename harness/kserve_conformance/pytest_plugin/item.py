"""A scenario as a pytest item: pytest's fixtures around a scenario run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.scenario_runs import ScenarioRun, ScenarioRunner
from kserve_conformance.scenario_runs.bdd import BoundScenario, provide_fixture
from kserve_conformance.scenario_runs.steps import StepRegistry
from kserve_conformance.suite import ScenarioInfo


@cache
def _marker(name: str) -> pytest.MarkDecorator:
    return getattr(pytest.mark, name)  # type: ignore[no-any-return]


def _scenario(request: pytest.FixtureRequest, world: object) -> None:
    """The test function of every scenario for pytest: it declares the fixtures."""


class ScenarioItem(pytest.Function):
    """One scenario, or one row of its Examples."""

    def __init__(
        self,
        *,
        scenario: ScenarioInfo,
        runner: ScenarioRunner,
        registry: StepRegistry,
        bound: BoundScenario | None = None,
        **of_function: Any,
    ) -> None:
        super().__init__(callobj=_scenario, **of_function)
        self.scenario = scenario
        self.bound = bound
        self._runner = runner
        self._registry = registry
        self._run: ScenarioRun | None = None
        self._was_set_up = self._is_rerun = False

    @classmethod
    def of(
        cls,
        parent: pytest.Module,
        name: str,
        scenario: ScenarioInfo,
        runner: ScenarioRunner,
        registry: StepRegistry,
        **more: Any,
    ) -> ScenarioItem:
        """The item of a scenario, with a marker for each of its tags, its topic, and each marker of its function."""
        item: ScenarioItem = cls.from_parent(
            parent, name=name, scenario=scenario, runner=runner, registry=registry, **more
        )
        for marker in filter(None, (*scenario.tags.names, scenario.topic)):
            item.add_marker(_marker(marker))
        if item.bound is not None:
            item.own_markers.extend(item.bound.markers)
        return item

    @property
    def fixture_info(self) -> Any:
        """The fixtures that pytest looked up for the item: the same for every scenario of a file."""
        return self._fixtureinfo

    @property
    def run(self) -> ScenarioRun:
        """The run of the scenario, from its setup on."""
        if self._run is None:
            self._run = ScenarioRun(self._runner, self.scenario)
        return self._run

    @property
    def is_rerun(self) -> bool:
        """Has a plugin set up the item again after its scenario had a verdict?"""
        return self._is_rerun

    @property
    def world(self) -> object:
        """What the steps act on; None before its setup."""
        return self.funcargs.get("world")

    def setup(self) -> None:
        """Set up the fixtures, unless this release or target cannot run the scenario."""
        if self._was_set_up:
            self._is_rerun = True
            raise SuiteError("the scenario already has its verdict", hint="a scenario is not run a second time")
        self._was_set_up = True
        self._run = None
        self._runner.open(item.scenario for item in self.session.items if isinstance(item, ScenarioItem))
        if not self.run.applies():
            # Report the location of the item, not of this line.
            raise pytest.skip.Exception(str(self.run.judge().reason), _use_item_location=True)
        super().setup()

    def runtest(self) -> None:
        """Run the steps."""
        __tracebackhide__ = True
        fixtures = RequestFixtures(self.funcargs)
        self.run.run_steps(self._registry, fixtures)
        if self.bound is not None:
            self.bound.body(*(fixtures.get(name) for name in self.bound.fixtures))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the scenario in its feature file."""
        return self._runner.settings.suite.root / self.scenario.path, self.scenario.line - 1, self.scenario.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ARG002
        """A failure in terms of the feature, if possible."""
        return self.run.failure_of(excinfo.value) or super().repr_failure(excinfo)


class RequestFixtures:
    """The fixtures of a scenario in pytest. A value is looked up once, because pytest is slow at it."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._request: pytest.FixtureRequest = values["request"]
        self._values = dict(values)
        self.add_finalizer: Callable[[Callable[[], object]], None] = self._request.addfinalizer

    def get(self, name: str) -> Any:
        """The value of a fixture. Raises ``FixtureLookupError`` for an unknown one."""
        if name not in self._values:
            self._values[name] = self._request.getfixturevalue(name)
        return self._values[name]

    def provide(self, name: str, value: Any) -> None:
        """Replace a fixture for the rest of the scenario, for steps and for other fixtures."""
        self._values[name] = value
        provide_fixture(self._request, name, value)
