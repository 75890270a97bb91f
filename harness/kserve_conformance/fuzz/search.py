"""
The search: cases are drawn, played on both targets, compared; what differs is confirmed, shrunk and told.

Both targets work at the same time, each in a thread of its own. A case that
fails on one of them says nothing and is counted as such.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from kserve_conformance.fuzz.differences import Compared, Difference, compare
from kserve_conformance.fuzz.generator import GROUP_SIZE, Cases
from kserve_conformance.fuzz.shrinker import shrink
from kserve_conformance.targets.cases import Case, CaseRun, case_runner, run_case
from kserve_conformance.targets.contract import Target, Unreachable
from kserve_conformance.targets.process.failures import GivenUp

#: How long a service may take to show a settled choice.
SETTLES_WITHIN = timedelta(seconds=20)

#: So many failures, with hardly a case in between that did not fail, mean that a target does not answer any more.
LOST_AFTER = 2 * GROUP_SIZE

#: As many failures are forgotten for each case that ran.
FORGIVEN = 8

#: How long all differences together may take to be made small, in seconds.
SHRUNK_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How far a search goes: ``cases`` at most, ``seconds`` at most; one of them is enough.

    ``shrunk`` is how many sorts of differences are made small, and ``attempts`` in how
    many attempts each.
    """

    cases: int | None = None
    seconds: float | None = None
    shrunk: int = 10
    attempts: int = 400


@dataclass(slots=True)
class Found:
    """
    Differences of one sort: the first of them, made small, and how many cases show it.

    ``is_steady`` is False for one that was seen among many cases and not again alone.
    """

    seed: int
    drawn: Case
    difference: Difference
    left: CaseRun
    times: int = 1
    is_steady: bool = True
    is_shrunk: bool = False


@dataclass(slots=True)
class Summary:
    """
    What came of a search.

    ``compared`` cases said something on both sides; ``untold`` ones told nothing
    that could be compared; ``errored`` ones broke on a side. ``lost`` is why the
    search ended early.
    """

    seed: int
    cases: int = 0
    compared: int = 0
    differing: int = 0
    untold: int = 0
    errored: int = 0
    seconds: float = 0.0
    found: dict[tuple[str, ...], Found] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    lost: str | None = None
    is_interrupted: bool = False
    recent_failures: int = 0

    @property
    def rate(self) -> float:
        """Cases a second, drawing, playing and comparing."""
        return self.cases / self.seconds if self.seconds else 0.0


#: A batch that is being played, on the left and on the right.
_Begun = tuple[Future[Sequence[CaseRun]], Future[Sequence[CaseRun]]]

#: Is told how far a search is, after each batch.
Progress = Callable[[Summary], None]


