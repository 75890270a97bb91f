"""
Multi-node services: what the head's pod gets about its workers.

A service with a ``workerSpec`` needs a runtime with one. The pod of the workers
is merged as that of the head is, and counts here only for its GPUs and for what
can go wrong with it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.pods.containers import SERVING, named, strategically_merged
from kserve_conformance.profiles.pods.environment import with_variable
from kserve_conformance.profiles.pods.errors import CannotRender, PodFailures, panicked, reported, unreported
from kserve_conformance.profiles.pods.go_json import container_of
from kserve_conformance.profiles.pods.quantities import value_of, whole

#: The container of a worker that serves.
WORKER = "worker-container"

#: The label of the pods of a service on several nodes.
GENERATION_LABEL = "isvc.generation"

#: The resources that count as GPUs. Source: ``DefaultGPUResourceTypeList``, pkg/constants/constants.go, v0.15.0.
GPU_RESOURCES = ("nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu", "habana.ai/gaudi")

#: An annotation with more resources that count as GPUs.
GPU_TYPES_ANNOTATION = "serving.kserve.io/gpu-resource-types"

#: The head's containers, with variables about its workers and with GPUs. Takes the containers, the service, the
#: runtime's spec, the annotations of the pod, and what to raise. Raises ``CannotRender``.
ConfigureHead = Callable[[list[dict[str, Any]], Manifest, Manifest, Manifest, PodFailures], list[dict[str, Any]]]

#: The labels that the head's pod has because it has workers.
LabelHead = Callable[[Manifest], dict[str, str]]

#: The nodes and the head's GPUs, of the sizes, the head's GPUs and a worker's GPUs.
_Allocating = Callable[["_Sizes", int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Sizes:
    pipeline: int
    tensor: int


def single_node(
    containers: list[dict[str, Any]], service: Manifest, runtime: Manifest, annotations: Manifest, failures: PodFailures
) -> list[dict[str, Any]]:
    """
    The service gets one pod, with or without a ``workerSpec``.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.14.1.
    """
    return containers


def head_with_sizes(
    containers: list[dict[str, Any]], service: Manifest, runtime: Manifest, annotations: Manifest, failures: PodFailures
) -> list[dict[str, Any]]:
    """
    The head gets the two sizes; if neither the service nor the runtime sets one, a nil pointer is dereferenced.

    It gets as many GPUs as tensor shards, and a list of more GPU resources is separated by commas.

    Source: ``multiNodeProcess``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, and
    ``createRawDeployment`` with ``addGPUResourceToDeployment``,
    pkg/controller/v1beta1/inferenceservice/reconcilers/deployment/deployment_reconciler.go, v0.15.0.
    """
    theirs, ours = _worker_specs(service, runtime)
    _worker_container(theirs, ours, failures)
    pipeline, tensor = _size(theirs, ours, "pipelineParallelSize"), _size(theirs, ours, "tensorParallelSize")
    if pipeline is None or tensor is None:
        raise CannotRender(panicked())
    variables = {"PIPELINE_PARALLEL_SIZE": str(pipeline), "TENSOR_PARALLEL_SIZE": str(tensor)}
    containers = _with_variables(containers, {**variables, **_model_variables(service, ("pvc",))})
    more = annotations.get(GPU_TYPES_ANNOTATION) or ""
    return _with_gpus(containers, str(tensor), more.split(",") if more else [])


def head_with_ray(
    containers: list[dict[str, Any]], service: Manifest, runtime: Manifest, annotations: Manifest, failures: PodFailures
) -> list[dict[str, Any]]:
    """
    The head also gets the number of nodes and of its own GPUs, as a variable and as GPUs; too few GPUs are an error.

    Source: ``multiNodeProcess``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, and
    ``createRawDeployment`` with ``addGPUResourceToDeployment``,
    pkg/controller/v1beta1/inferenceservice/reconcilers/deployment/deployment_reconciler.go, v0.15.2 (the latter
    is the same up to v0.20.0).
    """
    return _with_nodes(containers, service, runtime, annotations, failures, ("pvc",), _ray_nodes)


def head_with_image_volumes(
    containers: list[dict[str, Any]], service: Manifest, runtime: Manifest, annotations: Manifest, failures: PodFailures
) -> list[dict[str, Any]]:
    """
    A model in an OCI image has a directory as one on a volume claim has.

    Source: ``multiNodeProcess``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.16.0 and v0.17.0.
    """
    return _with_nodes(containers, service, runtime, annotations, failures, ("pvc", "oci"), _ray_nodes)


def head_with_executor(
    containers: list[dict[str, Any]], service: Manifest, runtime: Manifest, annotations: Manifest, failures: PodFailures
) -> list[dict[str, Any]]:
    """
    A runtime annotated for the ``mp`` executor has as many nodes as pipeline stages, and GPUs as tensor shards.

    Source: ``multiNodeProcess`` with ``computeMpNodeAndGPUs``,
    pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.19.0.
    """
    mp = at(runtime, "annotations", "multinode/executor-backend") == "mp"
    allocate = _mp_nodes if mp else _ray_nodes
    return _with_nodes(containers, service, runtime, annotations, failures, ("pvc", "oci"), allocate)


def unlabelled(service: Manifest) -> dict[str, str]:
    """
    The pod of a multi-node service is like any other.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.14.1.
    """
    return {}


def generation_label(service: Manifest) -> dict[str, str]:
    """
    The label with the generation of the service; a service that was never stored has the first.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.15.0.
    """
    return {GENERATION_LABEL: str(at(service, "metadata", "generation") or 1)}


def _with_nodes(
    containers: list[dict[str, Any]],
    service: Manifest,
    runtime: Manifest,
    annotations: Manifest,
    failures: PodFailures,
    storages: tuple[str, ...],
    allocate: _Allocating,
) -> list[dict[str, Any]]:
    theirs, ours = _worker_specs(service, runtime)
    worker = _worker_container(theirs, ours, failures)
    sizes = _Sizes(
        1 if (pipeline := _size(theirs, ours, "pipelineParallelSize")) is None else pipeline,
        1 if (tensor := _size(theirs, ours, "tensorParallelSize")) is None else tensor,
    )
    nodes, head_gpus = allocate(sizes, _gpus(containers[0]), _gpus(worker))
    variables = {
        "PIPELINE_PARALLEL_SIZE": str(sizes.pipeline),
        "TENSOR_PARALLEL_SIZE": str(sizes.tensor),
        "RAY_NODE_COUNT": str(nodes),
        "REQUEST_GPU_COUNT": str(head_gpus),
    }
    containers = _with_variables(containers, {**variables, **_model_variables(service, storages)})
    return _with_gpus(containers, str(head_gpus), _more_gpu_resources(annotations))


def _worker_specs(service: Manifest, runtime: Manifest) -> tuple[Manifest, Manifest]:
    """
    The workerSpec of the runtime and of the service.

    KServe reads the annotations of the runtime's before it asks whether there is
    one: ``reconcileWorker``, predictor.go, since v0.15.0.
    """
    theirs = runtime.get("workerSpec")
    if theirs is None:
        raise CannotRender(panicked())
    return theirs, at(service, "spec", "predictor", "workerSpec")


def _worker_container(theirs: Manifest, ours: Manifest, failures: PodFailures) -> dict[str, Any]:
    if not theirs.get("containers"):
        raise CannotRender(reported("No workerSpec container configuration found in selected serving runtime"))
    container = named([container_of(one) for one in theirs["containers"]], WORKER)
    if container is None:
        raise CannotRender(failures.no_container_named(WORKER))
    return strategically_merged(container, container_of(next(iter(ours.get("containers") or ()), {})))


def _size(theirs: Manifest, ours: Manifest, field: str) -> int | None:
    size: int | None = theirs.get(field) if ours.get(field) is None else ours[field]
    return size


def _model_variables(service: Manifest, storages: tuple[str, ...]) -> dict[str, str]:
    uri = at(service, "spec", "predictor", "model", "storageUri") or ""
    variables = {"MODEL_NAME": at(service, "metadata", "name")}
    return {**variables, "MODEL_DIR": "/mnt/models"} if uri.split("://")[0] in storages else variables


def _with_variables(containers: list[dict[str, Any]], variables: dict[str, str]) -> list[dict[str, Any]]:
    """Set variables of the serving container, which a stored ``model.name`` may have renamed."""
    if named(containers, SERVING) is None:
        first = next(iter(variables))
        missing = f"target container({SERVING}) does not exist"
        raise CannotRender(unreported(f"failed to add {first} environment to the container({SERVING}): {missing}"))
    for name, value in variables.items():
        containers = [
            with_variable(container, name, value) if container["name"] == SERVING else container
            for container in containers
        ]
    return containers


def _more_gpu_resources(annotations: Manifest) -> list[str]:
    """
    The resources of the annotation, a JSON array of texts that are not empty.

    Source: ``UpdateGPUResourceTypeListByAnnotation`` with ``IsValidCustomGPUArray``, pkg/utils/utils.go, since v0.15.2.
    """
    text = annotations.get(GPU_TYPES_ANNOTATION)
    if not text:
        return []
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        error = f"invalid GPU format({text}) for {GPU_TYPES_ANNOTATION} annotation: must be a valid JSON array"
        raise CannotRender(unreported(f"fails to create NewRawKubeReconciler for predictor: {error}"))
    return names


def _with_gpus(containers: list[dict[str, Any]], count: str, more: list[str]) -> list[dict[str, Any]]:
    """The serving container limits and requests as many GPUs, of the kind that it has or else Nvidia's."""
    return [_with_gpu(one, count, more) if one["name"] == SERVING else one for one in containers]


