"""Meanings of error messages, and how to fix their causes. The first meaning whose pattern matches a text applies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kserve_conformance.objects import Reason


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    The meaning of a text, and a remedy.

    ``pattern`` is searched in the text of KServe's source, including its placeholders. A text for which ``is_wrapper``
    is set only adds context to another text.
    """

    code: str
    pattern: re.Pattern[str]
    means: str
    remedy: str
    is_wrapper: bool = False


def _meaning(code: str, pattern: str, means: str, remedy: str, *, is_wrapper: bool = False) -> Meaning:
    return Meaning(code, re.compile(pattern, re.IGNORECASE), means, remedy, is_wrapper)


#: The meanings of KServe's texts, special ones before general ones.
OF_KSERVE = (
    _meaning(
        "exactly-one-implementation",
        r"exactly one of \[%s\] must be specified",
        "The predictor, transformer or explainer has no field that selects an implementation, or more than "
        "one. A field that the release does not have does not count: the API server has dropped it.",
        "Keep exactly one: model, a legacy key such as sklearn, or containers, directly below the component. "
        "Check the "
        "indentation and spelling with kubectl apply --dry-run=server --validate=strict.",
    ),
    _meaning(
        "runtime-not-found",
        r"No ServingRuntimes or ClusterServingRuntimes with the name|Waiting for runtime to become available",
        "The service names a runtime that exists neither in its namespace nor in the cluster. In v0.8.0 the webhook "
        "sets the runtime of services with a legacy key such as sklearn.",
        "Create the runtime in the namespace of the service or as a ClusterServingRuntime, or correct "
        "spec.predictor.model.runtime. The controller retries with increasing delays.",
    ),
    _meaning(
        "runtime-disabled",
        r"specified runtime( %s)? is disabled",
        "The service names a runtime with spec.disabled: true. A disabled ServingRuntime in the namespace also "
        "shadows a ClusterServingRuntime with the same name.",
        "Enable the runtime, or set another one.",
    ),
    _meaning(
        "runtime-protocol",
        r"specified runtime( %s)? does not support specified protocol version",
        "The named runtime does not support the protocol of the service.",
        "Set spec.predictor.model.protocolVersion to one of the protocols in the runtime's spec.protocolVersions.",
    ),
    _meaning(
        "runtime-format",
        r"specified runtime( %s)? does not support specified framework/version",
        "The named runtime does not support the format of the service, or only in other versions. Names and "
        "versions are compared as strings.",
        "Correct spec.predictor.model.modelFormat, or remove its version.",
    ),
    _meaning(
        "no-supporting-runtime",
        r"no runtime found to support",
        "No enabled runtime in the namespace or the cluster supports the format, version and protocol of the service "
        "with autoSelect. Since v0.11.1, a service without protocolVersion requests v1. A value that looks like an "
        "address is a pointer to the version.",
        "Run explain on the service and its runtimes to see why each was excluded.",
    ),
    _meaning(
        "runtime-without-container",
        r"failed to find (%s|kserve-container) in ServingRuntime containers|fail(s|ed) to get runtime container",
        "The selected runtime has no container with that name. Since v0.11.0, the serving container must be named "
        "kserve-container.",
        "Rename the serving container of the runtime to kserve-container.",
    ),
    _meaning(
        "runtime-without-containers",
        r"no container configuration found in selected serving runtime",
        "The selected runtime has no containers: it uses a built-in adapter of ModelMesh, or is incomplete.",
        "Add spec.containers to the runtime, or select another one.",
    ),
    _meaning(
        "bad-placeholder",
        r"failed to replace placeholders",
        "A placeholder {{...}} in a container of the runtime cannot be replaced. KServe parses the container "
        "as JSON, so quotes inside a placeholder are escaped, and keys with a dash are not valid field names.",
        "Write {{index .Annotations `my-key`}} with backquotes, not with quotes or as {{.Annotations.my-key}}.",
    ),
    _meaning(
        "pod-not-merged",
        r"failed to consolidate serving runtime PodSpecs|failed to merge container|"
        r"strategic merge patch|merged container|base container|"
        r"overlay container",
        "The pod settings of the runtime and the service cannot be merged, for example because an item of a "
        "list has no name.",
        "Set a name for every container, volume and port in both.",
    ),
    _meaning(
        "equal-priority",
        r"same priority assigned for the model format|in the (cluster)?servingruntimes %s and %s",
        "Two enabled runtimes in the same scope with a common protocol have the same priority for a format and "
        "version. Formats are compared case-insensitively.",
        "Change or remove the priority of one of the two, or disable one.",
    ),
    _meaning(
        "mixed-priority",
        r"different priorities assigned for the model format|under the (cluster)?servingruntime %s",
        "A runtime has autoSelect entries for the same format with different priorities.",
        "Set the same priority for all entries of the format.",
    ),
    _meaning(
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
    _meaning(
        "invalid-name",
        r"InferenceService name must consist of",
        "The name of the service is not valid in a host name.",
        "Use lowercase letters, digits and '-', starting with a letter and ending with a letter or digit.",
    ),
    _meaning(
        "name-in-model",
        r"the 'name' field is not allowed in standard predictor",
        "spec.predictor.model or a legacy key has a name, which is only allowed for containers.",
        "Remove the name. A stored service keeps running with it until the next update.",
    ),
    _meaning(
        "blocked-variable",
        r"not allowed for security reasons",
        "A container of the service or runtime sets PYTHONPATH, an environment variable that KServe blocks.",
        "Remove the variable, and set the path in the image instead.",
    ),
    _meaning(
        "multi-node-autoscaler",
        r"Multinode only supports '\w+' autoscaler",
        "KServe does not autoscale services with workerSpec.",
        "Set the annotation serving.kserve.io/autoscalerClass to the value in the message (external in v0.15.0, "
        "none in later releases).",
    ),
    _meaning(
        "multi-node-storage",
        r"Multinode only supports .* Storage Protocol|StorageURI must be set for multinode",
        "All nodes of a service with workerSpec read the model from shared storage.",
        "Set storageUri to pvc://CLAIM/PATH (since v0.16.0 also oci://).",
    ),
    _meaning(
        "multi-node-size",
        r"ParallelSize (cannot be less|must be set)|convert pipelineParallelSize|rayNodeCount",
        "pipelineParallelSize is the number of nodes, tensorParallelSize the number of GPUs per node.",
        "Set both in workerSpec: at least 1, and pipelineParallelSize at least 2 in v0.15.0.",
    ),
    _meaning(
        "multi-node-gpus",
        r"required number of GPUs",
        "The head and worker containers request fewer GPUs than pipelineParallelSize times tensorParallelSize.",
        "Request more GPUs in the containers, or reduce the sizes.",
    ),
    _meaning(
        "multi-node-variables",
        r"setting (PIPELINE|TENSOR)_PARALLEL_SIZE",
        "KServe sets these variables itself.",
        "Remove the variable and set pipelineParallelSize or tensorParallelSize in workerSpec.",
    ),
    _meaning(
        "multi-node-containers",
        r"multiple containers in workerSpec|workerSpec\.containers",
        "A workerSpec must have exactly one container, which runs on every worker.",
        "Keep only worker-container.",
    ),
    _meaning(
        "multi-node-removed",
        r"removing workerSpec",
        "workerSpec cannot be removed from a runtime.",
        "Create a runtime with another name.",
    ),
    _meaning(
        "unknown-gpu",
        r"unknown GPU resource type|GPU format|annotation: must be a valid JSON array",
        "A container of a multi-node service or runtime requests a resource that KServe does not know as a GPU.",
        'Set the annotation serving.kserve.io/gpu-resource-types to a JSON array, such as ["nvidia.com/mig-7g.80gb"].',
    ),
    _meaning(
        "multi-node-environment",
        r"failed to add \w+|failed to add %s environment|target container\(%s\) does not exist|targetContainer is nil",
        "KServe adds variables or mounts to the container kserve-container, and the pod has none.",
        "Name the container that serves kserve-container. A stored service whose model has a name needs it removed.",
    ),
    _meaning(
        "autoscaler-class",
        r"supported autoscaler class|unknown autoscaler class",
        "The annotation serving.kserve.io/autoscalerClass has a value that the release does not know.",
        "Use hpa; external since v0.12.0, keda since v0.15.0, none since v0.15.2.",
    ),
    _meaning(
        "autoscaler-metric",
        r"supported metric|ScaleMetric|metricSpec|metric source type|metric type|target (utilization|memory|"
        r"for rps|value)|"
        r"(cpu|memory) target value|Average(Utilization|Value) type|Value type should|query should|threshold value|"
        r"resource type %s is not supported",
        "The autoscaler class does not support the metric or its target.",
        "With hpa, use cpu or memory; with the Knative autoscaler, concurrency or rps. See spec.predictor.scaleMetric, "
        "scaleTarget and autoScaling.",
    ),
    _meaning(
        "replicas",
        r"(Min|Max)Replicas.*(cannot|must)",
        "minReplicas is greater than maxReplicas, or one of them is negative.",
        "Set 0 <= minReplicas <= maxReplicas; maxReplicas: 0 means no limit.",
    ),
    _meaning(
        "concurrency",
        r"parallelism cannot be less than 0",
        "containerConcurrency is negative.",
        "Set it to 0 (no limit) or more.",
    ),
    _meaning(
        "storage-container",
        r"ClusterStorageContainer|storage container",
        "A ClusterStorageContainer is missing, disabled, or does not support this URI or workload.",
        "Create one whose supportedUriFormats match the URI, or remove storageContainerName.",
    ),
    _meaning(
        "storage-paths",
        r"StorageURIs|storage path|PVC storage paths|storage URI cannot be empty|mountPath|OCI (mount|source)|"
        r"must provide only one of storageUri",
        "The storage fields of a component are in conflict: storageUri together with storageUris or storage.path, "
        "or mount paths that are relative, equal or without a common parent directory.",
        "Use only one of storageUri, storage and storageUris. The paths of storageUris must be absolute, unique and "
        "have a common parent directory.",
    ),
    _meaning(
        "storage-uri",
        r"storageUri, must be one of|StorageURI not supported|storage\.spec\.type|pvc://<pvcname>|PVC URI",
        "The release does not support the scheme of the storage URI.",
        "Use a scheme from the list in the message; later releases support more.",
    ),
    _meaning(
        "transformer-storage",
        r"storage uri should not be specified in transformer container",
        "The transformer container sets STORAGE_URI, but it shares the model of the predictor.",
        "Remove STORAGE_URI from the transformer-container.",
    ),
    _meaning(
        "logger",
        r"logger type|logger storage",
        "The mode of the payload logger must be all, request or response.",
        "Set spec.predictor.logger.mode to all, request or response.",
    ),
    _meaning(
        "protocol-of-key",
        r"invalid protocol %s|inference protocol version|ProtocolVersion v2 is not supported",
        "The legacy key does not support this protocol.",
        "Use a protocol from the message, or spec.predictor.model with a runtime that supports this one.",
    ),
    _meaning(
        "runtime-version",
        r"RuntimeVersion (is|must)|storageUri file extension|workers? (argument|cannot)",
        "A legacy key such as tensorflow or pytorch has a runtimeVersion, file or argument that its server "
        "does not support.",
        "Use a runtimeVersion with -gpu if, and only if, the service requests GPUs, or use spec.predictor.model.",
    ),
    _meaning(
        "canary",
        r"canary",
        "spec.canary is invalid, or in conflict with the stable predictor.",
        "Canaries require Standard mode, a model and unique names, and get at most 100 percent of the traffic in "
        "total.",
    ),
    _meaning(
        "predictor-renamed",
        r"predictor\.name change",
        "The name of the predictor can only be changed together with the model.",
        "Change storageUri as well, or keep the name.",
    ),
    _meaning(
        "knative-missing",
        r"Knative Serving is not available|Knative mode rejected",
        "The deployment mode of the service is Knative (Serverless), but Knative Serving is not installed.",
        "Install Knative Serving, set the annotation serving.kserve.io/deploymentMode: Standard "
        "(RawDeployment until v0.15), or change defaultDeploymentMode in the ConfigMap inferenceservice-config.",
    ),
    _meaning(
        "deployment-strategy",
        r"customizing deploymentStrategy|unsupported deployment mode",
        "The deployment mode of the service does not support this field, or the mode is unknown.",
        "Set the annotation serving.kserve.io/deploymentMode to the mode that you want.",
    ),
    _meaning(
        "configuration",
        r"(deploy|ingress|agent|batcher|logger|storage initializer|isvc|otel|service|autoscaler|%v) (config|json)|"
        r"deployment mode\. Supported|ingress config|pathTemplate|IngressConfig|DeployConfig|InferenceServicesConfig|"
        r"(resource configuration)|domain (name|template)|ConfigMap|configmap|config map|StorageInitializer config",
        "KServe's own configuration is invalid; the service is not the cause.",
        "Check the ConfigMap inferenceservice-config in KServe's namespace, and that it belongs to this release.",
    ),
    _meaning(
        "graph-protocol",
        r"protocol compatible with Inference Graphs",
        "An InferenceGraph cannot call the service, because its runtime supports neither v1 nor v2.",
        "Set protocolVersion in the service, or add the protocol to the runtime.",
    ),
    _meaning(
        "confidential",
        r"confidential model serving",
        "A confidential service requires a model to decrypt.",
        "Set storageUri.",
    ),
    _meaning(
        "no-longer-ready",
        r"is no longer Ready",
        "A service that was ready no longer is. The message lists the conditions that are not true.",
        "Check the messages of these conditions: kubectl describe inferenceservice NAME.",
    ),
    _meaning(
        "reconcile-failed",
        r"fails? to re?con?cile|Failed to reconcile|reconcile component|fails to reoncile",
        "The controller could not reconcile the service. The rest of the message says why.",
        "Check the rest of the message, the events of the service, and the log of kserve-controller-manager.",
        is_wrapper=True,
    ),
    _meaning(
        "controller-error",
        r".",
        "The controller or a webhook failed. KServe gives no further details.",
        "Check the events of the service, and the log of kserve-controller-manager around this message.",
        is_wrapper=True,
    ),
)

#: The reasons of ``status.modelStatus.lastFailureInfo``, by the codes of the meanings above.
OF_REASONS = {
    Reason.RUNTIME_NOT_RECOGNIZED: "runtime-not-found",
    Reason.RUNTIME_DISABLED: "runtime-disabled",
    Reason.NO_SUPPORTING_RUNTIME: "no-supporting-runtime",
    Reason.INVALID_PREDICTOR_SPEC: "invalid-predictor",
}

#: The meaning of the last of them, whose message is one of several texts.
INVALID_PREDICTOR = _meaning(
    "invalid-predictor",
    r"InvalidPredictorSpec",
    "A runtime was selected, but KServe cannot create a valid pod from it and the service: there is no container "
    "kserve-container, a placeholder cannot be replaced, or settings cannot be merged.",
    "Check the message next to the reason, and run explain on the service and the runtime.",
)

#: Messages of Kubernetes, Knative and the Go runtime, which any release can cause.
OF_KUBERNETES = (
    _meaning(
        "kfserving-webhook",
        r"inferenceservice\.kfserving-webhook-server\.\w+",
        "The message comes from the webhook of KFServing, the predecessor of KServe, which is installed instead.",
        "Use the fields of KFServing (apiVersion serving.kubeflow.org/v1beta1), or install KServe v0.8.0 or later.",
    ),
    _meaning(
        "controller-panic",
        r"invalid memory address or nil pointer dereference|assignment to entry in nil map",
        "A webhook or the controller crashed on the object. The controller retries forever, and reports nothing else.",
        "Common causes: workerSpec with a runtime that has none, or with custom containers; custom containers of "
        "which none is named kserve-container; no annotations in v0.9.0 with another default mode. Run explain on the "
        "service to find out what to change.",
    ),
    _meaning(
        "webhook-panic",
        r"index out of range \[0\] with length 0",
        "A webhook crashed: the predictor has no implementation (since v0.18.0), or the workerSpec of a "
        "runtime has no containers.",
        "Check the indentation of spec.predictor; add a container to the workerSpec of the runtime.",
    ),
    _meaning(
        "unknown-field",
        r'unknown field "[^"]+"',
        "The release's CRDs do not have this field. Strict validation, the default of kubectl, rejects the "
        "object; otherwise the API server drops the field.",
        "Correct the spelling or indentation of the field. Run explain on the file to find the closest known field.",
    ),
    _meaning(
        "kind-not-served",
        r"no matches for kind|the server could not find the requested resource|ensure CRDs are installed",
        "The API server does not serve this kind in this version: KServe's CRDs are missing or too old.",
        "Install KServe's CRDs. InferenceService is in serving.kserve.io/v1beta1; runtimes are in "
        "serving.kserve.io/v1alpha1, since v0.8.0.",
    ),
    _meaning(
        "webhook-unreachable",
        r'failed calling webhook "[^"]*kserve[^"]*".*|no endpoints available for service "?kserve-webhook-server',
        "The API server cannot reach KServe's webhook, so it rejects every write. The object itself was not checked.",
        "Check that the pod kserve-controller-manager is ready, that its certificate is valid (cert-manager), "
        "and that the API server can reach it (network policies; port 9443 on private clusters).",
    ),
    _meaning(
        "unsupported-value",
        r"(\S+: )?Unsupported value: .*supported values",
        "The CRD does not allow this value.",
        "Use one of the supported values in the message.",
    ),
    _meaning(
        "wrong-type",
        r"\S+ in body (must|should) (be|match|have)( of type \w+)?",
        "The value does not have the type or format that the CRD requires.",
        'Correct the value; quote numbers in string fields, for example version: "1".',
    ),
    _meaning(
        "wrong-go-type",
        r"cannot unmarshal \w+ into Go (struct field|value)( \S+)? of type \S+",
        "The value of a field has the wrong type. The message names the field and the expected type.",
        'Correct the value: quote numbers in string fields, for example version: "1", but not elsewhere.',
    ),
    _meaning(
        "invalid-yaml",
        r"error converting YAML to JSON: yaml: .*",
        "The manifest is not valid YAML, so kubectl sends nothing.",
        "Look at the line in the text and the one above it: tabs, a missing blank after a colon, indentation.",
    ),
    _meaning(
        "empty-value",
        r'unknown object type "nil" in \S+',
        "The field has no value, often because the following lines are not indented.",
        "Indent the fields below it, or remove it.",
    ),
    _meaning(
        "pod-without-image",
        r"\S*ontainers\[\d+\]\.image: Required value",
        "A container of the pod has no image: neither the runtime nor the service sets one.",
        "Set the image in the container of the runtime or the service.",
    ),
    _meaning(
        "image-not-pulled",
        r"ImagePullBackOff|ErrImagePull|InvalidImageName|Back-off pulling image.*|Failed to pull image.*",
        "The kubelet cannot pull the image of a container: its name or tag does not exist, the registry requires "
        "credentials, or the node cannot reach it.",
        "kubectl describe pod shows the image and the registry's answer. resolve --pod shows where the image comes "
        "from: correct it in the runtime or the service, or add imagePullSecrets.",
    ),
    _meaning(
        "container-crashes",
        r"(Init:)?CrashLoopBackOff|back-off .*restarting failed container.*|OOMKilled",
        "A container starts and ends again and again: the server or the storage initializer fails, or has too little "
        "memory.",
        "Read the log of the last attempt: kubectl logs POD -c CONTAINER --previous. In Init:CrashLoopBackOff the "
        "container is storage-initializer, and storageUri or its credentials are the usual cause. After OOMKilled, "
        "increase resources.limits.memory.",
    ),
    _meaning(
        "revision-missing",
        r"RevisionMissing|does not have any ready Revision",
        "Knative has no revision of the component that is ready to receive traffic: its pod was not created, does not "
        "start, or does not become ready in time.",
        "kubectl get revision,pod -l serving.kserve.io/inferenceservice=NAME shows the revision and its reason; "
        "kubectl describe pod shows why it does not start.",
    ),
    _meaning(
        "component-not-ready",
        r"(Predictor|Transformer|Explainer)(Configuration|Route)?NotReady",
        "A component of the service is not ready. The reason is in its own condition.",
        "kubectl describe isvc NAME lists the conditions, such as PredictorReady; then look at the pods of the "
        "component.",
    ),
    _meaning(
        "insufficient-resources",
        r"Insufficient (cpu|memory|ephemeral-storage|pods|[\w.-]+/[\w.-]*\w)",
        "No node has enough of this resource left for the pod, which stays Pending. If no node has any, the "
        "device plugin that offers it, such as NVIDIA's, may not run.",
        "kubectl describe nodes shows what each node has and what is requested. Add nodes, or reduce resources of "
        "the service or the runtime; resolve --pod shows what the pod requests.",
    ),
    _meaning(
        "forbidden",
        r"\S+ is forbidden: .*|\(Forbidden\)|\AForbidden\Z",
        "The API server denies the request: the user or service account has no permission for it, or a policy of the "
        "namespace, such as a quota or Pod Security, does not allow the object.",
        "The text behind 'forbidden' names the cause. For permissions (User ... cannot ...), check kubectl auth can-i, "
        "and add a Role or ClusterRole; otherwise change the object or the policy of the namespace.",
    ),
    _meaning(
        "invalid-object-name",
        r"(\S+: )?Invalid value: .*RFC 1123 (subdomain|label)",
        "The name is not a valid Kubernetes name.",
        "Use lowercase letters, digits and '-', starting and ending with a letter or digit.",
    ),
    _meaning(
        "conflict",
        r"Operation cannot be fulfilled on .*the object has been modified",
        "Another client changed the object between the read and the write. The controller retries.",
        "No action needed if it stops. With kubectl replace or your own client, get the object again before you write.",
    ),
    _meaning(
        "required-value",
        r"(\S+: )?Required value",
        "The CRD requires this field.",
        "Add the field at the path in the message.",
    ),
    _meaning(
        "duplicate-value",
        r"(\S+: )?Duplicate value",
        "Two items of a list have the same key, for example two ports with the same number and protocol.",
        "Remove one of the two.",
    ),
)
