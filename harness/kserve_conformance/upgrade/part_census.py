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

import hashlib
import json
import marshal
import pickle
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec

from kserve_conformance.characters import in_json
from kserve_conformance.fleet.parts import Part
from kserve_conformance.fleet.plain import PlainService, is_model_uri
from kserve_conformance.fleet.sections import look_ahead, read_source
from kserve_conformance.manifests import Entry, Loader, ManifestCode, Problem, display_name
from kserve_conformance.manifests.fingerprint import NAMESPACE, fingerprint, generic_uri, stand_in, uri_of
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.manifests.scalars import UnusableScalar, number
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import SERVICE, Manifest
from kserve_conformance.objects.malformed import MALFORMED
from kserve_conformance.upgrade.assessment import Assessment, assess
from kserve_conformance.upgrade.census import EXAMPLES, LISTED, Census, Finding, Place, full_name, group_key
from kserve_conformance.upgrade.general_specs import general_spec, is_general
from kserve_conformance.upgrade.keys import ServiceKeys, keys_of
from kserve_conformance.upgrade.reports.data import finding_as_data
from kserve_conformance.upgrade.stand_ins import assessment_for
from kserve_conformance.upgrade.views import InputRuntime, Installation, Plan, View, Views, digest_of

#: Services that are equal in everything but their names and the paths of their models, and that see the same runtimes.
AssessmentKey = tuple[bytes, int]

#: How many keys and services of a kind one process remembers.
_REMEMBERED: Final = 50_000
_DECODE: Final = msgspec.json.Decoder(float_hook=number).decode
_NO_REFERENCES: Final = 2
#: The bytes by which names are compared.
_MARK: Final = 8


