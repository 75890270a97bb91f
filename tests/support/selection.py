"""Small worlds for tests of choices: a runtime, a catalogue, a request in a line each."""

from __future__ import annotations

from typing import Any

from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    Catalogue,
    Namespace,
    ObjectKey,
    Request,
    Runtime,
)

TEAM = Namespace("team-a")


def entry(
    name: str = "sklearn", version: str | None = None, *, auto: bool = True, priority: int | None = None
) -> dict[str, Any]:
    """One supported format as a manifest has it; what is None is left out."""
    given = {"name": name, "version": version, "priority": priority}
    return {key: value for key, value in given.items() if value is not None} | ({"autoSelect": True} if auto else {})


def manifest(kind: str, name: str, *entries: dict[str, Any], created: int = 0, **spec: Any) -> dict[str, Any]:
    """A whole runtime; an entry can be just the name of a format."""
    formats = [entry(one) if isinstance(one, str) else one for one in entries] or [entry()]
    metadata: dict[str, Any] = {"name": name, "creationTimestamp": f"2024-01-01T00:00:{created:02d}Z"}
    if kind == NAMESPACED_RUNTIME:
        metadata["namespace"] = TEAM
    container = {"name": "kserve-container", "image": f"example.com/{name}:1"}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"supportedModelFormats": formats, "containers": [container], **spec},
    }


def cluster(name: str, *entries: Any, **more: Any) -> Runtime:
    """A ClusterServingRuntime."""
    return Runtime.from_manifest(manifest(CLUSTER_RUNTIME, name, *entries, **more))


def namespaced(name: str, *entries: Any, **more: Any) -> Runtime:
    """A ServingRuntime of the team's namespace."""
    return Runtime.from_manifest(manifest(NAMESPACED_RUNTIME, name, *entries, **more))


def catalogue(*runtimes: Runtime) -> Catalogue:
    """The runtimes of a cluster."""
    return Catalogue(runtimes)


def requesting(format_: str = "sklearn", **more: Any) -> Request:
    """A request of the team."""
    return Request(namespace=TEAM, format=format_, **more)


def cluster_ref(name: str) -> ObjectKey:
    """Names a ClusterServingRuntime."""
    return ObjectKey(CLUSTER_RUNTIME, name)


def namespaced_ref(name: str) -> ObjectKey:
    """Names a ServingRuntime of the team."""
    return ObjectKey(NAMESPACED_RUNTIME, name, TEAM)


def service(implementation: dict[str, Any] | None = None, *, key: str = "model", **metadata: Any) -> dict[str, Any]:
    """A service of the team with one implementation under a key."""
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "fraud", "namespace": TEAM, **metadata},
        "spec": {
            "predictor": {key: implementation if implementation is not None else {"modelFormat": {"name": "sklearn"}}}
        },
    }
