"""Unknown fields and defaults, which the API server drops and adds before it validates an object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from kserve_conformance.crds.memo import Memo
from kserve_conformance.crds.schema import ROOT_FIELDS, Schema
from kserve_conformance.objects import Manifest

#: The path of a value in its object: keys and list indices.
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


#: The fields of elements of lists in ``metadata``. Source: ``OwnerReference`` and ``ManagedFieldsEntry``, same file.
_METADATA_LISTS: Final[Mapping[str, frozenset[str]]] = {
    "ownerReferences": frozenset({"apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"}),
    "managedFields": frozenset({"manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"}),
}


@dataclass(frozen=True, slots=True)
class UnknownField:
    """
    A field that the schema does not have, and that is dropped.

    ``nearest`` is the field that was probably intended, or None: the name of a sibling with a similar name, or the path
    of a field with the same name elsewhere in the object.
    """

    path: Path
    nearest: str | None = None

    @property
    def text(self) -> str:
        """The problem, with the field that was probably intended."""
        return f"unknown field {pointer(self.path)}" + (f": did you mean {self.nearest}?" if self.nearest else "")


#: For how many unknown fields of one object the intended field is looked up: more are not misspellings.
_COMPARED: Final = 50

_UNKNOWN: Memo[tuple[UnknownField, ...]] = Memo()


def unknown_fields(manifest: Manifest, schema: Schema) -> tuple[UnknownField, ...]:
    """
    The fields of an object that strict validation rejects and lenient validation drops, outermost first.

    Source: ``PruneWithOptions``, pkg/apiserver/schema/pruning/algorithm.go, k8s.io/apiextensions-apiserver v0.34.4.
    """
    key = _UNKNOWN.key(manifest, schema)
    known = _UNKNOWN.get(key)
    if known is not None:
        return known
    fields = (
        UnknownField(path, _nearest(path, manifest, schema) if number < _COMPARED else None)
        for number, path in enumerate(_unknown_at_root(manifest, schema))
    )
    return _UNKNOWN.keep(key, schema, tuple(fields))


def _unknown_at_root(manifest: Manifest, schema: Schema) -> Iterator[Path]:
    for key, value in manifest.items():
        if key in ROOT_FIELDS:
            continue
        known = schema.properties.get(key)
        if known is not None:
            yield from _unknown(value, known, (key,))
        elif not schema.preserves_unknown_fields:
            yield (key,)
    metadata = manifest.get("metadata")
    if isinstance(metadata, Mapping):
        for key, value in metadata.items():
            if key not in METADATA_FIELDS:
                yield "metadata", key
            elif key in _METADATA_LISTS and isinstance(value, list | tuple):
                yield from _unknown_of_elements(value, _METADATA_LISTS[key], ("metadata", key))


def _unknown_of_elements(elements: Sequence[Any], fields: frozenset[str], path: Path) -> Iterator[Path]:
    for index, element in enumerate(elements):
        if isinstance(element, Mapping):
            yield from ((*path, index, key) for key in element if key not in fields)


def _unknown(value: Any, schema: Schema | None, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping):
        properties = schema.properties if schema else {}
        for key, inner in value.items():
            known = properties.get(key)
            if known is not None:
                yield from _unknown(inner, known, (*path, key))
            elif schema is not None and schema.additional is not None:
                yield from _unknown(inner, schema.additional, (*path, key))
            elif schema is None or not schema.preserves_unknown_fields:
                yield *path, key
    elif isinstance(value, list | tuple):
        items = schema.items if schema else None
        if items is None and schema is not None and schema.preserves_unknown_fields:
            return
        for index, inner in enumerate(value):
            yield from _unknown(inner, items, (*path, index))


#: The length of the path of a field of ``metadata`` itself.
_OF_METADATA: Final = 2

#: Number of levels below an object in which to look for a field with the same name.
_LEVELS: Final = 3


def _nearest(path: Path, manifest: Manifest, schema: Schema) -> str | None:
    """The intended field: a sibling in another case, one with this name above or below, or one with a similar name."""
    name = str(path[-1])
    around = list(_around(path, manifest, schema))
    siblings = around[0][2]
    if name.lower() in map(str.lower, siblings):
        return _alike(name, siblings)
    below = list(_below(*around[0]))
    elsewhere = [(*place, name) for place, _, fields in around[1:] if name in fields]
    if name in METADATA_FIELDS:
        elsewhere.append(("metadata", name))
    elsewhere += [(*place, name) for place, fields in below if name in fields]
    if len(path) == 1 and name in schema.properties["spec"].properties:
        elsewhere.append(("spec", name))
    if elsewhere:
        return pointer(elsewhere[0])
    near = _alike(name, siblings)
    misspelled = ((*place, alike) for place, fields in below if (alike := _alike(name, fields)) is not None)
    return near or next(map(pointer, misspelled), None)


def _alike(name: str, fields: Mapping[str, Any]) -> str | None:
    """The field with the most similar name, compared case-insensitively."""
    folded = {one.lower(): one for one in fields}
    near = get_close_matches(name.lower(), folded, n=1, cutoff=0.75)
    return folded[near[0]] if near else None


def _around(path: Path, manifest: Manifest, schema: Schema) -> Iterator[tuple[Path, Any, Mapping[str, Any]]]:
    """The mappings around a field, the innermost first: path, value, and known fields of each."""
    if path[0] == "metadata":
        if len(path) > _OF_METADATA:
            yield path[:-1], {}, dict.fromkeys(_METADATA_LISTS[str(path[1])])
        yield path[:1], {}, dict.fromkeys(METADATA_FIELDS)
        yield (), {}, schema.properties
        return
    levels: list[tuple[Path, Any, Mapping[str, Any]]] = [((), manifest, schema.properties)]
    value: Any = manifest
    known: Schema | None = schema
    for index, part in enumerate(path[:-1], 1):
        value = value[part]
        if known is not None:
            known = known.items if isinstance(part, int) else known.properties.get(part, known.additional)
        if isinstance(value, Mapping):
            levels.append((path[:index], value, known.properties if known else {}))
    yield from reversed(levels)


def _below(place: Path, value: Any, fields: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Schema]]]:
    """The mappings below an object, including those in lists, with the known fields of each; the nearest first."""
    level = [(place, value, fields)]
    for _ in range(_LEVELS):
        following = []
        for where, mapping, known in level:
            for key, part in mapping.items():
                schema, path, inner = known.get(key), (*where, key), part
                if isinstance(part, list | tuple) and part and schema is not None:
                    schema, path, inner = schema.items, (*path, 0), part[0]
                if schema is not None and isinstance(inner, Mapping):
                    yield path, schema.properties
                    following.append((path, inner, schema.properties))
        level = following


def pointer(path: Path) -> str:
    """
    A path as the API server writes it.

    >>> pointer(("spec", "containers", 0, "env"))
    'spec.containers[0].env'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def pruned(manifest: Manifest, schema: Schema) -> Manifest:
    """
    The object without unknown fields; the same object if it has none.

    >>> from kserve_conformance.crds import crds_of
    >>> runtime = {"kind": "ServingRuntime", "spec": {"hostIPC": True}}
    >>> pruned(runtime, crds_of("v0.13.1").schema("ServingRuntime"))
    {'kind': 'ServingRuntime', 'spec': {}}
    """
    if not _has_unknown_at_root(manifest, schema):
        return manifest
    tree: dict[str | int, Any] = {}
    for path in _unknown_at_root(manifest, schema):
        branch = tree
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
        branch[path[-1]] = None
    pruned_manifest: Manifest = _without(manifest, tree)
    return pruned_manifest


