"""
What the runtime webhook cannot decode: integers that the CRDs allow and the Go types do not.

Every object is decoded before it is checked, so this concerns disabled runtimes too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kserve_conformance.crds import Schema, undecodable_integers
from kserve_conformance.objects import Runtime

#: The largest uint16.
MAX_REPLICAS: Final = 65535

#: The Go type that has a field, by the name of the field or of the one above it.
#: Source: core/v1/types.go, k8s.io/api, and pkg/apis/serving/v1alpha1/servingruntime_types.go.
_TYPES: Final = {
    "priority": "SupportedModelFormat",
    "containerPort": "ContainerPort",
    "hostPort": "ContainerPort",
    "values": "ContainerRestartRuleOnExitCodes",
    "httpGet": "HTTPGetAction",
    "tcpSocket": "TCPSocketAction",
    "grpc": "GRPCAction",
    "livenessProbe": "Probe",
    "readinessProbe": "Probe",
    "startupProbe": "Probe",
    "awsElasticBlockStore": "AWSElasticBlockStoreVolumeSource",
    "gcePersistentDisk": "GCEPersistentDiskVolumeSource",
    "fc": "FCVolumeSource",
    "iscsi": "ISCSIVolumeSource",
    "configMap": "ConfigMapVolumeSource",
    "downwardAPI": "DownwardAPIVolumeSource",
    "projected": "ProjectedVolumeSource",
    "secret": "SecretVolumeSource",
    "podCertificate": "PodCertificateProjection",
}

#: Fields of a spec or a worker spec that are not those of its embedded ServingRuntimePodSpec.
_OUTSIDE_PODS: Final = frozenset({"supportedModelFormats", "replicas", "builtInAdapter", "workerSpec"})


#: Gets a runtime and the schema of its kind; None decodes it.
RuntimeDecoding = Callable[[Runtime, Schema], str | None]


def not_decoded(_: Runtime, __: Schema) -> None:
    """Until v0.11.0 no webhook sees a runtime."""
    return


def decoded(runtime: Runtime, schema: Schema) -> str | None:
    """
    The error of the first field that cannot be decoded, or None.

    Source: ``addErrorContext``, internal/golang/encoding/json/decode.go, sigs.k8s.io/json, and ``Handle``,
    pkg/webhook/admission/servingruntime/servingruntime_webhook.go, since v0.11.1. Texts observed on the controller of
    v0.15.2.
    """
    return _error(runtime, schema, list)


def decoded_naming_embedded_types(runtime: Runtime, schema: Schema) -> str | None:
    """
    The same, in a text that also names the Go types that the field is embedded by.

    Source: ``object``, internal/golang/encoding/json/decode.go, sigs.k8s.io/json, of July 2025, in KServe since
    v0.17.0. Texts observed on the controller of v0.20.0.
    """
    return _error(runtime, schema, _with_embedded_types)


def _error(runtime: Runtime, schema: Schema, named: Callable[[list[str]], Iterable[str]]) -> str | None:
    # The API server writes the keys of a custom resource in alphabetical order, and only the first error counts.
    first = min((*undecodable_integers(runtime.manifest, schema), *_replicas(runtime)), default=None)
    if first is None:
        return None
    path, value = first
    keys = [part for part in path if isinstance(part, str)]
    size = "uint16" if keys[-1] == "replicas" else "int32"
    field = f"{_type_of(keys)}.{'.'.join(named(keys))}"
    return f"json: cannot unmarshal number {value} into Go struct field {field} of type {size}"


def _replicas(runtime: Runtime) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """
    The number of replicas is a uint16 and has no bounds in the schema.

    Source: type ``ServingRuntimeSpec``, pkg/apis/serving/v1alpha1/servingruntime_types.go, since v0.8.0.
    """
    replicas = runtime.spec.get("replicas")
    if replicas is not None and not 0 <= replicas <= MAX_REPLICAS:
        yield ("spec", "replicas"), int(replicas)


def _type_of(keys: list[str]) -> str:
    match keys[-1]:
        case "replicas":
            return "ServingRuntimeSpec"
        case "weight":
            return "PreferredSchedulingTerm" if "nodeAffinity" in keys else "WeightedPodAffinityTerm"
        case "mode":
            return "DownwardAPIVolumeFile" if "downwardAPI" in keys else "KeyToPath"
        case field:
            return _TYPES.get(field) or _TYPES[keys[-2]]


def _with_embedded_types(keys: list[str]) -> Iterator[str]:
    for above, key in zip(["", *keys], keys, strict=False):
        if above in ("spec", "workerSpec") and key not in _OUTSIDE_PODS:
            yield "ServingRuntimePodSpec"
        elif above.endswith("Probe") and key in ("httpGet", "tcpSocket", "grpc"):
            yield "ProbeHandler"
        elif above == "volumes":
            yield "VolumeSource"
        yield key
