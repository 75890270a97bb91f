"""A comparison for a terminal, as data, so that the caller can colour it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kserve_conformance.characters import one_line
from kserve_conformance.record import Change, Compared, Comparison
from kserve_conformance.reports.comparison.phrases import (
    DETAILED,
    Group,
    Part,
    choices,
    headline,
    identity,
    parts,
    warnings,
)
from kserve_conformance.reports.reproduction import reproduction_of
from kserve_conformance.reports.verdicts import readable_id


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``change`` is that of its scenario, None for lines about the runs; ``depth`` is its indentation."""

    text: str
    change: Change | None = None
    depth: int = 0


def summary(comparison: Comparison) -> tuple[Line, ...]:
    """List what differs between the runs, each change with its scenarios, the counts, and whether anything is worse."""
    return tuple(_lines(comparison))


def as_text(comparison: Comparison) -> str:
    """Render the summary as plain text."""
    return "".join(f"{'  ' * line.depth}{line.text}\n" for line in summary(comparison))


def _lines(comparison: Comparison) -> Iterator[Line]:
    for name, header in (("earlier", comparison.earlier), ("later", comparison.later)):
        yield Line(f"{name:7}  {one_line(identity(header))}")
    yield from (Line(f"! {one_line(warning)}") for warning in warnings(comparison))
    for one in comparison.differences:
        yield Line(one_line(f"{one.name}: {one.earlier or 'none'} → {one.later or 'none'}"), depth=1)
    for part in parts(comparison):
        yield Line("")
        yield from _part(part)
    yield Line("")
    yield Line(
        ", ".join(f"{number} {change}" for change, number in comparison.counts.items() if number) or "no scenarios"
    )
    yield Line(headline(comparison))


def _part(part: Part) -> Iterator[Line]:
    yield Line(f"{part.sign.symbol} {part.change} ({len(part.members)}): {part.sign.meaning}", part.change)
    for group in part.groups:
        yield from _group(part.change, group)


def _group(change: Change, group: Group) -> Iterator[Line]:
    yield Line(one_line(f"{group.verdicts}: {group.reason}" if group.reason else group.verdicts), depth=1)
    for member in group.members:
        yield Line(one_line(readable_id(member.scenario)), change, 2)
        yield from _details(change, member)


def _details(change: Change, member: Compared) -> Iterator[Line]:
    selected = choices(member)
    if selected is not None:
        yield Line(f"selected  {one_line(selected[0])} → {one_line(selected[1])}", depth=3)
    if member.has_other_steps:
        yield Line("the steps of this scenario changed", depth=3)
    if change not in DETAILED:
        return
    if member.scenario.rules:
        yield Line(f"rule  {one_line(', '.join(member.scenario.rules))}", depth=3)
    finding = member.later.finding if member.later else None
    if finding is not None:
        for title, text in (("expected", finding.expected), ("observed", finding.observed)):
            if text is not None:
                yield Line(f"{title}  {one_line(text)}", depth=3)
        yield from (Line(one_line(line), depth=3) for line in reproduction_of(finding))
