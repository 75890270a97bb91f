"""What goes over the line: a question with a catalogue and a service, an answer with what was decided."""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from kserve_conformance.objects import NoRuntime, ObjectKey


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """
    One world and what is asked of it.

    ``admit`` false means that the service is in store already: no webhook runs.
    ``validate_runtime`` is the index of the runtime whose creation beside the
    others the runtime webhook is asked about.
    """

    id: str | int
    namespace: str = "default"
    runtimes: list[dict[str, Any]] = []
    service: dict[str, Any] | None = None
    admit: bool = True
    validate_runtime: int | None = None


class Named(msgspec.Struct, frozen=True):
    """A runtime by kind and name; a ServingRuntime is one of the question's namespace."""

    kind: str
    name: str

    @classmethod
    def of(cls, ref: ObjectKey) -> Named:
        """The wire form of a reference."""
        return cls(ref.kind, ref.name)


class Decided(msgspec.Struct, frozen=True):
    """
    A runtime, or the reason and message of ``status.modelStatus.lastFailureInfo``.

    A null says that the status has none; what is absent is not told.
    """

    runtime: Named | None
    reason: str | UnsetType | None = UNSET
    message: str | UnsetType | None = UNSET

    @classmethod
    def refused(cls, no_runtime: NoRuntime) -> Decided:
        """The wire form of a rejection."""
        return cls(None, no_runtime.reason, no_runtime.message)


class RuntimeAdmission(msgspec.Struct, frozen=True, omit_defaults=True):
    """The runtime webhook's verdict."""

    allowed: bool
    message: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What was decided. What an implementation does not give is unsupported, not wrong.

    ``decision`` is null where no runtime is looked for: the predictor is a container
    of its own, or another controller's.
    """

    id: str | int | None = None
    decision: Decided | UnsetType | None = UNSET
    supporting: list[Named] | None = None
    service: dict[str, Any] | None = None
    rejected: str | None = None
    pod: dict[str, Any] | None = None
    runtime_admission: RuntimeAdmission | None = None
    error: str | None = None


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of ``question`` or ``answer``, as it ships."""
    text = resources.files(__package__).joinpath("schemas", f"{name}.json").read_bytes()
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded


def derived_schema(message: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema that the type itself gives; the shipped ones are kept equal to it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(message)}
