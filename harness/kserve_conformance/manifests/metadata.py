"""
What the API server requires of an object's metadata, which no CRD describes.

Source: ``ValidateObjectMetaAccessor``, k8s.io/apimachinery v0.34.4, pkg/api/validation/objectmeta.go; names by
``NameIsDNSSubdomain``, labels and annotations by pkg/util/validation/validation.go, both of k8s.io/apimachinery.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kserve_conformance.objects import Manifest

Path = tuple[str | int, ...]

#: The lengths that Kubernetes allows.
_NAME_LENGTH: Final = 253
_LABEL_LENGTH: Final = 63
_ANNOTATIONS_LENGTH: Final = 256 * 1024

_ENDS: Final = ", starting and ending with a letter or digit"

_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_QUALIFIED: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\Z")

_SUBDOMAIN_RULE: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_RULE: Final = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_VALUE_RULE: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_KEY_RULE: Final = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)

#: Types in words.
_NAMES: Final[Mapping[type, str]] = {str: "a string", dict: "a mapping", list: "a list", int: "an integer"}

#: The types of the fields. Source: type ``ObjectMeta``, pkg/apis/meta/v1/types.go.
_TYPES: Final[Mapping[str, type]] = {
    "name": str,
    "generateName": str,
    "namespace": str,
    "labels": dict,
    "annotations": dict,
    "finalizers": list,
    "ownerReferences": list,
    "managedFields": list,
    "selfLink": str,
    "uid": str,
    "resourceVersion": str,
    "creationTimestamp": str,
    "deletionTimestamp": str,
    "generation": int,
    "deletionGracePeriodSeconds": int,
}

#: The fields that hold a time. Source: type ``ObjectMeta``, pkg/apis/meta/v1/types.go.
TIMES: Final = ("creationTimestamp", "deletionTimestamp")
#: Go's ``time.RFC3339``. Source: ``UnmarshalJSON``, pkg/apis/meta/v1/time.go.
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)

#: What an owner reference must have. Source: ``validateOwnerReference``, pkg/api/validation/objectmeta.go.
_OF_OWNER: Final = ("apiVersion", "kind", "name", "uid")


@dataclass(frozen=True, slots=True)
class MetadataFault:
    """A value of ``metadata`` that is not allowed; ``message`` is the API server's."""

    path: Path
    value: Any
    expected: str
    hint: str | None
    message: str


def faults(manifest: Manifest, *, has_dns_name: bool) -> Iterator[MetadataFault]:
    """
    Everything that the API server rejects in an object's ``metadata``.

    Kinds have rules of their own for names; custom resources, and most others, are named as DNS subdomains are.
    """
    metadata = manifest.get("metadata")
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, Mapping):
        yield _wrong_type(("metadata",), metadata, "a mapping")
        return
    wrong = [name for name, kind in _TYPES.items() if not _has_type(metadata.get(name), kind)]
    for name in wrong:
        yield _wrong_type(("metadata", name), metadata[name], _NAMES[_TYPES[name]])
    yield from _times(metadata, wrong)
    yield from _names(metadata, wrong, has_dns_name=has_dns_name)
    if "namespace" not in wrong and metadata.get("namespace"):
        yield from _namespace(metadata["namespace"])
    if "labels" not in wrong:
        yield from _labels(metadata.get("labels") or {})
    if "annotations" not in wrong:
        yield from _annotations(metadata.get("annotations") or {})
    if "finalizers" not in wrong:
        yield from _finalizers(metadata.get("finalizers") or ())
    if "ownerReferences" not in wrong:
        yield from _owners(metadata.get("ownerReferences") or ())


def _has_type(value: Any, kind: type) -> bool:
    return value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool)))


def _wrong_type(path: Path, value: Any, expected: str) -> MetadataFault:
    hint = None
    if expected == "a string" and isinstance(value, bool | int | float):
        key = f"{path[-1]}: " if isinstance(path[-1], str) else ""
        hint = f'quote it: {key}"{json.dumps(value)}"'
    where = ".".join(map(str, path))
    return MetadataFault(path, value, expected, hint, f"{where}: Invalid value: {json.dumps(value)}: not {expected}")


def _times(metadata: Mapping[str, Any], wrong: Sequence[str]) -> Iterator[MetadataFault]:
    for name in TIMES:
        if name not in wrong and metadata.get(name) is not None and not is_time(metadata[name]):
            yield _no_time(("metadata", name), metadata[name])


def _names(metadata: Mapping[str, Any], wrong: Sequence[str], *, has_dns_name: bool) -> Iterator[MetadataFault]:
    base = "" if "generateName" in wrong or not has_dns_name else metadata.get("generateName") or ""
    of_base = tuple(_base(base))
    yield from of_base
    # What is wrong with the base is wrong with a name that is generated from it.
    if "name" not in wrong and not (of_base and str(metadata.get("name")).startswith(base)):
        yield from _name(metadata, has_dns_name=has_dns_name)


def _name(metadata: Mapping[str, Any], *, has_dns_name: bool) -> Iterator[MetadataFault]:
    name, path = metadata.get("name"), ("metadata", "name")
    if not name:
        hint = "write a name; generateName is not supported in scenarios" if metadata.get("generateName") else None
        yield MetadataFault(path, None, "", hint, "metadata.name: Required value: name or generateName is required")
    elif has_dns_name and (len(name) > _NAME_LENGTH or not _SUBDOMAIN.match(name)):
        yield MetadataFault(
            path,
            name,
            "a lowercase RFC 1123 subdomain",
            f"use at most {_NAME_LENGTH} lowercase letters, digits, '-' and '.'{_ENDS}",
            f'metadata.name: Invalid value: "{name}": {_SUBDOMAIN_RULE}',
        )


