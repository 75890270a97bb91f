"""
Kubernetes objects as they travel: plain JSON values, and a few functions for any of them.

The harness types only what it reads. A whole object stays the mapping that the
API server would store, because rendering a pod needs fields that we never name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NewType

#: A namespace's name.
Namespace = NewType("Namespace", str)

#: A JSON object: a whole Kubernetes object, or a part of one.
Manifest = Mapping[str, Any]

SERVICE = "InferenceService"
NAMESPACED_RUNTIME = "ServingRuntime"
CLUSTER_RUNTIME = "ClusterServingRuntime"

#: The kinds that hold a runtime, nearest first.
RUNTIME_KINDS = (NAMESPACED_RUNTIME, CLUSTER_RUNTIME)

#: The API version that KServe serves each kind at.
API_VERSIONS = {
    SERVICE: "serving.kserve.io/v1beta1",
    NAMESPACED_RUNTIME: "serving.kserve.io/v1alpha1",
    CLUSTER_RUNTIME: "serving.kserve.io/v1alpha1",
}


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """Names one object of a cluster: its kind, its namespace (None for a cluster-scoped one) and its name."""

    kind: str
    name: str
    namespace: Namespace | None = None

    @classmethod
    def of(cls, manifest: Manifest) -> ObjectKey:
        """Read the key of a whole object; a namespaced one without a namespace is in ``default``."""
        kind = manifest["kind"]
        metadata = manifest["metadata"]
        if kind in (CLUSTER_RUNTIME, "Namespace"):
            return cls(kind, metadata["name"])
        return cls(kind, metadata["name"], Namespace(metadata.get("namespace") or "default"))

    @property
    def is_namespaced(self) -> bool:
        """Whether it is in a namespace: a ServingRuntime is, a ClusterServingRuntime is not."""
        return self.namespace is not None

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


def is_stored(manifest: Manifest, override: bool | None = None) -> bool:
    """Was an object read back from an API server? Those have a uid. ``override`` says so of every object."""
    return at(manifest, "metadata", "uid") is not None if override is None else override


def at(manifest: Any, *path: str) -> Any:
    """
    Follow a path of keys; None as soon as one is missing or null.

    >>> at({"spec": {"predictor": {"model": None}}}, "spec", "predictor", "model", "runtime")
    """
    here = manifest
    for key in path:
        # The first question is quick, and nearly always enough.
        if type(here) is not dict and not isinstance(here, Mapping):
            return None
        here = here.get(key)
    return here


def replaced(manifest: Manifest, value: Any, *path: str) -> dict[str, Any]:
    """
    Copy a manifest with one value replaced at a path of keys; the original stays as it is.

    >>> replaced({"a": {"b": 1, "c": 2}}, 3, "a", "b")
    {'a': {'b': 3, 'c': 2}}
    """
    head, *rest = path
    copy = dict(manifest)
    copy[head] = replaced(copy.get(head) or {}, value, *rest) if rest else value
    return copy


def without(manifest: Manifest, *path: str) -> dict[str, Any]:
    """Copy a manifest with the last key of a path left out; a missing path leaves the copy equal."""
    head, *rest = path
    copy = dict(manifest)
    if head not in copy:
        return copy
    if not rest:
        del copy[head]
    elif isinstance(copy[head], Mapping):
        copy[head] = without(copy[head], *rest)
    return copy


def items(manifests: Manifest) -> Iterator[Manifest]:
    """Flatten ``List`` kinds, however deep they are nested."""
    if str(manifests.get("kind", "")).endswith("List") and isinstance(manifests.get("items"), list):
        for item in manifests["items"]:
            yield from items(item)
    else:
        yield manifests
