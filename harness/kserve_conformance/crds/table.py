"""
The CRD schemas of every release, from one table.

``schemas.jsonl`` is made by ``scripts/crds``. Its first line names the generator and, for each release and variant,
the number of each kind's schema; every other line is one schema, which names its parts by their numbers. Releases
share almost all parts, so the table is small and a release is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from kserve_conformance.crds.schema import Schema
from kserve_conformance.crds.structure import pruned
from kserve_conformance.exceptions import ProfileError
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, Manifest

#: The variants in which KServe ships its CRDs. Minimal ones, since v0.13.0, check nothing below ``spec``.
FULL: Final = "full"
MINIMAL: Final = "minimal"
VARIANTS: Final = (FULL, MINIMAL)


class _Row(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """One schema as a line of the table has it."""

    type: str | None = None
    properties: dict[str, int] = {}
    additional_properties: int | bool | None = None
    items: int | None = None
    required: list[str] = []
    enum: list[Any] | None = None
    pattern: str | None = None
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    format: str | None = None
    int_or_string: bool = False
    preserve_unknown_fields: bool = False
    list_type: str | None = None
    list_map_keys: list[str] = []


class _Header(msgspec.Struct, rename="camel"):
    """The first line of the table."""

    generator: str
    roots: dict[str, dict[str, dict[str, int]]]


class Crds(msgspec.Struct, frozen=True):
    """
    The CRDs of one release, in one variant: for each kind the number of its schema. Other kinds have no schema here.

    Releases with the same schemas have equal CRDs.
    """

    numbers: tuple[tuple[str, int], ...]

    def schema(self, kind: str) -> Schema:
        """
        The schema of a kind.

        >>> sorted(crds_of("v0.15.2").schema("ServingRuntime").properties)
        ['apiVersion', 'kind', 'metadata', 'spec', 'status']
        """
        _, schemas = _table()
        return schemas[dict(self.numbers)[kind]]

    def pruned(self, manifest: Manifest) -> Manifest:
        """
        The object as these CRDs store it: without the fields that they do not have.

        >>> runtime = {"kind": "ServingRuntime", "spec": {"hostIPC": True}}
        >>> crds_of("v0.13.1").pruned(runtime)
        {'kind': 'ServingRuntime', 'spec': {}}
        """
        kind = str(manifest.get("kind"))
        return pruned(manifest, self.schema(kind)) if kind in API_VERSIONS else manifest


@cache
def crds_of(release: str | None = None, variant: str = FULL) -> Crds:
    """The CRDs of a release, by default of the latest one. Raises ``ProfileError`` for a variant that it lacks."""
    roots = _table()[0].roots
    name = release or [name for name in roots if name != "main"][-1]
    if name not in roots:
        raise ProfileError(f"no CRDs for KServe {name}", hint="generate them with scripts/crds")
    if variant not in roots[name]:
        raise ProfileError(f"KServe {name} has no {variant} CRDs", hint=f"it has {' and '.join(roots[name])} CRDs")
    return Crds(tuple(sorted(roots[name][variant].items())))


@cache
def _table() -> tuple[_Header, tuple[Schema, ...]]:
    lines = files("kserve_conformance.crds").joinpath("schemas.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=_Row) for line in lines[1:]]
    schemas: list[Schema] = []
    for row in rows:
        # A schema stands behind all of its parts, so they are made already.
        schemas.append(_schema(row, schemas))
    return msgspec.json.decode(lines[0], type=_Header), tuple(schemas)


def _schema(row: _Row, parts: list[Schema]) -> Schema:
    number = row.additional_properties
    schema = Schema(
        type=row.type,
        properties={name: parts[number] for name, number in row.properties.items()},
        additional=parts[number] if number is not None and not isinstance(number, bool) else None,
        items=parts[row.items] if row.items is not None else None,
        required=tuple(row.required),
        enum=tuple(row.enum) if row.enum is not None else None,
        pattern=re.compile(row.pattern) if row.pattern is not None else None,
        default=row.default,
        minimum=row.minimum,
        maximum=row.maximum,
        min_length=row.min_length,
        max_length=row.max_length,
        min_items=row.min_items,
        format=row.format,
        is_int_or_string=row.int_or_string,
        preserves_unknown_fields=row.preserve_unknown_fields,
        list_type=row.list_type,
        list_keys=tuple(row.list_map_keys),
    )
    inside = [*schema.properties.values(), *filter(None, (schema.additional, schema.items))]
    schema.has_defaults = schema.default is not None or any(part.has_defaults for part in inside)
    return schema


def new_fields(before: Crds, after: Crds) -> tuple[str, ...]:
    """
    The fields that one release's CRDs have and an earlier one's do not; of a new part only its topmost field.

    >>> "ServingRuntime.spec.supportedModelFormats.priority" in new_fields(crds_of("v0.10.2"), crds_of("v0.11.1"))
    True
    """
    # A ClusterServingRuntime has the fields of a ServingRuntime.
    kinds = (kind for kind in API_VERSIONS if kind != CLUSTER_RUNTIME)
    return tuple(field for kind in kinds for field in _new(before.schema(kind), after.schema(kind), kind))


def _new(before: Schema, after: Schema, path: str) -> Iterator[str]:
    if before is after:
        return
    for name, schema in after.properties.items():
        known = before.properties.get(name)
        if known is None:
            yield f"{path}.{name}"
        else:
            yield from _new(known, schema, f"{path}.{name}")
    for inner, known in ((after.items, before.items), (after.additional, before.additional)):
        if inner is not None and known is not None:
            yield from _new(known, inner, path)
