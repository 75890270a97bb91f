"""The words of a matrix that more than one of its reports needs: spans of targets, commands, what a column is."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kserve_conformance.record import Scenario, Verdict
from kserve_conformance.reports.matrices.view import Column, Kept, View
from kserve_conformance.suite.tags import DOCUMENTED

#: How kinds of targets are called where a column has little room.
KINDS_IN_WORDS = {"memory": "memory", "controlplane": "control plane"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of what the picture and the page show in a cell: its letter, and what it means here."""

    letter: str
    meaning: str


#: What a cell of a rule means: all of its scenarios at a target, not one of them.
CELLS: dict[Verdict | None, Word] = {
    Verdict.PASSED: Word("✓", "Every scenario that this release is asked passed."),
    Verdict.FAILED: Word("F", "At least one scenario failed."),
    Verdict.DEVIATES: Word("D", "At least one deviates from the documentation, as listed for this release."),
    Verdict.ERRORED: Word("E", "The target or its run broke: nothing is known."),
    Verdict.SKIPPED: Word("S", "At least one was left out, because the target cannot be asked it; no other is worse."),
    Verdict.UNSUPPORTED: Word("U", "No scenario is about this release: it has no such rule."),
    None: Word("·", "No scenario asks for it."),
}

#: What a cell of a claim means.
CLAIMED: dict[Kept, Word] = {
    Kept.KEPT: Word("✓", "Kept: its scenarios hold."),
    Kept.PARTLY: Word("◐", "Kept in part: its scenarios hold, under conditions that the documentation does not tell."),
    Kept.BROKEN: Word("B", "Broken by the code; what scenarios ask of it holds all the same."),
    Kept.DEVIATES: Word("D", "Broken: a scenario shows it, as listed for this release."),
    Kept.FAILED: Word("F", "Broken: a scenario failed, and nothing is listed."),
    Kept.SKIPPED: Word("S", "A scenario was left out, because the target cannot be asked it."),
    Kept.ERRORED: Word("E", "The target or its run broke: nothing is known."),
    Kept.UNSUPPORTED: Word("U", "Its scenarios say nothing of this release."),
    Kept.NOT_ASKED: Word("·", "No scenario asks for it."),
}


def kind_of(column: Column) -> str:
    """The kind of a column's target, in words."""
    return KINDS_IN_WORDS.get(column.kind, column.kind)


def title_of(column: Column) -> str:
    """A column in a few words, as at the head of a table."""
    return f"{column.release}, {kind_of(column)}"


def subject(view: View) -> str:
    """The releases of a matrix, in a few words."""
    releases = [release for release in view.releases if release != DOCUMENTED]
    if not releases:
        return "the documentation" if view.columns else "nothing"
    return releases[0] if len(releases) == 1 else f"{releases[0]} to {releases[-1]}"


def spans(view: View, columns: Iterable[Column]) -> str:
    """
    Some columns in words, by kind; neighbours among all columns of a kind are told by the first and the last.

    ``memory v0.8.0 to v0.11.0; control plane v0.8.0``
    """
    some = set(map(id, columns))
    told: dict[str, list[list[str]]] = {}
    for kind in dict.fromkeys(column.kind for column in view.columns):
        among = [column for column in view.columns if column.kind == kind]
        chosen = [id(column) in some for column in among]
        if all(chosen) and len(among) > 2:
            told[kind] = [["all", str(len(among))]]
            continue
        runs: list[list[str]] = []
        for place, column in enumerate(among):
            if not chosen[place]:
                continue
            if place and chosen[place - 1]:
                runs[-1].append(column.release)
            else:
                runs.append([column.release])
        if runs:
            told[kind] = runs
    return "; ".join(f"{KINDS_IN_WORDS.get(kind, kind)} {', '.join(map(_span, runs))}" for kind, runs in told.items())


def _span(run: list[str]) -> str:
    if run[0] == "all":
        return f"(all {run[1]})"
    return run[0] if len(run) == 1 else f"{run[0]}, {run[1]}" if len(run) == 2 else f"{run[0]} to {run[-1]}"


def ask_scenario(column: Column, scenario: Scenario) -> str:
    """The command that asks a target one scenario again."""
    return shlex.join(["kserve-conformance", "run", "--target", column.again, "--scenario", scenario.id])


def ask_tag(view: View, tag: str) -> str:
    """The command that asks all of these targets a rule or a claim again."""
    return shlex.join(["kserve-conformance", "matrix", *asked(view), "--tags", tag])


def asked(view: View) -> Iterator[str]:
    """The targets as a command line names them, whole kinds by ``all``."""
    # Imported here because who only reads a record has no target to open.
    from kserve_conformance.targets.target_lists import ALL, everything_of

    for kind in dict.fromkeys(column.kind for column in view.columns):
        among = [column for column in view.columns if column.kind == kind]
        plain = {column.again for column in among}
        if len(among) > 1 and plain == {f"{kind}:{release}" for release in everything_of(kind)}:
            yield f"{kind}:{ALL}"
        else:
            yield from (column.again for column in among)


def date_of(view: View) -> str | None:
    """When the matrix was made, in words; None where it does not say."""
    started = view.matrix.header.started
    if started is None:
        return None
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def compared_in_words(view: View) -> str:
    """What came of holding memory against real targets, in one sentence."""
    if not view.pairs:
        return "No real target was asked beside the rules of its release in memory, so nothing was compared."
    compared = sum(pair.compared for pair in view.pairs)
    releases = len({pair.release for pair in view.pairs if pair.because is None})
    over = f"{compared:,} answers on {releases} release{'' if releases == 1 else 's'}"
    found = f"differ in {view.differences} of" if view.differences else "agree in all"
    broken = sum(pair.because is not None for pair in view.pairs)
    rest = f" {broken} target{' was' if broken == 1 else 's were'} not compared." if broken else ""
    return f"Memory and what is real {found} {over}.{rest}" if compared else f"No scenario was asked of both.{rest}"
