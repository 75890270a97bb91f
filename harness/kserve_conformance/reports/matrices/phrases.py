"""The texts that several reports of a matrix share: labels, ranges of targets, commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kserve_conformance.record import Scenario, Verdict
from kserve_conformance.reports.matrices.view import ClaimResult, Column, View
from kserve_conformance.suite.tags import DOCUMENTED

#: Names of kinds of targets that differ from the kind itself.
KIND_LABELS = {"memory": "memory", "controlplane": "control plane"}


@dataclass(frozen=True, slots=True)
class CellMeaning:
    """A letter in a cell of the picture and the page, and its meaning."""

    letter: str
    meaning: str


#: What a cell of a rule means, for all of its scenarios on a target.
CELL_MEANINGS: dict[Verdict | None, CellMeaning] = {
    Verdict.PASSED: CellMeaning("✓", "Every scenario that ran passed."),
    Verdict.FAILED: CellMeaning("F", "At least one scenario failed."),
    Verdict.DEVIATES: CellMeaning("D", "At least one scenario has a known deviation from the documentation."),
    Verdict.ERRORED: CellMeaning("E", "The target or its run broke, so the result is unknown."),
    Verdict.SKIPPED: CellMeaning("S", "Every scenario that applies to this release was skipped on this target."),
    Verdict.UNSUPPORTED: CellMeaning("U", "No scenario applies to this release."),
    None: CellMeaning("·", "No scenario tests it."),
}

#: What a cell of a claim means.
CLAIM_MEANINGS: dict[ClaimResult, CellMeaning] = {
    ClaimResult.KEPT: CellMeaning("✓", "Kept: its scenarios pass."),
    ClaimResult.PARTLY: CellMeaning(
        "◐", "Kept in part: its scenarios pass, but under conditions that are not documented."
    ),
    ClaimResult.BROKEN: CellMeaning("B", "Broken by the code in a case that no scenario of the claim tests."),
    ClaimResult.DEVIATES: CellMeaning("D", "Broken: a scenario shows the known deviation."),
    ClaimResult.FAILED: CellMeaning("F", "Broken: a scenario failed, and no deviation is listed."),
    ClaimResult.SKIPPED: CellMeaning("S", "A scenario was skipped on this target."),
    ClaimResult.ERRORED: CellMeaning("E", "The target or its run broke, so the result is unknown."),
    ClaimResult.UNSUPPORTED: CellMeaning("U", "Not applicable to this release."),
    ClaimResult.NOT_TESTED: CellMeaning("·", "No scenario tests it."),
}


def kind_label(column: Column) -> str:
    """Name the kind of a column's target."""
    return KIND_LABELS.get(column.kind, column.kind)


def label_of(column: Column) -> str:
    """Name a column in a few words, as in the head of a table."""
    return f"{column.release}, {kind_label(column)}"


def subject(view: View) -> str:
    """Name the releases of a matrix."""
    releases = [release for release in view.releases if release != DOCUMENTED]
    if not releases:
        return "the documentation" if view.columns else "no release"
    return releases[0] if len(releases) == 1 else f"{releases[0]} to {releases[-1]}"


def ranges(view: View, columns: Iterable[Column]) -> str:
    """
    Name some columns, by kind; neighbours among all columns of a kind become a range.

    ``memory v0.8.0 to v0.11.0; control plane v0.8.0``
    """
    some = set(map(id, columns))
    by_kind: dict[str, list[list[str]]] = {}
    for kind in dict.fromkeys(column.kind for column in view.columns):
        among = [column for column in view.columns if column.kind == kind]
        included = [id(column) in some for column in among]
        if all(included) and len(among) > 2:
            by_kind[kind] = [["all", str(len(among))]]
            continue
        runs: list[list[str]] = []
        for place, column in enumerate(among):
            if not included[place]:
                continue
            if place and included[place - 1]:
                runs[-1].append(column.release)
            else:
                runs.append([column.release])
        if runs:
            by_kind[kind] = runs
    return "; ".join(f"{KIND_LABELS.get(kind, kind)} {', '.join(map(_span, runs))}" for kind, runs in by_kind.items())


def _span(run: list[str]) -> str:
    if run[0] == "all":
        return f"(all {run[1]})"
    return run[0] if len(run) == 1 else f"{run[0]}, {run[1]}" if len(run) == 2 else f"{run[0]} to {run[-1]}"


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Why scenarios ran on only one of a pair: the reason, once for all pairs that have it, and their number."""

    reason: str
    number: str
    where: str


def not_compared(view: View) -> tuple[NotCompared, ...]:
    """Return each reason why scenarios were not compared, the most frequent first."""
    numbers: dict[str, dict[str, int]] = {}
    for pair in view.pairs:
        for reason, number in pair.not_compared:
            numbers.setdefault(reason, {})[pair.real] = number
    return tuple(
        NotCompared(
            reason, _extent(found.values()), ranges(view, [one for one in view.columns if one.argument in found])
        )
        for reason, found in sorted(numbers.items(), key=lambda entry: (-max(entry[1].values()), entry[0]))
    )


def _extent(numbers: Iterable[int]) -> str:
    least, most = min(numbers), max(numbers)
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def run_command(column: Column, scenario: Scenario) -> str:
    """Return the command that runs one scenario on a target."""
    return shlex.join(["kserve-conformance", "run", "--target", column.argument, "--scenario", scenario.id])


def matrix_command(view: View, tag: str) -> str:
    """Return the command that runs a rule or a claim on all of these targets."""
    return shlex.join(["kserve-conformance", "matrix", *arguments(view), "--tags", tag])


def arguments(view: View) -> Iterator[str]:
    """Yield the targets as command-line arguments, a complete kind as ``all``."""
    # Imported here because reading a record needs no targets.
    from kserve_conformance.targets.target_lists import ALL, everything_of

    for kind in dict.fromkeys(column.kind for column in view.columns):
        among = [column for column in view.columns if column.kind == kind]
        plain = {column.argument for column in among}
        if len(among) > 1 and plain == {f"{kind}:{release}" for release in everything_of(kind)}:
            yield f"{kind}:{ALL}"
        else:
            yield from (column.argument for column in among)


def date_of(view: View) -> str | None:
    """Return when the matrix was made, as text; None if it is not recorded."""
    started = view.matrix.header.started
    if started is None:
        return None
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def agreement(view: View) -> str:
    """Say whether the reference agrees with the real targets, in one sentence."""
    if not view.pairs:
        return "No real target ran next to the reference of its release, so nothing was compared."
    compared = sum(pair.compared for pair in view.pairs)
    releases = len({pair.release for pair in view.pairs if pair.broken is None})
    over = f"{compared:,} results on {releases} release{'' if releases == 1 else 's'}"
    verb = f"differ in {view.differences} of" if view.differences else "agree in all"
    broken = sum(pair.broken is not None for pair in view.pairs)
    rest = f" {broken} target{' was' if broken == 1 else 's were'} not compared." if broken else ""
    return f"The reference and real KServe {verb} {over}.{rest}" if compared else f"No scenario ran on both.{rest}"
