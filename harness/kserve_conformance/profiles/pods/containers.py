"""Which container of a runtime serves, how the service's overrides merge into it, and which others are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kserve_conformance.objects import Manifest
from kserve_conformance.profiles.pods.go_json import decoded_onto
from kserve_conformance.profiles.pods.strategic_merge import merged

#: The container that serves.
SERVING = "kserve-container"

#: The container that transforms requests next to the one that serves.
TRANSFORMER = "transformer-container"

Container = dict[str, Any]

#: The container of a runtime that serves, or None if it has none.
PickContainer = Callable[[list[Container]], Container | None]

#: Lays a service's container over a runtime's.
MergeContainer = Callable[[Container, Container], Container]

#: Gives the merged container its name.
NameContainer = Callable[[Container], Container]

#: Fills the placeholders of a container.
Fill = Callable[[Container], Container]

#: The containers other than the serving one: of the runtime's and the service's, with how to merge and fill them.
ExtraContainers = Callable[[list[Container], list[Container], MergeContainer, Fill], list[Container]]


def first_container(containers: list[Container]) -> Container | None:
    """
    The first container serves the model, under any name.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.10.2.
    """
    return containers[0]


def kserve_container(containers: list[Container]) -> Container | None:
    """
    The first container named ``kserve-container`` serves.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.11.0 to v0.14.1;
    ``GetContainerIndexByName``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.15.0.
    """
    return named(containers, SERVING)


def named(containers: list[Container], name: str) -> Container | None:
    """The first container of that name."""
    return next((container for container in containers if container["name"] == name), None)


# --- The merge --------------------------------------------------------------------------------------------------------

#: The fields of v0.8.0's reduced container type that reach a pod. A readiness probe is accepted, but does not.
_FIELDS_V0_8 = (
    "args",
    "command",
    "env",
    "image",
    "imagePullPolicy",
    "livenessProbe",
    "name",
    "resources",
    "workingDir",
)


def overlaid(runtime: Container, service: Container) -> Container:
    """
    The service's container is read over the runtime's; args and env are concatenated, not merged.

    The env of the runtime is kept aside, but not what its variables point to: a
    source at the same place of both lists is read over the runtime's.

    Source: ``MergeRuntimeContainers``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.8.0.
    """
    base = {field: runtime[field] for field in _FIELDS_V0_8 if field in runtime}
    kept = {**base, "env": _with_shared_sources(runtime.get("env") or [], service.get("env") or [])}
    return _concatenated(decoded_onto(base, service), kept, service, ("args", "env"))


def _with_shared_sources(runtime: list[Manifest], service: list[Manifest]) -> list[Manifest]:
    padded: list[Manifest] = [*service, *({} for _ in runtime)]
    return [
        {**theirs, "valueFrom": decoded_onto(theirs["valueFrom"], ours["valueFrom"])}
        if "valueFrom" in theirs and "valueFrom" in ours
        else theirs
        for theirs, ours in zip(runtime, padded, strict=False)
    ]


def strategically_merged(runtime: Container, service: Container) -> Container:
    """
    The service's container is a strategic merge patch, so env is merged by name; args are concatenated all the same.

    Source: ``MergeRuntimeContainers``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.9.0 to v0.19.0.
    """
    return _concatenated(merged(runtime, service), runtime, service, ("args",))


def merged_without_env_conflicts(runtime: Container, service: Container) -> Container:
    """
    A variable that the merge leaves with both a value and a source keeps the one that the service gave.

    Source: ``MergeContainerWithPatch`` with ``reconcileEnvValueConflicts``, pkg/utils/container_merge.go,
    since v0.20.0.
    """
    given = {variable["name"]: variable for variable in service.get("env") or ()}
    result = strategically_merged(runtime, service)
    if "env" in result:
        result["env"] = [_settled(variable, given.get(variable["name"]) or {}) for variable in result["env"]]
    return result


def _settled(variable: Manifest, given: Manifest) -> Manifest:
    if "value" not in variable or "valueFrom" not in variable:
        return variable
    dropped = "value" if "valueFrom" in given else "valueFrom" if "value" in given else ""
    return {key: variable[key] for key in variable if key != dropped}


def _concatenated(container: Container, runtime: Container, service: Container, fields: tuple[str, ...]) -> Container:
    lists = {field: [*(runtime.get(field) or ()), *(service.get(field) or ())] for field in fields}
    given = {field: both for field, both in lists.items() if both}
    return {**container, **given, "name": container["name"] or runtime["name"]}


# --- The name ---------------------------------------------------------------------------------------------------------


def always_kserve_container(container: Container) -> Container:
    """
    The serving container is renamed ``kserve-container``.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.10.2.
    """
    return {**container, "name": SERVING}


def as_merged(container: Container) -> Container:
    """
    The serving container keeps the name that the merge gave it, that of ``model.name`` where there is one.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.11.0 to v0.14.1;
    ``buildPodSpec`` in the same file, since v0.15.0.
    """
    return container


# --- The others -------------------------------------------------------------------------------------------------------


def no_others(runtime: list[Container], service: list[Container], merge: MergeContainer, fill: Fill) -> list[Container]:
    """
    A pod has one container: all others of the runtime and the service are lost.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.10.2.
    """
    return []


def others_of_runtime(
    runtime: list[Container], service: list[Container], merge: MergeContainer, fill: Fill
) -> list[Container]:
    """
    The runtime's other containers are kept unchanged; those of the service are lost.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.11.0 to v0.14.1.
    """
    serving = kserve_container(runtime)
    return [container for container in runtime if container is not serving]


def transformer_and_others(
    runtime: list[Container], service: list[Container], merge: MergeContainer, fill: Fill
) -> list[Container]:
    """
    The transformer is merged and filled as the serving container is; then come all others, of the runtime first.

    Source: ``buildPodSpec``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.15.0.
    """
    theirs, ours = named(runtime, TRANSFORMER), named(service, TRANSFORMER)
    transformer = merge(theirs, ours) if theirs and ours else theirs or ours
    return [
        *([fill(transformer)] if transformer else []),
        *(container for container in runtime if container["name"] not in (SERVING, TRANSFORMER)),
        *(container for container in service if container["name"] != TRANSFORMER),
    ]
