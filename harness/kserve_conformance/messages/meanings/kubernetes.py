"""Messages of Kubernetes, Knative and the Go runtime."""

from __future__ import annotations

from kserve_conformance.messages.meanings.meaning import meaning

#: Messages that any release can cause.
OF_KUBERNETES = (
    meaning(
        "kfserving-webhook",
        r"inferenceservice\.kfserving-webhook-server\.\w+",
        "The message comes from the webhook of KFServing, the predecessor of KServe, which is installed instead.",
        "Use the fields of KFServing (apiVersion serving.kubeflow.org/v1beta1), or install KServe v0.8.0 or later.",
    ),
    meaning(
        "controller-panic",
        r"invalid memory address or nil pointer dereference|assignment to entry in nil map",
        "A webhook or the controller crashed on the object. The controller retries forever, and reports nothing else.",
        "Common causes: workerSpec with a runtime that has none, or with custom containers; custom containers of "
        "which none is named kserve-container; no annotations in v0.9.0 with another default mode. Run explain on the "
        "service to find out what to change.",
    ),
    meaning(
        "webhook-panic",
        r"index out of range \[0\] with length 0",
        "A webhook crashed: the predictor has no implementation (since v0.18.0), or the workerSpec of a "
        "runtime has no containers.",
        "Check the indentation of spec.predictor; add a container to the workerSpec of the runtime.",
    ),
    meaning(
        "unknown-field",
        r'unknown field "[^"]+"',
        "The release's CRDs do not have this field. Strict validation, the default of kubectl, rejects the "
        "object; otherwise the API server drops the field.",
        "Correct the spelling or indentation of the field. Run explain on the file to find the closest known field.",
    ),
    meaning(
        "kind-not-served",
        r"no matches for kind|the server could not find the requested resource|ensure CRDs are installed",
        "The API server does not serve this kind in this version: KServe's CRDs are missing or too old.",
        "Install KServe's CRDs. InferenceService is in serving.kserve.io/v1beta1; runtimes are in "
        "serving.kserve.io/v1alpha1, since v0.8.0.",
    ),
    meaning(
        "webhook-unreachable",
        r'failed calling webhook "[^"]*kserve[^"]*".*|no endpoints available for service "?kserve-webhook-server',
        "The API server cannot reach KServe's webhook, so it rejects every write. The object itself was not checked.",
        "Check that the pod kserve-controller-manager is ready, that its certificate is valid (cert-manager), "
        "and that the API server can reach it (network policies; port 9443 on private clusters).",
    ),
    meaning(
        "unsupported-value",
        r"(\S+: )?Unsupported value: .*supported values",
        "The CRD does not allow this value.",
        "Use one of the supported values in the message.",
    ),
    meaning(
        "wrong-type",
        r"\S+ in body (must|should) (be|match|have)( of type \w+)?",
        "The value does not have the type or format that the CRD requires.",
        'Correct the value; quote numbers in string fields, for example version: "1".',
    ),
    meaning(
        "wrong-go-type",
        r"cannot unmarshal \w+ into Go (struct field|value)( \S+)? of type \S+",
        "The value of a field has the wrong type. The message names the field and the expected type.",
        'Correct the value: quote numbers in string fields, for example version: "1", but not elsewhere.',
    ),
    meaning(
        "invalid-yaml",
        r"error converting YAML to JSON: yaml: .*",
        "The manifest is not valid YAML, so kubectl sends nothing.",
        "Look at the line in the text and the one above it: tabs, a missing blank after a colon, indentation.",
    ),
    meaning(
        "empty-value",
        r'unknown object type "nil" in \S+',
        "The field has no value, often because the following lines are not indented.",
        "Indent the fields below it, or remove it.",
    ),
    meaning(
        "pod-without-image",
        r"\S*ontainers\[\d+\]\.image: Required value",
        "A container of the pod has no image: neither the runtime nor the service sets one.",
        "Set the image in the container of the runtime or the service.",
    ),
    meaning(
        "image-not-pulled",
        r"ImagePullBackOff|ErrImagePull|InvalidImageName|Back-off pulling image.*|Failed to pull image.*",
        "The kubelet cannot pull the image of a container: its name or tag does not exist, the registry requires "
        "credentials, or the node cannot reach it.",
        "kubectl describe pod shows the image and the registry's answer. resolve --pod shows where the image comes "
        "from: correct it in the runtime or the service, or add imagePullSecrets.",
    ),
    meaning(
        "container-crashes",
        r"(Init:)?CrashLoopBackOff|back-off .*restarting failed container.*|OOMKilled",
        "A container starts and ends again and again: the server or the storage initializer fails, or has too little "
        "memory.",
        "Read the log of the last attempt: kubectl logs POD -c CONTAINER --previous. In Init:CrashLoopBackOff the "
        "container is storage-initializer, and storageUri or its credentials are the usual cause. After OOMKilled, "
        "increase resources.limits.memory.",
    ),
    meaning(
        "revision-missing",
        r"RevisionMissing|does not have any ready Revision",
        "Knative has no revision of the component that is ready to receive traffic: its pod was not created, does not "
        "start, or does not become ready in time.",
        "kubectl get revision,pod -l serving.kserve.io/inferenceservice=NAME shows the revision and its reason; "
        "kubectl describe pod shows why it does not start.",
    ),
    meaning(
        "component-not-ready",
        r"(Predictor|Transformer|Explainer)(Configuration|Route)?NotReady",
        "A component of the service is not ready. The reason is in its own condition.",
        "kubectl describe isvc NAME lists the conditions, such as PredictorReady; then look at the pods of the "
        "component.",
    ),
    meaning(
        "insufficient-resources",
        r"Insufficient (cpu|memory|ephemeral-storage|pods|[\w.-]+/[\w.-]*\w)",
        "No node has enough of this resource left for the pod, which stays Pending. If no node has any, the "
        "device plugin that offers it, such as NVIDIA's, may not run.",
        "kubectl describe nodes shows what each node has and what is requested. Add nodes, or reduce resources of "
        "the service or the runtime; resolve --pod shows what the pod requests.",
    ),
    meaning(
        "forbidden",
        r"\S+ is forbidden: .*|\(Forbidden\)|\AForbidden\Z",
        "The API server denies the request: the user or service account has no permission for it, or a policy of the "
        "namespace, such as a quota or Pod Security, does not allow the object.",
        "The text behind 'forbidden' names the cause. For permissions (User ... cannot ...), check kubectl auth can-i, "
        "and add a Role or ClusterRole; otherwise change the object or the policy of the namespace.",
    ),
    meaning(
        "invalid-object-name",
        r"(\S+: )?Invalid value: .*RFC 1123 (subdomain|label)",
        "The name is not a valid Kubernetes name.",
        "Use lowercase letters, digits and '-', starting and ending with a letter or digit.",
    ),
    meaning(
        "conflict",
        r"Operation cannot be fulfilled on .*the object has been modified",
        "Another client changed the object between the read and the write. The controller retries.",
        "No action needed if it stops. With kubectl replace or your own client, get the object again before you write.",
    ),
    meaning(
        "required-value",
        r"(\S+: )?Required value",
        "The CRD requires this field.",
        "Add the field at the path in the message.",
    ),
    meaning(
        "duplicate-value",
        r"(\S+: )?Duplicate value",
        "Two items of a list have the same key, for example two ports with the same number and protocol.",
        "Remove one of the two.",
    ),
)
