"""
Scenarios that a test module binds with pytest-bdd's ``scenario`` and ``scenarios``.

Run by pytest-bdd, a scenario would ignore its releases, and pass with a step that returns its check. So a bound
scenario of a suite of ours becomes the same item that a feature file has, with the steps and fixtures of the test
module. A feature that uses none of our steps is left to pytest-bdd.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.pytest_plugin.item import ScenarioItem
from kserve_conformance.pytest_plugin.suite_session import SuiteSession
from kserve_conformance.pytest_plugin.suites import is_ours, several_suites
from kserve_conformance.scenario_runs.bdd import BoundScenario
from kserve_conformance.suite import ScenarioInfo, Suite, SuiteCode
from kserve_conformance.suite.problems import raise_all


def bound_items(
    session: SuiteSession, module: pytest.Module, name: str, bound: BoundScenario
) -> list[pytest.Item] | None:
    """The items of a bound scenario; None if it belongs to pytest-bdd. Raises ``CollectError``."""
    try:
        suite = _suite_of(session, module.config, bound)
        if suite is None:
            return None
        runner = session.open(suite)
        registry = session.registries.visible_from(module.path, module.obj)
        scenarios = [one for one in runner.settings.scenarios_in(bound.file) if one.template == bound.name]
        raise_all((*_problems(module, name, bound), *registry.problems(scenarios)))
    except SuiteError as error:
        raise module.CollectError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error
    return [
        ScenarioItem.of(module, item_name, scenario, runner, registry, bound=bound)
        for item_name, scenario in _named(name, scenarios)
    ]


def _suite_of(session: SuiteSession, config: pytest.Config, bound: BoundScenario) -> Suite | None:
    """The suite of a bound scenario if it is ours. Raises ``SuiteError`` if the session has another one."""
    if session.has(bound.file):
        return session.suite
    suite = Suite.of_feature(bound.file)
    if not is_ours(config, suite):
        return None
    if session.suite is not None:
        raise several_suites((session.suite, suite))
    return suite


def _problems(module: pytest.Module, name: str, bound: BoundScenario) -> Iterator[SuiteError]:
    """A test function with parameters of its own would run a scenario several times."""
    if any(mark.name == "parametrize" for mark in bound.markers):
        yield SuiteError(
            f"{module.path.name}: {name} is parametrized",
            code=SuiteCode.DUPLICATE_SCENARIO,
            hint="a scenario has one verdict: use Examples instead",
        )


def _named(name: str, scenarios: Iterable[ScenarioInfo]) -> Iterator[tuple[str, ScenarioInfo]]:
    """Each scenario with the name that pytest-bdd gives it."""
    taken: set[str] = set()
    for scenario in scenarios:
        item_name = f"{name}[{'-'.join(scenario.row.values())}]" if scenario.row else name
        if item_name in taken:
            item_name += f"[{scenario.id.rpartition('[')[2]}"
        taken.add(item_name)
        yield item_name, scenario


def without_repeated(items: list[pytest.Item]) -> list[pytest.Item]:
    """
    The items, each scenario once: bound by a test module, which may have steps of its own, or of its feature file.

    Raises ``SuiteError`` if two test modules bind a scenario.
    """
    bound: dict[str, ScenarioItem] = {}
    for item in items:
        if not isinstance(item, ScenarioItem) or item.bound is None:
            continue
        other = bound.setdefault(item.scenario.id, item)
        if other is not item:
            raise SuiteError(
                f"{item.scenario.id}: bound by {other.nodeid} and by {item.nodeid}",
                code=SuiteCode.DUPLICATE_SCENARIO,
                hint="a scenario has one verdict: remove one of them, or run one of the modules",
            )
    chosen: dict[str, ScenarioItem] = dict(bound)
    for item in items:
        if isinstance(item, ScenarioItem):
            chosen.setdefault(item.scenario.id, item)
    return [item for item in items if not isinstance(item, ScenarioItem) or chosen[item.scenario.id] is item]
