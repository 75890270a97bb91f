"""
Several runs side by side: what every report of a matrix shows, as values.

A column is a target. A target without a whole run is a column too, with errored
cells. A cell has the worst verdict of the scenarios that ran; it is skipped only if
none ran, and unsupported only if none applies to its release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kserve_conformance.record import Conclusion, Record, Result, Scenario, Tally, Verdict, by_rule, conforms, tally
from kserve_conformance.record.conclusion import REFERENCE_ONLY
from kserve_conformance.record.matrix import ListedRun, Matrix
from kserve_conformance.reports.matrices.agreement import Pair, paired
from kserve_conformance.rules.model import Claim, Keeping, Rule
from kserve_conformance.rules.registry import TOPICS, Registry
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.suite.tags import DOCUMENTED

#: The kind of the reference. Every other kind is a real implementation.
MEMORY = "memory"


@dataclass(frozen=True)
class Column:
    """
    One target of a matrix.

    ``broken`` says why nothing can be concluded from its run, and is None exactly
    if the run was whole. ``argument`` is the target as a command-line argument.
    """

    target: str
    argument: str
    release: str
    record: Record | None
    broken: str | None

    @property
    def kind(self) -> str:
        """The kind of target: the word before the colon."""
        return self.target.partition(":")[0]

    @property
    def is_real(self) -> bool:
        """Whether it is anything other than the reference."""
        return self.kind != MEMORY

    @cached_property
    def conclusion(self) -> Conclusion | None:
        """The conclusion from its record; None without a record."""
        return None if self.record is None else conforms(self.record)

    @property
    def conforms(self) -> bool:
        """Whether the target conforms. Never true without a whole run."""
        return self.broken is None and self.conclusion is not None and self.conclusion.conforms

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenarios of a whole run, by id."""
        if self.record is None or self.broken is not None:
            return {}
        return {scenario.id: scenario for scenario in self.record.scenarios}

    @cached_property
    def rules(self) -> Mapping[str, Tally]:
        """The scenarios of a whole run by rule."""
        return {} if self.record is None or self.broken is not None else by_rule(self.record)

    @cached_property
    def claims(self) -> Mapping[str, Tally]:
        """The scenarios of a whole run by claim."""
        found: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios.values():
            for tag in scenario.tags:
                if tag.startswith("claim-"):
                    found.setdefault(tag.removeprefix("claim-"), []).append(scenario)
        return {claim: tally(scenarios) for claim, scenarios in found.items()}


@dataclass(frozen=True, slots=True)
class Cell:
    """
    The result of one target for one rule; ``verdict`` is None if no scenario tests it.

    ``verdict`` is the worst of the scenarios that ran, so that one skipped scenario does
    not hide the others; ``skipped`` is how many of them did not run.
    """

    verdict: Verdict | None
    cases: Tally | None = None

    @property
    def skipped(self) -> int:
        """The number of skipped scenarios next to others that ran; 0 if all were skipped."""
        if self.cases is None or self.verdict is Verdict.SKIPPED:
            return 0
        return self.cases.counts[Verdict.SKIPPED]


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario over all targets: the columns by verdict, the worst verdict first."""

    scenario: Scenario
    columns: tuple[tuple[Verdict, tuple[Column, ...]], ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule over all targets. ``rule`` is None if the registry does not have it."""

    id: str
    rule: Rule | None
    cells: tuple[Cell, ...]
    scenarios: tuple[ScenarioRow, ...]


