"""
Suggested changes for a service that is rejected, or for which KServe cannot create a pod.

Every remedy is verified by resolving the service with it: a rejected service is accepted, and one without a pod gets
one. Fewer edits are preferred; several may be needed because a webhook reports one problem at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.objects import Catalogue, Decision, Manifest
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.edits import Edit, State, edits_of
from kserve_conformance.resolver.resolve import ORDINARY, Surroundings, resolve, resolve_stored

#: Maximum number of edits in a remedy, and of remedies.
_STEPS = 3
_REMEDIES = 3
#: Maximum number of resolved states.
_TRIES = 200

#: Errors that a malformed object can raise wherever it is read.
_MALFORMED = (HarnessError, KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)


def remedies_for(
    service: Manifest,
    catalogue: Catalogue,
    profile: Profile,
    surroundings: Surroundings = ORDINARY,
    *,
    is_stored: bool = False,
    tries: int = _TRIES,
) -> tuple[str, ...]:
    """
    The remedies, as imperatives; empty if the service runs, or if no known edit helps.

    After ``tries`` edits the search stops, with the best remedies up to there.
    """
    state = State(service, catalogue, profile, is_stored)
    failure = _failure(state, surroundings)
    if failure is None:
        return ()
    frontier = [("", state, frozenset({failure.text}))]
    for _ in range(_STEPS):
        remedies: list[str] = []
        halves: list[str] = []
        following = []
        for words, before, failures in frontier:
            for step, after in _edits(before):
                tries -= 1
                if tries < 0:
                    return tuple(dict.fromkeys(remedies or halves))[:_REMEDIES]
                remedy = f"{words} and {step}" if words else step
                problem = _failure(after, surroundings)
                if problem is None:
                    remedies.append(remedy)
                elif failure.is_rejection and not problem.is_rejection:
                    halves.append(f"{remedy}; then it is accepted, but has no runtime" if len(catalogue) else remedy)
                elif problem.text not in failures:
                    # The webhook reports another problem, so the edit fixed the first one.
                    following.append((remedy, after, failures | {problem.text}))
        if remedies or halves:
            return tuple(dict.fromkeys(remedies or halves))[:_REMEDIES]
        frontier = following
    return ()


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a service does not run."""

    text: str
    is_rejection: bool


def _edits(state: State) -> tuple[Edit, ...]:
    try:
        return tuple(edits_of(state))
    except _MALFORMED:
        return ()


def _failure(state: State, surroundings: Surroundings) -> _Failure | None:
    decide = resolve_stored if state.is_stored else resolve
    try:
        decision: Decision = decide(state.service, state.catalogue, state.profile, None, surroundings)
    except _MALFORMED as malformed:
        return _Failure(f"malformed: {malformed}", is_rejection=True)
    if decision.rejected is not None:
        return _Failure(decision.rejected, is_rejection=True)
    return None if decision.no_runtime is None else _Failure(decision.no_runtime.error, is_rejection=False)
