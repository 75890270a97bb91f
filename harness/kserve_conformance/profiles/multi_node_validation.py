"""What the webhooks reject in multi-node services and runtimes, since v0.15.0."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Manifest, Runtime, at
from kserve_conformance.profiles.runtime_admission import Scope

#: Resources that are no accelerator. Source: ``HasUnknownGpuResourceType``, pkg/utils/utils.go, v0.15.2.
BASIC_RESOURCES = frozenset({"cpu", "memory", "storage", "ephemeral-storage"})

#: ``GPUResourceTypeList``, pkg/constants/constants.go, v0.15.0.
GPU_RESOURCES = frozenset({"nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu", "habana.ai/gaudi"})

GPU_TYPES_ANNOTATION = "serving.kserve.io/gpu-resource-types"

#: ``InvalidUnknownGPUTypeError``, pkg/apis/serving/v1beta1/component.go, since v0.15.0.
UNKNOWN_ACCELERATOR = (
    f"Unknown GPU resource type. Set '{GPU_TYPES_ANNOTATION}' annotation to use custom gpu resource type"
)

PIPELINE_SIZE, TENSOR_SIZE = "PIPELINE_PARALLEL_SIZE", "TENSOR_PARALLEL_SIZE"


@dataclass(frozen=True, slots=True)
class MultiNodeLimits:
    """
    What one era requires of multi-node services and runtimes.

    ``smallest_pipeline`` is the least ``pipelineParallelSize``; ``sizes_required``: must a runtime set both
    sizes? ``storage`` are the URI schemes that a service can use, ``storage_text`` is their list in the rejection.
    """

    autoscaler: str
    smallest_pipeline: int
    sizes_required: bool
    storage: tuple[str, ...]
    storage_text: str
    runtime_pipeline_text: str


#: pkg/apis/serving/v1beta1/inference_service_validation.go and pkg/webhook/admission/servingruntime, v0.15.0.
LIMITS_V0_15_0 = MultiNodeLimits(
    autoscaler="external",
    smallest_pipeline=2,
    sizes_required=True,
    storage=("pvc",),
    storage_text="'pvc'",
    runtime_pipeline_text=(
        "the WorkerSpec.PipelineParallelSize cannot be less than 2 ({size}) because WorkerSpec.PipelineParallelSize "
        "should include at least 1 head node and 1 worker node"
    ),
)

#: The same files, v0.15.2.
LIMITS_V0_15_2 = MultiNodeLimits(
    autoscaler="none",
    smallest_pipeline=1,
    sizes_required=False,
    storage=("pvc",),
    storage_text="'pvc'",
    runtime_pipeline_text="the WorkerSpec.PipelineParallelSize cannot be less than 1({size})",
)

#: The same files, since v0.16.0.
LIMITS_V0_16_0 = MultiNodeLimits(
    autoscaler="none",
    smallest_pipeline=1,
    sizes_required=False,
    storage=("pvc", "oci"),
    storage_text="'pvc' and 'oci'",
    runtime_pipeline_text="the WorkerSpec.PipelineParallelSize cannot be less than 1({size})",
)


def accelerator_problem(container: Manifest, annotations: Manifest, unknown: str) -> str | None:
    """
    The message ``unknown`` if a container requests a resource that is neither basic nor a known accelerator.

    An annotation adds accelerators; one that is not a JSON array of their names is rejected itself.

    Source: ``IsUnknownGpuResourceType``, pkg/utils/utils.go, v0.15.0; ``HasUnknownGpuResourceType`` in the same file,
    since v0.15.2; ``IsValidCustomGPUArray`` in the same file, since v0.15.0.
    """
    given = annotations.get(GPU_TYPES_ANNOTATION) or ""
    own = _own_accelerators(given) if given else frozenset()
    if own is None:
        return f"invalid GPU format({given}) for {GPU_TYPES_ANNOTATION} annotation: must be a valid JSON array"
    resources = container.get("resources") or {}
    requested = {name for part in ("limits", "requests") for name in (resources.get(part) or {})}
    return unknown if requested - BASIC_RESOURCES - GPU_RESOURCES - own else None


def _own_accelerators(given: str) -> frozenset[str] | None:
    try:
        named = json.loads(given)
    except ValueError:
        return None
    if not isinstance(named, list) or not named or not all(isinstance(name, str) and name for name in named):
        return None
    return frozenset(named)


def _env_names(container: Manifest) -> set[str]:
    return {variable.get("name") for variable in container.get("env") or ()}


def _first(answers: Iterable[str | None]) -> str | None:
    return next((answer for answer in answers if answer is not None), None)


class MultiNodeServiceChecks:
    """
    A service on multiple nodes has storage that the nodes can share, no autoscaler, one container, and sizes that work.

    An instance is the ``Validating`` of one era.

    Source: ``validateMultiNodeVariables``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.15.0.
    """

    def __init__(self, limits: MultiNodeLimits) -> None:
        self.limits = limits

    def __call__(self, service: Manifest) -> str | None:
        """None for a service without ``workerSpec`` and for a valid one."""
        worker = at(service, "spec", "predictor", "workerSpec")
        if worker is None:
            return None
        text = _first(self._problems(service, worker))
        if text is None or text.startswith("invalid GPU format"):
            return text
        return f'the InferenceService "{service["metadata"]["name"]}" is invalid: {text}'

    def _problems(self, service: Manifest, worker: Manifest) -> Iterable[str | None]:
        annotations = at(service, "metadata", "annotations") or {}
        containers = worker.get("containers") or ()
        if len(containers) > 1:
            yield "setting multiple containers in workerSpec is not allowed"
        model = at(service, "spec", "predictor", "model")
        if model is not None:
            yield from self._model_problems(model, annotations)
        for size, field in (
            ("PipelineParallelSize", "pipelineParallelSize"),
            ("TensorParallelSize", "tensorParallelSize"),
        ):
            least = self.limits.smallest_pipeline if field == "pipelineParallelSize" else 1
            given = worker.get(field)
            if given is not None and given < least:
                yield f"WorkerSpec.{size} cannot be less than {least}({given})"
        for container in containers:
            yield accelerator_problem(container, annotations, UNKNOWN_ACCELERATOR)

    def _model_problems(self, model: Manifest, annotations: Manifest) -> Iterable[str | None]:
        for variable in (PIPELINE_SIZE, TENSOR_SIZE):
            if variable in _env_names(model):
                yield f"setting {variable} in environment variables is not allowed"
        yield accelerator_problem(model, annotations, UNKNOWN_ACCELERATOR)
        uri = model.get("storageUri")
        if uri is None:
            yield "StorageURI must be set for multinode enabled"
        elif uri.split("://")[0] not in self.limits.storage:
            yield f"Multinode only supports {self.limits.storage_text} Storage Protocol({uri.split('://')[0]})"
        autoscaler = annotations.get("serving.kserve.io/autoscalerClass", "")
        if autoscaler != self.limits.autoscaler:
            yield f"Multinode only supports '{self.limits.autoscaler}' autoscaler({autoscaler})"


class MultiNodeRuntimeChecks:
    """
    The multi-node part of the runtime webhook of one era.

    Source: ``validateMultiNodeSpec``, pkg/webhook/admission/servingruntime/servingruntime_webhook.go,
    since v0.15.0.
    """

    def __init__(self, limits: MultiNodeLimits) -> None:
        self.limits = limits

    def __call__(self, runtime: Runtime, existing: Scope) -> str | None:
        """None for a runtime that is accepted together with the existing ones of its scope."""
        text = _first(self._problems(runtime, existing.named(runtime.name)))
        if text is None:
            return None
        if text.startswith("panic"):
            return text
        return f"the {runtime.key.kind} {runtime.name} is invalid: {text}"

    def _problems(self, runtime: Runtime, old: Runtime | None) -> Iterable[str | None]:
        if old is not None and old.multi_node and not runtime.multi_node:
            yield "removing workerSpec where it already exists is not allowed"
        worker = runtime.spec.get("workerSpec")
        if worker is None:
            return
        containers: Any = worker.get("containers") or ()
        if len(containers) > 1:
            yield "setting multiple containers in workerSpec is not allowed"
        annotations = runtime.spec.get("annotations") or {}
        yield from self._head_problems(runtime, annotations)
        if not containers:
            # KServe reads the first container without a check that there is one.
            yield "panic: runtime error: index out of range [0] with length 0 [recovered]"
        elif containers[0].get("name") == "worker-container":
            unknown = "unknown GPU resource type in a container(worker-container)"
            yield accelerator_problem(containers[0], annotations, unknown)
        yield from self._size_problems(worker)

    @staticmethod
    def _head_problems(runtime: Runtime, annotations: Manifest) -> Iterable[str | None]:
        for container in runtime.spec.get("containers") or ():
            if container.get("name") == "kserve-container":
                for variable in (PIPELINE_SIZE, TENSOR_SIZE):
                    if variable in _env_names(container):
                        yield f"setting {variable} in environment variables is not allowed"
                unknown = "unknown GPU resource type in a container(kserve-container)"
                yield accelerator_problem(container, annotations, unknown)

    def _size_problems(self, worker: Manifest) -> Iterable[str | None]:
        pipeline, tensor = worker.get("pipelineParallelSize"), worker.get("tensorParallelSize")
        if self.limits.sizes_required:
            if pipeline is None:
                yield "pipelineParallelSize must be set when WorkerSpec is set"
            if tensor is None:
                yield "tensorParallelSize must be set when WorkerSpec is set"
        if pipeline is not None and pipeline < self.limits.smallest_pipeline:
            yield self.limits.runtime_pipeline_text.format(size=pipeline)
        if tensor is not None and tensor < 1:
            yield f"the WorkerSpec.TensorParallelSize cannot be less than 1({tensor})"
