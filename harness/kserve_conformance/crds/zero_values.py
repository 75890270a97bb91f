"""
Zero values that KServe's defaulter adds to a service by decoding and encoding it in Go.

The defaulter runs before the API server validates an object. It decodes a service into Go types and encodes it again,
so missing required fields get their zero value. So a container without a name is accepted, and a metric without a type
is rejected because of the type "". Runtimes have no defaulter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kserve_conformance.crds.schema import ROOT_FIELDS, Schema
from kserve_conformance.objects import Manifest

#: The zero values of the types that are not pointers in Go. A list without elements is null, so it stays absent.
_ZEROS: Final[Mapping[str | None, Any]] = {"string": "", "integer": 0, "boolean": False}

#: Optional fields of the CRDs that Go always writes, each with a field of the same object that identifies it.
#: Source: types ``MetricTarget``, ``ExternalMetrics`` and ``PodMetrics``, pkg/apis/serving/v1beta1/component.go, since
#: v0.15.0.
_ALWAYS_WRITTEN: Final = (("type", "averageUtilization"), ("backend", "serverAddress"))

#: The fields of gRPC probes, projected volumes and data sources, and the one that Go writes as null. Most schemas
#: have a default for a probe's, which the API server has filled in before.
#: Source: types ``GRPCAction``, ``TypedLocalObjectReference`` and ``TypedObjectReference``, k8s.io/api,
#: core/v1/types.go.
_WRITTEN_AS_NULL: Final = (
    ({"port", "service"}, "service"),
    ({"defaultMode", "sources"}, "sources"),
    ({"apiGroup", "kind", "name"}, "apiGroup"),
    ({"apiGroup", "kind", "name", "namespace"}, "apiGroup"),
)

#: Required fields that Go leaves out where they are empty, each with another field of its object that identifies it.
#: Source: types ``ContainerRestartRule``, ``ContainerRestartRuleOnExitCodes`` and ``PodCertificateProjection``,
#: k8s.io/api v0.34.4, core/v1/types.go. Observed on the API server and the defaulter of v0.20.0.
_LEFT_OUT: Final = (
    ("action", "exitCodes"),
    ("operator", "values"),
    ("signerName", "credentialBundlePath"),
    ("keyType", "credentialBundlePath"),
)

#: The bounds of an int64.
INT64: Final = range(-(2**63), 2**63)


def with_zero_values(manifest: Manifest, schema: Schema) -> Manifest:
    """
    A service as the defaulter returns it: with every field that Go always writes.

    Source: ``Handle`` of the defaulter in pkg/webhook/admission, sigs.k8s.io/controller-runtime, which compares the
    encoded object with what it got.

    >>> from kserve_conformance.crds import crds_of
    >>> service = {"kind": "InferenceService", "spec": {"predictor": {"containers": [{"image": "a"}]}}}
    >>> with_zero_values(service, crds_of("v0.15.2").schema("InferenceService"))["spec"]
    {'predictor': {'containers': [{'image': 'a', 'name': ''}]}}
    """
    return {
        key: _filled(value, schema.properties[key]) if key in schema.properties and key not in ROOT_FIELDS else value
        for key, value in manifest.items()
    }


def _filled(value: Any, schema: Schema) -> Any:
    if isinstance(value, Mapping):
        return _filled_mapping(value, schema)
    if isinstance(value, list | tuple) and schema.items is not None:
        items = schema.items
        zero = {} if items.properties else _ZEROS.get(items.type)
        return [_filled(zero if inner is None else inner, items) for inner in value]
    # Go decodes an integer that overflows an int64 as a float.
    if isinstance(value, float) or (type(value) is int and value not in INT64):
        return _number(float(value), schema)
    return value


def _number(value: float, schema: Schema) -> Any:
    """
    A number as Go writes it: whole ones without a fraction, and a quantity, such as ``cpu: 0.5``, as a string.

    Source: ``UnmarshalJSON`` and ``MarshalJSON`` of ``Quantity``, k8s.io/apimachinery, pkg/api/resource/quantity.go.
    """
    if schema.is_int_or_string and schema.pattern is not None:
        return str(value)
    return int(value) if schema.type == "integer" and value.is_integer() else value


def _is_left_out(field: str, schema: Schema) -> bool:
    return any(
        field == name and other in schema.properties and "key" not in schema.properties for name, other in _LEFT_OUT
    )


def _filled_mapping(value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, inner in value.items():
        known = schema.properties.get(key, schema.additional)
        result[key] = inner if known is None else _filled(inner, known)
    optional = (field for field, other in _ALWAYS_WRITTEN if field in schema.properties and other in schema.properties)
    required = (field for field in schema.required if not _is_left_out(field, schema))
    for field in (*required, *optional):
        if result.get(field) is None and field in schema.properties:
            known = schema.properties[field]
            zero = 0 if known.is_int_or_string else {} if known.properties else _ZEROS.get(known.type)
            if zero is not None:
                result[field] = _filled(zero, known)
    for fields, null in _WRITTEN_AS_NULL:
        if schema.properties.keys() == fields:
            result.setdefault(null, None)
    return result
