"""Workloads in memory: what a predictor is deployed as, and what a change of the mode or of the release leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kserve_conformance.objects import CLUSTER_RUNTIME, SERVICE, Namespace, ObjectKey
from kserve_conformance.targets.contract import NotSettled
from kserve_conformance.targets.memory import MemoryTarget

KEY = ObjectKey(SERVICE, "model", Namespace("team-a"))
MODE = "serving.kserve.io/deploymentMode"
RUNTIME = {
    "apiVersion": "serving.kserve.io/v1alpha1",
    "kind": CLUSTER_RUNTIME,
    "metadata": {"name": "r"},
    "spec": {
        "supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True}],
        "containers": [{"name": "kserve-container", "image": "example.com/r:1"}],
    },
}


def workloads(target: MemoryTarget) -> tuple[str, ...]:
    """The workloads of the service, with nothing to wait for."""
    return target.workloads(KEY, (), timedelta())


def service(mode: str, uri: str = "gs://example/models/model", **predictor):
    """A service in this mode."""
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": SERVICE,
        "metadata": {"name": "model", "namespace": "team-a", "annotations": {MODE: mode}},
        "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": uri}, **predictor}},
    }


@pytest.mark.parametrize(
    ("release", "mode", "expected"),
    [
        ("v0.10.2", "RawDeployment", "Deployment model-predictor-default"),
        ("v0.10.2", "Standard", "Knative Service model-predictor-default"),
        ("v0.11.0", "RawDeployment", "Deployment model-predictor"),
        ("v0.15.2", "Serverless", "Knative Service model-predictor"),
        ("v0.16.0", "RawDeployment", "Deployment model-predictor"),
        ("v0.16.0", "odd", "Knative Service model-predictor"),
        ("v0.20.0", "Knative", "Knative Service model-predictor"),
    ],
)
def test_kind_follows_the_mode_and_name_the_release(release, mode, expected):
    """An unknown mode, such as Standard before v0.16.0, means the default."""
    with MemoryTarget(release, default_mode="Serverless") as target:
        target.apply(RUNTIME, service(mode))
        assert workloads(target) == (expected,)


def test_a_service_without_a_runtime_has_none_and_a_missing_one_is_an_error():
    """Nothing is deployed until a runtime is selected, and what was deployed stays when it is gone."""
    with MemoryTarget("v0.15.2") as target:
        with pytest.raises(NotSettled):
            workloads(target)
        target.apply(service("RawDeployment"))
        assert workloads(target) == ()
        target.apply(RUNTIME)
        assert workloads(target) == ("Deployment model-predictor",)
        target.delete(ObjectKey(CLUSTER_RUNTIME, "r"))
        assert workloads(target) == ("Deployment model-predictor",)


def test_a_service_whose_finalizer_is_rejected_is_never_deployed():
    """The webhook of v0.19.0 rejects the first update of a new service in Knative mode."""
    with MemoryTarget("v0.19.0") as target:
        target.apply(RUNTIME, service("Knative"))
        assert workloads(target) == ()


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("v0.15.2", ("Deployment model-predictor-default",)),
        ("v0.16.0", ("Deployment model-predictor", "Deployment model-predictor-default")),
        ("v0.20.0", ("Deployment model-predictor",)),
    ],
)
def test_a_deployment_with_the_old_name(release, expected):
    """It stays the only one until v0.15.2, stays next to a second one from v0.16.0, and is replaced by v0.20.0."""
    with MemoryTarget("v0.10.2") as target:
        target.apply(RUNTIME, service("RawDeployment"))
        target.install(release)
        assert workloads(target) == expected


def test_an_old_mode_name_in_the_status_deploys_twice():
    """v0.16.0 creates a Knative Service for RawDeployment in a status, and v0.20.0 leaves it."""
    twice = ("Deployment model-predictor", "Knative Service model-predictor")
    with MemoryTarget("v0.15.2") as target:
        target.apply(RUNTIME, service("RawDeployment"))
        target.install("v0.16.0")
        assert workloads(target) == twice
        target.install("v0.20.0")
        assert workloads(target) == twice


def test_another_name_of_the_predictor_replaces_its_deployment_alone():
    """v0.20.0 deletes Deployments of other names, and no Knative Service."""
    with MemoryTarget("v0.20.0") as target:
        target.apply(RUNTIME, service("Standard", name="blue"))
        target.apply(service("Standard", "gs://example/models/next", name="green"))
        assert workloads(target) == ("Deployment model-green-predictor",)
        target.reset()
        target.apply(RUNTIME, service("Knative", name="blue"))
        target.apply(service("Knative", "gs://example/models/next", name="green"))
        assert workloads(target) == (
            "Knative Service model-blue-predictor",
            "Knative Service model-green-predictor",
        )


@pytest.mark.parametrize(
    ("release", "expected"),
    [("v0.16.0", ("Deployment model-predictor",)), ("v0.17.0", ()), ("v0.19.0", ()), ("v0.20.0", ())],
)
def test_an_unknown_mode_is_not_deployed_where_the_default_is_raw(release, expected):
    """Since v0.17.0 the annotation is read again for the Deployment, and v0.19.0 does not even reconcile."""
    with MemoryTarget(release, default_mode="Standard") as target:
        target.apply(RUNTIME, service("odd"))
        assert workloads(target) == expected


def test_the_annotation_of_a_predictor_counts_before_that_of_its_service():
    """It is the one on the Deployment."""
    with MemoryTarget("v0.20.0") as target:
        target.apply(RUNTIME, service("Standard", annotations={MODE: "odd"}))
        assert workloads(target) == ()
