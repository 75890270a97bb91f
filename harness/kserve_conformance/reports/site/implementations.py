"""
Implementations: the runs of each, in order, and how they compare with upstream and with their last version.

Upstream is a run of the plain release among the inputs. One on a real target is better
than one in memory, which only shows what the rules say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kserve_conformance.record import Change, Compared, Comparison
from kserve_conformance.reports.page import slug
from kserve_conformance.reports.site.publication import Publication

#: Kinds of targets, the best upstream first. Kinds that are not listed come between real ones and memory.
_BEST = ("controlplane", "kind", "container")

#: Changes to the better and to the worse, seen from what one is compared with.
BETTER = (Change.FIXED, Change.DEVIATION_GONE)
WORSE = (Change.REGRESSED, Change.NEWLY_FAILING)


@dataclass(frozen=True)
class Implementation:
    """All runs of one implementation, the oldest version first. ``page`` is the file name of its page."""

    page: str
    runs: tuple[Publication, ...]

    @property
    def latest(self) -> Publication:
        """The run of the newest version, and of that the newest release on a real target."""
        return self.runs[-1]

    @property
    def name(self) -> str:
        """Its name."""
        return self.latest.name

    @property
    def organization(self) -> str | None:
        """Who publishes it."""
        return self.latest.header.implementation.organization

    @property
    def is_upstream(self) -> bool:
        """Whether it is KServe itself."""
        return self.latest.is_upstream

    def of(self, release: str) -> tuple[Publication, ...]:
        """Return its runs on a release, the newest version and real targets first."""
        return tuple(reversed([run for run in self.runs if run.release == release]))

    def before(self, run: Publication) -> Publication | None:
        """Return the run of the last version before, on the same release and, if possible, kind of target."""
        earlier = [
            one
            for one in self.runs
            if one.release == run.release and one.order < run.order and one.version != run.version
        ]
        alike = [one for one in earlier if one.kind == run.kind]
        last = alike or earlier
        return last[-1] if last else None


@dataclass(frozen=True, slots=True)
class Standing:
    """The scenarios of a run that are better and worse than what it is compared with, and those that are neither."""

    better: tuple[Compared, ...]
    worse: tuple[Compared, ...]
    moved: tuple[Compared, ...]
    only_one: int

    @property
    def is_equal(self) -> bool:
        """Whether nothing is better, worse or selected otherwise."""
        return not (self.better or self.worse or self.moved)


def implementations(runs: Sequence[Publication]) -> tuple[Implementation, ...]:
    """Group runs by implementation: KServe itself first, then by name."""
    groups: dict[tuple[str, str, bool], list[Publication]] = {}
    for run in runs:
        groups.setdefault(run.key, []).append(run)
    used: set[str] = set()
    found = []
    for key in sorted(groups, key=lambda key: (not key[2], key)):
        members = sorted(groups[key], key=lambda run: run.order)
        found.append(Implementation(_unused(slug(members[-1].name)[:60], used), tuple(members)))
    return tuple(found)


def upstream_of(run: Publication, runs: Sequence[Publication]) -> Publication | None:
    """Return the run of the plain release to compare with; None for upstream itself and without one."""
    if run.is_upstream:
        return None
    candidates = [one for one in runs if one.is_upstream and one.release == run.release]
    return min(candidates, key=lambda one: (_rank(one), one.digest), default=None)


def standing(comparison: Comparison) -> Standing:
    """Sort the scenarios of a comparison into better, worse and neither."""
    neither = (Change.LOST, Change.REMOVED, Change.GAINED, Change.NEW, Change.STILL_UNKNOWN)
    return Standing(
        better=comparison.of(*BETTER),
        worse=comparison.of(*WORSE),
        moved=comparison.of(Change.MOVED),
        only_one=len(comparison.of(*neither)),
    )


def _rank(run: Publication) -> tuple[bool, int, bool]:
    place = _BEST.index(run.kind) if run.kind in _BEST else len(_BEST)
    return run.is_reference, place, run.conclusion.selected


def _unused(name: str, used: set[str]) -> str:
    candidate = next(one for one in _numbered(name) if one not in used)
    used.add(candidate)
    return candidate


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
