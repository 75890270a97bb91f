"""Installs of KServe in a server that keeps objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stored_server import StoredServer

from kserve_conformance.cli import code_of

DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
DEPLOYMENTS = "/apis/apps/v1/deployments"
CLUSTER_RUNTIMES = "/apis/serving.kserve.io/v1alpha1/clusterservingruntimes"
RUNTIMES = "/apis/serving.kserve.io/v1alpha1/servingruntimes"
SERVICES = "/apis/serving.kserve.io/v1beta1/inferenceservices"
CONFIG_MAPS = "/api/v1/configmaps"

CONTROLLER_LABELS = {"control-plane": "kserve-controller-manager"}


def controller(image: str, namespace: str = "kserve", **labels: str) -> dict[str, Any]:
    """The Deployment of a controller."""
    return {
        "metadata": {"name": "manager", "namespace": namespace, "labels": {**CONTROLLER_LABELS, **labels}},
        "spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "proxy:1"}, _manager(image)]}}},
    }


def _manager(image: str) -> dict[str, str]:
    return {"name": "manager", "image": image}


def installed(image: str = "kserve/kserve-controller:v0.15.2", deploy: str | None = None) -> StoredServer:
    """A server with a KServe and no runtimes; ``deploy`` is that key of its ConfigMap."""
    server = StoredServer()
    server.put(DEFINITION, {"metadata": {"name": "inferenceservices.serving.kserve.io"}})
    server.put(DEPLOYMENTS, controller(image))
    data = {"deploy": '{"defaultDeploymentMode": "RawDeployment"}' if deploy is None else deploy}
    server.put(CONFIG_MAPS, {"metadata": {"name": "inferenceservice-config", "namespace": "kserve"}, "data": data})
    for served in (CLUSTER_RUNTIMES, RUNTIMES, SERVICES, "/api/v1/pods", "/apis/apps/v1/statefulsets"):
        server.put(served)
    return server


def runtime(name: str, namespace: str | None = None, **spec: Any) -> dict[str, Any]:
    """A runtime that may be chosen for sklearn 1, as a list has it: without kind and version."""
    return {
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "spec": {
            "supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True}],
            "containers": [{"name": "kserve-container", "image": f"example.com/{name}:1"}],
            **spec,
        },
    }


def service(name: str, namespace: str = "team-a", **model: Any) -> dict[str, Any]:
    """A service that requests sklearn."""
    requested = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/model", **model}
    return {
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-{namespace}-{name}"},
        "spec": {"predictor": {"model": requested}},
    }


def workload(name: str, runtime_name: str, namespace: str = "team-a") -> dict[str, Any]:
    """The Deployment that a service's predictor has on a runtime of :func:`runtime`."""
    owner = {"kind": "InferenceService", "name": name, "uid": f"uid-{namespace}-{name}"}
    labels = {"serving.kserve.io/inferenceservice": name}
    return {
        "metadata": {
            "name": f"{name}-predictor",
            "namespace": namespace,
            "labels": labels,
            "ownerReferences": [owner],
        },
        "spec": {
            "template": {
                "spec": {"containers": [{"name": "kserve-container", "image": f"example.com/{runtime_name}:1"}]}
            }
        },
    }


def command_on(
    server: StoredServer, folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> Callable[..., tuple[int, Any]]:
    """A function that calls a command with ``--context`` on the server; it returns the exit code and the output."""

    def call(*arguments: str) -> tuple[int, Any]:
        with server.over_http(folder) as kubeconfig:
            code = code_of([command, "--context", "fake", "--kubeconfig", str(kubeconfig), *arguments])
        return code, capsys.readouterr()

    return call
