"""
What each finding means to a person: why it matters, its source, how to fix it, and manifests with and without it.

The pages of the findings and the help of SARIF rules are made from this table. Every example is linted by the tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kserve_conformance.lint.findings import LintCode

_ADMISSION = "pkg/webhook/admission/servingruntime/servingruntime_webhook.go"
_MODEL = "pkg/apis/serving/v1beta1/predictor_model.go"
_RUNTIME = "pkg/apis/serving/v1alpha1/servingruntime_types.go"
_PATH: Final = re.compile(r"\b(pkg|config|charts)/[\w/.-]+")
_FIELD_VALIDATION = "Kubernetes documentation, “API Concepts”, field validation; the CRDs of the release in config/crd"
_CONTROLLER = "pkg/controller/v1beta1/inferenceservice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One finding explained.

    ``since`` is the first release that can have it. ``example`` are manifests that have it, ``near`` ones that nearly
    do, both under ``release``; a finding that only a cluster can show has neither.
    """

    why: str
    source: str
    fix: str
    since: str = "v0.8.0"
    example: str | None = None
    near: str | None = None
    release: str = "v0.15.2"

    @property
    def source_uri(self) -> str | None:
        """The file of KServe that the source names, in the release of the example."""
        path = _PATH.search(self.source)
        return None if path is None else f"https://github.com/kserve/kserve/blob/{self.release}/{path[0]}"


def _runtime(
    formats: str, name: str = "ours", *, more: str = "", protocols: str = "[v1]", namespace: str | None = "team-a"
) -> str:
    kind = "ServingRuntime" if namespace else "ClusterServingRuntime"
    where = f", namespace: {namespace}" if namespace else ""
    listed = f"  protocolVersions: {protocols}\n" if protocols else ""
    return (
        f"apiVersion: serving.kserve.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}{where}}}\nspec:\n"
        f"{more}{listed}  supportedModelFormats:\n{formats}\n"
        '  containers: [{name: kserve-container, image: "example.com/ours:1"}]\n'
    )


def _entry(*fields: str, name: str = "sklearn") -> str:
    return f"    - {{name: {name}{''.join(f', {field}' for field in fields)}}}"


def _service(model: str = "", *, name: str = "sklearn", version: str = "") -> str:
    wanted = f"{{name: {name}{version and f', version: {version}'}}}"
    return (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
        "metadata: {name: iris, namespace: team-a}\nspec:\n  predictor:\n    model:\n"
        f'      modelFormat: {wanted}\n{model}      storageUri: "s3://models/iris"\n'
    )


def _all(*documents: str) -> str:
    return "---\n".join(documents)


_AUTO = "autoSelect: true"
_ENTRY = _entry('version: "1"', _AUTO)
_OURS = _runtime(_ENTRY)

