"""The settings of one run: the selected scenarios of a suite, on one target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kserve_conformance.record.environment import allowed
from kserve_conformance.record.model import Baseline, Implementation
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.record.reproduction import Reproduction
from kserve_conformance.suite import ScenarioInfo, Suite
from kserve_conformance.suite.declared_deviations import DeclaredDeviations
from kserve_conformance.suite.problems import SuiteCode, SuiteProblem, raise_all
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets.kinds import is_own_build
from kserve_conformance.targets.spec import Options, Spec


def _with_secrets(scenarios: Iterable[ScenarioInfo]) -> Iterator[SuiteProblem]:
    redaction = Redaction(allowed=allowed())
    for scenario in scenarios:
        if (shown := redaction.secrets(scenario.id)) != scenario.id:
            yield SuiteProblem(
                SuiteCode.SECRET_IN_NAME,
                scenario.place,
                f"the id of the scenario contains a secret: {shown}",
                "ids are published: rename the scenario, or use another value in its id column",
            )


@dataclass(frozen=True)
class RunSettings:
    """
    The settings of one run, the same in every process that works on it.

    ``scenarios`` is the whole suite, ``selected`` the part of it that ``selection``
    chooses. ``all_selected`` makes a run incomplete in which one of those was not
    collected: pytest's own options may narrow a run, a conftest of a suite may not.
    ``record`` is the file to write, ``timings`` says whether it has
    durations; ``implementation`` and ``baseline`` go into its header. ``declared``
    are the deviations of the implementation.
    """

    suite: Suite
    scenarios: tuple[ScenarioInfo, ...]
    selection: Selection
    selected: tuple[ScenarioInfo, ...]
    target: Spec
    options: Options
    record: Path | None = None
    all_selected: bool = False
    timings: bool = False
    implementation: Implementation = field(default_factory=Implementation)
    baseline: Baseline | None = None
    declared: DeclaredDeviations | None = None

    def __post_init__(self) -> None:
        """
        Raise ``SuiteError`` if the id of a scenario has a secret.

        An id is in every report and must be the one in the suite, so it cannot be redacted.
        """
        if not self.suite.is_shipped:
            raise_all(_with_secrets(self.scenarios))

    @cached_property
    def selected_ids(self) -> frozenset[str]:
        """The ids of the selected scenarios."""
        return frozenset(scenario.id for scenario in self.selected)

    @cached_property
    def order(self) -> dict[str, int]:
        """The position of every scenario in the suite, by id: the order of a record, whichever ran first."""
        return {scenario.id: position for position, scenario in enumerate(self.scenarios)}

    @cached_property
    def _by_file(self) -> dict[str, tuple[ScenarioInfo, ...]]:
        by_file: dict[str, list[ScenarioInfo]] = {}
        for scenario in self.scenarios:
            by_file.setdefault(scenario.path, []).append(scenario)
        return {path: tuple(scenarios) for path, scenarios in by_file.items()}

    def scenarios_in(self, file: Path) -> tuple[ScenarioInfo, ...]:
        """The scenarios of a feature file, in order; none of a file that the suite does not have."""
        place = self.suite.place_of(file)
        return () if place is None else self._by_file.get(place.relative_to(self.suite.root).as_posix(), ())

    def reproduce(self, scenario: ScenarioInfo) -> str:
        """The command that reruns a scenario on the same build."""
        return self._reproduction.command(scenario.id)

    @cached_property
    def _reproduction(self) -> Reproduction:
        return Reproduction(self.target, self.suite, self.options, self.declared.file if self.declared else None)

    @cached_property
    def is_own_build(self) -> bool:
        """Whether something else runs than the release whose name the target has."""
        return is_own_build(self.target, self.options.build)
