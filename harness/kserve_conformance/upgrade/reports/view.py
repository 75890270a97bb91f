"""What a page shows of a census: bounded in groups, services and texts, with everything that is left out counted."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kserve_conformance.manifests import dump
from kserve_conformance.upgrade.assessment import Change
from kserve_conformance.upgrade.census import Census, Finding, Group, Place, headline_key
from kserve_conformance.upgrade.remedies import Remedy
from kserve_conformance.upgrade.reports.phrases import headline, in_full, why


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most groups, services of a group, and namespaces that are listed."""

    groups: int = 250
    services: int = 100
    places: int = 50


#: The differences of a pod, and other details, that a group lists.
DETAILS: Final = 30
#: The characters of a name, a place or a detail.
LONGEST: Final = 1000

#: What a page about a namespace counts, the worst first.
_AFFECTED: Final = (
    "lost",
    "rejected-later",
    "undefined",
    "moved",
    "needs-write",
    "gained",
    "broken-before",
    "pod-differs",
)


@dataclass(frozen=True, slots=True)
class ShownRemedy:
    """A remedy with its patch as YAML, and the command that applies it to the first service."""

    text: str
    keeps: bool
    patch: str | None
    command: str | None
    #: The patch as JSON, for a script that makes the command for another service.
    data: str | None


@dataclass(frozen=True, slots=True)
class ShownService:
    """A service; ``details`` are those in which it differs from the first one of its group."""

    namespace: str
    name: str
    where: str
    cluster: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with the first of its services."""

    id: str
    change: Change
    classes: tuple[str, ...]
    count: int
    headline: str
    #: What serves the first service, or why nothing does.
    before: str
    after: str
    why: tuple[str, ...]
    trigger: str
    details: tuple[str, ...]
    more_details: int
    remedies: tuple[ShownRemedy, ...]
    services: tuple[ShownService, ...]

    @property
    def unlisted(self) -> int:
        """The services that are not listed."""
        return self.count - len(self.services)


@dataclass(frozen=True, slots=True)
class View:
    """A bounded census."""

    #: The groups by change, the worst first.
    sections: Mapping[Change, tuple[ShownGroup, ...]]
    #: The number of groups that are not shown and of their services, by change.
    left_out: Mapping[Change, tuple[int, int]]
    places: tuple[tuple[Place, Mapping[str, int]], ...]
    place_classes: tuple[str, ...]
    #: The number of namespaces that are not shown, and the services of those by class.
    more_places: int
    rest: Mapping[str, int]
    has_clusters: bool

    @property
    def listed(self) -> int:
        """The services that are listed."""
        return sum(len(group.services) for groups in self.sections.values() for group in groups)

    @property
    def groups(self) -> int:
        """All groups, shown or not."""
        return sum(map(len, self.sections.values())) + sum(number for number, _ in self.left_out.values())

    @property
    def in_groups(self) -> int:
        """The services of all groups, listed or not."""
        shown = sum(group.count for groups in self.sections.values() for group in groups)
        return shown + sum(count for _, count in self.left_out.values())


def view_of(census: Census, only: frozenset[str] = frozenset(), bounds: Bounds | None = None) -> View:
    """Bound a census; ``only`` the groups of these classes."""
    bounds = bounds or Bounds()
    groups: dict[Change, list[Group]] = {}
    for group in census.groups(only):
        groups.setdefault(group.change, []).append(group)
    numbers = _shares({change: len(some) for change, some in groups.items()}, bounds.groups)
    sections = {
        change: tuple(_group(group, bounds) for group in some[: numbers[change]]) for change, some in groups.items()
    }
    left_out = {
        change: (len(rest), sum(group.count for group in rest))
        for change, some in groups.items()
        if (rest := some[numbers[change] :])
    }
    places = sorted(
        ((place, counts) for place, counts in census.places.items() if place is not None),
        key=lambda one: ([-one[1][class_] for class_ in _AFFECTED], one[0]),
    )
    uncounted = Counter(census.places.get(None, Counter()))
    for _, counts in places[bounds.places :]:
        uncounted += counts
    return View(
        sections,
        left_out,
        tuple(places[: bounds.places]),
        tuple(class_ for class_ in _AFFECTED if any(counts[class_] for counts in census.places.values())),
        len(places[bounds.places :]),
        uncounted,
        any(place.cluster for place, _ in places),
    )


def _shares(numbers: Mapping[Change, int], most: int) -> dict[Change, int]:
    """How many groups of each change are shown: at least an equal share, and of the worst one what others leave."""
    share = most // max(len(numbers), 1)
    result = {change: min(number, share) for change, number in numbers.items()}
    left = most - sum(result.values())
    for change, number in numbers.items():
        more = min(number - result[change], left)
        result[change] += more
        left -= more
    return result


def _group(group: Group, bounds: Bounds) -> ShownGroup:
    assessment = group.sample.assessment
    return ShownGroup(
        group_id(group),
        group.change,
        group.sample.classes,
        group.count,
        _cut(headline(assessment)),
        _cut(in_full(assessment.before.decision)),
        _cut(in_full(assessment.after.decision)),
        tuple(map(_cut, why(assessment))),
        assessment.trigger,
        tuple(map(_cut, assessment.details[:DETAILS])),
        max(len(assessment.details) - DETAILS, 0),
        tuple(_remedy(remedy, group.sample) for remedy in assessment.remedies),
        tuple(_service(finding, group.sample) for finding in group.examples[: bounds.services]),
    )


def group_id(group: Group) -> str:
    """A fragment for a group: the same for the same change in another census."""
    assessment = group.sample.assessment
    patches = [remedy.patch for remedy in assessment.remedies]
    key = repr((group.change, group.flags, group.causes, headline_key(assessment), patches))
    return "group-" + hashlib.sha256(key.encode()).hexdigest()[:10]


def _service(finding: Finding, sample: Finding) -> ShownService:
    same = set(_without_name(sample))
    own = zip(finding.assessment.details, _without_name(finding), strict=True)
    details = tuple(_cut(detail) for detail, nameless in own if nameless not in same)
    return ShownService(
        _cut(finding.namespace),
        _cut(finding.name.rpartition("/")[2]),
        _cut(finding.where),
        _cut(finding.cluster),
        details[:DETAILS],
    )


def _without_name(finding: Finding) -> Iterator[str]:
    """The details of a service, equal for two that differ in their names alone."""
    name = re.compile(rf"(?<![\w.-]){re.escape(finding.name.rpartition('/')[2])}(?![\w.-])")
    return (name.sub("NAME", detail) for detail in finding.assessment.details)


def _remedy(remedy: Remedy, sample: Finding) -> ShownRemedy:
    if remedy.patch is None:
        return ShownRemedy(_cut(remedy.text), remedy.keeps, None, None, None)
    data = json.dumps(remedy.patch, separators=(",", ":"))
    return ShownRemedy(_cut(remedy.text), remedy.keeps, dump(remedy.patch), " ".join(_command(sample, data)), data)


def _command(finding: Finding, data: str) -> Iterator[str]:
    namespace, name = (shlex.quote(_cut(text)) for text in (finding.namespace, finding.name.rpartition("/")[2]))
    yield f"kubectl -n {namespace} patch inferenceservice {name}"
    yield f"--type merge -p {shlex.quote(data)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST:,} more characters)"
