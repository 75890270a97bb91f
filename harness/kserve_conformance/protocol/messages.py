"""The messages: a question with a catalogue and a service, an answer with the decision."""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from kserve_conformance.objects import NoRuntime, ObjectKey


class Question(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    A catalogue, and what to decide about it.

    ``admit`` false means that the service is already stored: no webhook runs.
    ``validateRuntime`` is the index of a runtime for the runtime webhook: may it
    be created in addition to the others?
    """

    id: str | int
    namespace: str = "default"
    runtimes: list[dict[str, Any]] = []
    service: dict[str, Any] | None = None
    admit: bool = True
    validate_runtime: int | None = None


class Named(msgspec.Struct, frozen=True):
    """A runtime by kind and name; a ServingRuntime is in the question's namespace."""

    kind: str
    name: str

    @classmethod
    def of(cls, ref: ObjectKey) -> Named:
        """The wire form of a reference."""
        return cls(ref.kind, ref.name)


class NoRuntimeReason(msgspec.Struct, frozen=True):
    """
    Reason and message of ``status.modelStatus.lastFailureInfo``.

    Null means that the status has none; an absent key is not reported.
    """

    reason: str | UnsetType | None = UNSET
    message: str | UnsetType | None = UNSET


class Decided(msgspec.Struct, frozen=True, rename="camel"):
    """Either the selected runtime, or why there is no runtime."""

    runtime: Named | UnsetType = UNSET
    no_runtime: NoRuntimeReason | UnsetType = UNSET

    @classmethod
    def without_runtime(cls, no_runtime: NoRuntime) -> Decided:
        """The wire form of a decision without a runtime."""
        return cls(no_runtime=NoRuntimeReason(no_runtime.reason, no_runtime.message))


class RuntimeAdmission(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer of the runtime webhook."""

    allowed: bool
    message: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """
    The decision. A key that an implementation leaves out is unsupported, not wrong.

    ``decision`` is null if no runtime is needed: the predictor is a container of
    its own, or another controller manages it. ``rejected`` is the message of the
    webhook that rejects the service; ``error`` says why there is no answer.
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
    """The shipped JSON Schema of ``question`` or ``answer``."""
    text = resources.files(__package__).joinpath("schemas", f"{name}.json").read_bytes()
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded


def derived_schema(message: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of the type itself; a test keeps the shipped ones equal to it."""
    derived = msgspec.json.schema(message)
    if Decided.__name__ in derived["$defs"]:
        # "Either, or" has no place in the type: exactly one of the keys.
        derived["$defs"][Decided.__name__] |= {"minProperties": 1, "maxProperties": 1}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **derived}
