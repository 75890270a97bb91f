"""The census for a terminal: counts first, then groups by cause, in eighty columns where names allow it."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from kserve_conformance.characters import printable
from kserve_conformance.upgrade.assessment import Change, Flag, Step
from kserve_conformance.upgrade.census import LISTED, ORDER, Census, Finding, Group
from kserve_conformance.upgrade.reports.phrases import MEANINGS, conclusion, headline, services, title, why

_WIDTH = 80
#: The groups that are printed.
_GROUPS = 200
#: The services of a group that are printed.
_EXAMPLES = 5
#: What a command at the end of a hint begins with.
_COMMAND = ": kubectl "


def lines(census: Census, releases: tuple[str, ...], only: frozenset[str] = frozenset()) -> Iterator[str]:
    """The whole text, a line at a time."""
    clusters = f" in {census.clusters:,} cluster{'s' * (census.clusters > 1)}" if census.clusters else ""
    yield f"KServe {' → '.join(releases)}: {services(census.total)}{clusters}"
    yield from textwrap.wrap(conclusion(census).text, _WIDTH)
    yield ""
    for name, count in counts(census):
        yield f"  {count:>9,}  {name:<15} {MEANINGS[name]}"
    groups = list(census.groups(only))
    for group in groups[:_GROUPS]:
        yield ""
        yield from _group(group)
    if len(groups) > _GROUPS:
        rest = sum(group.count for group in groups[_GROUPS:])
        yield ""
        yield f"... and {len(groups) - _GROUPS:,} more groups with {services(rest)}: --format json has all groups"
    if census.total <= LISTED:
        yield from _each(census, only)


def _each(census: Census, only: frozenset[str]) -> Iterator[str]:
    """Each service under each release, with its faults."""
    findings = [finding for finding in census.first if not only or only & set(finding.classes)]
    if findings:
        yield ""
        yield "under each release"
    for finding in findings:
        yield printable(f"  {finding.full_name}  ({finding.where})")
        runs = [
            (list(steps), step)
            for step, steps in itertools.groupby(
                finding.assessment.steps, lambda step: (step.text, step.is_served, step.faults)
            )
        ]
        labels = _labels([steps for steps, _ in runs])
        width = max(map(len, labels))
        for label, (_, (text, is_served, faults)) in zip(labels, runs, strict=True):
            sign = "✗" if not is_served else "⚠" if faults else "✓"
            yield from _wrapped(f"  {sign} {label:{width}}  ", text)
            for fault, hint in faults:
                yield from _wrapped("      ", fault)
                yield from _wrapped("      hint: ", hint)


def _labels(runs: Sequence[Sequence[Step]]) -> list[str]:
    """The releases of each run of equal steps; of a path with one release only, whether before or after its change."""
    if len({step.release for steps in runs for step in steps}) == 1:
        return ["before", "after"] if len(runs) > 1 else ["before and after"]
    return [f"{run[0].release} to {run[-1].release}" if len(run) > 1 else run[0].release for run in runs]


def counts(census: Census) -> Iterator[tuple[str, int]]:
    """The changes and flags that occur, with the number of services; ``same`` always."""
    for change in ORDER:
        if census.changes[change] or change is Change.SAME:
            yield str(change), census.changes[change]
    for flag in Flag:
        if census.flags[flag]:
            yield str(flag), census.flags[flag]


def _group(group: Group) -> Iterator[str]:
    assessment = group.sample.assessment
    first = f"{title(group)}: {services(group.count)}"
    line = printable(f"{first}, {headline(assessment)}")
    if len(line) <= _WIDTH:
        yield line
    else:
        yield f"{first}:"
        yield from _wrapped("", headline(assessment))
    for text in why(assessment):
        yield from _wrapped("why: ", text)
    for detail in assessment.details[:_EXAMPLES]:
        yield from _wrapped("", _shortened(detail))
    if len(assessment.details) > _EXAMPLES:
        yield f"  ... and {len(assessment.details) - _EXAMPLES} more differences"
    if assessment.trigger:
        yield from _wrapped("when: ", assessment.trigger)
    for remedy in assessment.remedies:
        effect = " to keep the runtime" if remedy.keeps and assessment.change is not Change.SAME else ""
        yield from _wrapped("hint: ", f"{remedy.text}{effect}")
    for finding in group.examples[:_EXAMPLES]:
        yield from _placed(finding)
    if group.count > _EXAMPLES:
        yield f"    ... and {group.count - _EXAMPLES:,} more"


def _placed(finding: Finding) -> Iterator[str]:
    """A service and where it is defined, below each other if they do not fit side by side."""
    line = printable(f"    {finding.full_name}  ({finding.where})")
    if len(line) <= _WIDTH:
        yield line
    else:
        yield printable(f"    {finding.full_name}")
        yield printable(f"      ({finding.where})")


def _wrapped(label: str, text: str) -> Iterator[str]:
    """Lines of a text below its label. A command at its end is not wrapped, so that it can be copied."""
    prose, colon, command = printable(text).partition(_COMMAND)
    width = _WIDTH - 2 - len(label)
    wrapped = textwrap.wrap(prose + colon[:1], width, break_long_words=False, break_on_hyphens=False)
    if command:
        wrapped.append(colon[2:] + command)
    for number, line in enumerate(wrapped):
        yield f"  {label if number == 0 else ' ' * len(label)}{line}"


#: The characters of a value before and after that are shown; JSON has all.
_VALUE: Final = 60
_ARROW: Final = " → "


def _shortened(detail: str) -> str:
    """A difference with its long values cut."""
    field, colon, values = detail.partition(": ")
    cut = (value if len(value) <= _VALUE else f"{value[: _VALUE - 3]}..." for value in values.split(_ARROW))
    return f"{field}{colon}{_ARROW.join(cut)}" if _ARROW in values else detail
