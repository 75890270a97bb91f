"""
The survey of a whole input: its runtimes first, then the census of every part, merged in order.

Runtimes are few, and decide what services get, so a first pass looks for them alone. Where it cannot know where an
object begins it guesses; the second pass reads everything, and a guess that was wrong is made good by another one.
A cluster whose dump is small is read whole by one worker, with its runtimes, so that it needs no first pass.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kserve_conformance.fleet.parts import PART, Part, parts_of
from kserve_conformance.fleet.passes import PARALLEL, Job, Reading, ordered
from kserve_conformance.fleet.pickles import unpickled
from kserve_conformance.fleet.processes import FleetCode, FleetError, Workers
from kserve_conformance.fleet.sections import look_ahead, read_source
from kserve_conformance.limits import MEBIBYTE
from kserve_conformance.manifests import Loader, ManifestCode, Problem
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.manifests.json_stream import BEGINNING, Position
from kserve_conformance.manifests.sources import STDIN, Source, is_manifest, remove_copies
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.checkpoint import Checkpoint, KeptParts
from kserve_conformance.upgrade.input_runtimes import RuntimeReading
from kserve_conformance.upgrade.part_census import PartCensus, census_of
from kserve_conformance.upgrade.repeated_names import NameReading, repeated_marks
from kserve_conformance.upgrade.views import InputRuntime

#: The dumps of a cluster up to this size are read whole by one worker.
WHOLE: Final = 32 * MEBIBYTE
#: Bytes of a part of a survey: large enough that its groups are small beside it.
SURVEY_PART: Final = 4 * PART
#: Bytes of small sources that are held; further ones are read again from their files.
_HELD: Final = 64 * MEBIBYTE
#: How often an input is read anew because of runtimes that the first pass missed.
_ATTEMPTS: Final = 2

#: The runtimes of clusters that are read in several parts.
Runtimes = dict[str, tuple[InputRuntime, ...]]
#: Called after each part.
Progress = Callable[["Progressed"], None]


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a survey is."""

    services: int
    parts: int
    parts_in_all: int
    bytes_read: int
    bytes_in_all: int


