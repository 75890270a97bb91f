"""
A comparison as Markdown, for the description or a comment of a pull request.

What is worse comes first and is unfolded. A comment has a limit of 64 KiB, so
beyond a number of scenarios only their count is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.record import WORSE, Change, Compared, Comparison
from kserve_conformance.reports.comparison.phrases import (
    DETAILED,
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
from kserve_conformance.reports.reproduction import reproduction_of

#: Number of scenarios of a change with expected and observed, and number of scenarios by name.
FULL = 10
NAMED = 40


def markdown(comparison: Comparison) -> str:
    """Render a comparison as GitHub-flavoured Markdown."""
    return "\n".join(_lines(comparison)).rstrip("\n") + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"## {plain(headline(comparison))}: {plain(subject(comparison))}"
    yield ""
    warned = tuple(warnings(comparison))
    if warned:
        yield from (f"- **{plain(warning)}**" for warning in warned)
        yield ""
    yield f"Earlier: {plain(identity(comparison.earlier))}  "
    yield f"Later: {plain(identity(comparison.later))}"
    yield ""
    yield " · ".join(f"{number} {change}" for change, number in comparison.counts.items() if number) or "no scenarios"
    yield ""
    if comparison.differences:
        yield "| | Earlier | Later |"
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
    rest = len(part.members) - (NAMED - left["named"])
    if rest:
        yield f"And {rest} more; see the other reports."
        yield ""
    yield "</details>"
    yield ""


def _group(change: Change, group: Group, left: dict[str, int]) -> Iterator[str]:
    """Yield one group as far as there is room ``left``, and reduce the room by what it took."""
    shown = group.members[: left["named"]]
    if not shown:
        return
    left["named"] -= len(shown)
    yield f"{plain(group.verdicts)}{f': {plain(group.reason)}' if group.reason else ''}"
    yield ""
    for member in shown:
        yield f"- {plain(title_of(member.scenario))}{_notes(member)}"
    yield ""
    if change in DETAILED:
        for member in shown[: left["full"]]:
            yield from _finding(member)
        left["full"] -= len(shown[: left["full"]])


def _notes(member: Compared) -> str:
    selected = choices(member)
    notes = [f"selected: {code(selected[0])} → {code(selected[1])}"] if selected is not None else []
    notes += ["the steps changed"] if member.has_other_steps else []
    return f" ({'; '.join(notes)})" if notes else ""


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
        yield from block("Reproduce", "\n".join(reproduction_of(finding)))
    yield "</details>"
    yield ""
