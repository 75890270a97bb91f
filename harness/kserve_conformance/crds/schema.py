"""
The CRD schemas of every release, from one table.

``schemas.jsonl`` is made by ``scripts/crds``. Its first line names the generator and, for each release and variant,
the number of each kind's schema; every other line is one schema, which names its parts by their numbers. Releases
share almost all parts, so the table is small and a release is a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from kserve_conformance.exceptions import ProfileError

#: The variants in which KServe ships its CRDs. Minimal ones, since v0.13.0, check nothing below ``spec``.
FULL: Final = "full"
MINIMAL: Final = "minimal"
VARIANTS: Final = (FULL, MINIMAL)

#: ``metadata`` has a schema of its own in the API server, and every object has these three.
ROOT_FIELDS: Final = ("apiVersion", "kind", "metadata")


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


@dataclass(slots=True, eq=False)
class Schema:
    """
    What a CRD says of one value.

    ``additional`` is the schema of a map's values; ``list_keys`` name an element of a list of type ``map``.
    ``default`` is None where there is none: no CRD of KServe's has null as a default.
    """

    type: str | None = None
    properties: Mapping[str, Schema] = field(default_factory=dict)
    additional: Schema | None = None
    items: Schema | None = None
    required: tuple[str, ...] = ()
    enum: tuple[Any, ...] | None = None
    pattern: re.Pattern[str] | None = None
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    format: str | None = None
    is_int_or_string: bool = False
    preserves_unknown_fields: bool = False
    list_type: str | None = None
    list_keys: tuple[str, ...] = ()
    #: Whether a value or a part of it can have a default, so that most values are not walked for one.
    has_defaults: bool = False


def schema_of(release: str, kind: str, variant: str = FULL) -> Schema:
    """
    The schema that a release's CRD has for a kind. Raises ``ProfileError`` for a variant that the release lacks.

    >>> schema_of("v0.15.2", "InferenceService").required, "spec" in schema_of("v0.15.2", "InferenceService").properties
    ((), True)
    """
    header, schemas = _table()
    variants = header.roots[release]
    if variant not in variants:
        raise ProfileError(
            f"KServe {release} has no {variant} CRDs", hint=f"{release} has {' and '.join(variants)} CRDs"
        )
    return schemas[variants[variant][kind]]


def has_variant(release: str, variant: str) -> bool:
    """Whether a release ships its CRDs in a variant."""
    return variant in _table()[0].roots.get(release, {})


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