def _with_gpu(container: dict[str, Any], count: str, more: list[str]) -> dict[str, Any]:
    resources = container.get("resources") or {}
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    gpu = next(
        (one for one in (*GPU_RESOURCES, *more) if value_of(limits.get(one, 0)) or value_of(requests.get(one, 0))),
        GPU_RESOURCES[0],
    )
    resources = {**resources, "limits": {**limits, gpu: count}, "requests": {**requests, gpu: count}}
    return {**container, "resources": resources}


def _gpus(container: Manifest) -> int:
    """The GPUs that a container requests. Source: ``GetGPUResourceQtyByType``, pkg/utils/utils.go, v0.15.2."""
    requests = at(container, "resources", "requests") or {}
    return next((whole(requests[resource]) for resource in GPU_RESOURCES if resource in requests), 0)


def _mp_nodes(sizes: _Sizes, head: int, worker: int) -> tuple[int, int]:
    return sizes.pipeline, sizes.tensor


def _ray_nodes(sizes: _Sizes, head: int, worker: int) -> tuple[int, int]:
    """
    Count the nodes that hold all GPUs, and the GPUs of the head.

    Source: ``computeRayNodeAndGPUs``, pkg/controller/v1beta1/inferenceservice/components/predictor.go,
    since v0.15.2.
    """
    total = sizes.pipeline * sizes.tensor
    if worker:
        nodes = math.ceil(total / worker)
        if nodes == 1 or (head and math.ceil(total / head) == 1):
            return 1, total
        head = head or total - worker * (nodes - 1)
        return _enough(total, nodes, head, worker)
    if head:
        return _enough(total, 1 + max(total - head, 0), head, 1)
    return total, 1


def _enough(total: int, nodes: int, head: int, worker: int) -> tuple[int, int]:
    workers = worker * (nodes - 1)
    if total > head + workers:
        counted = f"head node({head}) + worker node({workers})"
        required = f"the total required number of GPUs({total})"
        raise CannotRender(unreported(f"{required} is less than the number of GPUs assigned to the {counted}"))
    return nodes, head
