"""Which runtimes a service can see, and which one a name means."""

from __future__ import annotations

from collections.abc import Callable

from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    Catalogue,
    Namespace,
    ObjectKey,
    Request,
    Runtime,
)

#: The candidate sets of an automatic choice, nearest first.
Scopes = Callable[[Request, Catalogue], tuple[tuple[Runtime, ...], ...]]

#: The runtime that a name means for a service in a namespace.
LookUp = Callable[[str, Namespace, Catalogue], Runtime | None]


def nearest_scope_first(request: Request, catalogue: Catalogue) -> tuple[tuple[Runtime, ...], ...]:
    """
    The namespace's runtimes come before the cluster's, regardless of priorities.

    Source: ``GetSupportingRuntimes``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0.
    """
    return catalogue.in_namespace(request.namespace), catalogue.in_cluster


def every_scope_at_once(request: Request, catalogue: Catalogue) -> tuple[tuple[Runtime, ...], ...]:
    """
    Both scopes are one set: the documentation states no order between them for an automatic selection.

    Documented: v0.10 "Serving Runtimes", implicit use.
    """
    return (catalogue.in_namespace(request.namespace) + catalogue.in_cluster,)


def namespace_then_cluster(name: str, namespace: Namespace, catalogue: Catalogue) -> Runtime | None:
    """
    The ServingRuntime of that name in the service's namespace; only if there is none, the ClusterServingRuntime.

    Documented: v0.10 "Serving Runtimes", explicit use.
    Source: ``GetServingRuntime``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.8.0.
    """
    return catalogue.get(ObjectKey(NAMESPACED_RUNTIME, name, namespace)) or catalogue.get(
        ObjectKey(CLUSTER_RUNTIME, name)
    )
