"""
Collecting pytest items from a feature file.

No ``test_*.py`` is needed: ``pytest
features/ordering/names.feature -k digits`` runs it directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import ModuleType

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.pytest_plugin.item import ScenarioItem
from kserve_conformance.pytest_plugin.suite_session import SuiteSession
from kserve_conformance.suite import ScenarioInfo
from kserve_conformance.suite.problems import raise_all

#: The suite of this session of pytest.
SESSION = pytest.StashKey[SuiteSession]()


class FeatureFile(pytest.Module):
    """A feature file as pytest's module: an item for each scenario, and for each row of its Examples."""

    def _getobj(self) -> ModuleType:
        module = ModuleType(self.path.stem, f"The scenarios of {self.path.name}.")
        module.__file__ = str(self.path)
        return module

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Create the items. Raises ``CollectError`` for steps that would not run as intended."""
        session = self.config.stash[SESSION]
        runner = session.runner
        scenarios = runner.settings.scenarios_in(self.path) if runner is not None else ()
        if runner is None or not scenarios:
            raise self.CollectError(
                f"{self.path.name} is not a feature of the suite\n"
                "hint: links to folders are not followed; run pytest with the folder that they lead to"
            )
        registry = session.registries.visible_from(self.path)
        try:
            raise_all(registry.problems(scenarios))
        except SuiteError as error:
            raise self.CollectError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error
        fixture_info = None
        for name, scenario in item_names(scenarios):
            item = ScenarioItem.of(self, name, scenario, runner, registry, fixtureinfo=fixture_info)
            fixture_info = item.fixture_info
            yield item


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