class ClaimResult(StrEnum):
    """
    Whether a target keeps a claim of the documentation.

    The results of its scenarios come first. If all pass, the registry says whether
    they cover the whole claim: a claim can be kept in part.
    """

    KEPT = "kept"
    PARTLY = "partly"
    #: The code does something else; the scenarios of the claim pass.
    BROKEN = "broken"
    DEVIATES = "deviates"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERRORED = "errored"
    UNSUPPORTED = "unsupported"
    NOT_TESTED = "not-tested"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of the documentation over all targets; ``results`` has one for each column."""

    claim: Claim
    results: tuple[ClaimResult, ...]
    scenarios: tuple[ScenarioRow, ...]


@dataclass(frozen=True)
class View:
    """A whole matrix."""

    matrix: Matrix
    columns: tuple[Column, ...]
    pairs: tuple[Pair, ...]
    claims: tuple[ClaimRow, ...]
    topics: Mapping[str, tuple[RuleRow, ...]]

    @property
    def broken(self) -> tuple[Column, ...]:
        """The targets without a conclusion."""
        return tuple(column for column in self.columns if column.broken is not None)

    @property
    def nonconforming(self) -> tuple[Column, ...]:
        """The targets that do not conform, as their whole run shows."""
        return tuple(column for column in self.columns if column.broken is None and not column.conforms)

    @property
    def conforms(self) -> bool:
        """Whether every target conforms. Never true without a target."""
        return bool(self.columns) and all(column.conforms for column in self.columns)

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases in order, once each."""
        return tuple(dict.fromkeys(column.release for column in self.columns))

    @property
    def differences(self) -> int:
        """The number of scenarios in which the reference and a real target of the same release differ."""
        return sum(len(pair.differences) for pair in self.pairs)

    @property
    def headline(self) -> str:
        """The conclusion in a few words, for example ``Every target conforms (scenarios skipped on 3 targets)``."""
        limits = ", ".join(self._limits)
        return f"{self._verdict} ({limits})" if limits else self._verdict

    @property
    def _verdict(self) -> str:
        if self.broken:
            return f"Incomplete: no result for {len(self.broken)} of {len(self.columns)} targets"
        if self.nonconforming:
            return "Not every target conforms"
        return "Every target conforms" if self.columns else "No target ran"

    @property
    def _limits(self) -> Iterator[str]:
        conclusions = [column.conclusion for column in self.columns if self.conforms and column.conclusion]
        if any(conclusion.selected for conclusion in conclusions):
            yield "part of the suite"
        skipped = sum(conclusion.counts[Verdict.SKIPPED] > 0 for conclusion in conclusions)
        if skipped:
            yield f"scenarios skipped on {skipped} target{'' if skipped == 1 else 's'}"
        if self.caveats:
            number = len(self.caveats)
            yield f"behaviour of {number} release{'' if number == 1 else 's'} inferred or unreleased"
        if self.columns and not any(column.is_real for column in self.columns):
            yield REFERENCE_ONLY

    @property
    def caveats(self) -> Mapping[str, str]:
        """The releases whose results are less certain than others, each with the reason."""
        found = {column.release: column.conclusion.caveat for column in self.columns if column.conclusion}
        return {release: text for release, text in found.items() if text is not None}

    @property
    def result(self) -> Result:
        """The conclusion in one word: a success only if every target ran the whole suite."""
        if not self.conforms:
            return Result.FAILURE
        whole = all(column.conclusion and column.conclusion.result is Result.SUCCESS for column in self.columns)
        return Result.SUCCESS if whole else Result.PARTIAL

    @property
    def has_skips_beside_results(self) -> bool:
        """Whether some cell has a result although scenarios of it were skipped."""
        return any(cell.skipped for rows in self.topics.values() for row in rows for cell in row.cells)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts that some cell of a rule has, in the order of :class:`Verdict`."""
        shown = {cell.verdict for rows in self.topics.values() for row in rows for cell in row.cells}
        return tuple(verdict for verdict in Verdict if verdict in shown)


def view(matrix: Matrix, registry: Registry) -> View:
    """Put the runs of a matrix side by side, with rules and claims from the registry."""
    columns = tuple(sorted((_column(run, record) for run, record in matrix), key=_place))
    return View(
        matrix=matrix,
        columns=columns,
        pairs=tuple(_pairs(columns)),
        claims=tuple(_claim_rows(columns, registry)),
        topics=_topics(columns, registry),
    )


def _column(run: ListedRun, record: Record | None) -> Column:
    _, _, argument = run.target.partition(":")
    pairs = "".join(f",{key}={value}" for key, value in run.parameters.items())
    broken = run.broken
    if record is not None and record.footer.interrupted is not None:
        broken = f"the run was interrupted: {record.footer.interrupted or 'no reason recorded'}"
    elif broken is None and record is not None and record.footer.cause is not None:
        broken = f"the target was given up: {record.footer.cause}"
    release = argument if argument in (*RELEASES, DOCUMENTED) else "unknown"
    if record is not None:
        release = record.header.target.release
    return Column(run.target, run.target + pairs, release, record, broken)


def _place(column: Column) -> tuple[int, bool]:
    """Order columns: the documentation, then releases by age, the reference before real targets."""
    if column.release == DOCUMENTED:
        return -1, column.is_real
    return RELEASES.index(column.release) if column.release in RELEASES else len(RELEASES), column.is_real


def _pairs(columns: tuple[Column, ...]) -> Iterator[Pair]:
    """Pair each real target with the reference of its release."""
    memory = {column.release: column for column in columns if not column.is_real}
    for column in columns:
        if column.is_real and column.release in memory:
            other = memory[column.release]
            broken = other.broken or column.broken
            yield paired(
                column.release,
                (other.argument, tuple(other.scenarios.values())),
                (column.argument, tuple(column.scenarios.values())),
                broken and f"{other.target if other.broken else column.target}: {broken}",
            )


def _cells(columns: tuple[Column, ...], groups: Iterable[Mapping[str, Tally]], name: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(Verdict.ERRORED) if column.broken is not None else _cell(group.get(name))
        for column, group in zip(columns, groups, strict=True)
    )


def _cell(cases: Tally | None) -> Cell:
    return Cell(None) if cases is None else Cell(cases.standing, cases)


def _claim_rows(columns: tuple[Column, ...], registry: Registry) -> Iterator[ClaimRow]:
    groups = tuple(column.claims for column in columns)
    for claim in registry.claims:
        cells = _cells(columns, groups, claim.id)
        results = tuple(_claim_result(cell, column, claim) for cell, column in zip(cells, columns, strict=True))
        yield ClaimRow(claim, results, _scenario_rows(columns, groups, claim.id))


def _claim_result(cell: Cell, column: Column, claim: Claim) -> ClaimResult:
    if cell.verdict is None:
        return ClaimResult.NOT_TESTED
    if cell.verdict is not Verdict.PASSED:
        return ClaimResult(cell.verdict.value)
    # Whether a claim is kept is not known before all of its scenarios ran.
    if cell.skipped:
        return ClaimResult.SKIPPED
    if column.release not in RELEASES:
        return ClaimResult.KEPT
    return {Keeping.PARTLY: ClaimResult.PARTLY, Keeping.BROKEN: ClaimResult.BROKEN}.get(
        claim.finding(column.release).keeps, ClaimResult.KEPT
    )


def _topics(columns: tuple[Column, ...], registry: Registry) -> dict[str, tuple[RuleRow, ...]]:
    groups = tuple(column.rules for column in columns)
    # Also rules that only occur in runs that were not whole: they must not be missing.
    records = [column.record for column in columns if column.record is not None]
    tested = {rule for record in records for scenario in record.scenarios for rule in scenario.rules}
    known = registry.rules_by_id
    rows: dict[str, list[RuleRow]] = {topic: [] for topic in TOPICS}
    order = {rule.id: place for place, rule in enumerate(registry.rules)}
    for rule in sorted(tested, key=lambda rule: (order.get(rule, len(order)), rule)):
        found = known.get(rule)
        row = RuleRow(rule, found, _cells(columns, groups, rule), _scenario_rows(columns, groups, rule))
        rows.setdefault(found.topic if found else "", []).append(row)
    return {topic: tuple(some) for topic, some in rows.items() if some}


def _scenario_rows(
    columns: tuple[Column, ...], groups: Iterable[Mapping[str, Tally]], name: str
) -> tuple[ScenarioRow, ...]:
    seen: dict[str, Scenario] = {}
    where: dict[str, dict[Verdict, list[Column]]] = {}
    for column, group in zip(columns, groups, strict=True):
        cases = group.get(name)
        for scenario in cases.scenarios if cases else ():
            seen.setdefault(scenario.id, scenario)
            where.setdefault(scenario.id, {}).setdefault(scenario.verdict, []).append(column)
    order = [Verdict.ERRORED, Verdict.FAILED, Verdict.DEVIATES, Verdict.SKIPPED, Verdict.PASSED, Verdict.UNSUPPORTED]
    return tuple(
        ScenarioRow(
            scenario,
            tuple((verdict, tuple(where[scenario.id][verdict])) for verdict in order if verdict in where[scenario.id]),
        )
        for scenario in tally(seen.values()).scenarios
    )
