"""What a failure tells beside expected and observed: the reference's story, and the objects that there were."""

from __future__ import annotations

from collections.abc import Mapping

from kserve_conformance.manifests import dumps
from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Catalogue, Manifest, ObjectKey, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import Explanation, resolve_stored
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.targets.contract import Observation


def story_of(service: Manifest | None, catalogue: Catalogue, release: str) -> tuple[str, ...]:
    """What the reference resolver says of a stored service, a line for each candidate."""
    if service is None or at(service, "spec", "predictor", "model") is None:
        return ()
    explanation = Explanation()
    profile = profile_of(release)
    resolve_stored(service, catalogue, profile, explanation)
    explanation.hints.extend(hints_for(service, catalogue, profile))
    return (f"{profile.name}:", *explanation.lines())


def evidence_of(known: Mapping[ObjectKey, Manifest], seen: Observation | None) -> dict[str, str]:
    """The objects of the scenario and what was seen, as texts."""
    evidence = {
        "service": dumps([manifest for key, manifest in known.items() if key.kind == SERVICE]),
        "runtimes": dumps([manifest for key, manifest in known.items() if key.kind in RUNTIME_KINDS]),
    }
    if seen is not None:
        evidence["pod"] = dumps([seen.pod]) if seen.pod else ""
        evidence["events"] = "\n".join(seen.errors)
        evidence["log"] = "\n".join(seen.logs)
    return {title: text for title, text in evidence.items() if text}
