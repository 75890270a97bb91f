"""The labels and annotations of a pod template: where they come from, and which win."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kserve_conformance.objects import Manifest, at

#: The metadata of the pods of a service; takes the service and the spec of its runtime (empty if it has none).
PodMetadata = Callable[[Manifest, Manifest], dict[str, Any]]

#: The annotations of a service that its pods do not get.
#: Source: ``ServiceAnnotationDisallowedList``, pkg/constants/constants.go, v0.8.0 to v0.16.0.
WITHHELD_V0_8 = frozenset(
    {
        "autoscaling.knative.dev/max-scale",
        "autoscaling.knative.dev/min-scale",
        "internal.serving.kserve.io/storage-initializer-sourceuri",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)
#: Source: ``ServiceAnnotationDisallowedList``, pkg/constants/constants.go, since v0.17.0.
WITHHELD_V0_17 = WITHHELD_V0_8 | {"modelFormat"}


def of_service(service: Manifest, runtime: Manifest) -> dict[str, Any]:
    """
    The service's own labels and annotations go to its pods.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 and v0.9.0.
    """
    return _metadata(service, (_metadata_of(service),), WITHHELD_V0_8)


def of_runtime_then_service(service: Manifest, runtime: Manifest) -> dict[str, Any]:
    """
    The runtime's labels and annotations go to the pods too; the service's win.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.10.0 to v0.10.2.
    """
    return _metadata(service, (runtime, _metadata_of(service)), WITHHELD_V0_8)


def of_runtime_service_then_predictor(service: Manifest, runtime: Manifest) -> dict[str, Any]:
    """
    The predictor has labels and annotations of its own, and they win over all others.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.11.0 to v0.14.1;
    ``buildObjectMeta`` in the same file, v0.15.0 to v0.16.0.
    """
    return _metadata(service, (runtime, _metadata_of(service), at(service, "spec", "predictor")), WITHHELD_V0_8)


def without_model_format(service: Manifest, runtime: Manifest) -> dict[str, Any]:
    """
    The annotation with the model's format stays with the service.

    Source: ``buildObjectMeta``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, with
    ``ServiceAnnotationDisallowedList``, pkg/constants/constants.go, since v0.17.0.
    """
    return _metadata(service, (runtime, _metadata_of(service), at(service, "spec", "predictor")), WITHHELD_V0_17)


def _metadata_of(service: Manifest) -> Manifest:
    return service.get("metadata") or {}


def _metadata(service: Manifest, sources: tuple[Manifest, ...], withheld: frozenset[str]) -> dict[str, Any]:
    """The union of the sources, later ones winning, and the labels by which KServe finds its pods."""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    for source in sources:
        labels |= source.get("labels") or {}
        annotations |= source.get("annotations") or {}
    labels |= {"serving.kserve.io/inferenceservice": at(service, "metadata", "name"), "component": "predictor"}
    annotations = {key: value for key, value in annotations.items() if key not in withheld}
    return {"labels": labels, **({"annotations": annotations} if annotations else {})}
