"""
How Go's encoding/json writes and reads the containers and pods of Kubernetes.

KServe merges containers and pod specs as JSON that it marshals from typed
objects. What Go leaves out there is not in the patch and overrides nothing: a
service cannot empty a variable of its runtime, nor turn ``tty`` off. Facts of
k8s.io/api, core/v1/types.go: which fields are left out when they are zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kserve_conformance.profiles.pods.quantities import canonical

#: Texts that are written even when they are empty: without ``omitempty``, or pointers.
_KEPT_TEXTS = frozenset(
    {
        "claimName",
        "devicePath",
        "fieldPath",
        "key",
        "mountPath",
        "name",
        "resource",
        "runtimeClassName",
        "service",
        "topologyKey",
        "whenUnsatisfiable",
    }
)

#: Where an empty text is written, or left out, by what it stands below.
_KEPT_BELOW = frozenset({("httpHeaders", "value"), ("sysctls", "value")})
_DROPPED_BELOW = frozenset(
    {("tolerations", "key"), ("ports", "name")}
    | {(reference, "name") for reference in ("configMapKeyRef", "configMapRef", "imagePullSecrets")}
    | {(reference, "name") for reference in ("secretKeyRef", "secretRef")}
)

#: Booleans that are left out when they are false. Every other one is a pointer, so false is an answer.
_DROPPED_BOOLEANS = frozenset({"hostIPC", "hostNetwork", "hostPID", "readOnly", "stdin", "stdinOnce", "tty"})

#: Numbers that are left out when they are zero.
_DROPPED_NUMBERS = frozenset(
    {
        "failureThreshold",
        "hostPort",
        "initialDelaySeconds",
        "periodSeconds",
        "successThreshold",
        "timeoutSeconds",
    }
)

#: Maps that are left out when they are empty. Every other object is a pointer to a struct, so ``{}`` is an answer.
_DROPPED_MAPS = frozenset(
    {"annotations", "labels", "limits", "matchLabels", "nodeSelector", "overhead", "requests", "volumeAttributes"}
)

#: Maps whose values are quantities.
_QUANTITIES = frozenset({"limits", "overhead", "requests"})

#: Maps whose keys are free, so that nothing below them is a field.
_FREE_KEYS = frozenset({"annotations", "labels", "matchLabels", "nodeSelector", "volumeAttributes"})

_NOTHING: Any = object()

#: The fields of a container, in the order in which Go writes them.
CONTAINER_FIELDS = (
    "name",
    "image",
    "command",
    "args",
    "workingDir",
    "ports",
    "envFrom",
    "env",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "volumeMounts",
    "volumeDevices",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "imagePullPolicy",
    "securityContext",
    "stdin",
    "stdinOnce",
    "tty",
)

#: The fields of a pod's spec.
POD_FIELDS = frozenset(
    {
        "activeDeadlineSeconds",
        "affinity",
        "automountServiceAccountToken",
        "containers",
        "dnsConfig",
        "dnsPolicy",
        "enableServiceLinks",
        "ephemeralContainers",
        "hostAliases",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "hostname",
        "imagePullSecrets",
        "initContainers",
        "nodeName",
        "nodeSelector",
        "os",
        "overhead",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "resourceClaims",
        "resources",
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "schedulingGates",
        "securityContext",
        "serviceAccount",
        "serviceAccountName",
        "setHostnameAsFQDN",
        "shareProcessNamespace",
        "subdomain",
        "terminationGracePeriodSeconds",
        "tolerations",
        "topologySpreadConstraints",
        "volumes",
    }
)

#: The fields that hold containers.
_CONTAINERS = frozenset({"containers", "ephemeralContainers", "initContainers"})


def container_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """
    The container in a mapping that has other fields next to it, as Go would marshal it.

    A container always has a name, be it empty, and resources.
    """
    always = {"name": "", "resources": {}}
    fields = {key: value.get(key, always.get(key)) for key in CONTAINER_FIELDS if key in value or key in always}
    return _fields(fields, "containers")


def pod_spec_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """The pod spec in a mapping that has other fields next to it, as Go would marshal it."""
    spec = _fields({key: value[key] for key in value if key in POD_FIELDS}, "")
    for key in _CONTAINERS & spec.keys():
        spec[key] = [container_of(container) for container in spec[key]]
    return spec


def decoded_onto(base: Any, document: Any) -> Any:
    """
    What is in a Go value after a document has been read into it: a list's elements keep what the document lacks.

    >>> decoded_onto({"a": [{"x": 1, "y": 2}, {"x": 3}]}, {"a": [{"x": 5}], "b": 1})
    {'a': [{'x': 5, 'y': 2}], 'b': 1}
    """
    if isinstance(document, str):  # Most values are texts, and asking for abstract types is slow.
        return document
    if isinstance(base, Mapping) and isinstance(document, Mapping):
        return {**base, **{key: decoded_onto(base.get(key), value) for key, value in document.items()}}
    if isinstance(base, list) and isinstance(document, list):
        return [
            decoded_onto(base[index] if index < len(base) else None, element) for index, element in enumerate(document)
        ]
    return document


def _fields(value: Mapping[str, Any], parent: str) -> dict[str, Any]:
    written = ((key, _written(key, value[key], parent)) for key in value)
    return {key: field for key, field in written if field is not _NOTHING}


def _written(key: str, value: Any, parent: str) -> Any:
    """One field as Go writes it; ``_NOTHING`` where Go leaves it out."""
    if isinstance(value, str) and value:  # Most values are texts, and asking for abstract types is slow.
        return canonical(value) if key == "sizeLimit" else value
    if isinstance(value, Mapping):
        return _written_object(key, value)
    if isinstance(value, list | tuple):
        return [_fields(one, key) if isinstance(one, Mapping) else one for one in value] or _NOTHING
    if value is None or (not value and _is_dropped(key, value, parent)):
        return _NOTHING
    return canonical(value) if key == "sizeLimit" else value


def _is_dropped(key: str, zero: str | float, parent: str) -> bool:
    """Is a field left out when it is false, zero or empty?"""
    if isinstance(zero, bool):
        return key in _DROPPED_BOOLEANS
    if isinstance(zero, str):
        return (parent, key) not in _KEPT_BELOW and (key not in _KEPT_TEXTS or (parent, key) in _DROPPED_BELOW)
    return key in _DROPPED_NUMBERS


def _written_object(key: str, value: Mapping[str, Any]) -> Any:
    if not value and key in _DROPPED_MAPS:
        return _NOTHING
    if key in _QUANTITIES:
        return {name: canonical(quantity) for name, quantity in value.items()}
    if key in _FREE_KEYS:
        return dict(value)
    return _fields(value, key)
