"""A few lines that end a run in a terminal, as data: what they look like is up to who prints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kserve_conformance.record import Record, Scenario, Verdict, conforms, tally
from kserve_conformance.reports.verdicts import SIGNS, by_reason, why


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line; ``verdict`` is what it is about, None for lines about the run.

    ``depth`` is how far it is set in, ``rules`` are those that the scenario which it names is about.
    """

    text: str
    verdict: Verdict | None = None
    depth: int = 0
    rules: tuple[str, ...] = ()


#: So many scenarios that broke for one reason are told one by one; more of them are told as one.
FEW = 3


def summary(record: Record) -> tuple[Line, ...]:
    """What failed or broke, with expected and observed; then the counts; last whether it conforms and why not."""
    return tuple(_lines(record))


def as_text(record: Record) -> str:
    """The same as plain text."""
    return "".join(f"{'  ' * line.depth}{line.text}\n" for line in summary(record))


def _lines(record: Record) -> Iterator[Line]:
    conclusion = conforms(record)
    everything = tally(record.scenarios)
    for scenario in everything.of(Verdict.FAILED):
        yield from _finding(scenario)
    for alike in by_reason(everything.of(Verdict.ERRORED)).values():
        if len(alike) > FEW:
            yield from _finding(alike[0], beside=len(alike) - 1)
        else:
            for scenario in alike:
                yield from _finding(scenario)
    yield Line(
        ", ".join(f"{number} {verdict}" for verdict, number in conclusion.counts.items() if number) or "no scenario"
    )
    target = record.header.target
    yield Line(f"{conclusion.headline}: KServe {one_line(target.release)} ({one_line(target.target)})")
    yield from (Line(one_line(reason), depth=1) for reason in (*conclusion.reasons, *conclusion.notes))


def _finding(scenario: Scenario, beside: int = 0) -> Iterator[Line]:
    """A scenario that failed or broke; ``beside`` is how many others broke for the same reason."""
    verdict, finding = scenario.verdict, scenario.finding
    more = f" and {beside:,} more scenarios, for one reason" if beside else ""
    rules = () if beside else scenario.rules
    yield Line(f"{SIGNS[verdict].symbol} {verdict} {one_line(scenario.id)}{more}", verdict, rules=rules)
    yield Line(one_line(why(scenario.reason, finding.message if finding else None)), verdict, 1)
    if finding is not None:
        for title, text in (("expected", finding.expected), ("observed", finding.observed)):
            if text is not None:
                yield Line(f"{title}  {one_line(text)}", verdict, 1)
        yield from (Line(one_line(line, keep_columns=True), verdict, 2) for line in finding.explanation)
        if finding.reproduce:
            yield Line(one_line(finding.reproduce), verdict, 1)


def one_line(text: str, *, keep_columns: bool = False) -> str:
    """Without line breaks and control characters: what a target said must not move the cursor."""
    joined = text if keep_columns else " ".join(text.split())
    return "".join(character if character.isprintable() else "\ufffd" for character in joined)
