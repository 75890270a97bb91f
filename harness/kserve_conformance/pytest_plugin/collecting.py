"""
Making tests of a feature file, and guarding that each of its scenarios becomes one.

No ``test_*.py`` stands between pytest and a feature: ``pytest
features/ordering/names.feature -k digits`` runs it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import ModuleType

import pytest
from pytest_bdd import scenario as bdd_scenario

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.pytest_plugin.lookup import definitions_for, row_number
from kserve_conformance.pytest_plugin.session import SCENARIO, SESSION, Asked
from kserve_conformance.suite import ScenarioInfo
from kserve_conformance.suite.guards import LostScenarios, ambiguous_steps, async_steps
from kserve_conformance.suite.problems import Place, SuiteProblem, raise_all


class FeatureFile(pytest.Module):
    """A feature file as pytest's module: a test for each scenario, parametrised by the rows of its Examples."""

    def _getobj(self) -> ModuleType:
        module = ModuleType(self.path.stem, f"The scenarios of {self.path.name}.")
        module.__file__ = str(self.path)
        for name, test, infos in self._tests():
            topic = infos[0].topic
            marked = getattr(pytest.mark, topic)(test) if topic else test
            setattr(module, name, pytest.mark.usefixtures("world")(marked))
        return module

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Collect, and raise what would make a scenario vanish or a step mean something else."""
        collected = list(super().collect())
        items = [item for item in collected if isinstance(item, pytest.Function)]
        named = {name: infos for name, _, infos in self._named()}
        for item in items:
            rows = named[item.originalname]
            number = row_number(item)
            if number < len(rows):
                _stands_for(item, rows[number])
        try:
            raise_all((*self._lost(items, named), *self._wrong_steps(items, named)))
        except SuiteError as error:
            raise self.CollectError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error
        return collected

    @property
    def _asked(self) -> Asked:
        return self.config.stash[SESSION]

    def _named(self) -> Iterator[tuple[str, str, tuple[ScenarioInfo, ...]]]:
        """A test's name, its scenario's name as written, and its rows."""
        taken: set[str] = set()
        for template, infos in self._asked.templates_of(self.path).items():
            name = name_of_test(template)
            while name in taken:
                name += "_"
            taken.add(name)
            yield name, template, infos

    def _tests(self) -> Iterator[tuple[str, object, tuple[ScenarioInfo, ...]]]:
        for name, template, infos in self._named():
            decorate = bdd_scenario(self.path.name, template, features_base_dir=str(self.path.parent))
            yield name, decorate(lambda: None), infos

    def _lost(self, items: list[pytest.Function], named: dict[str, tuple[ScenarioInfo, ...]]) -> Iterator[SuiteProblem]:
        """pytest-bdd and Cucumber's parser must agree on what the file holds, scenario by scenario."""
        expected = {info.id for infos in named.values() for info in infos}
        found = [item.stash[SCENARIO].id for item in items if SCENARIO in item.stash]
        if len(items) != len(expected) or set(found) != expected:
            path = self.path.relative_to(self._asked.suite.root).as_posix()
            lost = sorted(expected - set(found))
            told = f"{len(items)} tests were made of {len(expected)} scenarios"
            yield LostScenarios(Place(path), f"{told}; lost: {', '.join(lost)}" if lost else told)

    def _wrong_steps(
        self, items: list[pytest.Function], named: dict[str, tuple[ScenarioInfo, ...]]
    ) -> Iterator[SuiteProblem]:
        if not items:
            return
        definitions = definitions_for(items[0])
        yield from async_steps(definitions)
        yield from ambiguous_steps((info for infos in named.values() for info in infos), definitions)


def _stands_for(item: pytest.Function, scenario: ScenarioInfo) -> None:
    """Tie a test to its scenario, and have pytest name the feature's line as the place where it is."""
    item.stash[SCENARIO] = scenario
    where = (item.path, scenario.line - 1, scenario.name)
    item.reportinfo = lambda: where  # type: ignore[method-assign]


def name_of_test(scenario_name: str) -> str:
    """
    The name of a scenario's test: its words, in any language.

    >>> name_of_test("The namespace's runtime shadows the cluster's")
    'test_the_namespaces_runtime_shadows_the_clusters'
    """
    words = re.findall(r"\w+", scenario_name.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    return f"test_{'_'.join(words).lower()}"
