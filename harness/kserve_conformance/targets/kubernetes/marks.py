"""
Marks: how a workload shows which runtime it was rendered from.

No status field of a release before v0.16.0 names the chosen runtime, and two runtimes may have equal containers. So
each container of an applied runtime gets one more environment variable that names it, which every release copies into
the pod. Observations have it removed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kserve_conformance.objects import Manifest, Namespace, ObjectKey, at, replaced

#: Its value is ``KIND/NAMESPACE/NAME``, the namespace empty for a ClusterServingRuntime.
VARIABLE = "KSERVE_CONFORMANCE_RUNTIME"

#: Paths of the containers in a runtime's spec.
_CONTAINERS = (("containers",), ("workerSpec", "containers"))


def mark_of(ref: ObjectKey) -> str:
    """
    Format a reference to a runtime as one word.

    >>> mark_of(ObjectKey("ServingRuntime", "sklearn", Namespace("team-a")))
    'ServingRuntime/team-a/sklearn'
    """
    return f"{ref.kind}/{ref.namespace or ''}/{ref.name}"


def ref_of(mark: str) -> ObjectKey:
    """
    Parse the result of :func:`mark_of`.

    >>> ref_of("ClusterServingRuntime//sklearn")
    ObjectKey(kind='ClusterServingRuntime', name='sklearn', namespace=None)
    """
    kind, namespace, name = mark.split("/")
    return ObjectKey(kind, name, Namespace(namespace) if namespace else None)


def marked(runtime: Manifest, ref: ObjectKey) -> Manifest:
    """The runtime with a mark in each of its containers."""

    def with_mark(container: Manifest) -> Manifest:
        env = [variable for variable in container.get("env") or () if variable.get("name") != VARIABLE]
        return {**container, "env": [*env, {"name": VARIABLE, "value": mark_of(ref)}]}

    return _each_container(runtime, ("spec",), with_mark)


def unmarked(runtime: Manifest) -> Manifest:
    """The runtime without marks."""
    return _each_container(runtime, ("spec",), _without_mark)


def unmarked_pod(template: Manifest) -> Manifest:
    """A pod template without marks."""
    spec = template.get("spec") or {}
    cleaned = {
        name: [_without_mark(container) for container in spec[name]]
        for name in ("containers", "initContainers")
        if isinstance(spec.get(name), list)
    }
    return {**template, "spec": {**spec, **cleaned}}


def runtime_of(template: Manifest) -> ObjectKey | None:
    """The runtime that a pod template was rendered from; None for a custom container."""
    for container in at(template, "spec", "containers") or ():
        for variable in container.get("env") or ():
            if variable.get("name") == VARIABLE and variable.get("value"):
                return ref_of(variable["value"])
    return None


def _without_mark(container: Manifest) -> Manifest:
    if not isinstance(container.get("env"), list):
        return container
    env = [variable for variable in container["env"] if variable.get("name") != VARIABLE]
    if env:
        return {**container, "env": env}
    return {key: value for key, value in container.items() if key != "env"}


def _each_container(manifest: Manifest, root: tuple[str, ...], change: Callable[[Manifest], Manifest]) -> Manifest:
    for path in _CONTAINERS:
        containers: Any = at(manifest, *root, *path)
        if isinstance(containers, list):
            changed = [change(one) if isinstance(one, Mapping) else one for one in containers]
            manifest = replaced(manifest, changed, *root, *path)
    return manifest
