"""Assessments of stand-ins, completed for one of the services for which they stand."""

from __future__ import annotations

from dataclasses import replace

from kserve_conformance.manifests.fingerprint import NAMESPACE, completed
from kserve_conformance.objects import Decision, Namespace, ObjectKey
from kserve_conformance.upgrade.assessment import Assessment
from kserve_conformance.upgrade.path import State


def assessment_for(assessment: Assessment, name: str, uri: str, namespace: str) -> Assessment:
    """The assessment of a stand-in with the name, the URI and the namespace of a service."""

    def fill(text: str) -> str:
        return completed(text, name, uri, namespace)

    steps = tuple(
        replace(step, text=fill(step.text), faults=tuple((fill(text), fill(hint)) for text, hint in step.faults))
        for step in assessment.steps
    )
    return replace(
        assessment,
        before=_state_for(assessment.before, name, uri, namespace),
        after=_state_for(assessment.after, name, uri, namespace),
        details=tuple(map(fill, assessment.details)),
        remedies=tuple(replace(remedy, text=fill(remedy.text)) for remedy in assessment.remedies),
        steps=steps,
    )


def _state_for(state: State, name: str, uri: str, namespace: str) -> State:
    return replace(state, decision=decision_for(state.decision, name, uri, namespace))


def decision_for(decision: Decision, name: str, uri: str, namespace: str) -> Decision:
    """The decision about a stand-in with the name, the URI and the namespace of a service."""

    def fill(text: str | None) -> str | None:
        return None if text is None else completed(text, name, uri, namespace)

    found = decision.no_runtime
    no_runtime = found and replace(found, error=fill(found.error) or "", message=fill(found.message))
    owner = Namespace(namespace)
    return _placed(replace(decision, no_runtime=no_runtime, rejected=fill(decision.rejected)), owner)


def _placed(decision: Decision, namespace: Namespace) -> Decision:
    def placed(key: ObjectKey) -> ObjectKey:
        return replace(key, namespace=namespace) if key.namespace == NAMESPACE else key

    return replace(
        decision,
        runtime=None if decision.runtime is None else placed(decision.runtime),
        one_of=tuple(map(placed, decision.one_of)),
        supporting=tuple(map(placed, decision.supporting)),
        status_runtime=None if decision.status_runtime is None else placed(decision.status_runtime),
    )
