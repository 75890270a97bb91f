"""Smaller versions of any manifest: a field, an element or a level less, the largest parts first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kserve_conformance.objects import Manifest

#: What an object cannot do without.
_KEPT = frozenset(
    {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace"), ("spec",)}
)

Path = tuple[str | int, ...]


def smaller_manifests(manifest: Manifest) -> Iterator[Manifest]:
    """Every manifest with one part less, outermost parts first."""
    paths = sorted(_paths(manifest), key=len)
    for path in paths:
        if path not in _KEPT:
            yield _without(manifest, path)
    name = ("metadata", "name")
    if manifest["metadata"]["name"] != "odd":
        yield _with(manifest, name, "odd")
    for path in paths:
        value = _at(manifest, path)
        if isinstance(value, str) and len(value) > 1 and path[0] == "spec":
            yield _with(manifest, path, "a")


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _without(value: Any, path: Path) -> Any:
    head, *rest = path
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[head] = _without(copy[head], tuple(rest))
    else:
        del copy[head]
    return copy


def _with(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(copy[path[0]], path[1:], new)
    return copy
