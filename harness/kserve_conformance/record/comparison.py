"""
What changed from one run to another, scenario by scenario.

:data:`CHANGES` is the only place that says what a pair of verdicts means. A
result that is unknown in the later run never counts as unchanged: it is lost,
even though nothing failed. Between releases one pair means something else: a
scenario that does not apply to the later release cannot have a result there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from kserve_conformance.record.choice import could_be_equal
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.errors import interrupted
from kserve_conformance.record.model import Header, Record, Scenario, Verdict
from kserve_conformance.record.tally import tally


class Change(StrEnum):
    """How a scenario changed from one run to the next, the most important first."""

    #: It passed or was a known deviation, and now fails or errors.
    REGRESSED = "regressed"
    #: It had no result, and now fails or errors.
    NEWLY_FAILING = "newly-failing"
    #: It had a result, and now has none.
    LOST = "lost"
    #: It is no longer part of the run.
    REMOVED = "removed"
    #: It still passes, but other runtimes are selected.
    MOVED = "moved"
    #: It failed or errored, and still does, or is a known deviation now.
    STILL_FAILING = "still-failing"
    #: It had no result and has none, for another reason or because it errors both times.
    STILL_UNKNOWN = "still-unknown"
    #: It failed or errored, and now passes.
    FIXED = "fixed"
    #: It was a known deviation, and now passes.
    DEVIATION_GONE = "deviation-gone"
    #: It had no result, and now has one that is not a failure.
    GAINED = "gained"
    #: It was not part of the earlier run, and does not fail.
    NEW = "new"
    #: It had a result, and does not apply to the later run's release, which is another one.
    NOT_APPLICABLE = "not-applicable"
    #: It has the same result.
    UNCHANGED = "unchanged"


#: The changes that make the later run worse by default: new failures, and results that are no longer known.
#: MOVED is not among them: where the rules leave a choice open, two runs may rightly differ.
WORSE = (Change.REGRESSED, Change.NEWLY_FAILING, Change.LOST, Change.REMOVED)

#: A row for each earlier verdict, a column for each later one; ``absent`` is a scenario that is not part of the run.
_TABLE = """
            passed         failed        deviates      unsupported   skipped       errored       absent
passed      unchanged      regressed     regressed     lost          lost          regressed     removed
failed      fixed          still-failing still-failing lost          lost          lost          removed
deviates    deviation-gone regressed     unchanged     lost          lost          lost          removed
unsupported gained         newly-failing gained        unchanged     still-unknown newly-failing removed
skipped     gained         newly-failing gained        still-unknown unchanged     newly-failing removed
errored     fixed          newly-failing gained        still-unknown still-unknown still-unknown removed
absent      new            newly-failing new           new           new           newly-failing unchanged
"""

#: The verdict of a scenario that is not part of a run, in the table.
_ABSENT = "absent"


def _changes(table: str) -> Iterator[tuple[tuple[Verdict | None, Verdict | None], Change]]:
    """Yield each cell of a table with its two verdicts."""
    columns, *rows = (line.split() for line in table.strip().splitlines())
    for earlier, *cells in rows:
        for later, cell in zip(columns, cells, strict=True):
            yield (_verdict(earlier), _verdict(later)), Change(cell)


def _verdict(word: str) -> Verdict | None:
    return None if word == _ABSENT else Verdict(word)


#: What each pair of an earlier and a later verdict means; None is a scenario that is not part of the run.
CHANGES: Mapping[tuple[Verdict | None, Verdict | None], Change] = MappingProxyType(dict(_changes(_TABLE)))


@dataclass(frozen=True, slots=True)
class Compared:
    """One scenario in both runs; it is part of at least one. ``change`` is what its two verdicts mean."""

    change: Change
    earlier: Scenario | None
    later: Scenario | None

    @property
    def scenario(self) -> Scenario:
        """The scenario as in the later run, or as in the earlier run if only that one has it."""
        scenario = self.later or self.earlier
        if scenario is None:
            raise ValueError("a scenario that is part of neither run")
        return scenario

    @property
    def has_other_steps(self) -> bool:
        """Whether the scenario has other steps in the later run, under the same id."""
        if self.earlier is None or self.later is None:
            return False
        earlier, later = _steps(self.earlier), _steps(self.later)
        return bool(earlier and later) and earlier != later

    @property
    def has_other_choices(self) -> bool:
        """Whether the two runs cannot have selected the same runtimes."""
        if self.earlier is None or self.later is None:
            return False
        return not could_be_equal(self.earlier.choices, self.later.choices)


@dataclass(frozen=True, slots=True)
class HeaderDifference:
    """One property in which the runs themselves differ, with its value in each; empty if a run has none."""

    name: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Two runs, compared.

    ``differences`` are those of the runs, their suites first, because results of
    different scenarios say little about each other. ``scenarios`` are ordered as
    in a tally.
    """

    earlier: Header
    later: Header
    differences: tuple[HeaderDifference, ...]
    scenarios: tuple[Compared, ...]

    @property
    def counts(self) -> dict[Change, int]:
        """The number of scenarios for every change, zeros included, in the order of :class:`Change`."""
        counts = dict.fromkeys(Change, 0)
        for compared in self.scenarios:
            counts[compared.change] += 1
        return counts

    @property
    def same_suite(self) -> bool:
        """Whether both ran the same suite, byte for byte."""
        return self.earlier.suite.digest == self.later.suite.digest

    @property
    def with_other_steps(self) -> tuple[Compared, ...]:
        """The scenarios that have other steps in the later run, under the same id."""
        return tuple(compared for compared in self.scenarios if compared.has_other_steps)

    def of(self, *changes: Change) -> tuple[Compared, ...]:
        """Return the scenarios with one of these changes."""
        return tuple(compared for compared in self.scenarios if compared.change in changes)

    def is_worse(self, changes: Collection[Change] = WORSE) -> bool:
        """Whether any scenario has one of these changes. Two empty runs prove nothing and count as worse."""
        return not self.scenarios or any(compared.change in changes for compared in self.scenarios)


