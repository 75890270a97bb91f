"""
Plain services: what nearly all services of a dump are, decoded as far as they are read.

A service is plain if it has only the fields that an API server writes, a name and a namespace that KServe accepts, and
labels and annotations that are texts. Its spec is not decoded: two specs of the same text but for the path of the model
are equal. The status and the managed fields decide nothing but the recorded deployment mode. Anything else, and the
first service of each kind, is read by the whole loader, so that the results are the loader's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from kserve_conformance.limits import Limits
from kserve_conformance.manifests.fingerprint import (
    generic_uri,
    has_plain_name,
    label_keys,
    read_annotations,
    uri_of,
)
from kserve_conformance.manifests.scalars import UnusableScalar, number
from kserve_conformance.manifests.strict_json import height, quickly
from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest, is_stored

#: The end of the names that stand for generated ones.
_GENERATED: Final = "xxxxx"
_URI_KEY: Final = b'"storageUri"'
_URI_VALUE: Final = re.compile(rb'\s*:\s*"([^"\\]*)"')
#: Stands for the path of a model in the text of a spec, where :func:`is_model_uri` looks for it.
_SENTINEL: Final = "s3://kserve-conformance-sentinel"


class PlainService(NamedTuple):
    """
    A service, as far as it is read.

    ``key`` is equal for services that have equal fingerprints (:mod:`kserve_conformance.manifests.fingerprint`),
    though not the other way round. ``spec`` is the text of the spec without the path of its model.
    """

    name: str
    namespace: str
    uri: str
    key: tuple[Any, ...]
    spec: bytes


class _Metadata(Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    name: str
    namespace: str | UnsetType = UNSET
    uid: str | UnsetType = UNSET
    labels: dict[str, str] | UnsetType | None = UNSET
    annotations: dict[str, str] | UnsetType | None = UNSET
    generate_name: str | UnsetType = UNSET
    self_link: Any = UNSET
    resource_version: Any = UNSET
    generation: Any = UNSET
    creation_timestamp: Any = UNSET
    deletion_timestamp: Any = UNSET
    deletion_grace_period_seconds: Any = UNSET
    owner_references: Any = UNSET
    finalizers: Any = UNSET
    managed_fields: Any = UNSET


class _Service(Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    api_version: str
    kind: str
    metadata: _Metadata
    spec: Raw | UnsetType = UNSET
    status: dict[str, Any] | UnsetType = UNSET


#: Numbers are read as the loader reads them, so that it reports those that are out of range.
_DECODE: Final = msgspec.json.Decoder(_Service, float_hook=number).decode
_VERSION: Final = API_VERSIONS[SERVICE]
_WITH_UID: Final = {"metadata": {"uid": "a"}}
_WITHOUT_UID: Final[Manifest] = {"metadata": {}}


class PlainServices:
    """Decodes plain services within the limits, for a loader's namespace and its services that are stored."""

    def __init__(
        self, limits: Limits, namespace: str | None, is_stored: Callable[[Manifest], bool] = is_stored
    ) -> None:
        #: Whether a service with a uid, and one without, is written, so that duplicate keys count.
        self._is_written = {is_new: not is_stored(_WITHOUT_UID if is_new else _WITH_UID) for is_new in (True, False)}
        self._most = min(limits.value_bytes, 2 * limits.values, 256 * 1024)
        #: Within a list, two levels are around a service.
        self._depth = limits.depth - 2
        self._namespace = namespace

    def decoded(self, text: bytes) -> PlainService | None:
        """The service that a JSON text is; None if it is anything else, or not plain."""
        service = _decoded(text) if len(text) <= self._most else None
        if service is None or service.spec is UNSET:
            return None
        if text.count(b"{") + text.count(b"[") > self._depth and height(msgspec.json.decode(text)) > self._depth:
            return None
        metadata = service.metadata
        namespace = self._namespace_of(metadata)
        is_new = metadata.uid is UNSET
        mode = None if service.status is UNSET else service.status.get("deploymentMode")
        if namespace is None or not _is_plain(service) or not (mode is None or type(mode) is str):
            return None
        if self._is_written[is_new] and quickly(text.decode()) is None:
            return None
        spec = bytes(service.spec)
        uri, at = "", spec.find(_URI_KEY)
        if at >= 0:
            match = _URI_VALUE.match(spec, at + len(_URI_KEY))
            if match is None:
                return None
            uri = match[1].decode()
            spec = b"%b%b%b" % (spec[: match.start(1)], generic_uri(uri).encode(), spec[match.end(1) :])
        labels, annotations = metadata.labels, metadata.annotations
        key = (
            spec,
            tuple(label_keys(labels)) if labels else labels == {},
            tuple(read_annotations(annotations)) if annotations else annotations == {},
            is_new,
            mode,
        )
        return PlainService(metadata.name, namespace, uri, key, spec)

    def _namespace_of(self, metadata: _Metadata) -> str | None:
        """The namespace of a service; None if it is not plain, or not the one that is wanted."""
        namespace = metadata.namespace
        if namespace is UNSET:
            return "default" if self._namespace is None else None
        is_wanted = self._namespace is None or namespace == self._namespace
        return namespace if is_wanted and has_plain_name(namespace) else None


def _decoded(text: bytes) -> _Service | None:
    try:
        service = _DECODE(text)
    except (msgspec.DecodeError, UnicodeDecodeError, UnusableScalar, RecursionError):
        return None
    return service if service.kind == SERVICE and service.api_version == _VERSION else None


def _is_plain(service: _Service) -> bool:
    """Is the name plain, and is there nothing that an API server would reject or overwrite?"""
    metadata = service.metadata
    name = metadata.name
    if not has_plain_name(name) or (metadata.generate_name is not UNSET and name.endswith(_GENERATED)):
        return False
    return metadata.uid is not UNSET or not (service.status is not UNSET or _has_more(metadata))


def _has_more(metadata: _Metadata) -> bool:
    """Has an object that was not read from an API server more than a name and what describes it?"""
    return any(getattr(metadata, field) is not UNSET for field in _MORE)


_MORE: Final = tuple(
    field for field in _Metadata.__struct_fields__ if field not in ("name", "namespace", "uid", "labels", "annotations")
)


def is_model_uri(spec: bytes, generic: str) -> bool:
    """Is the URI that was made generic in a spec's text the one of its model, and nothing else?"""
    at = spec.find(_URI_KEY)
    if at < 0:
        return True
    match = _URI_VALUE.match(spec, at + len(_URI_KEY))
    if match is None or match[1].decode() != generic:
        return False
    text = spec[: match.start(1)] + _SENTINEL.encode() + spec[match.end(1) :]
    try:
        return uri_of({"spec": msgspec.json.decode(text)}) == _SENTINEL
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