@dataclass(frozen=True, slots=True)
class CensusOptions:
    """
    What is equal for all parts of an input.

    ``runtimes`` are those of each cluster that were read before, by its name; a cluster that is missing is read whole
    by one call, with its runtimes. ``is_quick``: services may be decoded as far as they are read. ``only`` and
    ``has_lines`` are for output with a line for each service. ``fail_on`` are the classes that fail the command,
    ``accepted`` what the baseline accepts, by full name and class.
    """

    loader: Loader
    plan: Plan
    runtimes: Mapping[str, Sequence[InputRuntime]] = field(default_factory=dict)
    is_quick: bool = True
    #: Whether what the API server says against objects is kept, and not only against services that are not stored.
    keeps_findings: bool = False
    only: tuple[str, ...] = ()
    has_lines: bool = False
    fail_on: tuple[str, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()
    #: Whether what fails is listed, for a new baseline.
    lists_failing: bool = False

    @property
    def identity(self) -> str:
        """A text that is equal for options with which every part has the same census."""
        loader = self.loader
        runtimes = [
            (cluster, [(each.manifest, each.where, each.findings) for each in found])
            for cluster, found in self.runtimes.items()
        ]
        return repr(
            (
                *(loader.namespace, sorted(loader.parameters.items()), loader.kustomize, loader.limits),
                *(self.plan.identity, runtimes, self.is_quick, self.only, self.has_lines),
                *(self.fail_on, self.accepted, self.lists_failing),
            )
        )


class Example(NamedTuple):
    """A service of a group, as far as it is named."""

    namespace: str
    name: str
    uri: str
    source: str
    line: int
    cluster: str
    key: AssessmentKey


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
    assessments: dict[AssessmentKey, Assessment] = field(default_factory=dict)
    counts: Counter[AssessmentKey] = field(default_factory=Counter)
    groups: dict[Any, Tally] = field(default_factory=dict)
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
        for key, assessment in other.assessments.items():
            self.assessments.setdefault(key, assessment)
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
        for key, count in self.counts.items():
            census.count(self.assessments[key], count)
        census.first = [finding_of(one, self.assessments[one.key]) for one in self.first]
        for place, classes in self.places.items():
            census.count_at(place, classes)
        for group, tally in self.groups.items():
            findings = [finding_of(one, self.assessments[one.key]) for one in tally.examples]
            census.add_group(group, findings, tally.count)
        return census


def finding_of(service: Example, assessment: Assessment) -> Finding:
    """What an upgrade changes for a service, by the assessment of its stand-in."""
    found = assessment_for(assessment, service.name, service.uri, service.namespace)
    where = f"{service.source}:{service.line}"
    return Finding(f"{service.namespace}/{service.name}", where, found, service.cluster)


def census_of(part: Part, options: bytes) -> PartCensus:
    """
    The census of a part, with pickled :class:`CensusOptions`, here or in any other process.

    Raises ``ManifestError`` for a service that cannot be assessed.
    """
    process = _process(options)
    options_ = process.options
    loader = options_.loader.anew()
    census = PartCensus(loader, Section(part.start, part.end))
    written: set[int] = set()
    for cluster, sources in part.by_cluster():
        reading = _Reading(process, census, cluster, process.views_of(cluster, sources, census))
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
def _process(options: bytes) -> _Process:
    """What one process remembers of the parts that it reads."""
    return _Process(pickle.loads(options))  # noqa: S301 - Written by the process that started this one.


@dataclass(frozen=True, slots=True)
class _Kind:
    """
    Services that are equal in everything but their names and the paths of their models.

    ``general`` stands for all that differ in nothing that is read, ``mark`` is its fingerprint.
    """

    fingerprint: int
    manifest: Manifest
    mark: int
    general: Manifest
    keys: tuple[bytes, bytes, bytes]


def _kind_of(manifest: Manifest) -> _Kind:
    spec = general_spec(manifest.get("spec"))
    general = manifest if spec is manifest.get("spec") else {**manifest, "spec": spec}
    exact = fingerprint(manifest)
    mark = exact if general is manifest else fingerprint(general)
    return _Kind(exact, manifest, mark, general, keys_of(general))


@dataclass(frozen=True, slots=True)
class _Assessed:
    """An assessment, and what is counted by it."""

    key: AssessmentKey
    assessment: Assessment
    group: Any
    classes: tuple[str, ...]
    is_unchanged: bool


class _Process:
    """What is remembered from one part to the next: nothing that changes a result."""

    def __init__(self, options: CensusOptions) -> None:
        self.options = options
        self.accepted = frozenset(options.accepted)
        self._kinds: dict[int, _Kind] = {}
        self._kind_of_key: dict[Any, _Kind] = {}
        self._kind_of_general: dict[Any, _Kind] = {}
        #: None for what does not hold for all that it stands for.
        self._assessed: dict[AssessmentKey, _Assessed | None] = {}
        self._views: dict[str | bytes, tuple[Views, Installation]] = {}

    def views_of(self, cluster: str, sources: Sequence[Source], census: PartCensus) -> Views:
        """The views of a cluster, whose runtimes were read before, or are in these sources."""
        runtimes = self.options.runtimes.get(cluster)
        if runtimes is None:
            runtimes = runtimes_in(sources, self.options)
            mark: str | bytes | None = digest_of(runtimes)
        else:
            mark = cluster
        known = None if mark is None else self._views.get(mark)
        if known is None:
            installation = self.options.plan.installation(runtimes)
            known = Views(installation.path), installation
            if mark is not None:
                self._views[mark] = known
        census.warnings |= dict.fromkeys(known[1].warnings)
        census.changed |= known[1].changed
        return known[0]

    def known(self, service: PlainService) -> _Kind | None:
        """The kind of a plain service: by its text, or by what is read of its spec."""
        kind = self._kind_of_key.get(service.key)
        if kind is not None or not self._kind_of_general:
            return kind
        found = _general_key(service)
        kind = None if found is None else self._kind_of_general.get(found[0])
        if kind is None or found is None:
            return None
        manifest = {**kind.manifest, "spec": found[1]}
        kind = _Kind(fingerprint(manifest), manifest, kind.mark, kind.general, kind.keys)
        self._remember(service.key, kind)
        return kind

    def _remember(self, key: Any, kind: _Kind) -> None:
        if len(self._kind_of_key) >= _REMEMBERED:
            self._kind_of_key.clear()
        self._kind_of_key[key] = kind

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Remember the kind of a plain service."""
        found = _general_key(service)
        if found is None or uri_of(entry.manifest) != service.uri:
            return
        if not entry.is_clean and not self.options.plan.is_stored(entry.manifest):
            # Each has to be named with its own findings.
            return
        kind = self.kind_of(entry)
        self._remember(service.key, kind)
        if len(self._kind_of_general) >= _REMEMBERED:
            self._kind_of_general.clear()
        self._kind_of_general[found[0]] = kind

    def kind_of(self, entry: Entry) -> _Kind:
        """The kind of a service that the loader read."""
        kind = self._kinds.get(entry.fingerprint)
        if kind is None:
            if len(self._kinds) >= _REMEMBERED:
                self._kinds.clear()
            manifest = stand_in(entry.manifest)
            manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": NAMESPACE}}
            kind = self._kinds[entry.fingerprint] = _kind_of(manifest)
        return kind

    def assessed(self, kind: _Kind, views: Views, namespace: str) -> _Assessed:
        """The assessment of a kind of services in a namespace."""
        view = views.of(namespace)
        assessed = self._made((view.digest, kind.mark), kind.general, view)
        if assessed is None:
            assessed = self._made((view.digest, kind.fingerprint), kind.manifest, view, is_exact=True)
        if assessed is None:
            raise AssertionError("an exact assessment holds for its service")
        return assessed

    def _made(self, key: AssessmentKey, manifest: Manifest, view: View, *, is_exact: bool = False) -> _Assessed | None:
        """The assessment of a manifest, made on first use; None if it does not hold for all that it stands for."""
        if key in self._assessed and (self._assessed[key] is not None or not is_exact):
            return self._assessed[key]
        found = assess(manifest, view.path, in_store=self.options.plan.is_stored(manifest))
        # Pods and stored services are not shown, and would be kept.
        found = replace(found, before=found.before.without_objects(), after=found.after.without_objects())
        if len(self._assessed) >= _REMEMBERED:
            self._assessed.clear()
        classes = (str(found.change), *map(str, found.flags))
        assessed = _Assessed(key, found, group_key(found), classes, found.is_unchanged)
        self._assessed[key] = assessed if is_exact or is_general(repr(found)) else None
        return self._assessed[key]


def _general_key(service: PlainService) -> tuple[Any, Any] | None:
    """
    What is equal for plain services that differ in nothing that is read, and the spec of this one.

    None if the URI that was made generic is not that of the model.
    """
    generic = generic_uri(service.uri)
    if generic != service.uri and not is_model_uri(service.spec, generic):
        return None
    try:
        spec = _DECODE(service.spec)
    except (msgspec.DecodeError, UnicodeDecodeError, UnusableScalar, RecursionError):
        return None
    return (marshal.dumps(general_spec(spec), _NO_REFERENCES), *service.key[1:]), spec


def mark_of(cluster: str, namespace: str, name: str) -> int:
    """A number by which a name is recognised when it occurs again; the same in every process."""
    text = f"{cluster}/{namespace}/{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=_MARK).digest(), "big")


@dataclass(slots=True)
class _Row:
    """Equal services that see the same runtimes; ``assessed`` is None if they cannot be assessed."""

    assessed: _Assessed | None
    tally: Tally | None
    #: Their classes for which the command fails, or why they cannot be assessed.
    failing: tuple[str, ...]
    count: int = 0
    namespaces: dict[str, int] = field(default_factory=dict)


class _Reading:
    """Takes the services of one cluster of a part."""

    def __init__(self, process: _Process, census: PartCensus, cluster: str, views: Views) -> None:
        self._process = process
        self._options = process.options
        self._census = census
        self._cluster = cluster
        self._views = views
        #: The rows of each view, and of each namespace those of its view.
        self._rows: dict[bytes, dict[Any, _Row]] = {}
        self._rows_of: dict[str, dict[Any, _Row]] = {}
        #: The numbers of services with findings that are not stored.
        self.written: set[int] = set()

    def is_learned(self, service: PlainService) -> bool:
        """Is the kind of the service known?"""
        return self._process.known(service) is not None

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Remember what the loader read it as."""
        self._process.learn(service, entry)

    def plain(self, service: PlainService, source: str, line: int) -> None:
        """Count a plain service."""
        name, namespace, uri, key, _ = service
        rows = self._rows_of.get(namespace) or self._rows_in(namespace)
        row = rows.get(key)
        if row is None:
            kind = self._process.known(service)
            if kind is None:
                raise AssertionError("the service was not learned")
            row = rows[key] = self._row(kind, namespace)
        self._count(row, namespace, name, uri, source, line)

    def _rows_in(self, namespace: str) -> dict[Any, _Row]:
        rows = self._rows.setdefault(self._views.of(namespace).digest, {})
        self._rows_of[namespace] = rows
        return rows

    def entry(self, entry: Entry) -> None:
        """Count a service that the loader read, or keep a runtime."""
        manifest = entry.manifest
        if manifest["kind"] != SERVICE:
            findings = tuple(self._census.loader.findings.get(entry.number, ()))
            self._census.runtimes.append((self._cluster, InputRuntime(manifest, entry.source, entry.line, findings)))
            return
        namespace, _, name = display_name(manifest).partition("/")
        rows = self._rows_of.get(namespace) or self._rows_in(namespace)
        row = rows.get(entry.fingerprint)
        if row is None:
            row = rows[entry.fingerprint] = self._row(self._process.kind_of(entry), namespace)
        self._count(row, namespace, name, uri_of(manifest), entry.source, entry.line)
        if not entry.is_clean and not self._options.plan.is_stored(manifest):
            self.written.add(entry.number)

    def _row(self, kind: _Kind, namespace: str) -> _Row:
        census = self._census
        census.keys.add(kind.keys)
        try:
            assessed = self._process.assessed(kind, self._views, namespace)
        except MALFORMED as error:
            return _Row(None, None, (f"{type(error).__name__}: {error}",))
        census.assessments.setdefault(assessed.key, assessed.assessment)
        tally = None if assessed.is_unchanged else census.groups.setdefault(assessed.group, Tally())
        return _Row(assessed, tally, tuple(one for one in assessed.classes if one in self._options.fail_on))

    def _count(self, row: _Row, namespace: str, name: str, uri: str, source: str, line: int) -> None:
        assessed, tally = row.assessed, row.tally
        if assessed is None:
            self._census.loader.problems.append(_malformed(namespace, name, row.failing[0], source, line))
            return
        row.count += 1
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

    def _write(self, assessed: _Assessed, service: Example) -> None:
        only = self._options.only
        if not only or not set(only).isdisjoint(assessed.classes):
            data = finding_as_data(finding_of(service, assessed.assessment))
            self._census.lines += in_json(json.dumps(data, ensure_ascii=False)) + "\n"

    def _fail(self, name: str, classes: Sequence[str]) -> None:
        census = self._census
        for class_ in classes:
            if (name, class_) in self._process.accepted:
                census.accepted += 1
                census.met.add((name, class_))
                continue
            census.failing += 1
            if self._options.lists_failing:
                census.to_accept.append((name, class_))

    def finish(self) -> None:
        """Add up what was counted."""
        census = self._census
        total = 0
        for row in chain.from_iterable(rows.values() for rows in self._rows.values()):
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


def runtimes_in(sources: Sequence[Source], options: CensusOptions) -> list[InputRuntime]:
    """The runtimes of the sources of one cluster, of which everything else is skipped."""
    loader = options.loader.anew()
    found = RuntimeReading(loader)
    for source in sources:
        if look_ahead(source, loader.limits)[0]:
            read_source(source, Section(), loader, found, is_quick=options.is_quick)
    return found.runtimes


class Skipping:
    """Skips plain services; they need not be learned for that."""

    def is_learned(self, service: PlainService) -> bool:
        """A plain service has a name."""
        return bool(service.name)

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Nothing is remembered of services."""

    def plain(self, service: PlainService, source: str, line: int) -> None:
        """Skip a service."""

    def entry(self, entry: Entry) -> None:
        """Skip an object."""


class RuntimeReading(Skipping):
    """Takes runtimes."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self.runtimes: list[InputRuntime] = []

    def entry(self, entry: Entry) -> None:
        """Keep a runtime."""
        if entry.manifest["kind"] != SERVICE:
            findings = tuple(self._loader.findings.get(entry.number, ()))
            self.runtimes.append(InputRuntime(entry.manifest, entry.source, entry.line, findings))


class NameReading(Skipping):
    """Takes the places of services whose names have one of these marks."""

    def __init__(self, marks: frozenset[int]) -> None:
        self._marks = marks
        self.cluster = ""
        self.places: list[tuple[str, str]] = []

    def plain(self, service: PlainService, source: str, line: int) -> None:
        """Keep the place of a service."""
        self._add(service.namespace, service.name, f"{source}:{line}")

    def entry(self, entry: Entry) -> None:
        """Keep the place of a service."""
        if entry.manifest["kind"] == SERVICE:
            namespace, _, name = display_name(entry.manifest).partition("/")
            self._add(namespace, name, entry.where)

    def _add(self, namespace: str, name: str, where: str) -> None:
        if mark_of(self.cluster, namespace, name) in self._marks:
            cluster = f" of cluster {self.cluster}" if self.cluster else ""
            self.places.append((f"{SERVICE} {namespace}/{name}{cluster}", where))


#: How many marks are compared at a time.
_COMPARED: Final = 4_000_000


def repeated_marks(marks: array[int], most: int) -> frozenset[int]:
    """The first marks that occur more than once, up to so many."""
    slices = len(marks) // _COMPARED + 1
    repeated: set[int] = set()
    for one in range(slices):
        once: set[int] = set()
        for mark in marks:
            if slices > 1 and mark % slices != one:
                continue
            if mark in once:
                repeated.add(mark)
            once.add(mark)
    if len(repeated) <= most:
        return frozenset(repeated)
    first: dict[int, None] = {}
    for mark in marks:
        if mark in repeated:
            first[mark] = None
            if len(first) == most:
                break
    return frozenset(first)
