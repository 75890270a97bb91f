"""
The census of a part of the input: the function that every executor calls, and how its results are joined.

    census_of(part, options) -> PartCensus      a pure function; both arguments and the result can be pickled
    first.merge(second)                         associative, in the order of the input

``part`` is a :class:`~kserve_conformance.fleet.parts.Part`: small sources, or a section of a large one. ``options``
are the bytes of a pickled :class:`CensusOptions`, the same for all parts, so that a process loads them once. A
:class:`PartCensus` has the counts, groups with their first hundred services in the order of the input, notes about
everything that is not a service (a bad document with its file and line), and the keys that were decided. Neither the
number of workers nor the executor changes the result.

An executor is whatever :class:`~kserve_conformance.fleet.Workers` describes: ``number`` of parts at the same time, and
``executor()`` for a ``concurrent.futures.Executor``. :func:`kserve_conformance.upgrade.survey.survey` drives it: it
reads the runtimes first, submits ``census_of`` for every part, and merges the results in order. Parts name their large
files by path, so workers on other machines need the same file system; small sources travel with the part.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from kserve_conformance.fleet.parts import Part
from kserve_conformance.fleet.pickles import unpickled
from kserve_conformance.fleet.plain import PlainService
from kserve_conformance.fleet.sections import read_source
from kserve_conformance.fleet.service_kinds import ServiceKind, normal_key
from kserve_conformance.manifests import Entry, Loader, ManifestCode, Problem, display_name
from kserve_conformance.manifests.fingerprint import uri_of
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.objects import SERVICE
from kserve_conformance.objects.malformed import MALFORMED
from kserve_conformance.upgrade.assessment import Assessment
from kserve_conformance.upgrade.assessment_memory import Assessed, AssessmentKey, AssessmentMemory
from kserve_conformance.upgrade.census import EXAMPLES, LISTED, Census, Finding, Place, full_name
from kserve_conformance.upgrade.keys import ServiceKeys
from kserve_conformance.upgrade.repeated_names import mark_of
from kserve_conformance.upgrade.reports.data import line_of, rest_of_line
from kserve_conformance.upgrade.stand_ins import assessment_for
from kserve_conformance.upgrade.views import InputRuntime, View, Views


class Example(NamedTuple):
    """A service of a group, as far as it is named."""

    namespace: str
    name: str
    uri: str
    source: str
    line: int
    cluster: str
    key: AssessmentKey

    @property
    def where(self) -> str:
        """Where it was read: ``file:line``, or the cluster's context alone."""
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(slots=True)
class Tally:
    """The services of one group, of which the first hundred are kept."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class PartCensus:
    """
    The census of a part, or of several that follow each other in the input.

    Its size depends on the keys and namespaces that occur, and on ``marks``: eight bytes for each service, by which
    names are found that occur twice. ``section`` says where the part ended, ``loader`` has its notes.
    """

    loader: Loader
    section: Section = field(default_factory=Section)
    #: Pickled assessments.
    assessments: dict[AssessmentKey, bytes] = field(default_factory=dict)
    counts: Counter[AssessmentKey] = field(default_factory=Counter)
    groups: dict[bytes, Tally] = field(default_factory=dict)
    places: dict[Place, Counter[str]] = field(default_factory=dict)
    #: The first services, whatever the upgrade changes for them.
    first: list[Example] = field(default_factory=list)
    runtimes: list[tuple[str, InputRuntime]] = field(default_factory=list)
    clusters: dict[str, int] = field(default_factory=dict)
    #: The distinct keys that were decided, by what they decide.
    keys: ServiceKeys = field(default_factory=ServiceKeys)
    marks: array[int] = field(default_factory=lambda: array("Q"))
    #: Services without a name of their own.
    unmarked: int = 0
    warnings: dict[str, None] = field(default_factory=dict)
    failing: int = 0
    accepted: int = 0
    #: The entries of the baseline that occurred.
    met: set[tuple[str, str]] = field(default_factory=set)
    to_accept: list[tuple[str, str]] = field(default_factory=list)
    #: NDJSON, if it was requested.
    lines: str = ""
    #: What the plan was to change, and did in a cluster at least.
    changed: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        """The number of services."""
        return self.counts.total()

    def merge(self, other: PartCensus) -> PartCensus:
        """Add the census of what follows in the input; returns this one."""
        section, following = self.section, other.section
        is_continued = following.start.offset > 0
        self.loader.add(
            other.loader, items=section.items if is_continued else 0, is_continued=is_continued and section.is_continued
        )
        self.section = Section(
            section.start,
            following.end,
            following.following,
            following.lines,
            following.items + (section.items if is_continued and following.is_continued else 0),
            is_continued and section.is_continued and following.is_continued,
        )
        self.assessments |= other.assessments
        self.counts.update(other.counts)
        for group, tally in other.groups.items():
            own = self.groups.setdefault(group, Tally())
            own.count += tally.count
            own.examples += tally.examples[: max(EXAMPLES - len(own.examples), 0)]
        self.first += other.first[: max(LISTED - len(self.first), 0)]
        for place, classes in other.places.items():
            self.places.setdefault(place, Counter()).update(classes)
        self.runtimes += other.runtimes
        for cluster, count in other.clusters.items():
            self.clusters[cluster] = self.clusters.get(cluster, 0) + count
        self.keys.merge(other.keys)
        self.marks.extend(other.marks)
        self.unmarked += other.unmarked
        self.warnings |= other.warnings
        self.failing += other.failing
        self.accepted += other.accepted
        self.met |= other.met
        self.to_accept += other.to_accept
        self.lines += other.lines
        self.changed |= other.changed
        return self

    def census(self) -> Census:
        """The counts and groups, with the services that groups name."""
        census = Census(clusters=len(self.clusters) if any(self.clusters) else 0, keys=dict(self.keys.counts()))
        assessments = {key: unpickled(pickled) for key, pickled in self.assessments.items()}
        for key, count in self.counts.items():
            census.count(assessments[key], count)
        census.first = [finding_of(one, assessments[one.key]) for one in self.first]
        for place, classes in self.places.items():
            census.count_at(place, classes)
        for group, tally in self.groups.items():
            findings = [finding_of(one, assessments[one.key]) for one in tally.examples]
            census.add_group(group, findings, tally.count)
        return census


def finding_of(service: Example, assessment: Assessment) -> Finding:
    """What an upgrade changes for a service, by the assessment of its stand-in."""
    found = assessment_for(assessment, service.name, service.uri, service.namespace)
    return Finding(f"{service.namespace}/{service.name}", service.where, found, service.cluster)


def census_of(part: Part, options: bytes) -> PartCensus:
    """
    The census of a part, with pickled :class:`CensusOptions`, here or in any other process.

    Raises ``ManifestError`` for a service that cannot be assessed.
    """
    memory = _memory(options)
    options_ = memory.options
    loader = options_.loader.anew()
    census = PartCensus(loader, Section(part.start, part.end))
    written: set[int] = set()
    for cluster, sources in part.by_cluster():
        views, installed = memory.views_of(cluster, sources)
        census.warnings |= dict.fromkeys(installed.warnings)
        census.changed |= installed.changed
        reading = _Reading(memory, census, cluster, views)
        for source in sources:
            census.section = Section(part.start, part.end)
            read_source(source, census.section, loader, reading, lines=part.lines, is_quick=options_.is_quick)
        reading.finish()
        written |= reading.written
    if not options_.keeps_findings:
        loader.findings = {number: loader.findings[number] for number in sorted(written & loader.findings.keys())}
    loader.forget()
    return census


@lru_cache(maxsize=2)
def _memory(options: bytes) -> AssessmentMemory:
    """What one process remembers of the parts that it reads."""
    return AssessmentMemory(unpickled(options))


@dataclass(slots=True)
class _Row:
    """Equal services that see the same runtimes; ``assessed`` is None if they cannot be assessed."""

    assessed: Assessed | None
    tally: Tally | None
    #: Their classes for which the command fails, or why they cannot be assessed.
    failing: tuple[str, ...]
    #: By which they can mean a runtime; None if they can mean any.
    words: frozenset[str] | None
    count: int = 0
    namespaces: dict[str, int] = field(default_factory=dict)

    def is_general_of(self, kind: ServiceKind) -> bool:
        """Does it hold for all services that the general manifest of a kind stands for?"""
        return self.assessed is not None and self.assessed.key[1] == kind.mark


#: Rows by the key of their services: a normal key, or whatever is equal for fewer.
_Rows = dict[Any, _Row]


@dataclass(frozen=True, slots=True)
class _Place:
    """The rows of a namespace: most are common to all that cannot mean its own runtimes."""

    view: View
    own: _Rows
    common: _Rows

    def row(self, key: Any) -> _Row | None:
        """The row of services with a key; None if there is none yet."""
        row = self.common.get(key)
        if self.own is self.common or (row is not None and self.view.for_words(row.words) is not self.view):
            return row
        return self.own.get(key)

    def keep(self, key: Any, row: _Row) -> None:
        """Keep a new row."""
        rows = self.own if self.view.for_words(row.words) is self.view else self.common
        rows[key] = row


class _Reading:
    """Takes the services of one cluster of a part."""

    looks_for = b""

    def __init__(self, memory: AssessmentMemory, census: PartCensus, cluster: str, views: Views) -> None:
        self._memory = memory
        self._options = memory.options
        self._census = census
        self._cluster = cluster
        self._views = views
        #: The rows of each assessment; those of each view, by the keys of services; and those of each namespace.
        self._row_of_assessment: dict[AssessmentKey, _Row] = {}
        self._rows: dict[bytes, _Rows] = {}
        self._places: dict[str, _Place] = {}
        #: The numbers of services with findings that are not stored.
        self.written: set[int] = set()
        #: Lines of NDJSON from behind the names on, by the assessments that they show.
        self._texts: dict[AssessmentKey, str] = {}
        #: Joined at the end: a text that grows by a line is copied for each of them.
        self._lines: list[str] = []

    def is_learned(self, service: PlainService) -> bool:
        """Is the kind of the service known?"""
        kinds = self._memory.kinds
        return kinds.general(normal_key(service)) is not None or kinds.known(service) is not None

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Remember what the loader read it as."""
        self._memory.kinds.learn(service, entry)

    def plain(self, service: PlainService, source: str, line: int) -> bool:
        """Count a plain service if its kind is known."""
        name, namespace, uri, key, _ = service
        place = self._places.get(namespace) or self._place(namespace)
        row = place.row(key)
        if row is None:
            row = self._row_of(service, place)
            if row is None:
                return False
            place.keep(key, row)
        self._count(row, namespace, name, uri, source, line)
        return True

    def _row_of(self, service: PlainService, place: _Place) -> _Row | None:
        """The row of a plain service by what is read of it; None if its kind is not known."""
        normal = normal_key(service)
        row = place.row(normal)
        if row is not None:
            return row
        kind = self._memory.kinds.general(normal)
        if kind is not None:
            row = self._row(kind, place.view)
            if row.is_general_of(kind):
                place.keep(normal, row)
                return row
        kind = self._memory.kinds.known(service)
        return None if kind is None else self._row(kind, place.view)

    def _place(self, namespace: str) -> _Place:
        view = self._views.of(namespace)
        own = self._rows.setdefault(view.digest, {})
        common = own if view.common is None else self._rows.setdefault(view.common.digest, {})
        place = self._places[namespace] = _Place(view, own, common)
        return place

    def entry(self, entry: Entry) -> None:
        """Count a service that the loader read, or keep a runtime."""
        manifest = entry.manifest
        if manifest["kind"] != SERVICE:
            findings = tuple(self._census.loader.findings.get(entry.number, ()))
            self._census.runtimes.append((self._cluster, InputRuntime(manifest, entry.source, entry.line, findings)))
            return
        namespace, _, name = display_name(manifest).partition("/")
        place = self._places.get(namespace) or self._place(namespace)
        row = place.row(entry.fingerprint)
        if row is None:
            row = self._row(self._memory.kinds.of(entry), place.view)
            place.keep(entry.fingerprint, row)
        self._count(row, namespace, name, uri_of(manifest), entry.source, entry.line)
        if not entry.is_clean and not self._options.plan.is_stored(manifest):
            self.written.add(entry.number)

    def _row(self, kind: ServiceKind, view: View) -> _Row:
        """The row of a kind of services that have this view."""
        census, words = self._census, self._memory.words_of(kind)
        census.keys.add(self._memory.keys_of(kind))
        try:
            assessed = self._memory.assessed(kind, view.for_words(words))
        except MALFORMED as error:
            return _Row(None, None, (f"{type(error).__name__}: {error}",), words)
        row = self._row_of_assessment.get(assessed.key)
        if row is None:
            census.assessments.setdefault(assessed.key, assessed.pickled)
            tally = None if assessed.is_unchanged else census.groups.setdefault(assessed.group, Tally())
            failing = tuple(one for one in assessed.classes if one in self._options.fail_on)
            row = self._row_of_assessment[assessed.key] = _Row(assessed, tally, failing, words)
        return row

    def _count(self, row: _Row, namespace: str, name: str, uri: str, source: str, line: int) -> None:
        assessed, tally = row.assessed, row.tally
        if assessed is None:
            self._census.loader.problems.append(_malformed(namespace, name, row.failing[0], source, line))
            return
        row.count += 1
        line = line if self._options.has_places else 0
        if len(self._census.first) < LISTED:
            self._census.first.append(Example(namespace, name, uri, source, line, self._cluster, assessed.key))
        if tally is not None:
            row.namespaces[namespace] = row.namespaces.get(namespace, 0) + 1
            if len(tally.examples) < EXAMPLES:
                tally.examples.append(Example(namespace, name, uri, source, line, self._cluster, assessed.key))
        if name.endswith("*"):
            self._census.unmarked += 1
        else:
            self._census.marks.append(mark_of(self._cluster, namespace, name))
        if row.failing:
            self._fail(full_name(f"{namespace}/{name}", self._cluster), row.failing)
        if self._options.has_lines:
            self._write(assessed, Example(namespace, name, uri, source, line, self._cluster, assessed.key))

    def _write(self, assessed: Assessed, service: Example) -> None:
        only = self._options.only
        if not only or not set(only).isdisjoint(assessed.classes):
            text = self._texts.get(assessed.key)
            if text is None:
                text = self._texts[assessed.key] = rest_of_line(assessed.assessment)
            names = (service.cluster, service.namespace, service.name, service.where)
            self._lines.append(line_of(*names, service.uri, text))

    def _fail(self, name: str, classes: Sequence[str]) -> None:
        census = self._census
        for class_ in classes:
            if (name, class_) in self._memory.accepted:
                census.accepted += 1
                census.met.add((name, class_))
                continue
            census.failing += 1
            if self._options.lists_failing:
                census.to_accept.append((name, class_))

    def finish(self) -> None:
        """Add up what was counted."""
        census = self._census
        census.lines += "".join(self._lines)
        total = 0
        for row in self._row_of_assessment.values():
            if row.assessed is None:
                continue
            total += row.count
            census.counts[row.assessed.key] += row.count
            if row.tally is not None:
                row.tally.count += row.count
            for namespace, count in row.namespaces.items():
                classes = census.places.setdefault(Place(self._cluster, namespace), Counter())
                for class_ in row.assessed.classes:
                    classes[class_] += count
        census.clusters[self._cluster] = census.clusters.get(self._cluster, 0) + total


def _malformed(namespace: str, name: str, text: str, source: str, line: int) -> Problem:
    return Problem(
        ManifestCode.CANNOT_BE_DECIDED,
        f"{SERVICE} {namespace}/{name} cannot be resolved: {text}",
        source=source,
        line=line,
        hint="try kubectl apply --dry-run=server; if the cluster accepts the object, this is a bug",
    )
