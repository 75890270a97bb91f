"""Counts and groups of the findings about many services, in a size that depends on the groups alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kserve_conformance.upgrade.assessment import Assessment, Change, Flag, server_of

#: The services that a group names.
EXAMPLES = 100
#: The services that are listed one by one, if there are no more.
LISTED = 10
#: The namespaces that are counted each; a fleet can have more than fit into memory.
PLACES = 20_000


def full_name(name: str, cluster: str) -> str:
    """The name of a service, with its cluster if there are several."""
    return f"{cluster}: {name}" if cluster else name


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One service, by its name and place, and what the upgrade changes for it.

    ``cluster`` is empty unless the services are those of several clusters.
    """

    name: str
    where: str
    assessment: Assessment
    cluster: str = ""

    @property
    def namespace(self) -> str:
        """The namespace of the service."""
        return self.name.rpartition("/")[0]

    @property
    def full_name(self) -> str:
        """Its name, with the cluster if there are several."""
        return full_name(self.name, self.cluster)

    @property
    def classes(self) -> tuple[str, ...]:
        """Its change and its flags."""
        return (str(self.assessment.change), *map(str, self.assessment.flags))


@dataclass(frozen=True, slots=True)
class Flow:
    """What serves services before and after: a runtime's name, or another word if it is no runtime."""

    before: str
    after: str
    change: Change


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A namespace, of a cluster if there are several."""

    cluster: str
    namespace: str


@dataclass(slots=True)
class Group:
    """Services for which the same changes for the same reason, of which the first hundred are kept."""

    change: Change
    flags: tuple[Flag, ...]
    causes: tuple[Any, ...]
    sample: Finding
    count: int = 0
    examples: list[Finding] = field(default_factory=list)


#: The changes in the order in which people want to read them.
ORDER = (
    Change.LOST,
    Change.UNDEFINED,
    Change.MOVED,
    Change.SAME,
    Change.GAINED,
    Change.BROKEN_BEFORE,
)


class Census:
    """Counts findings as they come."""

    def __init__(self, clusters: int = 0, keys: Mapping[str, int] | None = None) -> None:
        #: The number of clusters, if there are several, and of distinct keys by what they decide.
        self.clusters = clusters
        self.keys = dict(keys or {})
        self.total = 0
        self.changes: Counter[Change] = Counter()
        self.flags: Counter[Flag] = Counter()
        #: The first services, whatever changes for them.
        self.first: list[Finding] = []
        #: All services, by what serves them before and after.
        self.flows: Counter[Flow] = Counter()
        #: The services for which something changes, by class and place; the place is None for those of further ones.
        self.places: dict[Place | None, Counter[str]] = {}
        self._groups: dict[object, Group] = {}

    def add(self, finding: Finding) -> None:
        """Count a service."""
        assessment = finding.assessment
        if len(self.first) < LISTED:
            self.first.append(finding)
        self.count(assessment, 1)
        if not assessment.is_unchanged:
            self.count_at(Place(finding.cluster, finding.namespace), finding.classes)
            self.add_group(group_key(assessment), (finding,), 1)

    def count(self, assessment: Assessment, number: int) -> None:
        """Count services with an assessment, wherever they are."""
        self.total += number
        self.changes[assessment.change] += number
        for flag in assessment.flags:
            self.flags[flag] += number
        before, after = assessment.before.decision, assessment.after.decision
        self.flows[Flow(server_of(before), server_of(after), assessment.change)] += number

    def count_at(self, place: Place, classes: Iterable[str] | Mapping[str, int]) -> None:
        """Count the classes of services of a namespace for which something changes."""
        counted = self.places.get(place)
        if counted is None:
            is_new = len(self.places) < PLACES
            counted = self.places.setdefault(place if is_new else None, Counter())
        counted.update(classes)

    def add_group(self, key: object, findings: Sequence[Finding], number: int) -> None:
        """Count services with a :func:`group_key`, of which these are the first."""
        group = self._groups.get(key)
        if group is None:
            first = findings[0].assessment
            group = self._groups[key] = Group(first.change, first.flags, first.causes, findings[0])
        group.count += number
        group.examples += findings[: max(EXAMPLES - len(group.examples), 0)]

    def groups(self, only: frozenset[str] = frozenset()) -> Iterator[Group]:
        """The groups, ``only`` those of these classes if any: the worst change first, then the largest group."""
        for group in sorted(self._groups.values(), key=lambda one: (ORDER.index(one.change), -one.count)):
            if not only or only & set(group.sample.classes):
                yield group


def group_key(assessment: Assessment) -> tuple[Any, ...]:
    """What the services of a group have in common: the change, its causes, what serves them, and the remedies."""
    return (
        str(assessment.change),
        tuple(map(str, assessment.flags)),
        assessment.causes,
        headline_key(assessment),
        # The text of a remedy can have the name of the service.
        repr([remedy.patch for remedy in assessment.remedies]),
    )


def headline_key(assessment: Assessment) -> tuple[Any, ...]:
    """The runtimes, in whatever namespaces, or reasons before and after."""
    return tuple(
        (
            decision.runtime and (decision.runtime.kind, decision.runtime.name),
            decision.no_runtime and str(decision.no_runtime.cause),
            str(decision.outcome),
        )
        for decision in (assessment.before.decision, assessment.after.decision)
    )
