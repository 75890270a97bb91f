"""
Counting verdicts: of a run, of a topic, of a rule.

A group is never better than its worst member, and a missing scenario counts as
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kserve_conformance.record.model import Record, Scenario, Verdict

#: All verdicts, the most important to a reader first.
WORST_FIRST = (
    Verdict.ERRORED,
    Verdict.FAILED,
    Verdict.DEVIATES,
    Verdict.SKIPPED,
    Verdict.UNSUPPORTED,
    Verdict.PASSED,
)

#: The verdicts of scenarios that ran, the worst first, then those of scenarios that did not.
_RAN_FIRST = (
    Verdict.ERRORED,
    Verdict.FAILED,
    Verdict.DEVIATES,
    Verdict.PASSED,
    Verdict.SKIPPED,
    Verdict.UNSUPPORTED,
)

#: The levels of a scenario, in display order.
LEVELS = ("core", "extended")


@dataclass(frozen=True, slots=True)
class Tally:
    """Scenarios in a stable order, and how many have which verdict."""

    scenarios: tuple[Scenario, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """The number of scenarios for every verdict, zeros included, in the order of :class:`Verdict`."""
        counts = dict.fromkeys(Verdict, 0)
        for scenario in self.scenarios:
            counts[scenario.verdict] += 1
        return counts

    @property
    def total(self) -> int:
        """The number of scenarios."""
        return len(self.scenarios)

    @property
    def worst(self) -> Verdict | None:
        """The worst verdict of the group; None for an empty group."""
        return next((verdict for verdict in WORST_FIRST if self.of(verdict)), None)

    @property
    def standing(self) -> Verdict | None:
        """
        The worst verdict of the scenarios that ran, else skipped, else unsupported; None for an empty group.

        A group with a pass and a skipped scenario has passed as far as it ran, which is
        for its reader to say: ``counts`` has both.
        """
        return next((verdict for verdict in _RAN_FIRST if self.of(verdict)), None)

    def of(self, *verdicts: Verdict) -> tuple[Scenario, ...]:
        """Return the scenarios with one of these verdicts."""
        return tuple(scenario for scenario in self.scenarios if scenario.verdict in verdicts)

    def at(self, level: str) -> Tally:
        """Return the tally of one level."""
        return Tally(tuple(scenario for scenario in self.scenarios if scenario.level == level))


def tally(scenarios: Iterable[Scenario]) -> Tally:
    """Count scenarios, ordered by topic, file and line so that the order in which they ran does not matter."""
    return Tally(
        tuple(sorted(scenarios, key=lambda scenario: (scenario.topic, scenario.path, scenario.line, scenario.id)))
    )


def by_topic(record: Record) -> Mapping[str, Tally]:
    """Return a tally for each topic, sorted by name."""
    return _grouped((scenario.topic, scenario) for scenario in record.scenarios)


def by_rule(record: Record) -> Mapping[str, Tally]:
    """Return a tally for each rule, sorted by id. A scenario counts for each of its rules."""
    return _grouped((rule, scenario) for scenario in record.scenarios for rule in dict.fromkeys(scenario.rules))


def _grouped(pairs: Iterable[tuple[str, Scenario]]) -> dict[str, Tally]:
    groups: dict[str, list[Scenario]] = {}
    for key, scenario in pairs:
        groups.setdefault(key, []).append(scenario)
    return {key: tally(groups[key]) for key in sorted(groups)}