def compare(earlier: Record, later: Record, *, only: Collection[str] | None = None) -> Comparison:
    """
    Compare two whole runs of any targets and suites. Raises ``RecordError`` (INTERRUPTED).

    ``only`` limits the earlier run to these ids, for a later run of a part of the
    suite; every scenario of the later run is compared in any case.
    """
    for name, record in (("the earlier record", earlier), ("the later record", later)):
        if record.footer.interrupted is not None:
            raise interrupted(name, record.footer.interrupted)
    before = {one.id: one for one in earlier.scenarios if only is None or one.id in only}
    after = {one.id: one for one in later.scenarios}
    ordered = tally((before | after).values()).scenarios
    across = earlier.header.target.release != later.header.target.release
    return Comparison(
        earlier=earlier.header,
        later=later.header,
        differences=tuple(_differences(earlier.header, later.header)),
        scenarios=tuple(_compared(before.get(one.id), after.get(one.id), across=across) for one in ordered),
    )


def _compared(earlier: Scenario | None, later: Scenario | None, *, across: bool) -> Compared:
    """Compare one scenario; ``across`` says that the runs have different releases."""
    change = CHANGES[earlier.verdict if earlier else None, later.verdict if later else None]
    if change is Change.LOST and across and later is not None and later.verdict is Verdict.UNSUPPORTED:
        change = Change.NOT_APPLICABLE
    compared = Compared(change, earlier, later)
    passes = later is not None and later.verdict is Verdict.PASSED
    if change is Change.UNCHANGED and passes and compared.has_other_choices:
        return Compared(Change.MOVED, earlier, later)
    return compared


def _steps(scenario: Scenario) -> list[tuple[Any, ...]]:
    return [(step.keyword, step.text, step.table, step.doc_string) for step in scenario.steps]


def _differences(earlier: Header, later: Header) -> Iterator[HeaderDifference]:
    """Yield the properties in which the runs differ, except for their scenarios and when they ran."""
    for name, properties in _PROPERTIES.items():
        before, after = properties(earlier), properties(later)
        for part in dict.fromkeys((*before, *after)):
            one, other = before.get(part, ""), after.get(part, "")
            if one != other:
                yield HeaderDifference(f"{name} {part}".strip(), one, other)


def _suite(header: Header) -> dict[str, str]:
    return {"": header.suite.name, "version": header.suite.version, "digest": header.suite.digest}


def _target(header: Header) -> dict[str, str]:
    target = header.target
    return {
        "": target.target,
        "release": target.release,
        "API server": target.api_server or "",
        "observed through": target.observed_through,
        "built from": "a source tree" if target.is_source_tree else "",
        **{f"digest of {name}": digest for name, digest in target.all_digests.items()},
    }


def _implementation(header: Header) -> dict[str, str]:
    return _texts(msgspec.to_builtins(header.implementation))


def _deviations(header: Header) -> dict[str, str]:
    entries = header.deviations.entries if header.deviations is not None else ()
    return {"declared": ", ".join(entry.id for entry in entries if entry.declared)}


def _selection(header: Header) -> dict[str, str]:
    return _texts(narrowed(header))


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in values.items()
    }


#: The properties that identify a run, the suite first.
_PROPERTIES = {
    "suite": _suite,
    "target": _target,
    "implementation": _implementation,
    "deviations": _deviations,
    "harness": lambda header: {"": header.harness},
    "selection": _selection,
}
