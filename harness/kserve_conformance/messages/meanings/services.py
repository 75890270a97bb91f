"""Texts of the webhook of services."""

from __future__ import annotations

from kserve_conformance.messages.meanings.meaning import meaning

#: What the webhook rejects in a service besides its implementations and nodes.
SERVICES = (
    meaning(
        "mode-changed",
        r"deploymentMode cannot be changed",
        "The annotation serving.kserve.io/deploymentMode differs from the mode in the status of the service, "
        "which cannot be changed. v0.16.0 treats RawDeployment and Serverless as different from their new names, "
        "Standard and Knative.",
        "Set the annotation back to the mode in the status. If both are names of the same mode, "
        "change the status: kubectl "
        'patch isvc NAME --subresource=status --type=merge -p \'{"status":{"deploymentMode":"MODE"}}\'. Until then '
        "every update is rejected, including the removal of the finalizer when the service is deleted.",
    ),
    meaning(
        "invalid-name",
        r"InferenceService name must consist of",
        "The name of the service is not valid in a host name.",
        "Use lowercase letters, digits and '-', starting with a letter and ending with a letter or digit.",
    ),
    meaning(
        "name-in-model",
        r"the 'name' field is not allowed in standard predictor",
        "spec.predictor.model or a legacy key has a name, which is only allowed for containers.",
        "Remove the name. A stored service keeps running with it until the next update.",
    ),
    meaning(
        "blocked-variable",
        r"not allowed for security reasons",
        "A container of the service or runtime sets PYTHONPATH, an environment variable that KServe blocks.",
        "Remove the variable, and set the path in the image instead.",
    ),
    meaning(
        "autoscaler-class",
        r"supported autoscaler class|unknown autoscaler class",
        "The annotation serving.kserve.io/autoscalerClass has a value that the release does not know.",
        "Use hpa; external since v0.12.0, keda since v0.15.0, none since v0.15.2.",
    ),
    meaning(
        "autoscaler-metric",
        r"supported metric|ScaleMetric|metricSpec|metric source type|metric type|target (utilization|memory|"
        r"for rps|value)|"
        r"(cpu|memory) target value|Average(Utilization|Value) type|Value type should|query should|threshold value|"
        r"resource type %s is not supported",
        "The autoscaler class does not support the metric or its target.",
        "With hpa, use cpu or memory; with the Knative autoscaler, concurrency or rps. See spec.predictor.scaleMetric, "
        "scaleTarget and autoScaling.",
    ),
    meaning(
        "replicas",
        r"(Min|Max)Replicas.*(cannot|must)",
        "minReplicas is greater than maxReplicas, or one of them is negative.",
        "Set 0 <= minReplicas <= maxReplicas; maxReplicas: 0 means no limit.",
    ),
    meaning(
        "concurrency",
        r"parallelism cannot be less than 0",
        "containerConcurrency is negative.",
        "Set it to 0 (no limit) or more.",
    ),
    meaning(
        "storage-container",
        r"ClusterStorageContainer|storage container",
        "A ClusterStorageContainer is missing, disabled, or does not support this URI or workload.",
        "Create one whose supportedUriFormats match the URI, or remove storageContainerName.",
    ),
    meaning(
        "storage-paths",
        r"StorageURIs|storage path|PVC storage paths|storage URI cannot be empty|mountPath|OCI (mount|source)|"
        r"must provide only one of storageUri",
        "The storage fields of a component are in conflict: storageUri together with storageUris or storage.path, "
        "or mount paths that are relative, equal or without a common parent directory.",
        "Use only one of storageUri, storage and storageUris. The paths of storageUris must be absolute, unique and "
        "have a common parent directory.",
    ),
    meaning(
        "storage-uri",
        r"storageUri, must be one of|StorageURI not supported|storage\.spec\.type|pvc://<pvcname>|PVC URI",
        "The release does not support the scheme of the storage URI.",
        "Use a scheme from the list in the message; later releases support more.",
    ),
    meaning(
        "transformer-storage",
        r"storage uri should not be specified in transformer container",
        "The transformer container sets STORAGE_URI, but it shares the model of the predictor.",
        "Remove STORAGE_URI from the transformer-container.",
    ),
    meaning(
        "logger",
        r"logger type|logger storage",
        "The mode of the payload logger must be all, request or response.",
        "Set spec.predictor.logger.mode to all, request or response.",
    ),
    meaning(
        "protocol-of-key",
        r"invalid protocol %s|inference protocol version|ProtocolVersion v2 is not supported",
        "The legacy key does not support this protocol.",
        "Use a protocol from the message, or spec.predictor.model with a runtime that supports this one.",
    ),
    meaning(
        "runtime-version",
        r"RuntimeVersion (is|must)|storageUri file extension|workers? (argument|cannot)",
        "A legacy key such as tensorflow or pytorch has a runtimeVersion, file or argument that its server "
        "does not support.",
        "Use a runtimeVersion with -gpu if, and only if, the service requests GPUs, or use spec.predictor.model.",
    ),
    meaning(
        "canary",
        r"canary",
        "spec.canary is invalid, or in conflict with the stable predictor.",
        "Canaries require Standard mode, a model and unique names, and get at most 100 percent of the traffic in "
        "total.",
    ),
    meaning(
        "predictor-renamed",
        r"predictor\.name change",
        "The name of the predictor can only be changed together with the model.",
        "Change storageUri as well, or keep the name.",
    ),
)
