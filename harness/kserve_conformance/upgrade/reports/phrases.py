"""How findings are worded, in every report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kserve_conformance.objects import Decision
from kserve_conformance.upgrade.assessment import REJECTED, Assessment, Change, Flag, in_words
from kserve_conformance.upgrade.census import Census, Group

#: What each change and flag means.
MEANINGS: Final[Mapping[str, str]] = {
    str(Change.LOST): "has a runtime before and none after",
    str(Change.UNDEFINED): "KServe's rules leave open which runtime it has",
    str(Change.MOVED): "has another runtime after",
    str(Change.SAME): "keeps its runtime",
    str(Change.GAINED): "has no runtime before and one after",
    str(Change.BROKEN_BEFORE): "has no runtime before and after",
    str(Flag.NEEDS_WRITE): "works only after it was written once",
    str(Flag.REJECTED_LATER): "its next update or its deletion is rejected",
    str(Flag.POD_DIFFERS): "its pod template differs",
}


@dataclass(frozen=True, slots=True)
class Sign:
    """How a class is shown: a symbol, so that nothing depends on colour, and the tone of the pages' style."""

    symbol: str
    tone: str


#: The sign of each change and flag.
SIGNS: Final[Mapping[str, Sign]] = {
    str(Change.LOST): Sign("✗", "failed"),
    str(Change.UNDEFINED): Sign("?", "errored"),
    str(Change.MOVED): Sign("→", "deviates"),
    str(Change.SAME): Sign("✓", "partial"),
    str(Change.GAINED): Sign("+", "passed"),
    str(Change.BROKEN_BEFORE): Sign("–", "unsupported"),
    str(Flag.NEEDS_WRITE): Sign("!", "deviates"),
    str(Flag.REJECTED_LATER): Sign("✗", "failed"),
    str(Flag.POD_DIFFERS): Sign("Δ", "partial"),
}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The result of a census in a sentence, what qualifies it, and its tone."""

    headline: str
    notes: tuple[str, ...]
    result: str

    @property
    def text(self) -> str:
        """All of it, as a paragraph."""
        return " ".join((f"{self.headline}.", *self.notes))


def conclusion(census: Census) -> Conclusion:
    """Conclude from the counts: the worst that happens to any service."""
    lost, moved = census.changes[Change.LOST], census.changes[Change.MOVED]
    open_, rejected = census.changes[Change.UNDEFINED], census.flags[Flag.REJECTED_LATER]
    of_all = f"of {services(census.total)}"
    notes = []
    if lost:
        headline = f"{lost:,} {of_all} {_verb(lost, 'lose', 'their', 'its')} runtime"
        if moved or open_:
            notes.append(_moves(moved, open_))
    elif rejected:
        headline = f"{rejected:,} {of_all} cannot be updated or deleted afterwards"
        if moved or open_:
            notes.append(_moves(moved, open_))
    elif moved or open_:
        headline = _moves(moved, open_).rstrip(".")
    else:
        headline = "No service loses or changes its runtime" if census.total else "No services"
    if lost and rejected:
        verb = "has its" if rejected == 1 else "have their"
        notes.append(f"{services(rejected)} {verb} next update or deletion rejected.")
    fixed = sum(group.count for group in census.groups() if _is_worse(group) and group.sample.assessment.remedies)
    worse = sum(group.count for group in census.groups() if _is_worse(group))
    if worse:
        if not fixed:
            notes.append("No verified fix is known.")
        elif fixed < worse:
            notes.append(f"A verified fix is shown for {fixed:,} of these {services(worse)}.")
        else:
            notes.append("A verified fix is shown." if worse == 1 else "A verified fix is shown for each of them.")
    result = "failure" if lost or rejected else "partial" if moved or open_ else "success"
    return Conclusion(headline, tuple(notes), result)


def _is_worse(group: Group) -> bool:
    is_worse = group.change in (Change.LOST, Change.MOVED, Change.UNDEFINED)
    return is_worse or Flag.REJECTED_LATER in group.flags or Flag.NEEDS_WRITE in group.flags


def _moves(moved: int, open_: int) -> str:
    texts = [f"{services(moved)} {'moves' if moved == 1 else 'move'} to another runtime"] if moved else []
    if open_:
        texts.append(f"for {services(open_)} KServe's rules leave the runtime open")
    text = ", and ".join(texts)
    return f"{text[0].upper()}{text[1:]}."


def _verb(count: int, verb: str, plural: str, singular: str) -> str:
    return f"{verb}s {singular}" if count == 1 else f"{verb} {plural}"


def headline(assessment: Assessment) -> str:
    """The change of one service in a few words."""
    before, after = in_words(assessment.before.decision), in_words(assessment.after.decision)
    return before if before == after else f"{before} → {after}"


def in_full(decision: Decision) -> str:
    """A decision with the kind of its runtime, or with the text of its error or rejection."""
    if decision.no_runtime is not None:
        return f"{in_words(decision)}: {decision.no_runtime.readable_error}"
    if decision.rejected is not None:
        return f"{REJECTED}: {decision.rejected}"
    if decision.runtime is not None and not decision.is_open:
        return str(decision.runtime)
    return in_words(decision)


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
