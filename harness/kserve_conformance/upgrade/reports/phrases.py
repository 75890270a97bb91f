"""How findings are worded, in every report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kserve_conformance.upgrade.assessment import Assessment, Change, Flag, in_words
from kserve_conformance.upgrade.census import Group

#: What each change and flag means.
MEANINGS: Final[Mapping[str, str]] = {
    str(Change.LOST): "has a runtime before and none after",
    str(Change.UNDEFINED): "KServe's rules leave open which runtime it has after",
    str(Change.MOVED): "has another runtime after",
    str(Change.SAME): "keeps its runtime",
    str(Change.GAINED): "has no runtime before and one after",
    str(Change.BROKEN_BEFORE): "has no runtime before and after",
    str(Flag.NEEDS_WRITE): "works only after it was written once",
    str(Flag.REJECTED_LATER): "its next update or its deletion is rejected",
    str(Flag.POD_DIFFERS): "its pod template differs",
}


def headline(assessment: Assessment) -> str:
    """The change of one service in a few words."""
    before, after = in_words(assessment.before.decision), in_words(assessment.after.decision)
    return before if before == after else f"{before} → {after}"


def title(group: Group) -> str:
    """A group's classes."""
    return ", ".join((str(group.change), *map(str, group.flags)))


def why(assessment: Assessment) -> Iterator[str]:
    """The causes, each with its rules."""
    for cause in assessment.causes:
        yield f"{cause.text} ({', '.join(cause.rules)})" if cause.rules else cause.text


def services(count: int) -> str:
    """A number of services."""
    return "1 service" if count == 1 else f"{count:,} services"
