"""
The rules that a target breaks, from the scenarios that failed.

A scenario often states a general rule and a special case of it. If every scenario of the special case fails, it alone
explains them: the general rule is not reported as broken too, unless other scenarios of it fail. Every report lists
the rules as this module orders them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from kserve_conformance.record.model import Record, Scenario, Verdict
from kserve_conformance.record.tally import by_rule

#: The number of rules that a report names before "and N more".
NAMED = 10

#: The verdicts of a scenario whose result is known.
_KNOWN = (Verdict.PASSED, Verdict.FAILED, Verdict.DEVIATES)


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule with scenarios that failed, of ``ran`` scenarios with a known result."""

    rule: str
    failed: tuple[Scenario, ...]
    ran: int

    @property
    def share(self) -> Fraction:
        """The share of its scenarios that failed."""
        return Fraction(len(self.failed), self.ran)

    @property
    def text(self) -> str:
        """The rule and its numbers, for example ``auto-skips-disabled (5 of 5 scenarios)``."""
        return f"{self.rule} ({len(self.failed)} of {self.ran} scenario{'' if self.ran == 1 else 's'})"


def broken_rules(record: Record) -> tuple[BrokenRule, ...]:
    """
    Return the broken rules, those with the most failures first.

    A rule is left out if rules of which a larger share failed explain all of its failures.
    """
    found = []
    for rule, cases in by_rule(record).items():
        failed = cases.of(Verdict.FAILED)
        if failed:
            found.append(BrokenRule(rule, failed, len(cases.of(*_KNOWN))))
    explaining = sorted(_not_explained(found), key=lambda one: one.rule)
    return tuple(sorted(explaining, key=lambda one: (len(one.failed), one.share), reverse=True))


def sentence(rules: Iterable[BrokenRule]) -> str | None:
    """Name the broken rules in a line, at most ``NAMED`` of them; None if there are none."""
    every = tuple(rules)
    if not every:
        return None
    named = ", ".join(one.text for one in every[:NAMED])
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"{len(every)} rule{'' if len(every) == 1 else 's'} broken: {named}{more}"


def _not_explained(rules: list[BrokenRule]) -> Iterator[BrokenRule]:
    explained: set[str] = set()
    for _, alike in groupby(sorted(rules, key=lambda one: one.share, reverse=True), key=lambda one: one.share):
        kept = [one for one in alike if any(scenario.id not in explained for scenario in one.failed)]
        yield from kept
        explained.update(scenario.id for one in kept for scenario in one.failed)
