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
    decision = state.decision
    found = decision.no_runtime
    no_runtime = found and replace(
        found,
        error=completed(found.error or "", name, uri, namespace),
        message=None if found.message is None else completed(found.message, name, uri, namespace),
    )
    rejected = None if decision.rejected is None else completed(decision.rejected, name, uri, namespace)
    owner = Namespace(namespace)
    return replace(state, decision=_placed(replace(decision, no_runtime=no_runtime, rejected=rejected), owner))


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
