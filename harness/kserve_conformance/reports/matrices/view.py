"""
Several runs set side by side: what every report of a matrix shows, as values.

A column is a target. A run of which nothing whole is known is a column too, and
each of its cells says that it errored. A cell is never better than the worst
scenario that its release was asked; a scenario of other releases says nothing of
it and counts only where there is no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kserve_conformance.record import Conclusion, Record, Result, Scenario, Tally, Verdict, by_rule, conforms, tally
from kserve_conformance.record.matrix import ListedRun, Matrix
from kserve_conformance.reports.matrices.agreement import Pair, paired
from kserve_conformance.rules.model import Claim, Keeping, Rule
from kserve_conformance.rules.registry import TOPICS, Registry
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.suite.tags import DOCUMENTED

#: The kind of a target that is played in memory. Every other kind asks something real.
MEMORY = "memory"


@dataclass(frozen=True)
class Column:
    """
    One target of a matrix.

    ``because`` says why nothing is concluded from its run; it is None exactly when
    the run was whole. ``again`` is the target as it is written to ask it again.
    """

    target: str
    again: str
    release: str
    record: Record | None
    because: str | None

    @property
    def kind(self) -> str:
        """The kind of target, the word before the colon."""
        return self.target.partition(":")[0]

    @property
    def is_real(self) -> bool:
        """Is it anything else than rules in memory?"""
        return self.kind != MEMORY

    @cached_property
    def conclusion(self) -> Conclusion | None:
        """What its record allows to be said; None where there is none."""
        return None if self.record is None else conforms(self.record)

    @property
    def conforms(self) -> bool:
        """Does the target conform? A run that was not whole never says so."""
        return self.because is None and self.conclusion is not None and self.conclusion.conforms

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenarios of a whole run, by id."""
        if self.record is None or self.because is not None:
            return {}
        return {scenario.id: scenario for scenario in self.record.scenarios}

    @cached_property
    def rules(self) -> Mapping[str, Tally]:
        """The scenarios of a whole run by rule."""
        return {} if self.record is None or self.because is not None else by_rule(self.record)

    @cached_property
    def claims(self) -> Mapping[str, Tally]:
        """The scenarios of a whole run by the claim that they state."""
        found: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios.values():
            for tag in scenario.tags:
                if tag.startswith("claim-"):
                    found.setdefault(tag.removeprefix("claim-"), []).append(scenario)
        return {claim: tally(scenarios) for claim, scenarios in found.items()}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one target showed of one rule; ``verdict`` is None where no scenario asks for it."""

    verdict: Verdict | None
    cases: Tally | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """One scenario over all targets: the columns by verdict, the worst verdict first."""

    scenario: Scenario
    columns: tuple[tuple[Verdict, tuple[Column, ...]], ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule over all targets. ``rule`` is None for one that the registry does not know (any more)."""

    id: str
    rule: Rule | None
    cells: tuple[Cell, ...]
    showings: tuple[Showing, ...]


