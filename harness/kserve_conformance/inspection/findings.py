"""
The results of an inspection, as values.

An :class:`Inspection` has findings about runtimes, a standing for each service, and
what could not be read. Only an inspection that read everything and found nothing
wrong is fine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kserve_conformance.objects import ObjectKey


class Weight(StrEnum):
    """The weight of a finding."""

    #: It differs from what the release ships, or from what its rules allow.
    WRONG = "wrong"
    #: It follows the rules, but depends on something that was not chosen on purpose.
    FRAGILE = "fragile"
    #: Worth knowing.
    NOTE = "note"


class Code(StrEnum):
    """Codes of findings; stable, for programs."""

    # The catalogue compared with the release's own.
    #: The release ships the runtime, and it is not there.
    MISSING = "MISSING"
    #: The runtime is not as the release ships it.
    CHANGED = "CHANGED"
    #: The release does not ship the runtime.
    EXTRA = "EXTRA"
    #: None of the runtimes that the release ships is there.
    NONE_SHIPPED = "NONE_SHIPPED"
    # Runtimes compared with each other.
    #: The webhook would reject the stored runtime if it were applied now.
    WOULD_BE_REJECTED = "WOULD_BE_REJECTED"
    #: The runtime lists a format with several priorities, of which the first counts.
    MIXED_PRIORITIES = "MIXED_PRIORITIES"
    #: Only the age of two runtimes decides which of them comes first.
    DECIDED_BY_AGE = "DECIDED_BY_AGE"
    #: Only the names of two runtimes decide which of them comes first.
    DECIDED_BY_NAME = "DECIDED_BY_NAME"
    #: No rule decides which of two runtimes comes first.
    NOT_DECIDED = "NOT_DECIDED"
    #: The runtime of a namespace is selected instead of one of the cluster, regardless of priorities.
    CAPTURES = "CAPTURES"
    #: The runtime of a namespace has the name of one of the cluster.
    SHADOWS = "SHADOWS"
    #: The runtime is disabled.
    DISABLED = "DISABLED"


#: The codes that compare a catalogue with the release's own.
OF_CATALOGUE = frozenset({Code.MISSING, Code.CHANGED, Code.EXTRA, Code.NONE_SHIPPED})


@dataclass(frozen=True, slots=True)
class RuntimeFinding:
    """A finding about one or more runtimes. ``text`` is a sentence about ``about``, ``details`` are further lines."""

    code: Code
    weight: Weight
    about: ObjectKey | None
    text: str
    details: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "code": str(self.code),
            "weight": str(self.weight),
            "runtime": ref_as_data(self.about),
            "text": self.text,
            "details": list(self.details),
        }


class Standing(StrEnum):
    """How the state of a service compares with what the rules predict."""

    #: It runs on the predicted runtime.
    AGREES = "agrees"
    #: It shows something else.
    DIFFERS = "differs"
    #: It has no runtime, as predicted.
    NO_RUNTIME = "no-runtime"
    #: It does not show its runtime, or something that its choice depends on could not be read.
    UNKNOWN = "unknown"
    #: Nothing to compare: it uses no runtime, or nothing runs.
    NOT_COMPARED = "not-compared"


@dataclass(frozen=True, slots=True)
class ServiceStanding:
    """
    One service: what the rules predict, what it shows, and how these compare.

    ``predicted`` and ``shown`` have more than one runtime if the rules, or the evidence, leave it open. ``story`` is
    the explanation, and ``explanation`` the same for programs; both are only set if something is wrong.
    """

    service: ObjectKey
    standing: Standing
    text: str
    predicted: tuple[ObjectKey, ...] = ()
    shown: tuple[ObjectKey, ...] = ()
    story: tuple[str, ...] = ()
    explanation: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_wrong(self) -> bool:
        """Is something wrong with it?"""
        return self.standing in (Standing.DIFFERS, Standing.NO_RUNTIME)

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "namespace": self.service.namespace,
            "name": self.service.name,
            "standing": str(self.standing),
            "text": self.text,
            "predicted": [ref_as_data(ref) for ref in self.predicted],
            "shown": [ref_as_data(ref) for ref in self.shown],
            "explanation": dict(self.explanation) or None,
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """Objects that could not be read, in one namespace or in all. ``because`` is the API server's message."""

    kind: str
    because: str
    namespace: str | None = None

    def covers(self, kind: str, namespace: str | None) -> bool:
        """Does this include the objects of a kind and namespace?"""
        return self.kind == kind and self.namespace in (None, namespace)

    def __str__(self) -> str:
        where = f" of namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind}{where}: {self.because}"

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        return {"kind": self.kind, "namespace": self.namespace, "because": self.because}


@dataclass(frozen=True, slots=True)
class Inspection:
    """The results of an inspection."""

    release: str
    mode: str
    catalogue: str
    findings: tuple[RuntimeFinding, ...]
    services: tuple[ServiceStanding, ...]
    unread: tuple[Unread, ...]
    runtimes: int = 0

    @property
    def is_wrong(self) -> bool:
        """Is anything wrong?"""
        return any(one.weight is Weight.WRONG for one in self.findings) or any(one.is_wrong for one in self.services)

    @property
    def is_whole(self) -> bool:
        """Was everything read, and is every standing known?"""
        return not self.unread and all(one.standing is not Standing.UNKNOWN for one in self.services)

    @property
    def counts(self) -> dict[str, int]:
        """The number of findings by weight, and of services by standing."""
        weights = Counter(str(one.weight) for one in self.findings)
        standings = Counter(str(one.standing) for one in self.services)
        return {str(key): (weights | standings)[str(key)] for key in (*Weight, *Standing)}

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "release": self.release,
            "defaultMode": self.mode,
            "comparedWith": self.catalogue,
            "wrong": self.is_wrong,
            "whole": self.is_whole,
            "counts": self.counts,
            "findings": [one.as_data() for one in self.findings],
            "services": [one.as_data() for one in self.services],
            "notChecked": [one.as_data() for one in self.unread],
        }


def ref_as_data(ref: ObjectKey | None) -> dict[str, str] | None:
    """A runtime's reference as JSON values."""
    if ref is None:
        return None
    return {"kind": ref.kind, "name": ref.name, **({"namespace": ref.namespace} if ref.namespace else {})}
