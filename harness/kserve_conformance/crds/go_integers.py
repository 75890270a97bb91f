"""
Integers that a schema allows and Go cannot decode.

A CRD's ``format: int32`` limits nothing, so the API server stores any integer, unless a webhook decodes the object.

Source: encoding/json (``UnmarshalTypeError``), and type ``IntOrString``, k8s.io/apimachinery,
pkg/util/intstr/intstr.go. Observed on the controllers of v0.15.2 and v0.20.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kserve_conformance.crds.memo import Memo
from kserve_conformance.crds.schema import Schema
from kserve_conformance.crds.structure import Path
from kserve_conformance.objects import Manifest

#: The bounds of an int32.
INT32: Final = range(-(2**31), 2**31)


_UNDECODABLE: Memo[tuple[tuple[Path, int], ...]] = Memo()


def undecodable_integers(manifest: Manifest, schema: Schema) -> tuple[tuple[Path, int], ...]:
    """The integers of an object that overflow the int32 of its Go type, with their paths."""
    key = _UNDECODABLE.key(manifest, schema)
    known = _UNDECODABLE.get(key)
    if known is not None:
        return known
    return _UNDECODABLE.keep(key, schema, tuple(_undecodable(manifest, schema, ())))


def _is_large(value: Any) -> bool:
    return isinstance(value, int | float) and value == value // 1 and not INT32.start <= value < INT32.stop


def _undecodable(value: Any, schema: Schema | None, path: Path) -> Iterator[tuple[Path, int]]:
    if schema is None:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _undecodable(inner, schema.properties.get(key, schema.additional), (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _undecodable(inner, schema.items, (*path, index))
    # A quantity is also an integer or a string, but has a pattern and no bounds.
    elif _is_large(value) and (schema.format == "int32" or (schema.is_int_or_string and schema.pattern is None)):
        yield path, int(value)
