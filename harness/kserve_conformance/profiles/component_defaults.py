"""
What the webhook writes into a transformer and an explainer, in any deployment mode.

The first container of one's own, or the explainer's server, is named and sized; the server gets a version.
"""

from __future__ import annotations

from kserve_conformance.objects import Manifest, at, replaced
from kserve_conformance.profiles.custom_predictors import KSERVE_CONTAINER, sized
from kserve_conformance.profiles.service_validation.components import Components

#: ``defaultImageVersion`` of every explainer under the key ``explainers`` of config/configmap/inferenceservice.yaml, in
#: every release.
EXPLAINER_VERSION = "latest"


def with_component_defaults(service: Manifest, components: Components) -> Manifest:
    """
    A service whose transformer and explainer have their defaults; one without exactly one implementation has none.

    Source: ``DefaultInferenceService``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0;
    ``Default``, pkg/apis/serving/v1beta1/transformer_custom.go, since v0.8.0; ``Default``,
    pkg/apis/serving/v1beta1/explainer_custom.go, since v0.8.0; ``Default``,
    pkg/apis/serving/v1beta1/explainer_art.go, since v0.8.0.
    """
    for kind, rules in (("transformer", components.transformer), ("explainer", components.explainer)):
        spec = at(service, "spec", kind)
        found = rules.implementations(spec) if spec is not None else ()
        if len(found) != 1:
            continue
        if found[0].is_custom:
            first, *others = spec["containers"]
            containers = [sized({**first, "name": KSERVE_CONTAINER}), *others]
            service = replaced(service, containers, "spec", kind, "containers")
        else:
            server = {"runtimeVersion": EXPLAINER_VERSION, **found[0].spec, "name": KSERVE_CONTAINER}
            service = replaced(service, sized(server), "spec", kind, found[0].key)
    return service
