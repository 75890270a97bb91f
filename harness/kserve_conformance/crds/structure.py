"""Unknown fields and defaults: what an API server drops from an object and adds to it before it is validated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from kserve_conformance.crds.memo import Memo
from kserve_conformance.crds.schema import ROOT_FIELDS, Schema
from kserve_conformance.objects import Manifest

#: Where a value is inside its object: keys and list indices.
Path = tuple[str | int, ...]

#: The fields of ``metadata``. Source: ``ObjectMeta``, k8s.io/apimachinery v0.34.4, pkg/apis/meta/v1/types.go.
METADATA_FIELDS: Final = frozenset(
    {
        "name",
        "generateName",
        "namespace",
        "selfLink",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
        "managedFields",
    }
)


@dataclass(frozen=True, slots=True)
class UnknownField:
    """
    A field that the schema does not have, and that is dropped.

    ``nearest`` is a field that may have been meant: one of the same object that is spelled alike, or None.
    """

    path: Path
    nearest: str | None = None


_UNKNOWN: Memo[tuple[UnknownField, ...]] = Memo()


def unknown_fields(manifest: Manifest, schema: Schema) -> tuple[UnknownField, ...]:
    """
    The fields of an object that strict validation rejects and lenient validation drops, outermost first.

    Source: ``PruneWithOptions``, pkg/apiserver/schema/pruning/algorithm.go, k8s.io/apiextensions-apiserver v0.34.4.
    """
    key = _UNKNOWN.key(manifest, schema)
    known = _UNKNOWN.get(key)
    return known if known is not None else _UNKNOWN.keep(key, schema, tuple(_unknown_at_root(manifest, schema)))


def _unknown_at_root(manifest: Manifest, schema: Schema) -> Iterator[UnknownField]:
    for key, value in manifest.items():
        if key in ROOT_FIELDS:
            continue
        known = schema.properties.get(key)
        if known is not None:
            yield from _unknown(value, known, (key,))
        elif not schema.preserves_unknown_fields:
            yield UnknownField((key,), _nearest(key, schema.properties))
    metadata = manifest.get("metadata")
    if isinstance(metadata, Mapping):
        for key in metadata:
            if key not in METADATA_FIELDS:
                yield UnknownField(("metadata", key), _nearest(key, METADATA_FIELDS))


def _unknown(value: Any, schema: Schema | None, path: Path) -> Iterator[UnknownField]:
    if isinstance(value, Mapping):
        properties = schema.properties if schema else {}
        for key, inner in value.items():
            known = properties.get(key)
            if known is not None:
                yield from _unknown(inner, known, (*path, key))
            elif schema is not None and schema.additional is not None:
                yield from _unknown(inner, schema.additional, (*path, key))
            elif schema is None or not schema.preserves_unknown_fields:
                yield UnknownField((*path, key), _nearest(key, properties))
    elif isinstance(value, list | tuple):
        items = schema.items if schema else None
        if items is None and schema is not None and schema.preserves_unknown_fields:
            return
        for index, inner in enumerate(value):
            yield from _unknown(inner, items, (*path, index))


def _nearest(name: str, known: Mapping[str, Any] | frozenset[str]) -> str | None:
    """The known name that this one was most likely meant to be."""
    alike = {one.lower(): one for one in known}
    folded = name.lower()
    if folded in alike:
        return alike[folded]
    near = get_close_matches(folded, alike, n=1, cutoff=0.75)
    return alike[near[0]] if near else None


def pruned(manifest: Manifest, schema: Schema) -> Manifest:
    """
    The object without its unknown fields; the same object where it has none.

    >>> from kserve_conformance.crds import crds_of
    >>> runtime = {"kind": "ServingRuntime", "spec": {"hostIPC": True}}
    >>> pruned(runtime, crds_of("v0.13.1").schema("ServingRuntime"))
    {'kind': 'ServingRuntime', 'spec': {}}
    """
    unknown = unknown_fields(manifest, schema)
    for one in unknown:
        manifest = _without(manifest, one.path)
    return manifest


def _without(value: Any, path: Path) -> Any:
    head, *rest = path
    if isinstance(head, int):
        copy = list(value)
        copy[head] = _without(copy[head], tuple(rest))
        return copy
    if not rest:
        return {key: inner for key, inner in value.items() if key != head}
    return {**value, head: _without(value[head], tuple(rest))}


def defaulted(manifest: Manifest, schema: Schema) -> Manifest:
    """
    The object with the schema's defaults, and without nulls that the schema does not allow.

    Source: ``Default`` and ``PruneNonNullableNullsWithoutDefaults``, pkg/apiserver/schema/defaulting/algorithm.go,
    k8s.io/apiextensions-apiserver v0.34.4.
    """
    return {
        key: _defaulted(value, schema.properties[key]) if key in schema.properties and key not in ROOT_FIELDS else value
        for key, value in manifest.items()
        if value is not None or key in ROOT_FIELDS
    }


def _defaulted(value: Any, schema: Schema) -> Any:
    if isinstance(value, Mapping):
        return _defaulted_mapping(value, schema)
    if isinstance(value, list | tuple) and schema.items is not None:
        items = schema.items
        if not (items.has_defaults or any(map(_may_hold_null, value))):
            return value
        return [_defaulted(items.default if inner is None else inner, items) for inner in value]
    return value


def _may_hold_null(value: Any) -> bool:
    return value is None or isinstance(value, Mapping | list | tuple)


def _defaulted_mapping(value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, inner in value.items():
        known = schema.properties.get(key, schema.additional)
        found = known.default if inner is None and known is not None else inner
        if found is not None:
            result[key] = _defaulted(found, known) if known is not None else found
    if schema.has_defaults:
        for key, known in schema.properties.items():
            if known.default is not None and key not in result:
                result[key] = known.default
    return result
