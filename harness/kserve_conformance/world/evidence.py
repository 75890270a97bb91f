"""Details of a failure: the reference's explanation, and the objects of the scenario."""

from __future__ import annotations

from collections.abc import Mapping

from kserve_conformance.manifests import dumps
from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Catalogue, Manifest, ObjectKey, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import Explanation, resolve_stored
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.targets.contract import Observation


def explanation_of(service: Manifest | None, catalogue: Catalogue, release: str) -> tuple[str, ...]:
    """How the reference resolver explains its decision on a stored service, a line for each candidate."""
    if service is None or at(service, "spec", "predictor", "model") is None:
        return ()
    explanation = Explanation()
    profile = profile_of(release)
    resolve_stored(service, catalogue, profile, explanation)
    explanation.hints.extend(hints_for(service, catalogue, profile))
    return (f"{profile.name}:", *explanation.lines())


def evidence_of(stored: Mapping[ObjectKey, Manifest], observation: Observation | None) -> dict[str, str]:
    """The objects of the scenario and the observation, as texts."""
    evidence = {
        "service": dumps([manifest for key, manifest in stored.items() if key.kind == SERVICE]),
        "runtimes": dumps([manifest for key, manifest in stored.items() if key.kind in RUNTIME_KINDS]),
    }
    if observation is not None:
        evidence["pod"] = dumps([observation.pod]) if observation.pod else ""
        evidence["events"] = "\n".join(observation.errors)
        evidence["log"] = "\n".join(observation.logs)
    return {title: text for title, text in evidence.items() if text}
