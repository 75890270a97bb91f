"""
The search: worlds are drawn, played on both targets, compared; what differs is confirmed, shrunk and told.

Both targets work at the same time, each in a thread of its own. A world that
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
from kserve_conformance.fuzz.generator import CROWD, Worlds
from kserve_conformance.fuzz.shrinker import shrink
from kserve_conformance.targets.cases import Played, World, play, together
from kserve_conformance.targets.contract import Target, Unreachable
from kserve_conformance.targets.process.failures import GivenUp

#: How long a service may take to show a settled choice.
SETTLES_WITHIN = timedelta(seconds=20)

#: So many failures, with hardly a world in between that did not fail, mean that a target does not answer any more.
LOST_AFTER = 2 * CROWD

#: As many failures are forgotten for each world that was played.
FORGIVEN = 8

#: How long all differences together may take to be made small, in seconds.
SHRUNK_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How far a search goes: ``worlds`` at most, ``seconds`` at most; one of them is enough.

    ``shrunk`` is how many sorts of differences are made small, and ``attempts`` in how
    many attempts each.
    """

    worlds: int | None = None
    seconds: float | None = None
    shrunk: int = 10
    attempts: int = 400


@dataclass(slots=True)
class Found:
    """
    Differences of one sort: the first of them, made small, and how many worlds show it.

    ``is_steady`` is False for one that was seen among many worlds and not again alone.
    """

    seed: int
    drawn: World
    difference: Difference
    left: Played
    times: int = 1
    is_steady: bool = True
    is_shrunk: bool = False


@dataclass(slots=True)
class Summary:
    """
    What came of a search.

    ``compared`` worlds said something on both sides; ``untold`` ones told nothing
    that could be compared; ``errored`` ones broke on a side. ``lost`` is why the
    search ended early.
    """

    seed: int
    worlds: int = 0
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
        """Worlds a second, drawing, playing and comparing."""
        return self.worlds / self.seconds if self.seconds else 0.0


#: A batch that is being played, on the left and on the right.
_Begun = tuple[Future[Sequence[Played]], Future[Sequence[Played]]]

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
    batch: int = CROWD * 2

    def run(self) -> Summary:
        """Search until a limit is reached, a target is lost, or somebody interrupts; what came of it."""
        summary = Summary(self.seed)
        try:
            with (
                together(self.left, SETTLES_WITHIN) as left,
                together(self.right, SETTLES_WITHIN) as right,
                # Left before the targets' own: a batch that is being played comes to its end.
                ThreadPoolExecutor(1, "left") as left_thread,
                ThreadPoolExecutor(1, "right") as right_thread,
            ):

                def begin(worlds: Sequence[World]) -> _Begun:
                    return left_thread.submit(left.play, worlds), right_thread.submit(right.play, worlds)

                self._search(summary, begin)
        except KeyboardInterrupt:
            summary.is_interrupted = True
        except Unreachable as lost:
            summary.lost = str(lost)
        if summary.lost is None and not summary.is_interrupted:
            self._make_small(summary)
        return summary

    def _search(self, summary: Summary, begin: Callable[[Sequence[World]], _Begun]) -> None:
        began = time.monotonic()
        batches = self._batches(began)
        # The next batch is played while this one is compared.
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

    def _batches(self, began: float) -> Iterator[tuple[World, ...]]:
        worlds = iter(Worlds(self.seed))
        left = self.limits.worlds
        while left is None or left > 0:
            if self.limits.seconds is not None and time.monotonic() - began >= self.limits.seconds:
                return
            batch = tuple(islice(worlds, self.batch if left is None else min(self.batch, left)))
            left = None if left is None else left - len(batch)
            yield batch

    def _take(self, summary: Summary, left: Played, right: Played) -> None:
        summary.worlds += 1
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

    def _note_failure(self, summary: Summary, *sides: Played) -> None:
        summary.errored += 1
        summary.recent_failures += 1
        for failed in (side.failed for side in sides if side.is_errored):
            said = f"{type(failed).__name__}: {next(iter(str(failed).splitlines()), '')}"
            summary.failures[said] = summary.failures.get(said, 0) + 1
            if isinstance(failed, GivenUp) or summary.recent_failures >= LOST_AFTER:
                raise Unreachable(said)

    def _note(self, summary: Summary, difference: Difference, left: Played) -> None:
        known = summary.found.get(difference.sort)
        if known is not None:
            known.times += 1
            return
        summary.found[difference.sort] = Found(self.seed, left.world, difference, left)

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

        def differs(world: World) -> bool:
            if time.monotonic() > deadline:
                return False
            left, compared = self.once(world)
            if compared.difference is None or compared.difference.sort != sort:
                return False
            found.left, found.difference = left, compared.difference
            return True

        shrink(found.drawn, differs, self.limits.attempts)
        found.is_shrunk = time.monotonic() <= deadline

    def replay(self, seed: int, world: World) -> Summary:
        """Play one world and no other, alone."""
        summary = Summary(seed)
        left, right = (play(target, world, SETTLES_WITHIN) for target in (self.left, self.right))
        try:
            self._take(summary, left, right)
        except Unreachable as lost:
            summary.lost = str(lost)
        return summary

    def once(self, world: World) -> tuple[Played, Compared]:
        """Play one world alone on both targets; what the left one showed, and how the right one compares."""
        left = play(self.left, world, SETTLES_WITHIN)
        return left, compare(left, play(self.right, world, SETTLES_WITHIN))
