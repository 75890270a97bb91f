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
    """How much a finding says."""

    #: It is not as the release ships it, or as its rules allow.
    WRONG = "wrong"
    #: It is as the rules have it, and a change elsewhere or a moment's difference would turn it.
    FRAGILE = "fragile"
    #: Worth knowing.
    NOTE = "note"


class Code(StrEnum):
    """What a finding is about; stable, for programs."""

    # The catalogue against the release's own.
    MISSING = "MISSING"
    CHANGED = "CHANGED"
    EXTRA = "EXTRA"
    NONE_SHIPPED = "NONE_SHIPPED"
    # Runtimes among each other.
    WOULD_BE_REJECTED = "WOULD_BE_REJECTED"
    MIXED_PRIORITIES = "MIXED_PRIORITIES"
    DECIDED_BY_AGE = "DECIDED_BY_AGE"
    DECIDED_BY_NAME = "DECIDED_BY_NAME"
    NOT_DECIDED = "NOT_DECIDED"
    CAPTURES = "CAPTURES"
    SHADOWS = "SHADOWS"
    DISABLED = "DISABLED"


#: The codes that compare a catalogue with the release's own.
OF_CATALOGUE = frozenset({Code.MISSING, Code.CHANGED, Code.EXTRA, Code.NONE_SHIPPED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one or more runtimes. ``text`` is a sentence about ``about``; ``details`` are more of it."""

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
    """How a service stands to what the rules say of it."""

    #: It runs on what the rules say.
    AGREES = "agrees"
    #: It shows something else.
    DIFFERS = "differs"
    #: It has no runtime, and the rules say so too.
    NO_RUNTIME = "no-runtime"
    #: It does not show what it runs on, or what its choice depends on could not be read.
    UNKNOWN = "unknown"
    #: There is no choice to compare: no runtime is used, or nothing runs.
    NOT_COMPARED = "not-compared"


@dataclass(frozen=True, slots=True)
class ServiceStanding:
    """
    One service: what the rules say of it, what it shows, and how these stand to each other.

    ``predicted`` and ``shown`` have more than one runtime where the rules, or the
    evidence, leave it open. ``story`` is the explanation, and ``explanation`` the same
    for programs; both only where something is wrong.
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
        """Is it not as it should be?"""
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


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """Objects that could not be read: of one namespace, or everywhere. ``because`` is what the API server said."""

    kind: str
    because: str
    namespace: str | None = None

    def covers(self, kind: str, namespace: str | None) -> bool:
        """Are the objects of that kind and namespace among them?"""
        return self.kind == kind and self.namespace in (None, namespace)

    def __str__(self) -> str:
        where = f" of namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind}{where}: {self.because}"

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        return {"kind": self.kind, "namespace": self.namespace, "because": self.because}


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that was found."""

    release: str
    mode: str
    catalogue: str
    findings: tuple[Finding, ...]
    services: tuple[ServiceStanding, ...]
    unread: tuple[Unread, ...]
    runtimes: int = 0

    @property
    def is_wrong(self) -> bool:
        """Is anything not as it should be?"""
        return any(one.weight is Weight.WRONG for one in self.findings) or any(one.is_wrong for one in self.services)

    @property
    def is_whole(self) -> bool:
        """Was everything read, and is every standing known?"""
        return not self.unread and all(one.standing is not Standing.UNKNOWN for one in self.services)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings of each weight, and services of each standing."""
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
