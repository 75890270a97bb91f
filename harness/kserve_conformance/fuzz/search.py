"""
The search: generate cases, run them on both targets, compare; then confirm, shrink and report what differs.

Both targets run at the same time, each in a thread of its own. A case that errors on
either target is counted as errored, never as compared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from kserve_conformance.fuzz.differences import Comparison, Difference, compare
from kserve_conformance.fuzz.generator import GROUP_SIZE, Cases
from kserve_conformance.fuzz.shrinker import shrink, smaller_cases
from kserve_conformance.signals import raise_if_interrupted
from kserve_conformance.targets.cases import Case, CaseRun, CaseRunner, OneByOne, case_runner, run_case
from kserve_conformance.targets.contract import Target, Unreachable
from kserve_conformance.targets.process.failures import GivenUp

#: How long a service may take to settle.
SETTLES_WITHIN = timedelta(seconds=20)

#: The number of outstanding errors after which a target counts as lost.
LOST_AFTER = 2 * GROUP_SIZE

#: How many outstanding errors each successful case forgives: a target that errors now and then is not lost.
FORGIVEN = 8

#: The total time for shrinking, in seconds.
SHRUNK_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Where a search stops: after ``cases`` cases or ``seconds`` seconds, whichever comes first.

    ``shrunk`` is the number of difference groups to shrink, ``attempts`` the number of
    attempts for each.
    """

    cases: int | None = None
    seconds: float | None = None
    shrunk: int = 10
    attempts: int = 400


@dataclass(slots=True)
class DifferenceGroup:
    """
    Differences with one signature: the first of them, shrunk, and the number of cases that show it.

    ``is_reproducible`` is False if it showed up among many cases but not when its case ran alone.
    """

    seed: int
    generated: Case
    difference: Difference
    left: CaseRun
    count: int = 1
    is_reproducible: bool = True
    is_shrunk: bool = False


@dataclass(slots=True)
class Summary:
    """
    The result of a search.

    Every case is either ``compared``, ``errored`` on a target, or has
    ``nothing_reported`` that could be compared. ``errors`` counts the error messages;
    ``lost`` is why the search ended early.
    """

    seed: int
    cases: int = 0
    compared: int = 0
    differing: int = 0
    nothing_reported: int = 0
    errored: int = 0
    seconds: float = 0.0
    differences: dict[tuple[str, ...], DifferenceGroup] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    lost: str | None = None
    is_interrupted: bool = False
    outstanding_errors: int = 0

    @property
    def rate(self) -> float:
        """Cases per second, from generating to comparing."""
        return self.cases / self.seconds if self.seconds else 0.0

    @property
    def is_conclusive(self) -> bool:
        """Was every case compared, and at least one? Only then does no difference mean that the targets agree."""
        return 0 < self.compared == self.cases - self.nothing_reported and self.lost is None and not self.is_interrupted


#: A batch in progress, on the left and on the right.
_RunningBatch = tuple[Future[Sequence[CaseRun]], Future[Sequence[CaseRun]]]


