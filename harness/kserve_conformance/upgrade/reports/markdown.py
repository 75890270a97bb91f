"""
The census as GitHub-flavoured Markdown, for a comment on a pull request.

GitHub accepts comments of 65,536 characters. What does not fit is left out, group by group from the end, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile

from kserve_conformance.manifests import dump
from kserve_conformance.reports.gfm import code, in_html, plain
from kserve_conformance.upgrade.assessment import Change, Flag
from kserve_conformance.upgrade.census import Census, Finding, Group
from kserve_conformance.upgrade.remedies import Remedy
from kserve_conformance.upgrade.reports.phrases import MEANINGS, SIGNS, conclusion, headline, services, why
from kserve_conformance.upgrade.reports.text import counts

#: The characters of a document; whoever posts the comment can use the rest.
LARGEST = 60_000

#: The services and details of a group, and the characters of one text, that are shown.
_EXAMPLES = 10
_DETAILS = 8
_LONGEST = 300


def lines(
    census: Census,
    releases: tuple[str, ...],
    only: frozenset[str] = frozenset(),
    left_out: Sequence[str] = (),
) -> Iterator[str]:
    """
    The whole document, a line at a time.

    ``left_out`` are what the result does not include, such as files that could not be read.
    """
    head = [*_head(census, releases), *_left_out(left_out)]
    groups = list(census.groups(only))
    parts = [[*_change_title(group, groups[:number]), *_group(group)] for number, group in enumerate(groups)]
    room = LARGEST - _size(head) - 400
    shown = len(list(takewhile(lambda size: size <= room, accumulate(map(_size, parts)))))
    yield from head
    for part in parts[:shown]:
        yield from part
    if shown < len(parts):
        rest = sum(group.count for group in groups[shown:])
        yield ""
        left = f"{len(parts) - shown:,} of {len(parts):,} groups with {services(rest)} are left out"
        yield f"**{left}**, because a comment has at most 65,536 characters. `upgrade --format json` has all groups,"
        yield "`--format ndjson` all services, and `--page FILE` writes a page."


def _size(part: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in part)


def _head(census: Census, releases: tuple[str, ...]) -> Iterator[str]:
    concluded = conclusion(census)
    yield f"## KServe {' → '.join(releases)}: {services(census.total)}"
    yield ""
    yield " ".join((f"**{concluded.headline}.**", *concluded.notes))
    yield ""
    yield "| services | change | |"
    yield "| ---: | --- | --- |"
    for name, count in counts(census):
        shown = name if name == Change.SAME else f"**{name}**"
        yield f"| {count:,} | {shown} | {MEANINGS[name]} |"


def _left_out(texts: Sequence[str]) -> Iterator[str]:
    """What the counts do not include, below them."""
    if texts:
        yield ""
        yield "**Not everything is included:**"
        yield ""
        yield from (f"- {plain(_cut(text))}" for text in texts[:_EXAMPLES])
    if len(texts) > _EXAMPLES:
        yield f"- and {len(texts) - _EXAMPLES:,} more"


def _change_title(group: Group, before: Sequence[Group]) -> Iterator[str]:
    """The heading of a change, above the first of its groups."""
    if not before or before[-1].change is not group.change:
        yield ""
        yield f"### {SIGNS[group.change].symbol} {group.change}: {MEANINGS[group.change]}"


def _group(group: Group) -> Iterator[str]:
    """A group: what is worse after the upgrade is open, everything else folded."""
    assessment = group.sample.assessment
    summary = f"{services(group.count)}, {headline(assessment)}"
    flags = f" ({', '.join(group.flags)})" if group.flags else ""
    is_worse = group.change in (Change.LOST, Change.UNDEFINED, Change.MOVED) or Flag.REJECTED_LATER in group.flags
    yield ""
    yield f"<details{' open' if is_worse else ''}><summary><b>{in_html(_cut(summary))}</b>{flags}</summary>"
    yield ""
    yield from (f"- Why: {plain(_cut(text))}" for text in why(assessment))
    if assessment.trigger:
        yield f"- When: {plain(assessment.trigger)}"
    yield from (f"- {plain(_cut(detail))}" for detail in assessment.details[:_DETAILS])
    if len(assessment.details) > _DETAILS:
        yield f"- and {len(assessment.details) - _DETAILS} more differences"
    for remedy in assessment.remedies:
        yield from _remedy(remedy, group)
    yield ""
    yield f"{services(group.count)}:"
    yield ""
    yield from (f"- {_placed(finding)}" for finding in group.examples[:_EXAMPLES])
    if group.count > _EXAMPLES:
        yield f"- and {group.count - _EXAMPLES:,} more"
    yield ""
    yield "</details>"


def _remedy(remedy: Remedy, group: Group) -> Iterator[str]:
    effect = " to keep the runtime" if remedy.keeps and group.change is not Change.SAME else ""
    yield f"- Fix: {plain(_cut(remedy.text))}{effect}"
    # The text of a remedy that only writes the service has the command.
    patch = dump(remedy.patch) if remedy.patch is not None and "spec" in remedy.patch else None
    # A patch is made of names of runtimes and formats; one that could end its fence is left to the page.
    if patch is not None and "`" not in patch and len(patch) <= _LONGEST:
        yield ""
        yield "  ```yaml"
        yield from (f"  {line}" for line in patch.splitlines())
        yield "  ```"


def _placed(finding: Finding) -> str:
    return f"{code(_cut(finding.full_name))} ({plain(_cut(finding.where))})"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
