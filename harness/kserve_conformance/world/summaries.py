"""How an observation is told in a line, and what cause the texts of events tell."""

from __future__ import annotations

from kserve_conformance.objects import Outcome
from kserve_conformance.targets.contract import Observation

#: The texts by which a Warning event tells the cause, for releases whose status does not.
CAUSES = (
    ("No ServingRuntimes or ClusterServingRuntimes with the name", "RuntimeNotRecognized"),
    ("is disabled", "RuntimeDisabled"),
    ("does not support specified", "NoSupportingRuntime"),
    ("no runtime found to support predictor", "NoSupportingRuntime"),
    ("placeholders", "InvalidPredictorSpec"),
    ("container", "InvalidPredictorSpec"),
)


def cause_of(errors: tuple[str, ...]) -> str | None:
    """The cause that the newest of some error texts tells, in the words of the releases that report one."""
    for error in reversed(errors):
        for text, cause in CAUSES:
            if text.lower() in error.lower():
                return cause
    return None


def told(seen: Observation) -> str:
    """One line for an observation."""
    if "outcome" in seen.not_told:
        return "not told"
    if seen.one_of:
        return f"one of {', '.join(sorted(map(str, seen.one_of)))}"
    if seen.outcome == Outcome.RUNS:
        return str(seen.runtime)
    if seen.outcome == Outcome.NO_RUNTIME:
        return f"no runtime: {failure(seen.reason, seen.message)}; {' | '.join(seen.errors) or 'no Warning event'}"
    return {Outcome.CUSTOM: "its own container, no runtime", Outcome.LEFT_ALONE: "left alone by the controller"}.get(
        seen.outcome, str(seen.outcome)
    )


def failure(reason: str | None, message: str | None) -> str:
    """One line for the failure of a status, or that there is none."""
    return ": ".join(filter(None, (reason, message))) or "no failure in the status"
