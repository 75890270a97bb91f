"""
Counting verdicts: of a run, of a topic, of a rule.

A group is never better than its worst member, and what is not there is not
counted as anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kserve_conformance.record.model import Record, Scenario, Verdict

#: From what a reader must see first to what is as it should be.
WORST_FIRST = (
    Verdict.ERRORED,
    Verdict.FAILED,
    Verdict.DEVIATES,
    Verdict.SKIPPED,
    Verdict.UNSUPPORTED,
    Verdict.PASSED,
)

#: The two levels of a scenario, in the order in which they are shown.
LEVELS = ("core", "extended")


@dataclass(frozen=True, slots=True)
class Tally:
    """Some scenarios, in a stable order, and how many of them have which verdict."""

    scenarios: tuple[Scenario, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """Every verdict with its number, zeros included, in the order in which verdicts are declared."""
        found = dict.fromkeys(Verdict, 0)
        for scenario in self.scenarios:
            found[scenario.verdict] += 1
        return found

    @property
    def total(self) -> int:
        """How many scenarios there are."""
        return len(self.scenarios)

    @property
    def worst(self) -> Verdict | None:
        """The verdict of the group: that of its worst member, None for a group without any."""
        found = {scenario.verdict for scenario in self.scenarios}
        return next((verdict for verdict in WORST_FIRST if verdict in found), None)

    def of(self, *verdicts: Verdict) -> tuple[Scenario, ...]:
        """Those with one of these verdicts."""
        return tuple(scenario for scenario in self.scenarios if scenario.verdict in verdicts)

    def at(self, level: str) -> Tally:
        """Those of one level."""
        return Tally(tuple(scenario for scenario in self.scenarios if scenario.level == level))


def tally(scenarios: Iterable[Scenario]) -> Tally:
    """Count scenarios, ordered by topic, file and line, so that two runs of one suite read alike whatever ran first."""
    return Tally(
        tuple(sorted(scenarios, key=lambda scenario: (scenario.topic, scenario.path, scenario.line, scenario.id)))
    )


def by_topic(record: Record) -> Mapping[str, Tally]:
    """A tally for each topic, topics by name."""
    return _grouped((scenario.topic, scenario) for scenario in record.scenarios)


def by_rule(record: Record) -> Mapping[str, Tally]:
    """A tally for each rule that some scenario names, rules by id. A scenario counts for each of its rules."""
    return _grouped((rule, scenario) for scenario in record.scenarios for rule in dict.fromkeys(scenario.rules))


def _grouped(pairs: Iterable[tuple[str, Scenario]]) -> dict[str, Tally]:
    groups: dict[str, list[Scenario]] = {}
    for key, scenario in pairs:
        groups.setdefault(key, []).append(scenario)
    return {key: tally(groups[key]) for key in sorted(groups)}
