"""Control planes in containers. Without Docker these tests are skipped, but never in CI."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.objects import Manifest
from kserve_conformance.targets.container import daemon
from kserve_conformance.targets.container.factory import open_target
from kserve_conformance.targets.container.reaper import LABEL
from kserve_conformance.targets.container.run import is_alive
from kserve_conformance.targets.container.target import ContainerTarget
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.spec import Options

RELEASE = "v0.15.2"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "container: starts a real KServe in containers (needs Docker)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.container)


@pytest.fixture(scope="session", autouse=True)
def docker() -> Iterator[Any]:
    """A client of the daemon."""
    try:
        client = daemon.connect()
    except CannotStart as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"{error}; {error.hint}")
    yield client
    client.close()


@pytest.fixture(autouse=True)
def nothing_is_left(docker: Any) -> Iterator[None]:
    """No test leaves a container or a network of a run that has ended, whatever the test is about."""
    before = left_by_ended_runs(docker)
    yield
    assert left_by_ended_runs(docker) <= before


def left_by_ended_runs(docker: Any) -> set[str]:
    """What runs have in Docker although they do not run, so that other runs on this machine are left out."""
    found = [*docker.api.containers(all=True, filters={"label": LABEL}), *docker.api.networks(filters={"label": LABEL})]
    runs = {one["Labels"][LABEL] for one in found}
    return {left for run in runs if not is_alive(run) for left in daemon.leftovers(docker, run)}


def container_target(*parameters: str, options: Options | None = None) -> ContainerTarget:
    """The target of the release with these parameters, not opened yet."""
    return open_target(RELEASE, dict(one.split("=", 1) for one in parameters), options or Options())


@pytest.fixture(scope="session")
def new_target() -> Callable[..., ContainerTarget]:
    """Makes a target with the parameters and options of a command line, which is not opened yet."""
    return container_target


@pytest.fixture
def target() -> Iterator[ContainerTarget]:
    with container_target() as opened:
        yield opened


@pytest.fixture(scope="module")
def shared() -> Iterator[ContainerTarget]:
    """One target for tests that only read it, or reset what they wrote."""
    with container_target() as opened:
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
    """Makes a service that requests sklearn, with these fields in its model."""

    def make(**model: Any) -> Manifest:
        requested = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model", **model}
        return {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "model", "namespace": "team-a"},
            "spec": {"predictor": {"model": requested}},
        }

    return make
