"""
Decisions: what a resolver answers, as data.

A negative outcome is a decision too. An exception means that the resolver cannot
decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kserve_conformance.objects.manifest import Manifest, ObjectKey


class Outcome(StrEnum):
    """What became of a service's predictor."""

    #: A runtime is selected and its pod can be made.
    RUNS = "runs"
    #: The admission webhook or the API server's schema rejects the service: nothing is stored.
    REJECTED = "rejected"
    #: The controller finds no runtime or cannot use the one it found; status or events give the reason.
    NO_RUNTIME = "no-runtime"
    #: The predictor is the user's own container, or a legacy key that was never converted: no runtime is needed.
    CUSTOM = "custom"
    #: This controller does not manage the predictor (ModelMesh mode).
    UNMANAGED = "unmanaged"


class Reason(StrEnum):
    """``status.modelStatus.lastFailureInfo.reason``, in KServe's own words."""

    RUNTIME_NOT_RECOGNIZED = "RuntimeNotRecognized"
    RUNTIME_DISABLED = "RuntimeDisabled"
    NO_SUPPORTING_RUNTIME = "NoSupportingRuntime"
    INVALID_PREDICTOR_SPEC = "InvalidPredictorSpec"


@dataclass(frozen=True, slots=True)
class NoRuntime:
    """
    Why a service has no runtime, or a selected runtime no pod.

    ``reason`` and ``message`` are what this release writes into
    ``status.modelStatus.lastFailureInfo`` (both None where it writes nothing);
    ``cause`` is the reason that releases with such a status report, even if this
    one does not; ``error`` is the text of the reconciler's error. ``has_event``:
    does a Warning event of the service show that error? One of a panic is only in
    the controller's log.
    """

    cause: str
    error: str
    reason: str | None = None
    message: str | None = None
    has_event: bool = True

    @property
    def readable_error(self) -> str:
        """The error for people: Go prints the address of a version, which is another one each time."""
        return f"{self.error}…}}" if self.error.endswith(" 0x") else self.error


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What a release does with one service.

    ``runtime`` is the selected one. If the rules leave the selection open,
    ``one_of`` has every runtime that it can be and ``runtime`` is the first of
    them in a stable order, or ``no_runtime`` says why that one has no pod.
    ``supporting`` is the ordered candidate list of an automatic selection.
    ``service`` is the service as it is stored. ``pod`` is the pod template
    (``metadata`` and ``spec``) of the predictor. ``status_runtime`` is the
    runtime that the status names, since v0.16.0.
    """

    outcome: Outcome
    runtime: ObjectKey | None = None
    no_runtime: NoRuntime | None = None
    rejected: str | None = None
    one_of: tuple[ObjectKey, ...] = ()
    supporting: tuple[ObjectKey, ...] = ()
    protocol: str | None = None
    service: Manifest | None = None
    pod: Manifest | None = None
    status_runtime: ObjectKey | None = None

    @property
    def is_open(self) -> bool:
        """Do the rules allow more than one runtime?"""
        return len(self.one_of) > 1

    @property
    def essence(self) -> tuple[object, ...]:
        """The choice without anything about its pod: equal for two releases that select alike."""
        cause = None if self.no_runtime is None else self.no_runtime.cause
        return self.outcome, self.runtime, cause, frozenset(self.one_of) if self.is_open else frozenset()
