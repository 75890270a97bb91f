"""
Decisions: what a resolver answers, as data.

A negative outcome is a decision too. An exception would mean that we could not
decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kserve_conformance.objects.manifest import Manifest, ObjectKey


class Outcome(StrEnum):
    """What became of a service's predictor."""

    #: A runtime was chosen and its pod can be made.
    RUNS = "runs"
    #: The admission webhook or the API server's schema refused the service: nothing is stored.
    REJECTED = "rejected"
    #: No runtime is used, and KServe's status or events say why.
    NO_RUNTIME = "no-runtime"
    #: The predictor is the user's own container, or a legacy key that was never converted: no runtime is looked for.
    CUSTOM = "custom"
    #: This controller leaves the predictor alone (ModelMesh mode).
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
    Why a service has no runtime, or a chosen runtime no pod.

    ``reason`` and ``message`` are what this release writes into
    ``status.modelStatus.lastFailureInfo`` (both None where it writes nothing);
    ``cause`` is the reason in the words of the releases that have one, whatever
    this release reports; ``error`` is the text of the reconciler's error.
    ``has_event`` says whether a Warning event of the service shows that error: one
    of a panic is only in the controller's log.
    """

    cause: str
    error: str
    reason: str | None = None
    message: str | None = None
    has_event: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What a release does with one service.

    ``runtime`` is the chosen one. Where the rules leave the choice open,
    ``one_of`` has every runtime that it may be and ``runtime`` is the one that a
    stable order would give, or ``refusal`` says why that one has no pod.
    ``supporting`` is the ordered candidate list of an automatic choice.
    ``service`` is the service as it is stored. ``pod`` is the pod template
    (``metadata`` and ``spec``) of the predictor. ``status_runtime`` is the
    runtime that the status names, from v0.16.0 on.
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
        """Do the rules leave more than one answer?"""
        return len(self.one_of) > 1
