"""
Collecting pytest items from a feature file.

No ``test_*.py`` is needed: ``pytest
features/ordering/names.feature -k digits`` runs it directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.pytest_plugin.configuration import StepRegistries
from kserve_conformance.pytest_plugin.item import ScenarioItem
from kserve_conformance.scenario_runs import ScenarioRunner
from kserve_conformance.suite import ScenarioInfo
from kserve_conformance.suite.problems import raise_all

#: The runner of this session, and the step definitions of its files.
RUNNER = pytest.StashKey[ScenarioRunner]()
REGISTRIES = pytest.StashKey[StepRegistries]()


class FeatureFile(pytest.Module):
    """A feature file as pytest's module: an item for each scenario, and for each row of its Examples."""

    def _getobj(self) -> ModuleType:
        module = ModuleType(self.path.stem, f"The scenarios of {self.path.name}.")
        module.__file__ = str(self.path)
        return module

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Create the items. Raises ``CollectError`` for steps that would not run as intended."""
        runner = self.config.stash[RUNNER]
        registry = self.config.stash[REGISTRIES].visible_from(self.path)
        scenarios = runner.settings.scenarios_in(self.path)
        try:
            raise_all(registry.problems(scenarios))
        except SuiteError as error:
            raise self.CollectError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error
        fixture_info = None
        for name, scenario in item_names(scenarios):
            item = ScenarioItem.from_parent(
                self, name=name, scenario=scenario, runner=runner, registry=registry, fixtureinfo=fixture_info
            )
            fixture_info = item.fixture_info
            for marker in filter(None, (*scenario.tags.names, scenario.topic)):
                item.add_marker(_marker(marker))
            yield item


@cache
def _marker(name: str) -> pytest.MarkDecorator:
    return getattr(pytest.mark, name)  # type: ignore[no-any-return]


def item_names(scenarios: Iterable[ScenarioInfo]) -> Iterator[tuple[str, ScenarioInfo]]:
    """Each scenario with the name of its item; a row of Examples has its values in brackets."""
    functions: dict[str, str] = {}
    taken: set[str] = set()
    for scenario in scenarios:
        if scenario.template not in functions:
            name = function_name(scenario.template)
            while name in functions.values():
                name += "_"
            functions[scenario.template] = name
        name = functions[scenario.template]
        if scenario.row:
            name += f"[{'-'.join(scenario.row.values())}]"
        if name in taken:
            # Two rows whose joined values are equal; their ids differ.
            name += f"[{scenario.id.rpartition('[')[2]}"
        taken.add(name)
        yield name, scenario


def function_name(scenario_name: str) -> str:
    """
    The name of a scenario's item: its words, in any language.

    >>> function_name("The namespace's runtime shadows the cluster's")
    'test_the_namespaces_runtime_shadows_the_clusters'
    """
    words = re.findall(r"\w+", scenario_name.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    return f"test_{'_'.join(words).lower()}"
