"""Sources, read part by part: by several workers if there is much to read, and joined in the order of the input."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Final

from kserve_conformance.fleet import parts
from kserve_conformance.fleet.members import Fleet
from kserve_conformance.fleet.parts import PART, Contents, Part, contents_of, parts_of
from kserve_conformance.fleet.processes import Workers, workers_needed
from kserve_conformance.limits import MEBIBYTE
from kserve_conformance.manifests import Entry, Loader, ManifestCode, Problem
from kserve_conformance.manifests.json_stream import BEGINNING, Position
from kserve_conformance.manifests.sources import Source, remove_copies

#: Less than this many bytes are read faster without other processes.
PARALLEL: Final = 24 * MEBIBYTE

#: How many parts wait for each worker, so that memory is bounded.
_AHEAD: Final = 3


@dataclass(slots=True)
class Everything:
    """The services and runtimes of all sources; their loader noted everything else."""

    fleet: Fleet = field(default_factory=Fleet)
    runtimes: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class _Job:
    """A part to read, or the notes of opening a source."""

    part: Part | None
    opened: Loader | None = None
    future: Future[Contents] | None = None

    def submit(self, executor: Executor, options: bytes) -> None:
        """Let a worker read the part."""
        if self.part is not None:
            with workers_needed():
                self.future = executor.submit(contents_of, self.part, options)


def read(
    loader: Loader,
    paths: tuple[str, ...],
    workers: Workers,
    progress: Callable[[int], None] | None = None,
    *,
    part_bytes: int = PART,
    parallel_bytes: int = PARALLEL,
) -> Everything:
    """
    Read everything that paths stand for. The result does not depend on the number of workers.

    Raises :class:`~kserve_conformance.fleet.FleetError` if a worker is lost. ``progress`` is called with the number of
    services so far.
    """
    options = pickle.dumps(loader.anew())
    joint = _Joint(loader, options, progress)
    waiting: deque[_Job] = deque()
    #: The parts that wait, and their bytes, until other processes are worth their start.
    count = size = 0
    executor: Executor | None = None
    try:
        for job in _jobs(loader, paths, part_bytes):
            waiting.append(job)
            if job.part is not None:
                count, size = count + 1, size + job.part.size
            if executor is None and workers.number > 1 and count > 1 and size > parallel_bytes:
                executor = workers.executor()
                for each in waiting:
                    each.submit(executor, options)
            elif executor is not None:
                job.submit(executor, options)
            # One worker reads each part at once; several wait until it is known whether there is enough to read.
            ahead = _AHEAD * workers.number if executor is not None else len(waiting) if workers.number > 1 else 0
            while len(waiting) > ahead:
                joint.add(waiting.popleft())
        while waiting:
            joint.add(waiting.popleft())
    finally:
        remove_copies()
    return joint.everything


def _jobs(loader: Loader, paths: tuple[str, ...], part_bytes: int) -> Iterator[_Job]:
    opening = replace(loader.anew(), stdin=loader.stdin, on_build=loader.on_build)
    small: list[Source] = []
    size = 0
    sources = opening.open(paths)
    while True:
        source = next(sources, None)
        is_noted = bool(opening.problems or opening.warnings or opening.skipped)
        if small and (source is None or is_noted or not source.is_small or size + source.size > part_bytes):
            yield _Job(Part(tuple(small)))
            small, size = [], 0
        if is_noted:
            yield _Job(None, replace(opening))
            opening.problems, opening.warnings, opening.skipped, opening.kustomizations = [], [], [], []
        if source is None:
            return
        if source.is_small:
            small.append(source)
            size += source.size
        else:
            for part in parts_of(source, loader.limits, part_bytes):
                yield _Job(part)


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

    def add(self, job: _Job) -> None:
        """Add what was read of a part, or noted when sources were opened."""
        if job.opened is not None:
            self._loader.add(job.opened)
        if job.part is None:
            return
        part, future = job.part, job.future
        if part.start == BEGINNING:
            self._following, self._lines, self._items, self._problems = BEGINNING, 0, 0, 0
        if part.start != self._following:
            if future is not None:
                future.cancel()
            future = None
            if self._following is None or (part.end is not None and self._following.offset >= part.end):
                return
            part = replace(part, start=self._following)
        if future is None:
            self._join(part, self._read(part))
        else:
            with workers_needed():
                contents = future.result()
            self._join(part, contents)
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
