"""
Validation of values against a schema, with the API server's own messages.

Source: ``ValidateCustomResource``, pkg/apiserver/validation/validation.go, and ``ValidateListSetsAndMaps``,
pkg/apiserver/schema/listtype/validation.go, k8s.io/apiextensions-apiserver v0.34.4; messages of
pkg/validation/errors/schema.go, k8s.io/kube-openapi.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kserve_conformance.crds.schema import ROOT_FIELDS, Schema
from kserve_conformance.crds.structure import Path, pointer
from kserve_conformance.objects import Manifest


class Fault(StrEnum):
    """What is wrong with a value."""

    TYPE = "TYPE"
    REQUIRED = "REQUIRED"
    ENUM = "ENUM"
    PATTERN = "PATTERN"
    RANGE = "RANGE"
    LENGTH = "LENGTH"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that the schema does not allow; ``message`` is the API server's."""

    path: Path
    fault: Fault
    value: Any
    schema: Schema
    message: str


def violations(manifest: Manifest, schema: Schema) -> Iterator[Violation]:
    """All violations in a pruned and defaulted object, except in ``metadata``, which has its own schema."""
    for name in schema.required:
        if manifest.get(name) is None:
            yield _violation((name,), Fault.REQUIRED, None, schema, "Required value")
    for key, value in manifest.items():
        if key in schema.properties and key not in ROOT_FIELDS:
            yield from _violations(value, schema.properties[key], (key,))


def _violations(value: Any, schema: Schema, path: Path) -> Iterator[Violation]:
    if not has_type(value, schema):
        expected = "integer,string" if schema.is_int_or_string else str(schema.type)
        found = type_name(value)
        where = pointer(path)
        yield _violation(
            path,
            Fault.TYPE,
            value,
            schema,
            f'Invalid value: "{found}": {where} in body must be of type {expected}: "{found}"',
        )
        return
    if schema.enum is not None and value not in schema.enum:
        supported = ", ".join(json.dumps(one) for one in schema.enum)
        yield _violation(
            path, Fault.ENUM, value, schema, f"Unsupported value: {_json(value)}: supported values: {supported}"
        )
    if isinstance(value, str):
        yield from _of_string(value, schema, path)
    elif isinstance(value, Mapping):
        yield from _of_object(value, schema, path)
    elif isinstance(value, list | tuple):
        yield from _of_list(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(value, schema, path)


def _of_string(value: str, schema: Schema, path: Path) -> Iterator[Violation]:
    if schema.pattern is not None and not schema.pattern.search(value):
        yield _in_body(path, Fault.PATTERN, value, schema, f"should match '{schema.pattern.pattern}'")
    if schema.min_length is not None and len(value) < schema.min_length:
        yield _in_body(path, Fault.LENGTH, value, schema, f"should be at least {schema.min_length} chars long")
    if schema.max_length is not None and len(value) > schema.max_length:
        message = f"Too long: may not be more than {schema.max_length} bytes"
        yield _violation(path, Fault.LENGTH, value, schema, message)


def _of_number(value: float, schema: Schema, path: Path) -> Iterator[Violation]:
    if schema.minimum is not None and value < schema.minimum:
        yield _in_body(path, Fault.RANGE, value, schema, f"should be greater than or equal to {schema.minimum:g}")
    if schema.maximum is not None and value > schema.maximum:
        yield _in_body(path, Fault.RANGE, value, schema, f"should be less than or equal to {schema.maximum:g}")


def _of_object(value: Mapping[str, Any], schema: Schema, path: Path) -> Iterator[Violation]:
    for name in schema.required:
        if name not in value:
            yield _violation((*path, name), Fault.REQUIRED, None, schema, "Required value")
    for key, inner in value.items():
        known = schema.properties.get(key, schema.additional)
        if known is not None:
            yield from _violations(inner, known, (*path, key))


def _of_list(value: list[Any] | tuple[Any, ...], schema: Schema, path: Path) -> Iterator[Violation]:
    if schema.min_items is not None and len(value) < schema.min_items:
        yield _violation(
            path,
            Fault.LENGTH,
            value,
            schema,
            f"Invalid value: {len(value)}: {pointer(path)} in body should have at least {schema.min_items} items",
        )
    if schema.items is not None:
        for index, inner in enumerate(value):
            yield from _violations(inner, schema.items, (*path, index))
    if schema.list_type in ("map", "set"):
        yield from _duplicates(value, schema, path)


def _duplicates(value: list[Any] | tuple[Any, ...], schema: Schema, path: Path) -> Iterator[Violation]:
    """Duplicate elements of a set, or keys of a list map."""
    counts: Counter[str] = Counter()
    is_map = schema.list_type == "map"
    if is_map and not all(isinstance(inner, Mapping) for inner in value):
        return  # Then the API server does not compare keys.
    for index, inner in enumerate(value):
        key = {name: inner[name] for name in schema.list_keys if name in inner} if is_map else inner
        text = json.dumps(key, sort_keys=True, separators=(",", ":"))
        counts[text] += 1
        # The API server reports a duplicate only once, however often it occurs.
        if counts[text] == _TWICE:
            yield _violation((*path, index), Fault.DUPLICATE, inner, schema, f"Duplicate value: {text}")


_TWICE = 2


#: The largest number up to which JSON's floating-point numbers count as whole. Source: ``IsFloat64AJSONInteger``, swag.
_SAFE_INTEGER = 2**53 - 1


def _is_integer(value: Any) -> bool:
    """Whether Go's decoder keeps the number whole: it reads what does not fit in 64 bits as floating-point."""
    if isinstance(value, int):
        return not isinstance(value, bool) and -(2**63) <= value < 2**63
    return isinstance(value, float) and value.is_integer() and abs(value) <= _SAFE_INTEGER


#: The values that each type of a schema accepts. A whole number may be written with a fraction of zero.
_TAKES: Mapping[str | None, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list | tuple),
    None: lambda _: True,
}


def has_type(value: Any, schema: Schema) -> bool:
    """Whether a value has its schema's type."""
    if schema.is_int_or_string:
        return isinstance(value, str) or _is_integer(value)
    return _TAKES[schema.type](value)


_TYPE_NAMES = ((bool, "boolean"), (str, "string"), (Mapping, "object"), (list | tuple, "array"))


def type_name(value: Any) -> str:
    """A value's type in JSON Schema, as in the messages of the API server."""
    if value is None:
        return "null"
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return "integer" if isinstance(value, int) and _is_integer(value) else "number"


def _violation(path: Path, fault: Fault, value: Any, schema: Schema, message: str) -> Violation:
    return Violation(path, fault, value, schema, f"{pointer(path)}: {message}")


def _in_body(path: Path, fault: Fault, value: Any, schema: Schema, words: str) -> Violation:
    return _violation(path, fault, value, schema, f"Invalid value: {_json(value)}: {pointer(path)} in body {words}")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