GUIDE: Final[Mapping[LintCode, Entry]] = {
    LintCode.INVALID_FIELD: Entry(
        why="The API server stores nothing, and kubectl apply fails.",
        source="the CRDs of the release, config/crd, as the API server applies them",
        fix="Write the type that the message names; a number or a boolean that is meant as text needs quotes.",
        example=_runtime(_entry("version: 1", _AUTO)),
        near=_OURS,
    ),
    LintCode.UNKNOWN_FIELD: Entry(
        why="kubectl apply validates strictly and fails. Other clients drop the field silently, and the object does "
        "not do what it says.",
        source=_FIELD_VALIDATION,
        fix="Correct the name of the field, or move it to where the CRD has it; the hint names the nearest one.",
        example=_runtime(_entry('version: "1"', "autoselect: true", _AUTO)),
        near=_OURS,
    ),
    LintCode.DUPLICATE_KEY: Entry(
        why="kubectl keeps only the last value, and does not say so. The API server rejects the text itself.",
        source=_FIELD_VALIDATION,
        fix="Keep one of the keys.",
        example=_runtime(_ENTRY, more="  multiModel: false\n  multiModel: false\n"),
        near=_runtime(_ENTRY, more="  multiModel: false\n"),
    ),
    LintCode.REJECTED: Entry(
        why="The webhook of the release rejects the object, and nothing is stored. Runtimes are checked since v0.11.1.",
        source=f"Handle, {_ADMISSION}, since v0.11.1; ValidateCreate, "
        "pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.8.0",
        fix="Change what the message names. For equal priorities, give one of the two runtimes another priority, or "
        "remove autoSelect from one of them.",
        example=_all(
            _runtime(_entry(_AUTO, "priority: 1"), "one"),
            _runtime(_entry(_AUTO, "priority: 1"), "other"),
        ),
        near=_all(
            _runtime(_entry(_AUTO, "priority: 1"), "one"),
            _runtime(_entry(_AUTO, "priority: 2"), "other"),
        ),
    ),
    LintCode.REJECTED_LATER: Entry(
        why="After the upgrade the runtime keeps working, and its next change is rejected: often by a pipeline, long "
        "after the upgrade.",
        source=f"validateServingRuntimePriority, {_ADMISSION}, since v0.11.1; validateModelFormatPrioritySame in the "
        "same file, since v0.12.0",
        fix="Correct the runtime before the upgrade. Only the release after the last one of --release is checked.",
        example=_all(
            _runtime(_entry(_AUTO), "first"),
            _runtime(
                "\n".join([_entry('version: "0"', _AUTO, "priority: 1"), _entry('version: "1"', _AUTO, "priority: 2")])
            ),
        ),
        near=_all(
            _runtime(_entry(_AUTO), "first"),
            _runtime(
                "\n".join([_entry('version: "0"', _AUTO, "priority: 1"), _entry('version: "1"', _AUTO, "priority: 1")])
            ),
        ),
        release="v0.11.2",
    ),
    LintCode.NO_RUNTIME: Entry(
        why="The service is accepted and stays without a pod; only its status and events say so. It is "
        "reported only if there is at least one runtime: pass --shipped, or the runtimes of the cluster.",
        source=f"Reconcile, {_CONTROLLER}/components/predictor.go, since v0.8.0",
        fix="Follow the hint, which was verified. kserve-conformance explain shows every candidate with its reason.",
        example=_all(_runtime(_entry('version: "1"')), _service()),
        near=_all(_OURS, _service()),
    ),
    LintCode.UNKNOWN_FORMAT: Entry(
        why="Format names are compared exactly, including case. The service stays without a pod.",
        source=f"getServingRuntimeSupportedModelFormatLabelSet, {_MODEL}, since v0.8.0",
        fix="Correct modelFormat.name, or install a runtime that lists the format.",
        example=_all(_OURS, _service(name="SKLearn")),
        near=_all(_OURS, _service()),
    ),
    LintCode.VERSION_NEVER_EQUAL: Entry(
        why="Versions are compared as strings: 1.5 is not 1, and there are no ranges. The service stays without a pod.",
        source=f"getServingRuntimeSupportedModelFormatLabelSet, {_MODEL}, since v0.8.0",
        fix="Request a version that a runtime lists, or none: a request without a version matches every version.",
        example=_all(_OURS, _service(version='"1.5"')),
        near=_all(_OURS, _service(version='"1"')),
    ),
    LintCode.PROTOCOL_NOT_LISTED: Entry(
        why="A service without protocolVersion requests v1 since v0.11.1. Before, and since v0.9.0, only a protocol "
        "that the service sets was compared.",
        source=f"IsProtocolVersionSupported, {_RUNTIME}, since v0.9.0; GetSupportingRuntimes, {_MODEL}, since v0.11.1",
        fix="Set protocolVersion to a protocol that a runtime for the format lists.",
        since="v0.9.0",
        example=_all(_runtime(_ENTRY, protocols="[v2]"), _service()),
        near=_all(_runtime(_ENTRY, protocols="[v2]"), _service("      protocolVersion: v2\n")),
    ),
    LintCode.RUNTIME_DISABLED: Entry(
        why="The name is looked up in the namespace first, then in the cluster. A disabled runtime of the namespace is "
        "found, and KServe reports an error instead of trying one of the cluster with the same name.",
        source=f"GetServingRuntime, {_CONTROLLER}/utils/utils.go, since v0.8.0",
        fix="Enable the runtime, name another one, or remove runtime from the service.",
        example=_all(_runtime(_ENTRY, more="  disabled: true\n"), _service("      runtime: ours\n")),
        near=_all(_runtime(_ENTRY, more="  disabled: false\n"), _service("      runtime: ours\n")),
    ),
    LintCode.RUNTIME_NOT_FOUND: Entry(
        why="The service is accepted and stays without a pod. A runtime of another namespace is not found.",
        source=f"GetServingRuntime, {_CONTROLLER}/utils/utils.go, since v0.8.0",
        fix="Correct the name, or install the runtime in the service's namespace or in the cluster.",
        example=_all(_OURS, _service("      runtime: our\n")),
        near=_all(_OURS, _service("      runtime: ours\n")),
    ),
    LintCode.OPEN_CHOICE: Entry(
        why="The same manifests give one runtime in one cluster and another in the next, or after a restart. v0.8.0 "
        "does not sort at all; from v0.11.1 to v0.20.0 the sort by priority is not stable for long lists.",
        source=f"GetSupportingRuntimes, {_MODEL}, v0.8.0; sortSupportedRuntimeByPriority in the same file, since "
        "v0.11.1",
        fix="Name the runtime in the service, or give the runtimes different priorities.",
        example=_all(_runtime(_ENTRY, "one", protocols=""), _runtime(_ENTRY, "other", protocols=""), _service()),
        near=_all(
            _runtime(_ENTRY, "one", protocols=""),
            _runtime(_ENTRY, "other", protocols="", more="  disabled: true\n"),
            _service(),
        ),
        release="v0.8.0",
    ),
    LintCode.LEGACY_SCHEMA: Entry(
        why="The webhook rewrites the key when the service is written, so what is stored differs from the file: "
        "tools that compare both always report a difference.",
        source="setPredictorModelDefaults, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0",
        fix="Write predictor.model with modelFormat; kserve-conformance convert does it and keeps comments and order.",
        example=(
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
            "metadata: {name: iris, namespace: team-a}\n"
            'spec: {predictor: {sklearn: {storageUri: "s3://models/iris"}}}\n'
        ),
        near=_service(),
    ),
    LintCode.NEVER_SELECTED: Entry(
        why="Without autoSelect: true on an entry, automatic selection never takes the runtime. If that is intended, "
        "say so with autoSelect: false.",
        source=f"IsAutoSelectEnabled, {_RUNTIME}, since v0.8.0",
        fix="Set autoSelect: true on the entries that services may get, or autoSelect: false on all.",
        example=_runtime(_entry('version: "1"')),
        near=_OURS,
    ),
    LintCode.ONLY_BY_NAME: Entry(
        why="The runtime says that it is not for automatic selection. Its priorities have no effect.",
        source=f"IsAutoSelectEnabled, {_RUNTIME}, since v0.8.0",
        fix="Nothing, if it is intended.",
        example=_runtime(_entry('version: "1"', "autoSelect: false")),
        near=_OURS,
    ),
    LintCode.DISABLED: Entry(
        why="The runtime is never selected, and a service that names it has no runtime, even if the cluster has an "
        "enabled one with the same name.",
        source=f"GetSupportingRuntimes, {_MODEL}, since v0.8.0",
        fix="Remove disabled, or delete the runtime.",
        example=_runtime(_ENTRY, more="  disabled: true\n"),
        near=_runtime(_ENTRY, more="  disabled: false\n"),
    ),
    LintCode.NO_PROTOCOLS: Entry(
        why="A runtime without protocolVersions matches every protocol, also those that its server does not speak. "
        "It ranks after runtimes that list one, and the webhook compares no priorities with it.",
        source=f"IsProtocolVersionSupported, {_RUNTIME}, since v0.9.0; GetProtocolVersionPriority, {_MODEL}, since "
        "v0.9.0",
        fix="List the protocols that the server speaks.",
        since="v0.9.0",
        example=_runtime(_ENTRY, protocols=""),
        near=_OURS,
    ),
    LintCode.VERSION_PATTERN: Entry(
        why="KServe knows no wildcards and no ranges: an entry with version '*' matches requests for '*' and those "
        "without a version.",
        source=f"getServingRuntimeSupportedModelFormatLabelSet, {_MODEL}, since v0.8.0",
        fix="List an entry for each version, or one without a version, which matches requests without one.",
        example=_runtime(_entry('version: "*"', _AUTO)),
        near=_runtime(_entry('version: "1.0"', _AUTO)),
    ),
    LintCode.PRIORITY_WITHOUT_AUTO_SELECT: Entry(
        why="Priorities order the candidates of automatic selection, and an entry without autoSelect is not one.",
        source=f"sortSupportedRuntimeByPriority, {_MODEL}, since v0.11.1",
        fix="Set autoSelect: true on the entry, or remove its priority.",
        since="v0.11.1",
        example=_runtime(_entry('version: "1"', "priority: 1")),
        near=_runtime(_entry('version: "1"', _AUTO, "priority: 1")),
    ),
    LintCode.MIXED_PRIORITIES: Entry(
        why="The priority is read from the first entry with the name of the format, whatever version is requested. "
        "Since v0.12.0 the webhook rejects it, except for the first runtime of a namespace or of the cluster.",
        source=f"GetPriority, {_RUNTIME}, since v0.11.1",
        fix="Give every entry of a format the same priority.",
        since="v0.11.1",
        example=_runtime(
            "\n".join([_entry('version: "0"', _AUTO, "priority: 1"), _entry('version: "1"', _AUTO, "priority: 2")])
        ),
        near=_runtime(
            "\n".join([_entry('version: "0"', _AUTO, "priority: 2"), _entry('version: "1"', _AUTO, "priority: 2")])
        ),
    ),
    LintCode.PRIORITY_ON_LATER_ENTRY: Entry(
        why="The priority is read from the first entry with the name of the format, which has none: the runtime ranks "
        "after every runtime with a priority.",
        source=f"GetPriority, {_RUNTIME}, since v0.11.1",
        fix="Give every entry of the format the same priority.",
        since="v0.11.1",
        example=_runtime("\n".join([_entry('version: "0"', _AUTO), _entry('version: "1"', _AUTO, "priority: 2")])),
        near=_runtime(
            "\n".join([_entry('version: "0"', _AUTO), _entry('version: "2"', _AUTO, "priority: 2", name="xgboost")])
        ),
    ),
    LintCode.NO_POD: Entry(
        why="A service gets the runtime, and KServe fails to make a pod from it.",
        source=f"MergeRuntimeContainers and ReplacePlaceholders, {_CONTROLLER}/utils/utils.go, since v0.8.0",
        fix="Correct what the message names; the serving container has the name kserve-container.",
        example=_OURS.replace("name: kserve-container", "name: server"),
        near=_OURS,
    ),
    LintCode.EQUAL_PRIORITIES: Entry(
        why="Equal priorities decide nothing: the protocols, the age and then the name do. The webhook does not "
        "compare runtimes that list no common protocol, or none at all.",
        source=f"validateServingRuntimePriority, {_ADMISSION}, since v0.11.1",
        fix="Give the runtimes different priorities.",
        since="v0.11.1",
        example=_all(
            _runtime(_entry(_AUTO, "priority: 1"), "one", protocols=""),
            _runtime(_entry(_AUTO, "priority: 1"), "other", protocols=""),
        ),
        near=_all(
            _runtime(_entry(_AUTO, "priority: 1"), "one", protocols=""),
            _runtime(_entry(_AUTO, "priority: 2"), "other", protocols=""),
        ),
    ),
    LintCode.DECIDED_BY_AGE: Entry(
        why="The newer runtime comes first, so that creating one again, or restoring a cluster, changes the choice.",
        source=f"sortServingRuntimeList, {_MODEL}, since v0.9.0",
        fix="Give the runtimes different priorities, or name the runtime in the services.",
        since="v0.9.0",
        example=_all(
            _runtime(_ENTRY, "one").replace(
                "namespace: team-a}", 'namespace: team-a, creationTimestamp: "2026-01-01T00:00:00Z"}'
            ),
            _runtime(_ENTRY, "other").replace(
                "namespace: team-a}", 'namespace: team-a, creationTimestamp: "2026-01-02T00:00:00Z"}'
            ),
        ),
        near=_all(_runtime(_entry(_AUTO, "priority: 1"), "one"), _runtime(_ENTRY, "other")),
    ),
    LintCode.DECIDED_BY_NAME: Entry(
        why="Two runtimes that were created in the same second are ordered by their names. Created one after the "
        "other, the newer one comes first.",
        source=f"sortServingRuntimeList, {_MODEL}, since v0.9.0",
        fix="Give the runtimes different priorities, or name the runtime in the services.",
        since="v0.9.0",
        example=_all(_runtime(_ENTRY, "one"), _runtime(_ENTRY, "other")),
        near=_all(_runtime(_ENTRY, "one"), _runtime(_entry('version: "1"', _AUTO, name="xgboost"), "other")),
    ),
    LintCode.NOT_DECIDED: Entry(
        why="v0.8.0 takes the runtimes in the order in which the API server lists them, which nothing defines. Since "
        "v0.11.1, a long list of equal candidates can come out of the sort in any order.",
        source=f"GetSupportingRuntimes, {_MODEL}, v0.8.0; sortSupportedRuntimeByPriority in the same file, since "
        "v0.11.1",
        fix="Give the runtimes different priorities, or name the runtime in the services.",
        example=_all(_runtime(_ENTRY, "one", protocols=""), _runtime(_ENTRY, "other", protocols="")),
        near=_all(
            _runtime(_ENTRY, "one", protocols=""),
            _runtime(_entry('version: "1"', _AUTO, name="xgboost"), "other", protocols=""),
        ),
        release="v0.8.0",
    ),
    LintCode.CAPTURES: Entry(
        why="Runtimes of the namespace come before those of the cluster, whatever their priorities. The webhook does "
        "not compare the two.",
        source=f"GetSupportingRuntimes, {_MODEL}, since v0.8.0",
        fix="Nothing, if it is intended; else set autoSelect: false on the runtime of the namespace.",
        example=_all(_OURS, _runtime(_entry('version: "1"', _AUTO, "priority: 9"), "shared", namespace=None)),
        near=_all(_OURS, _runtime(_entry('version: "1"', _AUTO, name="xgboost"), "shared", namespace=None)),
    ),
    LintCode.SHADOWS: Entry(
        why="A service of the namespace that names the runtime gets the one of the namespace, even if it is disabled "
        "or does not support the model.",
        source=f"GetServingRuntime, {_CONTROLLER}/utils/utils.go, since v0.8.0",
        fix="Rename one of the two.",
        example=_all(_OURS, _runtime(_ENTRY, namespace=None)),
        near=_all(_OURS, _runtime(_ENTRY, "shared", namespace=None)),
    ),
    LintCode.MISSING: Entry(
        why="Services get another runtime than the documentation of the release says, or none.",
        source="config/runtimes and charts/kserve-runtime-configs of the release",
        fix="Apply the runtime of the release, or ignore the finding with a reason.",
    ),
    LintCode.CHANGED: Entry(
        why="An upgrade that applies the shipped runtime again undoes the change.",
        source="config/runtimes and charts/kserve-runtime-configs of the release",
        fix="Keep your change in a runtime with a name of its own.",
    ),
    LintCode.EXTRA: Entry(
        why="The upgrade leaves the runtime as it is, also where the release changes how runtimes are compared.",
        source="config/runtimes and charts/kserve-runtime-configs of the release",
        fix="Nothing, if it is yours; a runtime that an earlier release shipped can be deleted.",
    ),
    LintCode.NONE_SHIPPED: Entry(
        why="Since v0.17.0 the Helm chart installs no runtimes by default. Services have only those of your own.",
        source="servingruntime.enabled, charts/kserve-runtime-configs/values.yaml, since v0.17.0",
        fix="Install the runtimes of the release, if services should get them.",
        release="v0.17.0",
    ),
    LintCode.WILL_CHANGE: Entry(
        why="KServe chooses again each time it reconciles a service. Until then the service keeps running on what "
        "an earlier state of the runtimes selected; a restart of the controller changes it.",
        source=f"Reconcile, {_CONTROLLER}/components/predictor.go, since v0.8.0",
        fix="Name the runtime in the service to keep it, or accept the change before something else causes it.",
    ),
    LintCode.RUNTIME_UNKNOWN: Entry(
        why="The status names the runtime only since v0.16.0, and its pod fits more than one runtime or none.",
        source="InferenceServiceStatus, pkg/apis/serving/v1beta1/inference_service_status.go, since v0.16.0",
        fix="Grant the role that the documentation lists, if something could not be read.",
    ),
    LintCode.NOT_COMPARED: Entry(
        why="A service that is stopped, is being deleted, or opted out of updates shows nothing to compare.",
        source=f"Reconcile, {_CONTROLLER}/controller.go, since v0.15.0; annotation disable-auto-update, since v0.16.0",
        fix="Nothing.",
    ),
}
