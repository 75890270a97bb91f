"""Control planes in containers: without Docker these tests are left out, but never in CI."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.objects import Manifest
from kserve_conformance.targets.container import daemon
from kserve_conformance.targets.container.target import ContainerTarget
from kserve_conformance.targets.contract import CannotStart

RELEASE = "v0.15.2"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "container: starts a real KServe in a container (needs Docker)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.container)


@pytest.fixture(scope="session", autouse=True)
def docker() -> Iterator[Any]:
    """A client of the daemon."""
    try:
        client = daemon.daemon()
    except CannotStart as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"{error}; {error.hint}")
    yield client
    client.close()


@pytest.fixture(autouse=True)
def nothing_is_left(docker: Any) -> Iterator[None]:
    """No test leaves a container behind, whatever it was about."""
    before = set(daemon.left(docker))
    yield
    assert set(daemon.left(docker)) <= before


@pytest.fixture
def target() -> Iterator[ContainerTarget]:
    with ContainerTarget(RELEASE) as opened:
        yield opened


@pytest.fixture
def runtime() -> Manifest:
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ClusterServingRuntime",
        "metadata": {"name": "everyones"},
        "spec": {
            "supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True}],
            "containers": [{"name": "kserve-container", "image": "example.com/everyones:1"}],
        },
    }


@pytest.fixture
def service() -> Callable[..., Manifest]:
    """Makes a service that asks for sklearn, with these fields in its model."""

    def make(**model: Any) -> Manifest:
        asked = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model", **model}
        return {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "model", "namespace": "team-a"},
            "spec": {"predictor": {"model": asked}},
        }

    return make
