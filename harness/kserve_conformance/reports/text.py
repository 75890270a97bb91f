"""The summary that ends a run in a terminal, as data, so that the caller can colour it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kserve_conformance.characters import one_line
from kserve_conformance.record import Record, Scenario, Verdict, conforms, tally
from kserve_conformance.record.broken_rules import broken_rules, sentence
from kserve_conformance.record.causes import causes
from kserve_conformance.record.conclusion import Conclusion
from kserve_conformance.reports.reproduction import reproduction_of
from kserve_conformance.reports.verdicts import SIGNS, UNSIGNED, by_cause, readable_id, subject, why


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line. ``verdict`` is that of its scenario, None for lines about the run.

    ``depth`` is its indentation; ``rules`` are those of the scenario that it names.
    """

    text: str
    verdict: Verdict | None = None
    depth: int = 0
    rules: tuple[str, ...] = ()


#: Up to this number, scenarios that errored for the same reason are listed one by one.
FEW = 3

#: The number of causes that are listed.
LISTED = 10


def summary(record: Record, signature: str = UNSIGNED) -> tuple[Line, ...]:
    """List what failed or errored with expected and observed, its causes, the counts, the conclusion, broken rules."""
    return tuple(_lines(record, signature))


def as_text(record: Record, signature: str = UNSIGNED) -> str:
    """Render the summary as plain text."""
    return "".join(f"{'  ' * line.depth}{line.text}\n" for line in summary(record, signature))


def _lines(record: Record, signature: str) -> Iterator[Line]:
    conclusion = conforms(record)
    everything = tally(record.scenarios)
    for scenario in everything.of(Verdict.FAILED):
        yield from _finding(scenario)
    for alike in by_cause(everything.of(Verdict.ERRORED)):
        if len(alike) > FEW:
            yield from _finding(alike[0], others=len(alike) - 1)
        else:
            for scenario in alike:
                yield from _finding(scenario)
    yield from _causes(record)
    yield Line(
        ", ".join(f"{number} {verdict}" for verdict, number in conclusion.counts.items() if number) or "no scenarios"
    )
    yield Line(one_line(f"{conclusion.headline}: {subject(record.header)} ({record.header.target.target})"))
    if conclusion.banner is not None:
        yield Line(conclusion.banner, depth=1)
    yield Line(one_line(f"signature: {signature}"), depth=1)
    yield from (Line(one_line(reason), depth=1) for reason in (*_reasons(conclusion), *conclusion.notes))
    broken = sentence(broken_rules(record))
    if broken is not None:
        yield Line(one_line(broken), Verdict.FAILED)


def _causes(record: Record) -> Iterator[Line]:
    """Yield the failures by what they look like, where at least two look alike."""
    found = causes(record)
    if not any(cause.scenarios[1:] for cause in found):
        return
    total = sum(len(cause.scenarios) for cause in found)
    yield Line(f"{total} failures that look like {len(found)} cause{'' if len(found) == 1 else 's'}:")
    for cause in found[:LISTED]:
        yield Line(one_line(f"{len(cause.scenarios)} × {cause.shape}"), depth=1)
        if cause.rules:
            yield Line(f"rules  {one_line(', '.join(cause.rules))}", depth=2)
    if found[LISTED:]:
        yield Line(f"and {len(found) - LISTED} more", depth=1)


def _reasons(conclusion: Conclusion) -> tuple[str, ...]:
    """The reasons against a target; the cause for which it was given up is already shown with its first scenario."""
    if conclusion.cause is None:
        return conclusion.reasons
    return tuple(reason.replace(f": {conclusion.cause}", " before anything passed") for reason in conclusion.reasons)


def _finding(scenario: Scenario, others: int = 0) -> Iterator[Line]:
    """Yield a scenario that failed or errored; ``others`` is how many others errored for the same reason."""
    verdict, finding = scenario.verdict, scenario.finding
    more = f" and {others:,} more scenarios for the same reason" if others else ""
    rules = () if others else scenario.rules
    yield Line(f"{SIGNS[verdict].symbol} {verdict} {one_line(readable_id(scenario))}{more}", verdict, rules=rules)
    yield Line(one_line(why(scenario)), verdict, 1)
    if finding is not None:
        for title, text in (("expected", finding.expected), ("observed", finding.observed)):
            if text is not None:
                yield Line(f"{title}  {one_line(text)}", verdict, 1)
        yield from (Line(one_line(line, keep_columns=True), verdict, 2) for line in finding.explanation)
        yield from (Line(one_line(line), verdict, 1) for line in reproduction_of(finding))
