"""
Which scenarios cover which rule, and which rules none covers.

A pure function over plain values: it knows the registry but not features; their
reader knows features but not the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kserve_conformance.rules.registry import Registry
from kserve_conformance.rules.releases import RELEASES, in_range


@dataclass(frozen=True, slots=True)
class Stated:
    """A scenario: its id, the rules of its tags, and the range of releases that it applies to."""

    id: str
    rules: tuple[str, ...]
    since: str | None = None
    until: str | None = None

    def holds_for(self, release: str) -> bool:
        """Does the scenario apply to a release? Raises ``UnknownRelease``."""
        return in_range(release, self.since, self.until)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A scenario's tag names a rule that the registry does not have."""

    scenario: str
    rule: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    Scenarios and rules, side by side.

    ``scenarios`` maps every rule of the registry to the scenarios that state it.
    ``bare`` maps a rule to the releases that it holds for without a scenario that
    applies to them; a rule without any scenario is also in ``uncovered``.
    """

    scenarios: Mapping[str, tuple[str, ...]]
    bare: Mapping[str, tuple[str, ...]]
    unknown: tuple[Unknown, ...]

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The rules that no scenario states, in the order of the registry."""
        return tuple(rule for rule, found in self.scenarios.items() if not found)

    @property
    def is_whole(self) -> bool:
        """Is every rule covered, and every tag a rule?"""
        return not self.uncovered and not self.unknown


def coverage(registry: Registry, scenarios: Iterable[Stated]) -> Coverage:
    """Match scenarios and rules. Raises ``UnknownRelease`` for an invalid range."""
    covering: dict[str, list[Stated]] = {rule.id: [] for rule in registry.rules}
    unknown: list[Unknown] = []
    for scenario in scenarios:
        for rule_id in scenario.rules:
            if rule_id in covering:
                covering[rule_id].append(scenario)
            else:
                unknown.append(Unknown(scenario.id, rule_id))
    bare = {
        rule.id: tuple(
            release
            for release in RELEASES
            if rule.holds_for(release) and not any(scenario.holds_for(release) for scenario in covering[rule.id])
        )
        for rule in registry.rules
    }
    return Coverage(
        scenarios={rule: tuple(scenario.id for scenario in found) for rule, found in covering.items()},
        bare={rule: releases for rule, releases in bare.items() if releases},
        unknown=tuple(unknown),
    )