@dataclass(slots=True)
class Survey:
    """
    An input and how it is read; a context manager, because it may make temporary copies.

    ``are_clusters``: each path, or each file or folder right below a path that is a folder, is the dump of a cluster of
    its own. ``checkpoint`` keeps the results of parts. ``options`` are those of the census, without runtimes.
    """

    paths: tuple[str, ...]
    options: CensusOptions
    workers: Workers
    are_clusters: bool = False
    checkpoint: Checkpoint | None = None
    progress: Progress | None = None
    part_bytes: int = SURVEY_PART
    parallel_bytes: int = PARALLEL
    whole_bytes: int = WHOLE
    #: How many parts were taken from the checkpoint.
    resumed: int = 0
    _jobs: list[Job] = field(default_factory=list)
    #: Bytes of small sources that are held.
    _held: int = 0
    #: The parts that were read, and how many names each has.
    _spans: list[tuple[Part, int]] = field(default_factory=list)
    #: The clusters that are read in several parts.
    _divided: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._jobs = list(self._cluster_jobs() if self.are_clusters else self._jobs_of(self._sources(self.paths)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        remove_copies()

    def census(self) -> PartCensus:
        """The census of everything. Raises :class:`~kserve_conformance.fleet.FleetError` if a worker is lost."""
        runtimes = self._runtimes()
        for attempt in range(_ATTEMPTS):
            whole = PartCensus(self._loader.anew())
            for part in self._parts(runtimes):
                whole.merge(part)
            found = self._by_cluster(whole)
            if attempt + 1 == _ATTEMPTS or found == runtimes:
                break
            runtimes = found
        return whole

    def parts(self) -> Iterator[PartCensus]:
        """
        The census of each part in order, whose lines can be printed at once.

        Raises :class:`~kserve_conformance.fleet.FleetError` at the end if runtimes were missed.
        """
        runtimes = self._runtimes()
        seen = PartCensus(self._loader.anew())
        for part in self._parts(runtimes):
            seen.runtimes += part.runtimes
            yield part
        if self._by_cluster(seen) != runtimes:
            raise FleetError(
                "some runtimes were recognized too late for the services before them",
                code=FleetCode.RUNTIMES_MISSED,
                hint="pass the runtimes as a file of their own, or use another output format",
            )

    def repeated(self, census: PartCensus, most: int) -> dict[str, list[str]]:
        """The names that more than one service of a cluster has, up to so many, with all of their places."""
        marks = repeated_marks(census.marks, most)
        if not marks:
            return {}
        places: dict[str, list[str]] = {}
        end = 0
        for part, count in self._spans:
            begin, end = end, end + count
            if marks.isdisjoint(census.marks[begin:end]):
                continue
            found = NameReading(marks)
            for source in part.sources:
                found.cluster = source.cluster
                section = Section(part.start, part.end)
                read_source(source, section, self._loader.anew(), found, lines=part.lines)
            for name, where in found.places:
                places.setdefault(name, []).append(where)
        return {name: found for name, found in places.items() if len(found) > 1}

    def _by_cluster(self, census: PartCensus) -> Runtimes:
        """The runtimes that a census came across, of the clusters that are read in several parts."""
        found: dict[str, list[InputRuntime]] = {cluster: [] for cluster in self._divided}
        if not self.are_clusters:
            found[""] = []
        for cluster, runtime in census.runtimes:
            if cluster in found:
                found[cluster].append(runtime)
        return {cluster: tuple(each) for cluster, each in found.items()}

    @property
    def _loader(self) -> Loader:
        return self.options.loader

    def _sources(self, paths: tuple[str, ...], cluster: str = "") -> Iterator[Source | Job]:
        """The sources that paths stand for, and what was noted when they were opened."""
        loader = self._loader
        opening = replace(loader.anew(), stdin=loader.stdin, on_build=loader.on_build)
        sources = opening.open(paths)
        while True:
            source = next(sources, None)
            if opening.problems or opening.warnings or opening.skipped:
                yield Job(None, replace(opening))
                opening.problems, opening.warnings, opening.skipped, opening.kustomizations = [], [], [], []
            if source is None:
                return
            self._held += source.size if source.is_small else 0
            yield replace(source.dropped() if self._held > _HELD else source, cluster=cluster)

    def _jobs_of(self, found: Iterable[Source | Job]) -> Iterator[Job]:
        """Parts of sources: small ones together, large ones divided."""
        small: list[Source] = []
        for each in found:
            is_small = isinstance(each, Source) and each.is_small
            size = sum(source.size for source in small)
            if small and not (isinstance(each, Source) and is_small and size + each.size <= self.part_bytes):
                yield Job(Part(tuple(small)))
                small = []
            if isinstance(each, Job):
                yield each
            elif is_small:
                small.append(each)
            else:
                for part in parts_of(each, self._loader.limits, self.part_bytes):
                    yield Job(part)
        if small:
            yield Job(Part(tuple(small)))

    def _cluster_jobs(self) -> Iterator[Job]:
        """Parts of the dumps of clusters: small clusters together, large ones divided."""
        waiting: list[Source] = []
        for cluster, path in clusters_of(self.paths):
            found = list(self._sources((path,), cluster))
            sources = [each for each in found if isinstance(each, Source)]
            size = sum(each.size for each in sources)
            if waiting and (size > self.whole_bytes or size + sum(each.size for each in waiting) > self.part_bytes):
                yield Job(Part(tuple(waiting)))
                waiting = []
            if size > self.whole_bytes:
                self._divided.add(cluster)
                yield from self._jobs_of(found)
                continue
            yield from (each for each in found if isinstance(each, Job))
            waiting += sources
        if waiting:
            yield Job(Part(tuple(waiting)))

    def _is_ahead(self, part: Part) -> bool:
        """Are the runtimes of the part's cluster read in the first pass?"""
        return not self.are_clusters or part.sources[0].cluster in self._divided

    def _runtimes(self) -> Runtimes:
        """The first pass: the runtimes of clusters that are read in several parts, and the lines before each part."""
        runtimes: dict[str, list[InputRuntime]] = {cluster: [] for cluster in self._divided}
        if not self.are_clusters:
            runtimes[""] = []
        options = pickle.dumps(replace(self.options, loader=self._loader.anew(), has_lines=False))
        ahead = [
            (index, job) for index, job in enumerate(self._jobs) if job.part is not None and self._is_ahead(job.part)
        ]
        readings = ordered(
            [job for _, job in ahead], self.workers, runtimes_of, options, parallel_bytes=self.parallel_bytes
        )
        lines = 0
        for (index, job), reading in zip(ahead, readings, strict=True):
            part = job.part
            if part is None:
                continue
            found = reading.result() or runtimes_of(part, options)
            lines = 0 if part.start == BEGINNING else lines
            runtimes[part.sources[0].cluster] += [replace(each, line=each.line + lines) for each in found.runtimes]
            self._jobs[index] = Job(replace(part, lines=lines))
            lines += found.lines
        return {cluster: tuple(each) for cluster, each in runtimes.items()}

    def _parts(self, runtimes: Runtimes) -> Iterator[PartCensus]:
        """The second pass: the census of each part, read anew if it does not begin where the one before it ended."""
        options_ = replace(self.options, loader=self._loader.anew(), runtimes=runtimes)
        options = pickle.dumps(options_)
        joint = _Joint(options, self._loader.limits.problems)
        jobs = self._jobs
        kept = None if self.checkpoint is None else self.checkpoint.under(options_)
        bytes_in_all = sum(job.part.size for job in jobs if job.part is not None)
        services = parts = bytes_read = 0
        self._spans = []
        readings = ordered(
            jobs,
            self.workers,
            census_of,
            options,
            parallel_bytes=self.parallel_bytes,
            is_done=None if kept is None else kept.has,
        )
        for reading in readings:
            part = reading.job.part
            if reading.job.opened is not None:
                yield PartCensus(reading.job.opened)
            if part is None:
                continue
            census = joint.census(reading, part, kept)
            if census is None:
                continue
            self._spans.append((joint.part or part, len(census.marks)))
            services, parts, bytes_read = services + census.total, parts + 1, bytes_read + part.size
            if self.progress is not None:
                self.progress(Progressed(services, parts, len(jobs), bytes_read, bytes_in_all))
            yield census
        self.resumed = 0 if kept is None else kept.used


class _Joint:
    """Makes sure that each part begins where the one before it ended."""

    def __init__(self, options: bytes, most: int) -> None:
        self._options = options
        self._most = most
        #: Where the next part of the current source begins; None if nothing is left of it.
        self._following: Position | None = None
        self._lines = 0
        self._problems = 0
        #: The part that was read last, as it was read.
        self.part: Part | None = None

    def census(self, reading: Reading[PartCensus], part: Part, kept: KeptParts | None) -> PartCensus | None:
        """The census of a part; None if nothing is left of it."""
        if part.start == BEGINNING:
            self._following, self._lines, self._problems = BEGINNING, 0, 0
        if part.start != self._following or part.lines != self._lines:
            reading.cancel()
            if self._following is None or (part.end is not None and self._following.offset >= part.end):
                return None
            part = replace(part, start=self._following, lines=self._lines)
        self.part = part
        census = None if kept is None else kept.get(part)
        if census is None:
            census = reading.result() or census_of(part, self._options)
            if kept is not None:
                kept.keep(part, census)
        self._following = census.section.following
        self._lines += census.section.lines
        if len(part.sources) == 1:
            self._bound(part.sources[0], census.loader)
        return census

    def _bound(self, source: Source, loader: Loader) -> None:
        """End a source with too many problems in all of its parts. In its first part, the loader has said so."""
        before, self._problems = self._problems, self._problems + len(loader.problems) + len(loader.warnings)
        if self._problems <= self._most:
            return
        self._following = None
        if before:
            del loader.problems[max(self._most - before, 0) :]
            del loader.warnings[max(self._most - before - len(loader.problems), 0) :]
            text = f"has more than {self._most:,} problems"
            loader.problems.append(Problem(ManifestCode.TOO_MANY_PROBLEMS, text, source=source.name))


@dataclass(frozen=True, slots=True)
class RuntimesOfPart:
    """The runtimes of a part, with lines from its beginning, and how many lines it has."""

    runtimes: tuple[InputRuntime, ...] = ()
    lines: int = 0


def runtimes_of(part: Part, options: bytes) -> RuntimesOfPart:
    """The runtimes of a part, with pickled :class:`~kserve_conformance.upgrade.census_options.CensusOptions`."""
    options_: CensusOptions = unpickled(options)
    loader = options_.loader.anew()
    found = RuntimeReading(loader)
    lines = 0
    for source in part.sources:
        has_runtimes, lines = look_ahead(source, loader.limits, part.start.offset, part.end)
        if has_runtimes:
            read_source(source, Section(part.start, part.end), loader, found, is_quick=options_.is_quick)
    return RuntimesOfPart(tuple(found.runtimes), lines)


def clusters_of(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """
    The clusters whose dumps are at paths, by name: a file, standard input, or what is right below a folder.

    A cluster is named as its dump is, without suffixes; by its whole path if another one has that name.
    """
    dumps = [dump for path in paths for dump in _dumps(path)]
    names = Counter(map(_name, dumps))
    for dump in dumps:
        yield (_name(dump) if names[_name(dump)] == 1 else dump), dump


def _dumps(path: str) -> Iterator[str]:
    folder = Path(path)
    if path == STDIN or not folder.is_dir():
        yield path
        return
    for each in sorted(folder.iterdir()):
        if not each.name.startswith(".") and (each.is_dir() or is_manifest(each)):
            yield str(each)


def _name(dump: str) -> str:
    path = Path(dump)
    return path.name if path.is_dir() else path.name.partition(".")[0] or path.name