def _base(base: str) -> Iterator[MetadataFault]:
    """
    The start of a generated name, which may end with a dash.

    Source: ``NameIsDNSSubdomain`` and ``maskTrailingDash``, pkg/api/validation/generic.go.
    """
    masked = f"{base[:-2]}a" if len(base) > 1 and base.endswith("-") else base
    if base and (len(base) > _NAME_LENGTH or not _SUBDOMAIN.match(masked)):
        yield MetadataFault(
            ("metadata", "generateName"),
            base,
            "the start of a lowercase RFC 1123 subdomain",
            f"use at most {_NAME_LENGTH} lowercase letters, digits, '-' and '.', starting with a letter or digit",
            f'metadata.generateName: Invalid value: "{base}": {_SUBDOMAIN_RULE}',
        )


def _no_time(path: Path, time: str) -> MetadataFault:
    return MetadataFault(
        path,
        time,
        "an RFC 3339 time",
        'write it as "2026-01-31T12:00:00Z", or remove it: the API server sets it',
        f'{".".join(map(str, path))}: Invalid value: "{time}": '
        f'parsing time "{time}" as "2006-01-02T15:04:05Z07:00": cannot parse',
    )


def is_time(time: str) -> bool:
    """
    Does the API server decode a text as a time?

    >>> is_time("2026-01-31T12:00:00Z"), is_time("2026-02-31T12:00:00Z"), is_time("2026-01-31")
    (True, False, False)
    """
    if not _RFC_3339.match(time):
        return False
    try:
        datetime.fromisoformat(time[:19])
    except ValueError:
        return False
    return True


def _namespace(namespace: str) -> Iterator[MetadataFault]:
    if len(namespace) > _LABEL_LENGTH or not _LABEL.match(namespace):
        yield MetadataFault(
            ("metadata", "namespace"),
            namespace,
            "a lowercase RFC 1123 label",
            f"use at most {_LABEL_LENGTH} lowercase letters, digits and '-'{_ENDS}",
            f'metadata.namespace: Invalid value: "{namespace}": {_LABEL_RULE}',
        )


def _labels(labels: Mapping[str, Any]) -> Iterator[MetadataFault]:
    for key, value in labels.items():
        path = ("metadata", "labels", key)
        if value is None:
            continue
        if not isinstance(value, str):
            yield _wrong_type(path, value, "a string")
            continue
        yield from _key(path, key, "labels")
        if value and (len(value) > _LABEL_LENGTH or not _QUALIFIED.match(value)):
            yield MetadataFault(
                path,
                value,
                "a label value",
                f"use at most {_LABEL_LENGTH} letters, digits, '-', '_' and '.'{_ENDS}",
                f'metadata.labels: Invalid value: "{value}": {_VALUE_RULE}',
            )


def _annotations(annotations: Mapping[str, Any]) -> Iterator[MetadataFault]:
    for key, value in annotations.items():
        path = ("metadata", "annotations", key)
        if value is None:
            continue
        if not isinstance(value, str):
            yield _wrong_type(path, value, "a string")
            continue
        yield from _key(path, key.lower(), "annotations")
    size = sum(len(key) + len(value) for key, value in annotations.items() if isinstance(value, str))
    if size > _ANNOTATIONS_LENGTH:
        yield MetadataFault(
            ("metadata", "annotations"),
            size,
            f"at most {_ANNOTATIONS_LENGTH} bytes",
            None,
            f"metadata.annotations: Too long: may not be more than {_ANNOTATIONS_LENGTH} bytes",
        )


def _finalizers(finalizers: Sequence[Any]) -> Iterator[MetadataFault]:
    for index, finalizer in enumerate(finalizers):
        path = ("metadata", "finalizers", index)
        if isinstance(finalizer, str):
            yield from _key(path, finalizer, "finalizers")
        else:
            yield _wrong_type(path, finalizer, "a string")


def _owners(owners: Sequence[Any]) -> Iterator[MetadataFault]:
    for index, owner in enumerate(owners):
        path = ("metadata", "ownerReferences", index)
        if not isinstance(owner, Mapping):
            yield _wrong_type(path, owner, "a mapping")
            continue
        for key in _OF_OWNER:
            value = owner.get(key)
            if value is not None and not isinstance(value, str):
                yield _wrong_type((*path, key), value, "a string")
            elif not value:
                message = f'metadata.ownerReferences.{key}: Invalid value: "": must not be empty'
                yield MetadataFault((*path, key), None, "", None, message)


def _key(path: Path, key: str, parent: str) -> Iterator[MetadataFault]:
    """A qualified name: an optional DNS subdomain and a slash, then a name."""
    prefix, slash, name = key.rpartition("/")
    is_good = len(name) <= _LABEL_LENGTH and _QUALIFIED.match(name)
    if slash:
        is_good = is_good and len(prefix) <= _NAME_LENGTH and _SUBDOMAIN.match(prefix)
    if not is_good:
        yield MetadataFault(
            path,
            key,
            "a qualified name",
            "write name or example.com/name, with letters, digits, '-', '_' and '.'",
            f'metadata.{parent}: Invalid value: "{key}": {_KEY_RULE}',
        )
