"""
Workloads: as what the controller deploys a predictor, and under which name.

In raw mode it creates a Deployment, in every other mode a Knative Service. When the mode changes, or the name in a
later release, it creates another one. Only v0.20.0 deletes Deployments then, so a service can have two workloads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, RENAMED_MODES
from kserve_conformance.rules.releases import RAW

DEPLOYMENT = "Deployment"
KNATIVE_SERVICE = "Knative Service"

#: Takes the kind and the name of the workload that is reconciled, and all that exist; returns those that are left.
WorkloadsLeft = Callable[[str, str, Collection[tuple[str, str]]], frozenset[tuple[str, str]]]

#: Takes a service in raw mode, and returns whether the controller can deploy its predictor.
DeploysRaw = Callable[[Manifest], bool]

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


def raw_as_recorded(service: Manifest) -> bool:
    """
    The mode is not read again: every service in raw mode is deployed.

    Source: ``NewRawKubeReconciler``, pkg/controller/v1beta1/inferenceservice/reconcilers/raw/raw_kube_reconciler.go,
    until v0.16.0.
    """
    return True


def raw_if_annotated(service: Manifest) -> bool:
    """
    The annotation is read again: with another mode than raw, or an unknown one, every reconcile fails.

    An annotation of the predictor takes precedence over that of the service. One of the runtime is not modeled here.

    Source: ``NewRawKubeReconciler``, pkg/controller/v1beta1/inferenceservice/reconcilers/raw/raw_kube_reconciler.go,
    ``CreateWorkloadReconciler``, pkg/controller/v1beta1/inferenceservice/reconcilers/factory.go, and
    ``ParseDeploymentMode``, pkg/constants/constants.go, since v0.17.0.
    """
    return raw_annotation(service) in (None, "", RAW, RENAMED_MODES[RAW])


def raw_annotation(service: Manifest) -> str | None:
    """The mode with which the Deployment of a predictor is annotated."""
    of_predictor = at(service, "spec", "predictor", "annotations", DEPLOYMENT_MODE)
    mode = at(service, "metadata", "annotations", DEPLOYMENT_MODE) if of_predictor is None else of_predictor
    return None if mode is None else str(mode)
