"""Texts about services and runtimes of several nodes."""

from __future__ import annotations

from kserve_conformance.messages.meanings.meaning import meaning

#: Special ones before general ones.
MULTI_NODE = (
    meaning(
        "multi-node-autoscaler",
        r"Multinode only supports '\w+' autoscaler",
        "KServe does not autoscale services with workerSpec.",
        "Set the annotation serving.kserve.io/autoscalerClass to the value in the message (external in v0.15.0, "
        "none in later releases).",
    ),
    meaning(
        "multi-node-storage",
        r"Multinode only supports .* Storage Protocol|StorageURI must be set for multinode",
        "All nodes of a service with workerSpec read the model from shared storage.",
        "Set storageUri to pvc://CLAIM/PATH (since v0.16.0 also oci://).",
    ),
    meaning(
        "multi-node-size",
        r"ParallelSize (cannot be less|must be set)|convert pipelineParallelSize|rayNodeCount",
        "pipelineParallelSize is the number of nodes, tensorParallelSize the number of GPUs per node.",
        "Set both in workerSpec: at least 1, and pipelineParallelSize at least 2 in v0.15.0.",
    ),
    meaning(
        "multi-node-gpus",
        r"required number of GPUs",
        "The head and worker containers request fewer GPUs than pipelineParallelSize times tensorParallelSize.",
        "Request more GPUs in the containers, or reduce the sizes.",
    ),
    meaning(
        "multi-node-variables",
        r"setting (PIPELINE|TENSOR)_PARALLEL_SIZE",
        "KServe sets these variables itself.",
        "Remove the variable and set pipelineParallelSize or tensorParallelSize in workerSpec.",
    ),
    meaning(
        "multi-node-containers",
        r"multiple containers in workerSpec|workerSpec\.containers",
        "A workerSpec must have exactly one container, which runs on every worker.",
        "Keep only worker-container.",
    ),
    meaning(
        "multi-node-removed",
        r"removing workerSpec",
        "workerSpec cannot be removed from a runtime.",
        "Create a runtime with another name.",
    ),
    meaning(
        "unknown-gpu",
        r"unknown GPU resource type|GPU format|annotation: must be a valid JSON array",
        "A container of a multi-node service or runtime requests a resource that KServe does not know as a GPU.",
        'Set the annotation serving.kserve.io/gpu-resource-types to a JSON array, such as ["nvidia.com/mig-7g.80gb"].',
    ),
    meaning(
        "multi-node-environment",
        r"failed to add \w+|failed to add %s environment|target container\(%s\) does not exist|targetContainer is nil",
        "KServe adds variables or mounts to the container kserve-container, and the pod has none.",
        "Name the container that serves kserve-container. A stored service whose model has a name needs it removed.",
    ),
)
