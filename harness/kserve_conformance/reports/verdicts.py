"""
How a verdict looks and reads, the same in every report.

Each has a word, a symbol and a letter, so that colour is never the only sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kserve_conformance.record import Scenario, Verdict


@dataclass(frozen=True, slots=True)
class Sign:
    """The signs of one verdict; ``meaning`` explains it to someone who meets it first."""

    symbol: str
    letter: str
    meaning: str


SIGNS: Mapping[Verdict, Sign] = MappingProxyType(
    {
        Verdict.PASSED: Sign("✓", "P", "It was seen to hold."),
        Verdict.FAILED: Sign("✗", "F", "It was seen not to hold, or a listed deviation no longer happens."),
        Verdict.DEVIATES: Sign(
            "Δ", "D", "It does not hold, and this release is known to deviate here from its documentation."
        ),
        Verdict.UNSUPPORTED: Sign("–", "U", "The release has no such feature."),
        Verdict.SKIPPED: Sign("»", "S", "It was left out, for the reason given."),
        Verdict.ERRORED: Sign("!", "E", "The harness or the target broke: nothing is known."),
    }
)

STEP_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"passed": "✓", "failed": "✗", "errored": "!", "undefined": "?", "skipped": "·"}
)


def why(reason: str | None, message: str | None) -> str:
    """Why a scenario has its verdict, in words: its reason, else its finding's message, else that none was given."""
    return reason or message or "no reason was given"


#: What XML 1.0 cannot hold, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(text: str) -> str:
    """The text with a replacement character for each that XML, and so SVG, cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def by_reason(scenarios: Iterable[Scenario]) -> dict[str, tuple[Scenario, ...]]:
    """Scenarios that were left out or broke, together where the reason is the same, in the order of their firsts."""
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        reason = why(scenario.reason, scenario.finding.message if scenario.finding else None)
        found.setdefault(reason, []).append(scenario)
    return {reason: tuple(some) for reason, some in found.items()}
