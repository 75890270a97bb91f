"""The choice that an observation or a rejection shows, and the cause that the texts of events name."""

from __future__ import annotations

from kserve_conformance.objects import Outcome
from kserve_conformance.record.choice import Choice, ChoiceOutcome
from kserve_conformance.targets.contract import Admission, Observation

#: The texts by which a Warning event shows the reason, for releases whose status does not have one.
CAUSES = (
    ("No ServingRuntimes or ClusterServingRuntimes with the name", "RuntimeNotRecognized"),
    ("is disabled", "RuntimeDisabled"),
    ("does not support specified", "NoSupportingRuntime"),
    ("no runtime found to support predictor", "NoSupportingRuntime"),
    ("placeholders", "InvalidPredictorSpec"),
    ("container", "InvalidPredictorSpec"),
)

_OUTCOMES = {
    Outcome.REJECTED: ChoiceOutcome.REJECTED,
    Outcome.CUSTOM: ChoiceOutcome.CUSTOM,
    Outcome.UNMANAGED: ChoiceOutcome.UNMANAGED,
}


def cause_of(errors: tuple[str, ...]) -> str | None:
    """The reason that the newest of some error texts shows, as releases with reasons in the status name it."""
    for error in reversed(errors):
        for text, cause in CAUSES:
            if text.lower() in error.lower():
                return cause
    return None


def choice_of(observation: Observation) -> Choice:
    """Turn an observation into the choice that a record keeps."""
    if "outcome" in observation.unreported:
        return Choice(outcome=ChoiceOutcome.UNKNOWN)
    if observation.one_of:
        return Choice(outcome=ChoiceOutcome.RUNS, one_of=tuple(sorted(observation.one_of, key=str)))
    if observation.outcome == Outcome.RUNS:
        return Choice(outcome=ChoiceOutcome.RUNS, runtime=observation.runtime)
    if observation.outcome == Outcome.NO_RUNTIME:
        return Choice(
            outcome=ChoiceOutcome.NO_RUNTIME,
            reason=observation.reason,
            message=observation.message,
            events=observation.errors,
        )
    return Choice(outcome=_OUTCOMES[observation.outcome])


def rejection_of(admission: Admission) -> Choice:
    """Turn a rejected write of a service into the choice that a record keeps."""
    is_text_known = "why_rejected" not in admission.unreported
    return Choice(outcome=ChoiceOutcome.REJECTED, message=(admission.rejected or None) if is_text_known else None)


def failure(reason: str | None, message: str | None) -> str:
    """One line for the failure in a status, or for its absence."""
    return ": ".join(filter(None, (reason, message))) or "no failure in the status"
