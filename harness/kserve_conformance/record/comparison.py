"""
What changed from one run to another, scenario by scenario.

:data:`CHANGES` is the only place that says what a pair of verdicts means. What
a later run does not know is never taken for what an earlier one did: an answer
that is gone is lost, even if nobody sees anything fail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record.choice import could_be_equal
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.model import Header, Record, Scenario, Step, Verdict
from kserve_conformance.record.tally import tally


class Change(StrEnum):
    """What became of a scenario from one run to the next, from what a reader must see first to what needs no look."""

    #: It passed, or was excused by a listed deviation, and now it does not hold, or what it asks breaks.
    REGRESSED = "regressed"
    #: Nothing was known of it, and now it does not hold, or what it asks breaks.
    NEWLY_FAILING = "newly-failing"
    #: There was an answer, and now there is none.
    LOST = "lost"
    #: It was asked, and now it is not even a part of the run.
    REMOVED = "removed"
    #: It passes as before, and other runtimes are chosen.
    MOVED = "moved"
    #: It did not hold, or broke, and does not now: in the same way, or as a deviation that is listed by now.
    STILL_FAILING = "still-failing"
    #: There was no answer and is none, for another reason, or because it breaks both times.
    STILL_UNKNOWN = "still-unknown"
    #: It failed or broke, and passes.
    FIXED = "fixed"
    #: It was listed as a deviation, and holds.
    DEVIATION_GONE = "deviation-gone"
    #: There was no answer, and now there is one that is no failure.
    GAINED = "gained"
    #: It was no part of the earlier run, and does not fail.
    NEW = "new"
    #: As it was.
    UNCHANGED = "unchanged"


#: What a later run must not have unless it is told otherwise: what is worse than before, and what is known no more.
#: That a pass chose other runtimes is not among it: where the rules leave a choice open, two runs may differ rightly.
WORSE = (Change.REGRESSED, Change.NEWLY_FAILING, Change.LOST, Change.REMOVED)

#: A row for each earlier verdict, a column for each later one; ``absent`` is a scenario that the run does not have.
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

#: What a table calls a scenario that a run does not have.
_ABSENT = "absent"


def _changes(table: str) -> Iterator[tuple[tuple[Verdict | None, Verdict | None], Change]]:
    """Each cell of a table, under the two verdicts that lead to it."""
    columns, *rows = (line.split() for line in table.strip().splitlines())
    for earlier, *cells in rows:
        for later, cell in zip(columns, cells, strict=True):
            yield (_verdict(earlier), _verdict(later)), Change(cell)


def _verdict(word: str) -> Verdict | None:
    return None if word == _ABSENT else Verdict(word)


#: What each pair of an earlier and a later verdict means; None is a scenario that the run does not have.
CHANGES: Mapping[tuple[Verdict | None, Verdict | None], Change] = MappingProxyType(dict(_changes(_TABLE)))


class InterruptedRecord(RecordError):
    """A run that was interrupted says nothing of what it did not come to, so nothing can be held against it."""

    hint = "run it again to its end"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: the run was interrupted: {why or 'no reason was given'}")


@dataclass(frozen=True, slots=True)
class Compared:
    """One scenario in both runs; at least one of them has it. ``change`` is what its two verdicts mean."""

    change: Change
    earlier: Scenario | None
    later: Scenario | None

    @property
    def scenario(self) -> Scenario:
        """What the scenario is: as the later run has it, or the earlier where only that one does."""
        found = self.later or self.earlier
        if found is None:
            raise ValueError("a scenario that neither run has")
        return found

    @property
    def asked_otherwise(self) -> bool:
        """Do the two runs ask different things under one id? Only if both of them tell what they ask."""
        if self.earlier is None or self.later is None:
            return False
        asked = (_asked(self.earlier), _asked(self.later))
        return all(asked) and asked[0] != asked[1]

    @property
    def chosen_otherwise(self) -> bool:
        """Did the two runs see other runtimes chosen? Only if both of them saw any."""
        if self.earlier is None or self.later is None:
            return False
        return not could_be_equal(self.earlier.choices, self.later.choices)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which the runs themselves differ: what it is, and how each has it. Empty where one has none."""

    what: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Two runs beside each other.

    ``differences`` are those of the runs: of their suites first, since other
    questions have other answers. ``scenarios`` are ordered as a tally is.
    """

    earlier: Header
    later: Header
    differences: tuple[Difference, ...]
    scenarios: tuple[Compared, ...]

    @property
    def counts(self) -> dict[Change, int]:
        """Every change with its number, zeros included, in the order in which changes are declared."""
        found = dict.fromkeys(Change, 0)
        for compared in self.scenarios:
            found[compared.change] += 1
        return found

    @property
    def same_suite(self) -> bool:
        """Were both asked by one suite, byte for byte?"""
        return self.earlier.suite == self.later.suite

    @property
    def asked_otherwise(self) -> tuple[Compared, ...]:
        """The scenarios that say something else in the later run than in the earlier, under one id."""
        return tuple(compared for compared in self.scenarios if compared.asked_otherwise)

    def of(self, *changes: Change) -> tuple[Compared, ...]:
        """The scenarios of these changes."""
        return tuple(compared for compared in self.scenarios if compared.change in changes)

    def is_worse(self, changes: Collection[Change] = WORSE) -> bool:
        """Is there any scenario of these changes? Nothing beside nothing is no answer, and so it is no better."""
        return not self.scenarios or any(compared.change in changes for compared in self.scenarios)


def compare(earlier: Record, later: Record, *, only: Collection[str] | None = None) -> Comparison:
    """
    Compare two whole runs, of whatever targets and suites. Raises ``InterruptedRecord``.

    ``only`` leaves out of the earlier run what a narrower later one was not to
    ask; what the later run has is compared in any case.
    """
    for name, record in (("the earlier record", earlier), ("the later record", later)):
        if record.footer.interrupted is not None:
            raise InterruptedRecord(name, record.footer.interrupted)
    before = {one.id: one for one in earlier.scenarios if only is None or one.id in only}
    after = {one.id: one for one in later.scenarios}
    ordered = tally((before | after).values()).scenarios
    return Comparison(
        earlier=earlier.header,
        later=later.header,
        differences=tuple(_differences(earlier.header, later.header)),
        scenarios=tuple(_compared(before.get(one.id), after.get(one.id)) for one in ordered),
    )


def _compared(earlier: Scenario | None, later: Scenario | None) -> Compared:
    found = CHANGES[earlier.verdict if earlier else None, later.verdict if later else None]
    compared = Compared(found, earlier, later)
    passes = later is not None and later.verdict is Verdict.PASSED
    if found is Change.UNCHANGED and passes and compared.chosen_otherwise:
        return Compared(Change.MOVED, earlier, later)
    return compared


def _asked(scenario: Scenario) -> tuple[tuple[Any, ...], ...]:
    return tuple(_words(step) for step in scenario.steps)


def _words(step: Step) -> tuple[Any, ...]:
    return (step.keyword, step.text, step.table, step.doc_string)


def _differences(earlier: Header, later: Header) -> Iterator[Difference]:
    """In which the runs differ. What is listed by the schema and the scenarios, and when each ran, is not among it."""
    for what, pick in _PICKED.items():
        before, after = pick(earlier), pick(later)
        for part in dict.fromkeys((*before, *after)):
            one, other = before.get(part, ""), after.get(part, "")
            if one != other:
                yield Difference(f"{what} {part}".strip(), one, other)


def _suite(header: Header) -> dict[str, str]:
    return {"": header.suite.name, "version": header.suite.version, "digest": header.suite.digest}


def _target(header: Header) -> dict[str, str]:
    target = header.target
    return {
        "": target.target,
        "release": target.release,
        "API server": target.api_server or "",
        "observed through": target.observed_through,
        **{f"digest of {name}": digest for name, digest in target.digests.items()},
    }


def _implementation(header: Header) -> dict[str, str]:
    given = msgspec.to_builtins(header.implementation)
    return {name: ", ".join(value) if isinstance(value, list) else str(value) for name, value in given.items()}


def _selection(header: Header) -> dict[str, str]:
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in narrowed(header).items()
    }


#: What identifies a run, the suite first.
_PICKED = {
    "suite": _suite,
    "target": _target,
    "implementation": _implementation,
    "harness": lambda header: {"": header.harness},
    "narrowed to": _selection,
}
