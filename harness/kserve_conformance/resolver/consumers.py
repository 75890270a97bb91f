"""What depends on a service: the protocol that an inference graph calls it with, and the runtimes of its canaries."""

from __future__ import annotations

from kserve_conformance.objects import Catalogue, Decision, Manifest, Namespace, Outcome, at, replaced
from kserve_conformance.profiles.consumers import NoGraphProtocol
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.resolve import resolve_stored


def graph_protocol_of(stored: Manifest, catalogue: Catalogue, profile: Profile) -> str | None:
    """
    The protocol with which a graph calls a stored service; None if it cannot, or if there is no model.

    Source: ``GetPredictorEndpoint``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.16.0.
    """
    if at(stored, "spec", "predictor", "model") is None:
        return None
    named = at(stored, "spec", "predictor", "model", "runtime")
    namespace = Namespace(at(stored, "metadata", "namespace") or "default")
    found = None if named is None else profile.look_up(named, namespace, catalogue)
    try:
        return profile.graph_protocol(stored, found)
    except NoGraphProtocol:
        return None


def canaries_of(
    stored: Manifest, decision: Decision, catalogue: Catalogue, profile: Profile
) -> tuple[tuple[str, Decision], ...]:
    """
    The decision about each canary of a stored service, by its name; none without a stable predictor that runs.

    A canary is built from the service as the controller holds it, with the selected runtime named.
    """
    if decision.outcome != Outcome.RUNS or decision.runtime is None or at(stored, "spec", "canary") is None:
        return ()
    resolved = replaced(stored, decision.runtime.name, "spec", "predictor", "model", "runtime")
    return tuple(
        (canary.name, resolve_stored(canary.service, catalogue, profile)) for canary in profile.canaries(resolved)
    )
