"""
From an answer to an observation: what is reported, what follows from it, and what is not reported.

The protocol has no word for warning events, for the workload of an earlier
choice, or for the runtime that a status names: those are never reported.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from kserve_conformance.objects import NAMESPACED_RUNTIME, Manifest, ObjectKey, Outcome, at
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.contract import BEYOND_CONTROLLERS, Observation

_NEVER_REPORTED = BEYOND_CONTROLLERS | frozenset({"errors", "workload", "status_runtime"})
_DECISION = frozenset({"outcome", "runtime", "reason", "message"})

#: Where a service says who serves it, and the word for a controller other than KServe's.
_MODE = ("metadata", "annotations", "serving.kserve.io/deploymentMode")
_MODEL_MESH = "ModelMesh"


def has_pod(answer: Answer) -> bool:
    """Does a pod exist from here on, as far as the answer says?"""
    decided = answer.decision
    return answer.pod is not None or (decided is not UNSET and decided is not None and decided.runtime is not UNSET)


def observation(answer: Answer, stored: Manifest, *, is_reported: bool, had_pod: bool) -> Observation:
    """
    What an answer shows of a service in store.

    ``is_reported`` says that ``stored`` is the implementation's own word, ``had_pod``
    that a pod of an earlier choice may still be there.
    """
    outcome, runtime = _decided(answer, stored)
    # Where both are its word, what is in store is more: the answer to a write knows nothing of when that was.
    service = stored if is_reported or answer.service is None else answer.service
    decided = answer.decision
    reason, message = _reason(answer)
    unreported = set(_NEVER_REPORTED)
    if decided is UNSET:
        unreported |= _DECISION
    unreported |= {name for name, value in (("reason", reason), ("message", message)) if value is UNSET}
    if answer.service is None and not is_reported:
        unreported.add("service")
    # Where nothing runs and nothing ever did, there is no pod, and that needs no word.
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
    """Reason and message of the status: none where a runtime is selected, unset where they are not reported."""
    decided = answer.decision
    if decided is UNSET or decided is None:
        return UNSET, UNSET
    return (None, None) if decided.no_runtime is UNSET else (decided.no_runtime.reason, decided.no_runtime.message)


def _decided(answer: Answer, stored: Manifest) -> tuple[Outcome, ObjectKey | None]:
    """
    What became of the predictor. Without a word about a decision the outcome stands for nothing.

    A decision of null says that no runtime is looked for: the service is another
    controller's, or its predictor is a container of its own.
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