@dataclass
class Search:
    """A search between two open targets."""

    left: Target
    right: Target
    seed: int
    limits: Limits
    progress: Progress
    batch: int = GROUP_SIZE * 2

    def run(self) -> Summary:
        """Search until a limit is reached, a target is lost, or somebody interrupts; what came of it."""
        summary = Summary(self.seed)
        try:
            with (
                case_runner(self.left, SETTLES_WITHIN) as left,
                case_runner(self.right, SETTLES_WITHIN) as right,
                # Left before the targets' own: a batch that is running comes to its end.
                ThreadPoolExecutor(1, "left") as left_thread,
                ThreadPoolExecutor(1, "right") as right_thread,
            ):

                def begin(cases: Sequence[Case]) -> _Begun:
                    return left_thread.submit(left.run, cases), right_thread.submit(right.run, cases)

                self._search(summary, begin)
        except KeyboardInterrupt:
            summary.is_interrupted = True
        except Unreachable as lost:
            summary.lost = str(lost)
        if summary.lost is None and not summary.is_interrupted:
            self._make_small(summary)
        return summary

    def _search(self, summary: Summary, begin: Callable[[Sequence[Case]], _Begun]) -> None:
        began = time.monotonic()
        batches = self._batches(began)
        # The next batch runs while this one is compared.
        ahead = begin(first) if (first := next(batches, None)) is not None else None
        while ahead is not None:
            now, ahead = ahead, None
            try:
                ahead = begin(following) if (following := next(batches, None)) is not None else None
                for one, other in zip(now[0].result(), now[1].result(), strict=True):
                    self._take(summary, one, other)
                    summary.seconds = time.monotonic() - began
            except BaseException:
                if ahead is not None:
                    for future in ahead:
                        future.cancel()
                raise
            finally:
                summary.seconds = time.monotonic() - began
            self.progress(summary)

    def _batches(self, began: float) -> Iterator[tuple[Case, ...]]:
        cases = iter(Cases(self.seed))
        left = self.limits.cases
        while left is None or left > 0:
            if self.limits.seconds is not None and time.monotonic() - began >= self.limits.seconds:
                return
            batch = tuple(islice(cases, self.batch if left is None else min(self.batch, left)))
            left = None if left is None else left - len(batch)
            yield batch

    def _take(self, summary: Summary, left: CaseRun, right: CaseRun) -> None:
        summary.cases += 1
        compared = compare(left, right)
        if compared.difference is not None:
            summary.compared += 1
            summary.differing += 1
            self._note(summary, compared.difference, left)
        elif left.is_errored or right.is_errored:
            self._note_failure(summary, left, right)
            return
        elif compared.parts:
            summary.compared += 1
        else:
            summary.untold += 1
        summary.recent_failures = max(0, summary.recent_failures - FORGIVEN)

    def _note_failure(self, summary: Summary, *sides: CaseRun) -> None:
        summary.errored += 1
        summary.recent_failures += 1
        for failed in (side.failed for side in sides if side.is_errored):
            said = f"{type(failed).__name__}: {next(iter(str(failed).splitlines()), '')}"
            summary.failures[said] = summary.failures.get(said, 0) + 1
            if isinstance(failed, GivenUp) or summary.recent_failures >= LOST_AFTER:
                raise Unreachable(said)

    def _note(self, summary: Summary, difference: Difference, left: CaseRun) -> None:
        known = summary.found.get(difference.sort)
        if known is not None:
            known.times += 1
            return
        summary.found[difference.sort] = Found(self.seed, left.case, difference, left)

    def _make_small(self, summary: Summary) -> None:
        """See each sort of difference once more, alone, and make it small. An interrupt leaves the rest as they are."""
        deadline = time.monotonic() + SHRUNK_WITHIN
        try:
            for one in list(summary.found.values())[: self.limits.shrunk]:
                self._make_one_small(one, deadline)
                self.progress(summary)
        except KeyboardInterrupt:
            summary.is_interrupted = True
        except Unreachable as lost:
            summary.lost = str(lost)

    def _make_one_small(self, found: Found, deadline: float) -> None:
        again = self.once(found.drawn)
        if again[1].difference is None:
            found.is_steady = False
            return
        found.left, found.difference = again[0], again[1].difference
        sort = found.difference.sort

        def differs(case: Case) -> bool:
            if time.monotonic() > deadline:
                return False
            left, compared = self.once(case)
            if compared.difference is None or compared.difference.sort != sort:
                return False
            found.left, found.difference = left, compared.difference
            return True

        shrink(found.drawn, differs, self.limits.attempts)
        found.is_shrunk = time.monotonic() <= deadline

    def replay(self, seed: int, case: Case) -> Summary:
        """Play one case and no other, alone."""
        summary = Summary(seed)
        left, right = (run_case(target, case, SETTLES_WITHIN) for target in (self.left, self.right))
        try:
            self._take(summary, left, right)
        except Unreachable as lost:
            summary.lost = str(lost)
        return summary

    def once(self, case: Case) -> tuple[CaseRun, Compared]:
        """Play one case alone on both targets; what the left one showed, and how the right one compares."""
        left = run_case(self.left, case, SETTLES_WITHIN)
        return left, compare(left, run_case(self.right, case, SETTLES_WITHIN))
