"""
The guarantee: a converted service is stored as the original would be, and gets the same runtime and the same pod.

It is held against the profile of a release for every service. Where the webhook stores equal objects, the choice is
the same with any runtimes; where a runtime was named or left out, it is with those that are given.
"""

from __future__ import annotations

from kserve_conformance.conversion.plan import Obstacle
from kserve_conformance.exceptions import HarnessError
from kserve_conformance.manifests.loader import GENERATED
from kserve_conformance.objects import Catalogue, Decision, Manifest, at, without
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, Rejected
from kserve_conformance.resolver import resolve
from kserve_conformance.resolver.remedies import remedies_for
from kserve_conformance.resolver.resolve import admitted

_PREDICTOR = ("spec", "predictor")

#: Errors that a malformed object can raise wherever it is read.
MALFORMED = (HarnessError, KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)


def difference(
    before: Manifest, after: Manifest, profile: Profile, catalogue: Catalogue, *, is_pin_chosen: bool
) -> Obstacle | None:
    """
    Why a converted service is not the same to a release as the original; None if it is.

    ``is_pin_chosen``: whether the runtime is named or left out on request, and not as the webhook does.
    """
    before, after = named(before), named(after)
    recorded = at(before, "status", "deploymentMode")
    try:
        stored = [admitted(each, profile, recorded_mode=recorded) for each in (before, after)]
        first, second = (resolve(each, catalogue, profile) for each in (before, after))
    except Rejected as rejection:
        remedies = remedies_for(before, catalogue, profile)
        text = f"the webhook of KServe {profile.name} rejects it: {rejection}"
        return Obstacle(text, _PREDICTOR, remedies[0] if remedies else None)
    except MALFORMED as malformed:
        return Obstacle(f"it cannot be resolved: {type(malformed).__name__}: {malformed}", _PREDICTOR)
    ignored: list[tuple[str, ...]] = [("metadata", "annotations", DEPLOYMENT_MODE)]
    if is_pin_chosen:
        ignored.append(("spec", "predictor", "model", "runtime"))
    if _without(stored[0], ignored) != _without(stored[1], ignored):
        return Obstacle(f"KServe {profile.name} would store another service", _PREDICTOR)
    change = _between(first, second)
    return None if change is None else Obstacle(change, _PREDICTOR)


def _between(first: Decision, second: Decision) -> str | None:
    if first.outcome is not second.outcome or first.runtime != second.runtime or first.no_runtime != second.no_runtime:
        return f"it would get another runtime: {_described(second)} instead of {_described(first)}"
    if first.protocol != second.protocol:
        return f"it would get another protocol: {second.protocol} instead of {first.protocol}"
    return None if _pod(first) == _pod(second) else "it would get another pod"


def _described(decision: Decision) -> str:
    if decision.runtime is not None:
        return str(decision.runtime)
    return decision.rejected or (decision.no_runtime.error if decision.no_runtime else str(decision.outcome))


def _pod(decision: Decision) -> Manifest | None:
    return decision.pod and without(decision.pod, "metadata", "annotations", DEPLOYMENT_MODE)


def _without(service: Manifest, paths: list[tuple[str, ...]]) -> Manifest:
    for path in paths:
        service = without(service, *path)
    return service


def named(service: Manifest) -> Manifest:
    """A service with a name as the API server generates it, if it has a ``generateName`` only."""
    metadata = at(service, "metadata")
    if not isinstance(metadata, dict) or metadata.get("name") or not isinstance(metadata.get("generateName"), str):
        return service
    return {**service, "metadata": {**metadata, "name": f"{metadata['generateName']}{GENERATED}"}}
