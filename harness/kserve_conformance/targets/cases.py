"""
Cases: objects and writes as values, so that a target can run many of them at once.

A scenario drives a target step by step. A case lists beforehand every write, in
turns; after each turn, every stored service is observed. :func:`run_case` runs one
on any target. A target that is faster with many at once implements
:class:`BatchTarget`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

import msgspec

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import SERVICE, Namespace, ObjectKey
from kserve_conformance.targets.contract import Admission, Observation, Target, Unreported


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    The writes between two observations, in the order of the fields.

    ``later`` advances the clock by a second first. ``deleted`` objects are deleted. ``present``
    runtimes and ``stored`` services are stored without passing a webhook;
    ``applied`` objects are applied in order and pass them.
    """

    later: bool = False
    deleted: tuple[ObjectKey, ...] = ()
    present: tuple[dict[str, Any], ...] = ()
    stored: tuple[dict[str, Any], ...] = ()
    applied: tuple[dict[str, Any], ...] = ()


class Case(msgspec.Struct, frozen=True):
    """A sequence of turns. ``number`` is its place among the cases of a search."""

    number: int
    turns: tuple[Turn, ...]

    @property
    def namespaces(self) -> frozenset[Namespace]:
        """Every namespace that the case writes to."""
        keys = (ObjectKey.of(one) for turn in self.turns for one in (*turn.present, *turn.stored, *turn.applied))
        return frozenset(key.namespace for key in keys if key.namespace is not None)


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What one turn resulted in: the admission of each applied object, and an observation of each stored service."""

    admissions: tuple[Admission, ...] = ()
    observations: tuple[tuple[ObjectKey, Observation], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRun:
    """
    One case run on one target.

    ``failed`` is why there are fewer results than turns. ``Unreported`` means that the target does not report what the
    remaining turns depend on.
    """

    case: Case
    turns: tuple[TurnResult, ...]
    failed: TargetError | None = None

    @property
    def is_errored(self) -> bool:
        """Did the run break, so that it proves nothing about the case?"""
        return self.failed is not None and not isinstance(self.failed, Unreported)


class CaseRunner(Protocol):
    """Runs batches of cases on one target."""

    def run(self, cases: Sequence[Case]) -> Sequence[CaseRun]:
        """
        Run cases that do not interfere with each other; the runs are in their order.

        An error in one case is kept in its run. Raises ``Unreachable`` if the target
        can no longer be used.
        """


@runtime_checkable
class BatchTarget(Protocol):
    """A target that runs many cases faster together than one by one."""

    def batches(self, within: timedelta) -> AbstractContextManager[CaseRunner]:
        """
        Open a runner; each service must settle ``within`` that time.

        Objects of a batch may be deleted while the next two run. Cases that share a
        namespace with it wait until it is gone, so consecutive batches are faster in
        different namespaces. Leaving the context without an exception leaves the target
        empty.
        """


def run_case(target: Target, case: Case, within: timedelta) -> CaseRun:
    """Run one case on any target and reset the target. Raises what ``reset`` raises."""
    results: list[TurnResult] = []
    failed: TargetError | None = None
    try:
        results.extend(_run_turns(target, case, within))
    except TargetError as error:
        failed = error
    target.reset()
    return CaseRun(case, tuple(results), failed)


def _run_turns(target: Target, case: Case, within: timedelta) -> Iterator[TurnResult]:
    present: dict[ObjectKey, None] = {}
    for turn in case.turns:
        if turn.later:
            target.advance_clock()
        if turn.deleted:
            target.delete(*turn.deleted)
            for key in turn.deleted:
                present.pop(key, None)
        if turn.present or turn.stored:
            target.store(*turn.present, *turn.stored)
        admissions = target.apply(*turn.applied) if turn.applied else ()
        present.update(dict.fromkeys(stored_services(turn, admissions)))
        yield TurnResult(admissions, tuple((key, target.observe(key, within)) for key in present))


def stored_services(turn: Turn, admissions: Sequence[Admission]) -> Iterator[ObjectKey]:
    """The services that a turn stored."""
    for manifest in turn.stored:
        yield ObjectKey.of(manifest)
    for admission in admissions:
        if admission.key.kind == SERVICE and admission.rejected is None:
            yield admission.key


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Runs cases one by one, for targets that gain nothing from batches."""

    target: Target
    within: timedelta

    def run(self, cases: Sequence[Case]) -> Sequence[CaseRun]:
        """Run one after the other. Raises what ``reset`` raises."""
        return tuple(run_case(self.target, case, self.within) for case in cases)


def case_runner(target: Target, within: timedelta) -> AbstractContextManager[CaseRunner]:
    """Open the fastest runner that a target offers."""
    return target.batches(within) if isinstance(target, BatchTarget) else nullcontext(OneByOne(target, within))


def run_cases(target: Target, cases: Sequence[Case], within: timedelta) -> Sequence[CaseRun]:
    """Run one batch of cases and leave the target empty. Raises ``Unreachable``."""
    with case_runner(target, within) as runner:
        return runner.run(cases)