def _has_unknown_at_root(manifest: Manifest, schema: Schema) -> bool:
    """Is there any unknown field? Nearly no object has one, and paths to nothing take time."""
    for key, value in manifest.items():
        if key in ROOT_FIELDS:
            continue
        known = schema.properties.get(key)
        if known is None:
            if not schema.preserves_unknown_fields:
                return True
        elif _has_unknown(value, known):
            return True
    metadata = manifest.get("metadata")
    return isinstance(metadata, Mapping) and not (
        metadata.keys() <= METADATA_FIELDS
        and all(
            not isinstance(each, Mapping) or each.keys() <= fields
            for key, fields in _METADATA_LISTS.items()
            for each in metadata.get(key) or ()
        )
    )


def _has_unknown(value: Any, schema: Schema) -> bool:
    """Has a value a field that its schema lacks? True for what this does not look at."""
    if type(value) is dict:
        properties, additional = schema.properties, schema.additional
        for key, inner in value.items():
            known = properties.get(key, additional)
            if known is None:
                if not schema.preserves_unknown_fields:
                    return True
            elif type(inner) is not str and _has_unknown(inner, known):
                return True
        return False
    if type(value) is list:
        items = schema.items
        if items is None:
            return bool(value) and not schema.preserves_unknown_fields
        return any(type(inner) is not str and _has_unknown(inner, items) for inner in value)
    return isinstance(value, Mapping | list | tuple)


def _without(value: Any, tree: Mapping[str | int, Any]) -> Any:
    """A value without the fields of a tree whose leaves are None."""
    if isinstance(value, Mapping):
        return {
            key: _without(inner, tree[key]) if key in tree else inner
            for key, inner in value.items()
            if key not in tree or tree[key] is not None
        }
    return [_without(inner, tree[index]) if index in tree else inner for index, inner in enumerate(value)]


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
