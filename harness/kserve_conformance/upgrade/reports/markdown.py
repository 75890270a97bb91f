"""The census as GitHub-flavoured Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.reports.gfm import code, plain
from kserve_conformance.upgrade.assessment import Change
from kserve_conformance.upgrade.census import Census, Group
from kserve_conformance.upgrade.reports.phrases import MEANINGS, headline, services, title, why
from kserve_conformance.upgrade.reports.text import counts

#: The groups and services that fit into a comment; the JSON has all groups.
_GROUPS = 50
_EXAMPLES = 10


def lines(census: Census, releases: tuple[str, ...], only: frozenset[str] = frozenset()) -> Iterator[str]:
    """The whole document, a line at a time."""
    yield f"## KServe {' → '.join(releases)}: {services(census.total)}"
    yield ""
    yield "| services | change | |"
    yield "| ---: | --- | --- |"
    for name, count in counts(census):
        shown = name if name == Change.SAME else f"**{name}**"
        yield f"| {count:,} | {shown} | {MEANINGS[name]} |"
    groups = list(census.groups(only))
    for group in groups[:_GROUPS]:
        yield ""
        yield from _group(group)
    if len(groups) > _GROUPS:
        yield ""
        yield f"{len(groups) - _GROUPS} more groups are not shown."


def _group(group: Group) -> Iterator[str]:
    assessment = group.sample.assessment
    yield f"### {plain(title(group))}: {services(group.count)}, {plain(headline(assessment))}"
    yield ""
    yield from (f"- Why: {plain(text)}" for text in why(assessment))
    yield from (f"- {plain(detail)}" for detail in assessment.details)
    if assessment.trigger:
        yield f"- When: {plain(assessment.trigger)}"
    for remedy in assessment.remedies:
        yield f"- Fix: {plain(remedy.text)}{' to keep the runtime' if remedy.keeps else ''}"
    yield ""
    yield f"<details><summary>{services(group.count)}</summary>"
    yield ""
    yield from (f"- {code(finding.name)} ({plain(finding.where)})" for finding in group.examples[:_EXAMPLES])
    if group.count > _EXAMPLES:
        yield f"- and {group.count - _EXAMPLES:,} more"
    yield ""
    yield "</details>"
