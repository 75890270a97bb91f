"""Texts of the controller, in the status, events and log."""

from __future__ import annotations

from kserve_conformance.messages.meanings.meaning import meaning

#: What the controller cannot do; general texts last.
CONTROLLER = (
    meaning(
        "knative-missing",
        r"Knative Serving is not available|Knative mode rejected",
        "The deployment mode of the service is Knative (Serverless), but Knative Serving is not installed.",
        "Install Knative Serving, set the annotation serving.kserve.io/deploymentMode: Standard "
        "(RawDeployment until v0.15), or change defaultDeploymentMode in the ConfigMap inferenceservice-config.",
    ),
    meaning(
        "deployment-strategy",
        r"customizing deploymentStrategy|unsupported deployment mode",
        "The deployment mode of the service does not support this field, or the mode is unknown.",
        "Set the annotation serving.kserve.io/deploymentMode to the mode that you want.",
    ),
    meaning(
        "configuration",
        r"(deploy|ingress|agent|batcher|logger|storage initializer|isvc|otel|service|autoscaler|%v) (config|json)|"
        r"deployment mode\. Supported|ingress config|pathTemplate|IngressConfig|DeployConfig|InferenceServicesConfig|"
        r"(resource configuration)|domain (name|template)|ConfigMap|configmap|config map|StorageInitializer config",
        "KServe's own configuration is invalid; the service is not the cause.",
        "Check the ConfigMap inferenceservice-config in KServe's namespace, and that it belongs to this release.",
    ),
    meaning(
        "graph-protocol",
        r"protocol compatible with Inference Graphs",
        "An InferenceGraph cannot call the service, because its runtime supports neither v1 nor v2.",
        "Set protocolVersion in the service, or add the protocol to the runtime.",
    ),
    meaning(
        "confidential",
        r"confidential model serving",
        "A confidential service requires a model to decrypt.",
        "Set storageUri.",
    ),
    meaning(
        "no-longer-ready",
        r"is no longer Ready",
        "A service that was ready no longer is. The message lists the conditions that are not true.",
        "Check the messages of these conditions: kubectl describe inferenceservice NAME.",
    ),
    meaning(
        "reconcile-failed",
        r"fails? to re?con?cile|Failed to reconcile|reconcile component|fails to reoncile",
        "The controller could not reconcile the service. The rest of the message says why.",
        "Check the rest of the message, the events of the service, and the log of kserve-controller-manager.",
        is_wrapper=True,
    ),
    meaning(
        "controller-error",
        r".",
        "The controller or a webhook failed. KServe gives no further details.",
        "Check the events of the service, and the log of kserve-controller-manager around this message.",
        is_wrapper=True,
    ),
)
