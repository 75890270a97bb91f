"""
A comparison as Markdown, for the text or a comment of a pull request.

What is worse stands first and open. A comment takes 64 KiB, so that after a
number of scenarios only how many more there are is told, and it says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.record import WORSE, Change, Compared, Comparison
from kserve_conformance.reports.comparison.wording import (
    TOLD_IN_FULL,
    Group,
    Part,
    choices,
    headline,
    identity,
    parts,
    subject,
    warnings,
)
from kserve_conformance.reports.gfm import block, code, in_html, plain, title_of

#: How many scenarios of a change are told with expected and observed, and how many by their names.
FULL = 10
NAMED = 40


def markdown(comparison: Comparison) -> str:
    """The comparison as GitHub-flavoured Markdown."""
    return "\n".join(_lines(comparison)).rstrip("\n") + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"## {plain(headline(comparison))}: {plain(subject(comparison))}"
    yield ""
    told = tuple(warnings(comparison))
    if told:
        yield from (f"- **{plain(warning)}**" for warning in told)
        yield ""
    yield f"Earlier: {plain(identity(comparison.earlier))}  "
    yield f"Later: {plain(identity(comparison.later))}"
    yield ""
    yield " · ".join(f"{number} {change}" for change, number in comparison.counts.items() if number) or "no scenario"
    yield ""
    if comparison.differences:
        yield "| differs | earlier | later |"
        yield "| --- | --- | --- |"
        for one in comparison.differences:
            yield f"| {plain(one.name)} | {_cell(one.earlier)} | {_cell(one.later)} |"
        yield ""
    for part in parts(comparison):
        yield from _part(part)


def _cell(text: str) -> str:
    return code(text) if text else "none"


def _part(part: Part) -> Iterator[str]:
    title = f"{part.sign.symbol} {part.sign.title} ({len(part.members)})"
    opened = " open" if part.change in WORSE else ""
    yield f"<details{opened}><summary><b>{in_html(title)}</b> {in_html(part.sign.meaning)}</summary>"
    yield ""
    left = {"named": NAMED, "full": FULL}
    for group in part.groups:
        yield from _group(part.change, group, left)
    untold = len(part.members) - (NAMED - left["named"])
    if untold:
        yield f"And {untold} more, which the other reports have."
        yield ""
    yield "</details>"
    yield ""


def _group(change: Change, group: Group, left: dict[str, int]) -> Iterator[str]:
    """One group, as far as there is room ``left``; what it takes is taken from there."""
    shown = group.members[: left["named"]]
    if not shown:
        return
    left["named"] -= len(shown)
    yield f"{plain(group.verdicts)}{f': {plain(group.reason)}' if group.reason else ''}"
    yield ""
    for member in shown:
        yield f"- {plain(title_of(member.scenario))}{_notes(member)}"
    yield ""
    if change in TOLD_IN_FULL:
        for member in shown[: left["full"]]:
            yield from _finding(member)
        left["full"] -= len(shown[: left["full"]])


def _notes(member: Compared) -> str:
    chosen = choices(member)
    told = [f"chosen: {code(chosen[0])} → {code(chosen[1])}"] if chosen is not None else []
    told += ["asks something else than before"] if member.has_other_steps else []
    return f" ({'; '.join(told)})" if told else ""


def _finding(member: Compared) -> Iterator[str]:
    finding = member.later.finding if member.later else None
    if finding is None or (finding.expected is None and finding.observed is None):
        return
    yield f"<details><summary>Expected and observed: {in_html(title_of(member.scenario))}</summary>"
    yield ""
    for title, text in (("Expected", finding.expected), ("Observed", finding.observed)):
        if text is not None:
            yield from block(title, text)
    if finding.reproduce:
        yield from block("Reproduce", finding.reproduce)
    yield "</details>"
    yield ""
