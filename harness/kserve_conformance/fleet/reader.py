"""Sources, read part by part: by several workers if there is much to read, and joined in the order of the input."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from kserve_conformance.fleet import parts
from kserve_conformance.fleet.members import Fleet
from kserve_conformance.fleet.parts import PART, Contents, Part, contents_of, parts_of
from kserve_conformance.fleet.passes import PARALLEL, Job, Reading, ordered
from kserve_conformance.fleet.processes import Workers
from kserve_conformance.manifests import Entry, Loader, ManifestCode, Problem
from kserve_conformance.manifests.json_stream import BEGINNING, Position
from kserve_conformance.manifests.sources import Source, remove_copies


@dataclass(slots=True)
class Everything:
    """The services and runtimes of all sources; their loader noted everything else."""

    fleet: Fleet = field(default_factory=Fleet)
    runtimes: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Reader:
    """
    Reads everything that paths stand for. The result does not depend on the number of workers.

    Copies of streams are kept until :meth:`close`, so that the input can be read again.
    """

    loader: Loader
    paths: tuple[str, ...]
    workers: Workers
    progress: Callable[[int], None] | None = None
    part_bytes: int = PART
    parallel_bytes: int = PARALLEL
    _jobs: list[Job] = field(default_factory=list)

    def read(self) -> Everything:
        """
        The services, with one stand-in for all that differ in nothing that decides, and the runtimes.

        Raises :class:`~kserve_conformance.fleet.FleetError` if a worker is lost.
        """
        return self._read(self._opened(), self.loader, is_exact=False)

    def exact_fleet(self) -> tuple[Fleet, dict[int, list[Problem]]]:
        """
        The same services, read again, with stand-ins that differ from them in names and paths of models alone.

        Their entries have other numbers, so the findings come with them.
        """
        loader = self.loader.anew()
        fleet = self._read(self._jobs, loader, is_exact=True).fleet
        return fleet, loader.findings

    def close(self) -> None:
        """Remove copies of streams."""
        remove_copies()

    def _opened(self) -> Iterator[Job]:
        for job in jobs_of(self.loader, self.paths, self.part_bytes):
            part = job.part
            dropped = part and replace(part, sources=tuple(source.dropped() for source in part.sources))
            self._jobs.append(Job(dropped))
            yield job

    def _read(self, jobs: Iterable[Job], loader: Loader, *, is_exact: bool) -> Everything:
        options = pickle.dumps((loader.anew(), is_exact))
        joint = _Joint(loader, options, self.progress)
        for reading in ordered(jobs, self.workers, contents_of, options, parallel_bytes=self.parallel_bytes):
            joint.add(reading)
        return joint.everything


def jobs_of(loader: Loader, paths: tuple[str, ...], part_bytes: int = PART) -> Iterator[Job]:
    """The parts of everything that paths stand for, and the notes of opening it, in order."""
    opening = replace(loader.anew(), stdin=loader.stdin, on_build=loader.on_build)
    small: list[Source] = []
    size = 0
    sources = opening.open(paths)
    while True:
        source = next(sources, None)
        is_noted = bool(opening.problems or opening.warnings or opening.skipped)
        if small and (source is None or is_noted or not source.is_small or size + source.size > part_bytes):
            yield Job(Part(tuple(small)))
            small, size = [], 0
        if is_noted:
            yield Job(None, replace(opening))
            opening.problems, opening.warnings, opening.skipped, opening.kustomizations = [], [], [], []
        if source is None:
            return
        if source.is_small:
            small.append(source)
            size += source.size
        else:
            for part in parts_of(source, loader.limits, part_bytes):
                yield Job(part)


class _Joint:
    """Joins the contents of parts in order, and reads a part anew that does not begin where the one before it ended."""

    def __init__(self, loader: Loader, options: bytes, progress: Callable[[int], None] | None) -> None:
        self.everything = Everything()
        self._loader = loader
        self._options = options
        self._progress = progress
        self._reported = 0
        #: Where the next part of the current source begins; None if nothing is left of it.
        self._following: Position | None = None
        self._lines = 0
        self._items = 0
        self._problems = 0

    def add(self, reading: Reading[Contents]) -> None:
        """Add what was read of a part, or noted when sources were opened."""
        job = reading.job
        if job.opened is not None:
            self._loader.add(job.opened)
        if job.part is None:
            return
        part = job.part
        if part.start == BEGINNING:
            self._following, self._lines, self._items, self._problems = BEGINNING, 0, 0, 0
        if part.start != self._following:
            reading.cancel()
            if self._following is None or (part.end is not None and self._following.offset >= part.end):
                return
            part = replace(part, start=self._following)
        contents = reading.result()
        self._join(part, self._read(part) if contents is None else contents)
        if self._progress is not None and len(self.everything.fleet) - self._reported >= parts.STEP:
            self._report(len(self.everything.fleet))

    def _report(self, count: int) -> None:
        self._reported = count
        if self._progress is not None:
            self._progress(count)

    def _read(self, part: Part) -> Contents:
        before = len(self.everything.fleet)
        return contents_of(part, self._options, lambda count: self._report(before + count))

    def _join(self, part: Part, contents: Contents) -> None:
        loader, section = contents.loader, contents.section
        self._following = section.following
        if len(part.sources) == 1:
            self._bound(part.sources[0], loader)
        numbers = self._loader.add(loader, lines=self._lines, items=self._items)
        self.everything.fleet.extend(contents.fleet, lines=self._lines, numbers=numbers)
        self.everything.runtimes += [
            replace(each, line=each.line + self._lines, number=each.number + numbers) for each in contents.runtimes
        ]
        self._lines += section.lines
        self._items = section.items + (self._items if section.is_continued else 0)

    def _bound(self, source: Source, loader: Loader) -> None:
        """End a source with too many problems in all of its parts. In its first part, the loader has said so."""
        most = self._loader.limits.problems
        before, self._problems = self._problems, self._problems + len(loader.problems) + len(loader.warnings)
        if self._problems <= most:
            return
        self._following = None
        if before:
            del loader.problems[max(most - before, 0) :]
            del loader.warnings[max(most - before - len(loader.problems), 0) :]
            text = f"has more than {most:,} problems"
            loader.problems.append(Problem(ManifestCode.TOO_MANY_PROBLEMS, text, source=source.name))
