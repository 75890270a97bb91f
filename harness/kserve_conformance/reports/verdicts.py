"""
How verdicts, reasons and runs read, the same in every report.

Each verdict has a word, a symbol and a letter, so that no report depends on colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kserve_conformance.record import Record, Scenario, Verdict
from kserve_conformance.record.causes import without_names
from kserve_conformance.record.model import Header

#: Shown for a record without a verified signature.
UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Sign:
    """The signs of one verdict; ``meaning`` explains it."""

    symbol: str
    letter: str
    meaning: str


SIGNS: Mapping[Verdict, Sign] = MappingProxyType(
    {
        Verdict.PASSED: Sign("✓", "P", "The target behaves as the scenario says."),
        Verdict.FAILED: Sign("✗", "F", "The target behaves differently, or a known deviation did not occur."),
        Verdict.DEVIATES: Sign(
            "Δ",
            "D",
            "The target behaves differently; the release is known to, or the implementation declares it.",
        ),
        Verdict.UNSUPPORTED: Sign("–", "U", "Not applicable to this release."),
        Verdict.SKIPPED: Sign("»", "S", "The scenario did not run, for the reason given."),
        Verdict.ERRORED: Sign("!", "E", "The harness or the target broke, so the result is unknown."),
    }
)

STEP_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"passed": "✓", "failed": "✗", "errored": "!", "undefined": "?", "skipped": "·"}
)

_PLACEHOLDER = re.compile(r"<([^<>]+)>")

_NO_REASON = "no reason recorded"


def name_of(scenario: Scenario) -> str:
    """Return the name of a scenario with its placeholders filled: those of a scenario outline have a row."""
    return _PLACEHOLDER.sub(lambda found: scenario.row.get(found[1], found[0]), scenario.name)


def readable_id(scenario: Scenario) -> str:
    """
    Return the id of a scenario as a person reads it: the placeholders filled, and its row unless they say all of it.

    >>> from kserve_conformance.record import Scenario, Verdict
    >>> readable_id(
    ...     Scenario(
    ...         id="order/names.feature::<a> wins[9afeb0f2]",
    ...         name="<a> wins",
    ...         feature="Names",
    ...         path="features/order/names.feature",
    ...         row={"a": "1", "b": "2"},
    ...         verdict=Verdict.PASSED,
    ...     )
    ... )
    'order/names.feature::1 wins (b: 2)'
    """
    path, separator, _ = scenario.id.partition("::")
    return f"{path}{separator}{name_of(scenario)}{row_of(scenario)}" if separator else scenario.id


def row_of(scenario: Scenario) -> str:
    """Return the values of a row that are not part of the name, as `` (key: value)``; empty without any."""
    # The name of a row is filled already; its id has the name as written.
    in_name = set(_PLACEHOLDER.findall(f"{scenario.name} {scenario.id}"))
    values = ", ".join(f"{key}: {value}" for key, value in scenario.row.items() if key not in in_name)
    return f" ({values})" if values else ""


def why(scenario: Scenario) -> str:
    """Say why a scenario has its verdict: its reason, else the message of its finding."""
    return scenario.reason or (scenario.finding.message if scenario.finding else "") or _NO_REASON


def detail(scenario: Scenario) -> str:
    """Say what was found in a scenario: the message of its finding, else its reason."""
    return (scenario.finding.message if scenario.finding else "") or why(scenario)


def subject(header: Header) -> str:
    """Say what was tested, for example ``KServe v0.15.2`` or ``example-serving 4.2.0, tested as KServe v0.15.2``."""
    release = f"KServe {header.target.release}"
    product = " ".join(filter(None, (header.implementation.project, header.implementation.version)))
    return f"{product}, tested as {release}" if product else release


def kept(scenario: Scenario, header: Header) -> str | None:
    """Say what a build keeps that its release breaks, for example ``keeps what v0.20.0 breaks``; None for others."""
    return f"keeps what {header.target.release} breaks" if scenario.keeps is not None else None


def leftovers_of(record: Record) -> tuple[str, ...]:
    """Return every object that the run left behind, once each."""
    every = (name for scenario in record.scenarios for name in scenario.leftovers)
    return tuple(dict.fromkeys((*every, *record.footer.leftovers)))


def by_cause(scenarios: Iterable[Scenario]) -> tuple[tuple[Scenario, ...], ...]:
    """Group scenarios whose reasons differ only in names and numbers, in the order of the first of each group."""
    groups: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        groups.setdefault(without_names(why(scenario)), []).append(scenario)
    return tuple(map(tuple, groups.values()))


def by_reason(scenarios: Iterable[Scenario]) -> dict[str, tuple[Scenario, ...]]:
    """Group scenarios by reason, in the order of the first of each group."""
    groups: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        groups.setdefault(why(scenario), []).append(scenario)
    return {reason: tuple(some) for reason, some in groups.items()}
