"""Texts about the selection of a runtime, its pod, and its admission."""

from __future__ import annotations

from kserve_conformance.messages.meanings.meaning import meaning

#: A service with no runtime or no pod, and runtimes that the webhook rejects.
SELECTION = (
    meaning(
        "exactly-one-implementation",
        r"exactly one of \[%s\] must be specified",
        "The predictor, transformer or explainer has no field that selects an implementation, or more than "
        "one. A field that the release does not have does not count: the API server has dropped it.",
        "Keep exactly one: model, a legacy key such as sklearn, or containers, directly below the component. "
        "Check the "
        "indentation and spelling with kubectl apply --dry-run=server --validate=strict.",
    ),
    meaning(
        "runtime-not-found",
        r"No ServingRuntimes or ClusterServingRuntimes with the name|Waiting for runtime to become available",
        "The service names a runtime that exists neither in its namespace nor in the cluster. In v0.8.0 the webhook "
        "sets the runtime of services with a legacy key such as sklearn.",
        "Create the runtime in the namespace of the service or as a ClusterServingRuntime, or correct "
        "spec.predictor.model.runtime. The controller retries with increasing delays.",
    ),
    meaning(
        "runtime-disabled",
        r"specified runtime( %s)? is disabled",
        "The service names a runtime with spec.disabled: true. A disabled ServingRuntime in the namespace also "
        "shadows a ClusterServingRuntime with the same name.",
        "Enable the runtime, or set another one.",
    ),
    meaning(
        "runtime-protocol",
        r"specified runtime( %s)? does not support specified protocol version",
        "The named runtime does not support the protocol of the service.",
        "Set spec.predictor.model.protocolVersion to one of the protocols in the runtime's spec.protocolVersions.",
    ),
    meaning(
        "runtime-format",
        r"specified runtime( %s)? does not support specified framework/version",
        "The named runtime does not support the format of the service, or only in other versions. Names and "
        "versions are compared as strings.",
        "Correct spec.predictor.model.modelFormat, or remove its version.",
    ),
    meaning(
        "no-supporting-runtime",
        r"no runtime found to support",
        "No enabled runtime in the namespace or the cluster supports the format, version and protocol of the service "
        "with autoSelect. Since v0.11.1, a service without protocolVersion requests v1. A value that looks like an "
        "address is a pointer to the version.",
        "Run explain on the service and its runtimes to see why each was excluded.",
    ),
    meaning(
        "runtime-without-container",
        r"failed to find (%s|kserve-container) in ServingRuntime containers|fail(s|ed) to get runtime container",
        "The selected runtime has no container with that name. Since v0.11.0, the serving container must be named "
        "kserve-container.",
        "Rename the serving container of the runtime to kserve-container.",
    ),
    meaning(
        "runtime-without-containers",
        r"no container configuration found in selected serving runtime",
        "The selected runtime has no containers: it uses a built-in adapter of ModelMesh, or is incomplete.",
        "Add spec.containers to the runtime, or select another one.",
    ),
    meaning(
        "bad-placeholder",
        r"failed to replace placeholders",
        "A placeholder {{...}} in a container of the runtime cannot be replaced. KServe parses the container "
        "as JSON, so quotes inside a placeholder are escaped, and keys with a dash are not valid field names.",
        "Write {{index .Annotations `my-key`}} with backquotes, not with quotes or as {{.Annotations.my-key}}.",
    ),
    meaning(
        "pod-not-merged",
        r"failed to consolidate serving runtime PodSpecs|failed to merge container|"
        r"strategic merge patch|merged container|base container|"
        r"overlay container",
        "The pod settings of the runtime and the service cannot be merged, for example because an item of a "
        "list has no name.",
        "Set a name for every container, volume and port in both.",
    ),
    meaning(
        "equal-priority",
        r"same priority assigned for the model format|in the (cluster)?servingruntimes %s and %s",
        "Two enabled runtimes in the same scope with a common protocol have the same priority for a format and "
        "version. Formats are compared case-insensitively.",
        "Change or remove the priority of one of the two, or disable one.",
    ),
    meaning(
        "mixed-priority",
        r"different priorities assigned for the model format|under the (cluster)?servingruntime %s",
        "A runtime has autoSelect entries for the same format with different priorities.",
        "Set the same priority for all entries of the format.",
    ),
)
