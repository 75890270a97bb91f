"""What texts mean and what to do about them: the first meaning whose pattern is found in a text counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kserve_conformance.objects import Reason


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    What a text means, and a remedy.

    ``pattern`` is searched in the text as KServe's source has it, placeholders included. ``is_wrapper``: does the text
    only say where another one comes from?
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
        "The predictor, transformer or explainer has none of the fields that say what serves, or more than "
        "one. A field "
        "that the release does not know counts as none: the API server has dropped it.",
        "Keep exactly one: model, a legacy key such as sklearn, or containers, directly below the component. "
        "Check the "
        "indentation and spelling with kubectl apply --dry-run=server --validate=strict.",
    ),
    _meaning(
        "runtime-not-found",
        r"No ServingRuntimes or ClusterServingRuntimes with the name|Waiting for runtime to become available",
        "The service names a runtime that neither its namespace nor the cluster has. In v0.8.0 the webhook "
        "names one for "
        "a legacy key such as sklearn.",
        "Create the runtime in the namespace of the service or as a ClusterServingRuntime, or correct "
        "spec.predictor.model.runtime. The controller tries again by itself, after growing pauses.",
    ),
    _meaning(
        "runtime-disabled",
        r"specified runtime( %s)? is disabled",
        "The service names a runtime with spec.disabled: true. A disabled ServingRuntime of the namespace also "
        "hides a "
        "ClusterServingRuntime of its name.",
        "Enable the runtime or name another one.",
    ),
    _meaning(
        "runtime-protocol",
        r"specified runtime( %s)? does not support specified protocol version",
        "The named runtime lists protocols, and the one of the service is not among them.",
        "Set spec.predictor.model.protocolVersion to a protocol of the runtime's spec.protocolVersions.",
    ),
    _meaning(
        "runtime-format",
        r"specified runtime( %s)? does not support specified framework/version",
        "The named runtime lists the format of the service not at all, or with other versions only. Names and "
        "versions "
        "are compared as texts.",
        "Correct spec.predictor.model.modelFormat, or leave out its version.",
    ),
    _meaning(
        "no-supporting-runtime",
        r"no runtime found to support",
        "No enabled runtime that the service can see supports its format with autoSelect, its version and its "
        "protocol. "
        "Since v0.11.1 a service without protocolVersion requests v1. What looks like an address is the version.",
        "Run explain on the service and the runtimes: it lists what excludes each.",
    ),
    _meaning(
        "runtime-without-container",
        r"failed to find (%s|kserve-container) in ServingRuntime containers|fail(s|ed) to get runtime container",
        "The selected runtime has no container with that name. Since v0.11.0 the one that serves is kserve-container.",
        "Rename the container of the runtime that serves to kserve-container.",
    ),
    _meaning(
        "runtime-without-containers",
        r"no container configuration found in selected serving runtime",
        "The selected runtime has no containers: it is one of ModelMesh's built-in adapters, or incomplete.",
        "Add spec.containers to the runtime, or select another one.",
    ),
    _meaning(
        "bad-placeholder",
        r"failed to replace placeholders",
        "A placeholder {{...}} in a container of the runtime cannot be filled in. KServe parses the container "
        "as JSON, so a "
        "quote inside a placeholder is escaped, and a key with a dash is no field.",
        "Write {{index .Annotations `my-key`}} with backquotes instead of quotes or {{.Annotations.my-key}}.",
    ),
    _meaning(
        "pod-not-merged",
        r"failed to consolidate serving runtime PodSpecs|failed to merge container|"
        r"strategic merge patch|merged container|base container|"
        r"overlay container",
        "The pod settings of the runtime and of the service cannot be merged, for example because an item of a "
        "list lacks "
        "its name.",
        "Give every container, volume and port of both a name.",
    ),
    _meaning(
        "equal-priority",
        r"same priority assigned for the model format|in the (cluster)?servingruntimes %s and %s",
        "Two enabled runtimes of one scope that share a protocol give one format and version the same "
        "priority. Formats "
        "are compared without regard to case.",
        "Change the priority of one of the two, leave it out, or disable one.",
    ),
    _meaning(
        "mixed-priority",
        r"different priorities assigned for the model format|under the (cluster)?servingruntime %s",
        "One runtime gives its autoSelect entries of one format different priorities.",
        "Give all entries of the format the same priority.",
    ),
    _meaning(
        "mode-changed",
        r"deploymentMode cannot be changed",
        "The annotation serving.kserve.io/deploymentMode differs from the mode in the status of the service, "
        "which may not "
        "change. In v0.16.0 RawDeployment and Serverless differ from their new names Standard and Knative.",
        "Set the annotation back to the mode that the status has. If both are names of one mode, "
        "change the status: kubectl "
        'patch isvc NAME --subresource=status --type=merge -p \'{"status":{"deploymentMode":"MODE"}}\'. Until then '
        "every update is rejected, and so is the removal of the finalizer when the service is deleted.",
    ),
    _meaning(
        "invalid-name",
        r"InferenceService name must consist of",
        "The name of the service is part of host names.",
        "Use lower-case letters, digits and dashes; begin with a letter and end with a letter or digit.",
    ),
    _meaning(
        "name-in-model",
        r"the 'name' field is not allowed in standard predictor",
        "spec.predictor.model or a legacy key has a name, which only containers may have.",
        "Remove the name. A stored service can keep its name only as long as it is not written.",
    ),
    _meaning(
        "blocked-variable",
        r"not allowed for security reasons",
        "A container of the service or runtime sets an environment variable that is blocked: PYTHONPATH.",
        "Remove the variable; set the path in the image instead.",
    ),
    _meaning(
        "multi-node-autoscaler",
        r"Multinode only supports '\w+' autoscaler",
        "KServe does not scale a service with workerSpec.",
        "Set the annotation serving.kserve.io/autoscalerClass to the value in the text (external in v0.15.0, "
        "none since).",
    ),
    _meaning(
        "multi-node-storage",
        r"Multinode only supports .* Storage Protocol|StorageURI must be set for multinode",
        "All nodes of a service with workerSpec read the model from one place.",
        "Set storageUri to pvc://CLAIM/PATH (since v0.16.0 also oci://).",
    ),
    _meaning(
        "multi-node-size",
        r"ParallelSize (cannot be less|must be set)|convert pipelineParallelSize|rayNodeCount",
        "pipelineParallelSize and tensorParallelSize count nodes and GPUs of each.",
        "Set both in workerSpec: at least 1, and pipelineParallelSize at least 2 in v0.15.0.",
    ),
    _meaning(
        "multi-node-gpus",
        r"required number of GPUs",
        "pipelineParallelSize times tensorParallelSize GPUs are needed, and head and workers request fewer.",
        "Request more GPUs in the containers, or lower the sizes.",
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
        "A workerSpec has exactly one container: the one that runs on every worker.",
        "Keep one container, worker-container.",
    ),
    _meaning(
        "multi-node-removed",
        r"removing workerSpec",
        "A runtime with workerSpec cannot become one without.",
        "Create a runtime of another name.",
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
        "The metric of the autoscaler or its target is not one that the autoscaler class supports.",
        "With hpa use cpu or memory; with the Knative autoscaler concurrency or rps; see spec.predictor.scaleMetric, "
        "scaleTarget and autoScaling.",
    ),
    _meaning(
        "replicas",
        r"(Min|Max)Replicas.*(cannot|must)",
        "minReplicas and maxReplicas contradict each other, or one is negative.",
        "Set 0 <= minReplicas <= maxReplicas; a maxReplicas of 0 stands for no limit.",
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
        "A ClusterStorageContainer is missing, disabled, or not made for this URI or workload.",
        "Create one whose supportedUriFormats match the URI, or leave out storageContainerName.",
    ),
    _meaning(
        "storage-paths",
        r"StorageURIs|storage path|PVC storage paths|storage URI cannot be empty|mountPath|OCI (mount|source)|"
        r"must provide only one of storageUri",
        "The storage fields of a component contradict each other: storageUri beside storageUris or "
        "storage.path, or mount "
        "paths that are relative, equal or without a common parent.",
        "Use one of storageUri, storage and storageUris. Paths of storageUris are absolute, different, and "
        "below one folder.",
    ),
    _meaning(
        "storage-uri",
        r"storageUri, must be one of|StorageURI not supported|storage\.spec\.type|pvc://<pvcname>|PVC URI",
        "The scheme of the storage URI is none that the release supports.",
        "Use a scheme of the list in the text; later releases have more.",
    ),
    _meaning(
        "transformer-storage",
        r"storage uri should not be specified in transformer container",
        "A transformer has an environment variable STORAGE_URI although the predictor's model is mounted for it.",
        "Remove STORAGE_URI from the transformer-container.",
    ),
    _meaning(
        "logger",
        r"logger type|logger storage",
        "The mode of the payload logger is none of all, request and response.",
        "Set spec.predictor.logger.mode to all, request or response.",
    ),
    _meaning(
        "protocol-of-key",
        r"invalid protocol %s|inference protocol version|ProtocolVersion v2 is not supported",
        "The legacy key does not support this protocol.",
        "Use a protocol of the text, or spec.predictor.model with a runtime that supports it.",
    ),
    _meaning(
        "runtime-version",
        r"RuntimeVersion (is|must)|storageUri file extension|workers? (argument|cannot)",
        "A legacy key such as tensorflow or pytorch has a runtimeVersion, file or argument that its server "
        "cannot have.",
        "Match runtimeVersion (-gpu) with the GPU resources, or use spec.predictor.model.",
    ),
    _meaning(
        "canary",
        r"canary",
        "spec.canary contradicts the stable predictor or itself.",
        "Read the text: canaries need Standard mode, a model, a name each, and at most 100 percent of the "
        "traffic together.",
    ),
    _meaning(
        "predictor-renamed",
        r"predictor\.name change",
        "The name of the predictor may only change together with the model.",
        "Change storageUri too, or keep the name.",
    ),
    _meaning(
        "knative-missing",
        r"Knative Serving is not available|Knative mode rejected",
        "The mode of the service is Knative's (Serverless), and the cluster has no Knative Serving.",
        "Install Knative Serving, or set the annotation serving.kserve.io/deploymentMode: Standard "
        "(RawDeployment until "
        "v0.15), or defaultDeploymentMode in the ConfigMap inferenceservice-config.",
    ),
    _meaning(
        "deployment-strategy",
        r"customizing deploymentStrategy|unsupported deployment mode",
        "The field or mode does not fit the deployment mode of the service.",
        "Set the annotation serving.kserve.io/deploymentMode to the mode that you want.",
    ),
    _meaning(
        "configuration",
        r"(deploy|ingress|agent|batcher|logger|storage initializer|isvc|otel|service|autoscaler|%v) (config|json)|"
        r"deployment mode\. Supported|ingress config|pathTemplate|IngressConfig|DeployConfig|InferenceServicesConfig|"
        r"(resource configuration)|domain (name|template)|ConfigMap|configmap|config map|StorageInitializer config",
        "KServe's own configuration cannot be used: nothing about the service is wrong.",
        "Check the ConfigMap inferenceservice-config in KServe's namespace, and that it is the release's own.",
    ),
    _meaning(
        "graph-protocol",
        r"protocol compatible with Inference Graphs",
        "An InferenceGraph cannot call the service: its runtime lists neither v1 nor v2.",
        "Set protocolVersion on the service, or list the protocol in the runtime.",
    ),
    _meaning(
        "confidential",
        r"confidential model serving",
        "A service with confidential computing needs a model to decrypt.",
        "Set storageUri.",
    ),
    _meaning(
        "no-longer-ready",
        r"is no longer Ready",
        "A service that was ready is not any more. The text lists the conditions that are not true.",
        "Read the messages of these conditions in the status: kubectl describe inferenceservice NAME.",
    ),
    _meaning(
        "reconcile-failed",
        r"fails? to re?con?cile|Failed to reconcile|reconcile component|fails to reoncile",
        "The controller could not bring the service to its state. What follows in the text says why.",
        "Read the rest of the text, the events of the service, and the log of kserve-controller-manager.",
        is_wrapper=True,
    ),
    _meaning(
        "controller-error",
        r".",
        "The controller or a webhook could not do its work. The text is all that it says.",
        "Read the events of the service and the log of kserve-controller-manager around the text.",
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

#: What the last of them means: the message beside it has one of several texts.
INVALID_PREDICTOR = _meaning(
    "invalid-predictor",
    r"InvalidPredictorSpec",
    "A runtime was selected, but no valid pod can be made of it and the service: no container kserve-container, a "
    "placeholder that cannot be filled in, or settings that cannot be merged.",
    "Read the message beside the reason, and run explain on the service and the runtime.",
)

#: Texts of the API server and of Go, which every release can cause: pattern in the message, meaning, remedy.
OF_KUBERNETES = (
    _meaning(
        "kfserving-webhook",
        r"inferenceservice\.kfserving-webhook-server\.\w+",
        "The cluster has KFServing, the project before KServe, not KServe: its webhook answers.",
        "Use the fields of KFServing (apiVersion serving.kubeflow.org/v1beta1), or install KServe v0.8.0 or later.",
    ),
    _meaning(
        "controller-panic",
        r"invalid memory address or nil pointer dereference|assignment to entry in nil map",
        "A webhook or the controller has crashed on the object. A controller tries again for ever, and reports "
        "nothing else.",
        "Usual causes: workerSpec with a runtime that has none or with containers of your own; containers none "
        "of which is "
        "kserve-container; no annotations at all in v0.9.0 with another default mode. Run explain on the "
        "service: it finds "
        "what to change.",
    ),
    _meaning(
        "webhook-panic",
        r"index out of range \[0\] with length 0",
        "A webhook has crashed: the predictor has nothing that serves (since v0.18.0), or the workerSpec of a "
        "runtime has no "
        "containers.",
        "Check the indentation of spec.predictor; add a container to the workerSpec of the runtime.",
    ),
    _meaning(
        "unknown-field",
        r'unknown field "[^"]+"',
        "The release's CRDs do not have this field. Strict validation, the default of kubectl, rejects the "
        "object; without, "
        "the field is dropped.",
        "Correct the spelling or the place of the field. Run explain on the file: it names the field that was "
        "probably meant.",
    ),
    _meaning(
        "kind-not-served",
        r"no matches for kind|the server could not find the requested resource|ensure CRDs are installed",
        "The cluster does not serve this kind in this version: KServe's CRDs are missing or older.",
        "Install KServe's CRDs. InferenceService is serving.kserve.io/v1beta1; runtimes are "
        "serving.kserve.io/v1alpha1, "
        "since v0.8.0.",
    ),
    _meaning(
        "webhook-unreachable",
        r'failed calling webhook "[^"]*kserve[^"]*".*|no endpoints available for service "?kserve-webhook-server',
        "The API server cannot reach KServe's webhook, so nothing can be written: the object was not looked at.",
        "Check that the pod kserve-controller-manager is ready, that its certificate is valid (cert-manager), "
        "and that the "
        "API server can reach it (network policies, private clusters: port 9443).",
    ),
    _meaning(
        "unsupported-value",
        r"(\S+: )?Unsupported value: .*supported values",
        "The CRD lists the values of this field, and the value is none of them.",
        "Use one of the supported values in the text.",
    ),
    _meaning(
        "wrong-type",
        r"\S+ in body (must|should) (be|match|have)( of type \w+)?",
        "The CRD gives this field another type or bound.",
        'Correct the value; quote numbers in texts, for example version: "1".',
    ),
    _meaning(
        "wrong-go-type",
        r"cannot unmarshal \w+ into Go (struct field|value)( \S+)? of type \S+",
        "A field has a value of another type than KServe has there. The text names the field and the type.",
        'Correct the value: quote numbers in texts, for example version: "1", and do not quote numbers elsewhere.',
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
        "The field has no value, often because what follows is not indented below it.",
        "Indent the fields below it, or remove it.",
    ),
    _meaning(
        "pod-without-image",
        r"\S*ontainers\[\d+\]\.image: Required value",
        "A container of the pod has no image: neither the runtime nor the service sets one.",
        "Set the image in the container of the runtime or the service.",
    ),
    _meaning(
        "invalid-object-name",
        r"(\S+: )?Invalid value: .*RFC 1123 (subdomain|label)",
        "The name is not one that Kubernetes allows.",
        "Use lowercase letters, digits and '-', and start and end with a letter or digit.",
    ),
    _meaning(
        "conflict",
        r"Operation cannot be fulfilled on .*the object has been modified",
        "The object was changed between reading and writing it. The controller tries again by itself.",
        "Nothing, if it stops. With kubectl replace or a client of your own, read the object again first.",
    ),
    _meaning(
        "required-value",
        r"(\S+: )?Required value",
        "The CRD requires this field.",
        "Add the field at the path in the text.",
    ),
    _meaning(
        "duplicate-value",
        r"(\S+: )?Duplicate value",
        "Two items of a list have the same key, for example two ports of one number and protocol.",
        "Remove one of the two.",
    ),
)
