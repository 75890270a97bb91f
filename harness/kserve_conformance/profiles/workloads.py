"""
Workloads: as what the controller deploys a predictor, and under which name.

In raw mode it creates a Deployment, in every other mode a Knative Service. When the mode changes, or the name in a
later release, it creates another one. Only v0.20.0 deletes Deployments then, so a service can have two workloads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from kserve_conformance.objects import Manifest, at

DEPLOYMENT = "Deployment"
KNATIVE_SERVICE = "Knative Service"

#: Takes the kind and the name of the workload that is reconciled, and all that exist; returns those that are left.
WorkloadsLeft = Callable[[str, str, Collection[tuple[str, str]]], frozenset[tuple[str, str]]]

#: Takes a service and the names of its workloads of the same kind, and returns the name of the one that is reconciled.
WorkloadName = Callable[[Manifest, Collection[str]], str]


def default_name(service: Manifest, existing: Collection[str]) -> str:
    """
    The name ends with ``-predictor-default``.

    Source: ``DefaultPredictorServiceName``, pkg/constants/constants.go, until v0.10.2.
    """
    return f"{service['metadata']['name']}-predictor-default"


def default_name_if_it_exists(service: Manifest, existing: Collection[str]) -> str:
    """
    The name ends with ``-predictor``, unless there is a workload with the old name.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.11.0 to v0.14.1;
    ``getPredictorName`` in the same file, v0.15.0 to v0.15.2.
    """
    old = default_name(service, existing)
    return old if old in existing else short_name(service, existing)


def short_name(service: Manifest, existing: Collection[str]) -> str:
    """
    The name ends with ``-predictor``, after the predictor's own name, which only the schema of v0.20.0 has.

    A workload with the old name stays, and is never updated again.

    Source: ``PredictorServiceName``, pkg/constants/constants.go, since v0.16.0 and, with the own name, v0.20.0.
    """
    own = at(service, "spec", "predictor", "name")
    return f"{service['metadata']['name']}-{own}-predictor" if own else f"{service['metadata']['name']}-predictor"


def all_left(kind: str, name: str, existing: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """
    Nothing is deleted.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, until v0.19.0.
    """
    return frozenset(existing) | {(kind, name)}


def no_other_deployment_left(kind: str, name: str, existing: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """
    In raw mode every other Deployment of the predictor is deleted; Knative Services stay, whatever the mode is.

    Source: ``reconcileCanaryDeployments``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since
    v0.20.0.
    """
    others = (other for other in existing if kind != DEPLOYMENT or other[0] != DEPLOYMENT)
    return frozenset(others) | {(kind, name)}