@dataclass
class Search:
    """A search between two open targets; ``on_batch`` is called with the summary after each batch."""

    left: Target
    right: Target
    seed: int
    limits: Limits
    on_batch: Callable[[Summary], None]
    batch_size: int = GROUP_SIZE * 2
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)

    def run(self) -> Summary:
        """Search until a limit is reached, a target is lost, or the user interrupts."""
        summary = Summary(self.seed)
        try:
            with (
                case_runner(self.left, SETTLES_WITHIN) as left,
                case_runner(self.right, SETTLES_WITHIN) as right,
                # Closed before the targets are, so that a running batch can finish.
                ThreadPoolExecutor(1, "left") as left_thread,
                ThreadPoolExecutor(1, "right") as right_thread,
            ):

                def start(cases: Sequence[Case]) -> _RunningBatch:
                    return (
                        left_thread.submit(self._run_batch, left, cases),
                        right_thread.submit(self._run_batch, right, cases),
                    )

                try:
                    self._search(summary, start)
                except BaseException:
                    # An interrupt within `start` leaves a batch that only its thread knows of.
                    self._stopping.set()
                    for thread in (left_thread, right_thread):
                        thread.shutdown(wait=False, cancel_futures=True)
                    raise
        except KeyboardInterrupt:
            summary.is_interrupted = True
        except Unreachable as error:
            summary.lost = str(error)
        if summary.lost is None and not summary.is_interrupted:
            self._shrink_all(summary)
        return summary

    def replay(self, seed: int, case: Case) -> Summary:
        """Run one case alone."""
        summary = Summary(seed)
        left, right = (run_case(target, case, SETTLES_WITHIN) for target in (self.left, self.right))
        try:
            self._add(summary, left, right)
        except Unreachable as error:
            summary.lost = str(error)
        return summary

    def _search(self, summary: Summary, start: Callable[[Sequence[Case]], _RunningBatch]) -> None:
        started = time.monotonic()
        batches = self._batches(started)
        # The next batch runs while this one is compared.
        ahead = start(first) if (first := next(batches, None)) is not None else None
        while ahead is not None:
            current, ahead = ahead, None
            try:
                ahead = start(following) if (following := next(batches, None)) is not None else None
                for left, right in zip(current[0].result(), current[1].result(), strict=True):
                    raise_if_interrupted()
                    self._add(summary, left, right)
                    summary.seconds = time.monotonic() - started
            finally:
                summary.seconds = time.monotonic() - started
            self.on_batch(summary)

    def _run_batch(self, runner: CaseRunner, cases: Sequence[Case]) -> Sequence[CaseRun]:
        """Run a batch. One that a target runs one by one stops at the next case after an interrupt."""
        if not isinstance(runner, OneByOne):
            return () if self._stopping.is_set() else runner.run(cases)
        return tuple(run for case in cases if not self._stopping.is_set() for run in runner.run((case,)))

    def _batches(self, started: float) -> Iterator[tuple[Case, ...]]:
        cases = iter(Cases(self.seed))
        left = self.limits.cases
        while left is None or left > 0:
            if self.limits.seconds is not None and time.monotonic() - started >= self.limits.seconds:
                return
            batch = tuple(islice(cases, self.batch_size if left is None else min(self.batch_size, left)))
            left = None if left is None else left - len(batch)
            yield batch

    def _add(self, summary: Summary, left: CaseRun, right: CaseRun) -> None:
        """Count one case. Raises ``Unreachable`` when a target is lost."""
        summary.cases += 1
        comparison = compare(left, right)
        if comparison.difference is not None:
            summary.compared += 1
            summary.differing += 1
            self._add_difference(summary, comparison.difference, left)
        elif left.is_errored or right.is_errored:
            self._add_error(summary, left, right)
            return
        elif comparison.parts:
            summary.compared += 1
        else:
            summary.nothing_reported += 1
        summary.outstanding_errors = max(0, summary.outstanding_errors - FORGIVEN)

    def _add_error(self, summary: Summary, *runs: CaseRun) -> None:
        summary.errored += 1
        summary.outstanding_errors += 1
        for error in (run.failed for run in runs if run.is_errored):
            message = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
            summary.errors[message] = summary.errors.get(message, 0) + 1
            if isinstance(error, GivenUp) or summary.outstanding_errors >= LOST_AFTER:
                raise Unreachable(message)

    def _add_difference(self, summary: Summary, difference: Difference, left: CaseRun) -> None:
        known = summary.differences.get(difference.signature)
        if known is not None:
            known.count += 1
            return
        summary.differences[difference.signature] = DifferenceGroup(self.seed, left.case, difference, left)

    def _shrink_all(self, summary: Summary) -> None:
        """Run the first case of each group again, alone, and shrink it. An interrupt leaves the rest unshrunk."""
        deadline = time.monotonic() + SHRUNK_WITHIN
        try:
            for group in list(summary.differences.values())[: self.limits.shrunk]:
                self._shrink(group, deadline)
                self.on_batch(summary)
        except KeyboardInterrupt:
            summary.is_interrupted = True
        except Unreachable as error:
            summary.lost = str(error)

    def _shrink(self, group: DifferenceGroup, deadline: float) -> None:
        left, comparison = self._run_alone(group.generated)
        if comparison.difference is None:
            group.is_reproducible = False
            return
        group.left, group.difference = left, comparison.difference
        signature = group.difference.signature

        def still_differs(case: Case) -> bool:
            raise_if_interrupted()
            if time.monotonic() > deadline:
                return False
            left, comparison = self._run_alone(case)
            if comparison.difference is None or comparison.difference.signature != signature:
                return False
            group.left, group.difference = left, comparison.difference
            return True

        shrink(group.generated, still_differs, self.limits.attempts, smaller_cases)
        group.is_shrunk = time.monotonic() <= deadline

    def _run_alone(self, case: Case) -> tuple[CaseRun, Comparison]:
        """Run one case alone on both targets; the run on the left, and the comparison."""
        left = run_case(self.left, case, SETTLES_WITHIN)
        return left, compare(left, run_case(self.right, case, SETTLES_WITHIN))
