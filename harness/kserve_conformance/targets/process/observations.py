"""
From an answer to an observation: what is reported, what follows from it, and what is not reported.

The protocol has no fields for warning events, for the workload of an earlier choice, or for the runtime in the status:
those are never reported.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from kserve_conformance.objects import NAMESPACED_RUNTIME, Manifest, ObjectKey, Outcome, at
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.contract import BEYOND_CONTROLLERS, Observation

_NEVER_REPORTED = BEYOND_CONTROLLERS | frozenset({"errors", "workload", "status_runtime"})
_DECISION = frozenset({"outcome", "runtime", "reason", "message"})

#: The annotation with a service's deployment mode, and its value for another controller than KServe's.
_MODE = ("metadata", "annotations", "serving.kserve.io/deploymentMode")
_MODEL_MESH = "ModelMesh"


def has_pod(answer: Answer) -> bool:
    """Does the answer say that a pod exists from now on?"""
    decided = answer.decision
    return answer.pod is not None or (decided is not UNSET and decided is not None and decided.runtime is not UNSET)


def observation(answer: Answer, stored: Manifest, *, is_reported: bool, had_pod: bool) -> Observation:
    """
    The observation of a stored service from an answer.

    ``is_reported`` says that the implementation reported ``stored``, ``had_pod`` that a pod of an earlier choice may
    still exist.
    """
    outcome, runtime = _decided(answer, stored)
    # If it reported both, the stored one is more complete: the answer to a write has no timestamps.
    service = stored if is_reported or answer.service is None else answer.service
    decided = answer.decision
    reason, message = _reason(answer)
    unreported = set(_NEVER_REPORTED)
    if decided is UNSET:
        unreported |= _DECISION
    unreported |= {name for name, value in (("reason", reason), ("message", message)) if value is UNSET}
    if answer.service is None and not is_reported:
        unreported.add("service")
    # If nothing runs and nothing ever did, there is no pod, even if the answer does not say so.
    if answer.pod is None and (decided is UNSET or had_pod or outcome in (Outcome.RUNS, Outcome.CUSTOM)):
        unreported.add("pod")
    return Observation(
        service=service,
        outcome=outcome,
        runtime=runtime,
        reason=None if reason is UNSET else reason,
        message=None if message is UNSET else message,
        pod=answer.pod,
        unreported=frozenset(unreported),
    )


def _reason(answer: Answer) -> tuple[str | UnsetType | None, str | UnsetType | None]:
    """Reason and message of the status: None if a runtime is selected, unset if not reported."""
    decided = answer.decision
    if decided is UNSET or decided is None:
        return UNSET, UNSET
    return (None, None) if decided.no_runtime is UNSET else (decided.no_runtime.reason, decided.no_runtime.message)


def _decided(answer: Answer, stored: Manifest) -> tuple[Outcome, ObjectKey | None]:
    """
    The outcome of the predictor; meaningless if no decision is reported.

    A decision of null means that no runtime is needed: the service belongs to another controller, or has a custom
    predictor.
    """
    decided = answer.decision
    if decided is UNSET or decided is None:
        has_model = at(stored, "spec", "predictor", "model") is not None
        is_left_alone = at(stored, *_MODE) == _MODEL_MESH or has_model
        return (Outcome.UNMANAGED if is_left_alone and answer.pod is None else Outcome.CUSTOM), None
    if decided.runtime is UNSET:
        return Outcome.NO_RUNTIME, None
    namespace = ObjectKey.of(stored).namespace if decided.runtime.kind == NAMESPACED_RUNTIME else None
    return Outcome.RUNS, ObjectKey(decided.runtime.kind, decided.runtime.name, namespace)
