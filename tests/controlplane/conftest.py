"""Real control planes: one for each release, opened once and reset after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kserve_conformance.objects import Manifest
from kserve_conformance.targets.controlplane import ControlPlane

#: The releases that every change is tried with: one of each default mode.
RELEASES = ("v0.10.2", "v0.15.2")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "controlplane: starts etcd, kube-apiserver and KServe's manager (needs Go)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "controlplane" in item.path.parts and "unit" not in item.path.parts:
            item.add_marker(pytest.mark.controlplane)


@pytest.fixture(scope="module", params=RELEASES)
def opened(request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    with ControlPlane(request.param, upgrades=True) as target:
        yield target


@pytest.fixture
def target(opened: ControlPlane) -> Iterator[ControlPlane]:
    yield opened
    opened.reset()


@pytest.fixture
def own() -> Iterator[ControlPlane]:
    """A control plane of its own, for a test that breaks it."""
    with ControlPlane("v0.15.2") as target:
        yield target


@pytest.fixture
def runtime() -> Callable[..., Manifest]:
    """Makes a runtime that supports sklearn 1, and may be chosen for it."""

    def make(name: str, namespace: str | None = None, **spec: Any) -> Manifest:
        metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
        return {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "ServingRuntime" if namespace else "ClusterServingRuntime",
            "metadata": metadata,
            "spec": {
                "supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True}],
                "containers": [{"name": "kserve-container", "image": f"example.com/{name}:1"}],
                **spec,
            },
        }

    return make


@pytest.fixture
def service() -> Callable[..., Manifest]:
    """Makes a service with this predictor, or one of sklearn with these fields in its model."""

    def make(predictor: Manifest | None = None, **model: Any) -> Manifest:
        requested = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model", **model}
        return {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "model", "namespace": "team-a"},
            "spec": {"predictor": predictor or {"model": requested}},
        }

    return make
