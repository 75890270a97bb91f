"""
What the webhook does with a predictor that is containers of the user's own.

Such a predictor uses no runtime. Its first container is taken for the server:
it is named and sized at every write.
"""

from __future__ import annotations

from typing import Any

from kserve_conformance.objects import Manifest, replaced

KSERVE_CONTAINER = "kserve-container"

#: The resources of a container that requests none.
#: Source: ``defaultResource``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0 to v0.14.1; from v0.15.0
#: on the key ``inferenceService`` of config/configmap/inferenceservice.yaml, with the same sizes.
DEFAULT_SIZE = {"cpu": "1", "memory": "2Gi"}


def first_is_named(service: Manifest) -> Manifest:
    """
    The first container is renamed to ``kserve-container``.

    Source: ``Default`` of ``CustomPredictor``, pkg/apis/serving/v1beta1/predictor_custom.go, v0.8.0 to v0.14.1.
    """
    return _with_first(service, {**_containers(service)[0], "name": KSERVE_CONTAINER})


def first_is_named_if_alone(service: Manifest) -> Manifest:
    """
    Only a single container, or a first one without a name, becomes ``kserve-container``.

    Source: ``Default`` of ``CustomPredictor``, pkg/apis/serving/v1beta1/predictor_custom.go, since v0.15.0.
    """
    containers = _containers(service)
    return first_is_named(service) if len(containers) == 1 or not containers[0].get("name") else service


def first_is_sized(service: Manifest) -> Manifest:
    """
    The first container requests, and is limited to, one CPU and 2 GiB unless it sets its own resources.

    Source: ``setResourceRequirementDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0.
    """
    return _with_first(service, sized(_containers(service)[0]))


def sized(container: Manifest) -> dict[str, Any]:
    """A container with the default size where it sets none."""
    given = container.get("resources") or {}
    sizes = {part: {**DEFAULT_SIZE, **(given.get(part) or {})} for part in ("requests", "limits")}
    return {**container, "resources": {**given, **sizes}}


def _containers(service: Manifest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service["spec"]["predictor"]["containers"]
    return found


def _with_first(service: Manifest, first: dict[str, Any]) -> Manifest:
    return replaced(service, [first, *_containers(service)[1:]], "spec", "predictor", "containers")
