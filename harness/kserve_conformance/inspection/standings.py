"""How the services of an installation compare with what the rules predict, as values, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kserve_conformance.objects import ObjectKey


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
    the explanation, and ``hint`` what to change; both are only set if something is wrong.
    """

    service: ObjectKey
    standing: Standing
    text: str
    predicted: tuple[ObjectKey, ...] = ()
    shown: tuple[ObjectKey, ...] = ()
    story: tuple[str, ...] = ()
    hint: str | None = None
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


def ref_as_data(ref: ObjectKey | None) -> dict[str, str] | None:
    """A runtime's reference as JSON values."""
    if ref is None:
        return None
    return {"kind": ref.kind, "name": ref.name, **({"namespace": ref.namespace} if ref.namespace else {})}