class Kept(StrEnum):
    """
    Does a target do what the documentation claims?

    What its scenarios showed comes first. Where they all hold, the registry says
    whether that is all that the claim says: a claim can be kept in part.
    """

    KEPT = "kept"
    PARTLY = "partly"
    #: The code does otherwise; what scenarios ask of the claim holds.
    BROKEN = "broken"
    DEVIATES = "deviates"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERRORED = "errored"
    UNSUPPORTED = "unsupported"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of the documentation over all targets; ``kept`` has a word for each column."""

    claim: Claim
    kept: tuple[Kept, ...]
    showings: tuple[Showing, ...]


@dataclass(frozen=True)
class View:
    """A whole matrix, as it is shown."""

    matrix: Matrix
    columns: tuple[Column, ...]
    pairs: tuple[Pair, ...]
    claims: tuple[ClaimRow, ...]
    topics: Mapping[str, tuple[RuleRow, ...]]

    @property
    def broken(self) -> tuple[Column, ...]:
        """The targets of which nothing is concluded."""
        return tuple(column for column in self.columns if column.because is not None)

    @property
    def refused(self) -> tuple[Column, ...]:
        """The targets whose whole run shows that they do not conform."""
        return tuple(column for column in self.columns if column.because is None and not column.conforms)

    @property
    def conforms(self) -> bool:
        """Do all of them? A matrix without a target says nothing."""
        return bool(self.columns) and all(column.conforms for column in self.columns)

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases in order, each once."""
        return tuple(dict.fromkeys(column.release for column in self.columns))

    @property
    def differences(self) -> int:
        """In how many scenarios memory and a real target of one release differ."""
        return sum(len(pair.differences) for pair in self.pairs)

    @property
    def headline(self) -> str:
        """The conclusion in a few words."""
        if self.broken:
            return "No answer for every target"
        if self.refused:
            return "Not every target conforms"
        if not self.columns:
            return "No target was asked"
        return "Every target conforms in what was asked" if self.result is Result.PARTIAL else "Every target conforms"

    @property
    def result(self) -> Result:
        """The conclusion in one word: a success is one that no target was asked less for than the whole suite."""
        if not self.conforms:
            return Result.FAILURE
        whole = all(column.conclusion and column.conclusion.result is Result.SUCCESS for column in self.columns)
        return Result.SUCCESS if whole else Result.PARTIAL

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts that some cell of a rule has, in the order in which they are declared."""
        shown = {cell.verdict for rows in self.topics.values() for row in rows for cell in row.cells}
        return tuple(verdict for verdict in Verdict if verdict in shown)


def view(matrix: Matrix, registry: Registry) -> View:
    """Set the runs of a matrix side by side; rules and claims are told by the registry."""
    columns = tuple(sorted((_column(run, record) for run, record in matrix), key=_place))
    return View(
        matrix=matrix,
        columns=columns,
        pairs=tuple(_pairs(columns)),
        claims=tuple(_claim_rows(columns, registry)),
        topics=_topics(columns, registry),
    )


def worst_asked(cases: Tally | None) -> Verdict | None:
    """The worst verdict of what the release was asked; unsupported only where it was asked nothing."""
    if cases is None:
        return None
    asked = tuple(scenario for scenario in cases.scenarios if scenario.verdict is not Verdict.UNSUPPORTED)
    return Tally(asked).worst or cases.worst


def _column(run: ListedRun, record: Record | None) -> Column:
    _, _, argument = run.target.partition(":")
    pairs = "".join(f",{key}={value}" for key, value in run.parameters.items())
    because = run.broken
    if record is not None and record.footer.interrupted is not None:
        because = f"the run was interrupted: {record.footer.interrupted or 'no reason was given'}"
    release = argument if argument in (*RELEASES, DOCUMENTED) else "unknown"
    if record is not None:
        release = record.header.target.release
    return Column(run.target, run.target + pairs, release, record, because)


def _place(column: Column) -> tuple[int, bool]:
    """The documentation first, then releases as they came; what is in memory before what is real."""
    if column.release == DOCUMENTED:
        return -1, column.is_real
    return RELEASES.index(column.release) if column.release in RELEASES else len(RELEASES), column.is_real


def _pairs(columns: tuple[Column, ...]) -> Iterator[Pair]:
    """Each real target beside the rules of its release."""
    memory = {column.release: column for column in columns if not column.is_real}
    for column in columns:
        if column.is_real and column.release in memory:
            other = memory[column.release]
            broken = other.because or column.because
            yield paired(
                column.release,
                (other.again, tuple(other.scenarios.values())),
                (column.again, tuple(column.scenarios.values())),
                broken and f"{other.target if other.because else column.target}: {broken}",
            )


def _cells(columns: tuple[Column, ...], groups: Iterable[Mapping[str, Tally]], name: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(Verdict.ERRORED) if column.because is not None else Cell(worst_asked(group.get(name)), group.get(name))
        for column, group in zip(columns, groups, strict=True)
    )


def _claim_rows(columns: tuple[Column, ...], registry: Registry) -> Iterator[ClaimRow]:
    groups = tuple(column.claims for column in columns)
    for claim in registry.claims:
        cells = _cells(columns, groups, claim.id)
        kept = tuple(_kept(cell, column, claim) for cell, column in zip(cells, columns, strict=True))
        yield ClaimRow(claim, kept, _showings(columns, groups, claim.id))


def _kept(cell: Cell, column: Column, claim: Claim) -> Kept:
    if cell.verdict is None:
        return Kept.NOT_ASKED
    if cell.verdict is not Verdict.PASSED:
        return Kept(cell.verdict.value)
    if column.release not in RELEASES:
        return Kept.KEPT
    return {Keeping.PARTLY: Kept.PARTLY, Keeping.BROKEN: Kept.BROKEN}.get(
        claim.finding(column.release).keeps, Kept.KEPT
    )


def _topics(columns: tuple[Column, ...], registry: Registry) -> dict[str, tuple[RuleRow, ...]]:
    groups = tuple(column.rules for column in columns)
    # Also of runs that were not whole: a rule that only they were asked must not be missing.
    records = [column.record for column in columns if column.record is not None]
    asked = {rule for record in records for scenario in record.scenarios for rule in scenario.rules}
    known = registry.rules_by_id
    rows: dict[str, list[RuleRow]] = {topic: [] for topic in TOPICS}
    order = {rule.id: place for place, rule in enumerate(registry.rules)}
    for rule in sorted(asked, key=lambda rule: (order.get(rule, len(order)), rule)):
        found = known.get(rule)
        row = RuleRow(rule, found, _cells(columns, groups, rule), _showings(columns, groups, rule))
        rows.setdefault(found.topic if found else "", []).append(row)
    return {topic: tuple(some) for topic, some in rows.items() if some}


def _showings(columns: tuple[Column, ...], groups: Iterable[Mapping[str, Tally]], name: str) -> tuple[Showing, ...]:
    seen: dict[str, Scenario] = {}
    where: dict[str, dict[Verdict, list[Column]]] = {}
    for column, group in zip(columns, groups, strict=True):
        cases = group.get(name)
        for scenario in cases.scenarios if cases else ():
            seen.setdefault(scenario.id, scenario)
            where.setdefault(scenario.id, {}).setdefault(scenario.verdict, []).append(column)
    order = [Verdict.ERRORED, Verdict.FAILED, Verdict.DEVIATES, Verdict.SKIPPED, Verdict.PASSED, Verdict.UNSUPPORTED]
    return tuple(
        Showing(
            scenario,
            tuple((verdict, tuple(where[scenario.id][verdict])) for verdict in order if verdict in where[scenario.id]),
        )
        for scenario in tally(seen.values()).scenarios
    )
