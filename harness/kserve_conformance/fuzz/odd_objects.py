"""
Random, mostly invalid objects of KServe's kinds, to compare what API servers and webhooks reject.

An object is either a typical one, with the fields that webhooks check, or generated from the release's CRDs, which
covers every field. Then a few mutations are applied: a field is misspelled, misplaced, duplicated or dropped, or its
value has another type, is out of range or empty. Object ``n`` of a seed is the same in every search.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from kserve_conformance.crds import Crds, Schema
from kserve_conformance.fuzz.plausible_objects import plausible
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, NAMESPACED_RUNTIME, SERVICE, Manifest

#: The namespace of namespaced objects.
NAMESPACE = "team-a"

#: Most rules are about services.
_KINDS = (SERVICE, SERVICE, SERVICE, NAMESPACED_RUNTIME, CLUSTER_RUNTIME)

#: Numbers of mutations of an object.
_ODDITIES = (0, 1, 1, 1, 2, 3)

#: Fields that are added in wrong places.
_STRAY = ("labels", "namespace", "nodeSelector", "foo", "autoselect", "volumes", "minReplicas", "storageUrl", "name")

_WORDS = (
    "a",
    "x-1",
    "v1",
    "v2",
    "",
    "true",
    "1",
    "1.0",
    "http",
    "TCP",
    "10",
    "1Gi",
    "500m",
    "-1",
    "abc def",
    "/a",
    "é",
)

_SCALARS: tuple[Any, ...] = (
    *(0, 1, -1, 3, 80, 65536, 3_000_000_000, 1.0, 1.5, 9e18, 10**19),
    *(True, False, None, [], {}, ["a"], {"a": "b"}, [None]),
)

#: Maximum depth of optional fields, and of all fields.
_WIDE, _DEEP = 7, 9

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class OddObjects:
    """The objects of one seed for the CRDs of one release."""

    seed: int
    crds: Crds

    def __iter__(self) -> Iterator[Manifest]:
        number = 0
        while True:
            number += 1
            yield self.make(number)

    def make(self, number: int) -> Manifest:
        """Make object ``number``, counted from one."""
        rng = Random(f"{self.seed}/{number}")  # noqa: S311 - Reproducible on purpose.
        kind = rng.choice(_KINDS)
        schema = self.crds.schema(kind)
        is_plausible = rng.random() < 0.6
        spec = plausible(rng, kind) if is_plausible else _from_schema(rng, schema.properties["spec"])
        metadata: dict[str, Any] = {"name": "odd"}
        if kind != CLUSTER_RUNTIME:
            metadata["namespace"] = NAMESPACE
        _add_metadata(rng, metadata, kind)
        whole = {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}
        if isinstance(spec, dict):
            for _ in range(rng.choice(_ODDITIES) if is_plausible else rng.choice((0, 0, 1))):
                rng.choice(_CHANGES)(rng, whole, schema)
        return whole


def _scalar(rng: Random) -> Any:
    return copy.deepcopy(rng.choice(_SCALARS)) if rng.random() < 0.5 else rng.choice(_WORDS)


def _add_metadata(rng: Random, metadata: dict[str, Any], kind: str) -> None:
    """Sometimes add an invalid name, annotations or labels; the webhooks read some annotations."""
    if rng.random() < 0.04:
        metadata["name"] = rng.choice(("Odd", "0dd", "odd.name", "odd_name", "-odd", "odd-", "o" * 64, "o" * 254))
    if kind == SERVICE and rng.random() < 0.3:
        metadata["annotations"] = dict(rng.sample(_ANNOTATIONS, rng.choice((1, 1, 2, 3))))
    if rng.random() < 0.03:
        metadata[rng.choice(("labels", "annotations"))] = rng.choice(
            ({"a b": "c"}, {"a": "é"}, {"a": "x" * 64}, {"a/b/c": "d"}, {"": "a"}, {"a": "b"}, {}, None)
        )
    if rng.random() < 0.02:
        metadata[rng.choice(("label", "annotation", "Name", "foo", "generatename"))] = rng.choice(("a", {"a": "b"}))


_PREFIX = "serving.kserve.io"

_ANNOTATIONS: tuple[tuple[str, str], ...] = tuple(
    (f"{_PREFIX}/{name}" if "/" not in name else name, value)
    for name, values in {
        "autoscalerClass": ("hpa", "external", "none", "keda", "odd", ""),
        "metrics": ("cpu", "memory", "concurrency", "rps", "odd"),
        "targetUtilizationPercentage": ("80", "0", "101", "-1", "1", "100", "a", "80.5"),
        "deploymentMode": ("RawDeployment", "Serverless", "ModelMesh", "Standard", "Knative", "odd", ""),
        "stop": ("true", "false", "odd"),
        "enable-prometheus-scraping": ("true", "odd"),
        "autoscaling.knative.dev/minScale": ("0", "1", "-1", "a"),
        "autoscaling.knative.dev/min-scale": ("0", "1", "-1", "a"),
        "autoscaling.knative.dev/max-scale": ("0", "1", "-1", "a"),
        "autoscaling.knative.dev/class": ("kpa.autoscaling.knative.dev", "odd"),
        "autoscaling.knative.dev/metric": ("concurrency", "odd"),
        "autoscaling.knative.dev/target": ("1", "0.01", "0", "a"),
    }.items()
    for value in values
)


def _from_schema(rng: Random, schema: Schema, depth: int = 0) -> Any:
    """A mostly valid value for a schema."""
    if rng.random() < 0.012:
        return _scalar(rng)
    if schema.type == "object" and not schema.is_int_or_string:
        return _object_from_schema(rng, schema, depth)
    if schema.type == "array" and schema.items is not None:
        items = [_from_schema(rng, schema.items, depth + 1) for _ in range(rng.choice((0, 1, 1, 2, 2)))]
        if items and rng.random() < 0.1:
            items.append(copy.deepcopy(items[0]))
        return items
    return _fitting(rng, schema)


def _object_from_schema(rng: Random, schema: Schema, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if schema.properties:
        names = list(schema.properties)
        picked = rng.sample(names, min(len(names), rng.choice((1, 1, 2, 2, 3)))) if depth < _WIDE else []
        required = schema.required if rng.random() < 0.97 else ()
        for name in dict.fromkeys((*picked, *required)):
            if depth <= _DEEP or name in schema.required:
                made[name] = _from_schema(rng, schema.properties[name], depth + 1)
    elif schema.additional is not None:
        for _ in range(rng.choice((0, 1, 2))):
            made[rng.choice("abc")] = _from_schema(rng, schema.additional, depth + 1)
    elif rng.random() < 0.3:
        made["k"] = "v"
    return made


def _fitting(rng: Random, schema: Schema) -> Any:
    if schema.enum:
        return rng.choice(schema.enum)
    if schema.is_int_or_string:
        return rng.choice((1, "1", "1Gi", "500m", 80, "odd"))
    values: dict[str | None, tuple[Any, ...]] = {
        "string": ("a", "b", "v1", "gs://a/b", "/x", "10"),
        "integer": (1, 2, 80, 8080, 0, -1),
        "boolean": (True, False),
        "number": (1, 0.5),
    }
    return rng.choice(values.get(schema.type, (None,)))


#: A mutation of an object, which may have no effect.
_Change = Callable[[Random, dict[str, Any], Schema], None]


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _container(whole: dict[str, Any], path: Path) -> Any:
    value: Any = whole
    for part in path:
        value = value[part]
    return value


def _pick(rng: Random, whole: dict[str, Any], *, fields_only: bool = False) -> tuple[Any, Any] | None:
    """A random value in the spec: its container, and its key or index."""
    places = [path for path in _places(whole["spec"], ("spec",)) if not fields_only or isinstance(path[-1], str)]
    if not places:
        return None
    path = rng.choice(places)
    return _container(whole, path[:-1]), path[-1]


def _replace(rng: Random, whole: dict[str, Any], schema: Schema) -> None:  # noqa: ARG001 - Every change is called alike.
    if picked := _pick(rng, whole):
        holder, key = picked
        holder[key] = _scalar(rng)


def _misspell(rng: Random, whole: dict[str, Any], schema: Schema) -> None:  # noqa: ARG001 - As above.
    if picked := _pick(rng, whole, fields_only=True):
        holder, key = picked
        odd = rng.choice((key[:-1], key.lower(), key.upper(), f"{key}s", key[:1].upper() + key[1:]))
        if odd and odd not in holder:
            holder[odd] = holder.pop(key)


def _add_stray(rng: Random, whole: dict[str, Any], schema: Schema) -> None:  # noqa: ARG001 - As above.
    holders = [whole, whole["spec"], *(_container(whole, path) for path in _places(whole["spec"], ("spec",)))]
    holder = rng.choice([one for one in holders if isinstance(one, dict)])
    holder.setdefault(rng.choice(_STRAY), _scalar(rng))


def _misplace(rng: Random, whole: dict[str, Any], schema: Schema) -> None:  # noqa: ARG001 - As above.
    """Move a field one level up or into a neighbour."""
    paths = [path for path in _places(whole["spec"], ("spec",)) if isinstance(path[-1], str) and len(path) > 2]
    if not paths:
        return
    path = rng.choice(paths)
    holder = _container(whole, path[:-1])
    around = _container(whole, path[:-2])
    neighbours = [one for key, one in holder.items() if isinstance(one, dict) and key != path[-1]]
    new = rng.choice([*neighbours, around])
    if isinstance(new, dict):
        new[str(path[-1])] = holder.pop(path[-1])


def _drop(rng: Random, whole: dict[str, Any], schema: Schema) -> None:  # noqa: ARG001 - As above.
    if picked := _pick(rng, whole):
        holder, key = picked
        del holder[key]


def _duplicate(rng: Random, whole: dict[str, Any], schema: Schema) -> None:  # noqa: ARG001 - As above.
    lists = [
        one for path in _places(whole["spec"], ("spec",)) if isinstance(one := _container(whole, path), list) and one
    ]
    if lists:
        chosen = rng.choice(lists)
        chosen.append(copy.deepcopy(rng.choice(chosen)))


def _add_known(rng: Random, whole: dict[str, Any], schema: Schema) -> None:
    """Add a known field with a mostly valid value somewhere in the spec."""
    known = schema.properties["spec"]
    holder: Any = whole["spec"]
    while isinstance(holder, dict) and known.properties:
        inside = [
            name for name, one in known.properties.items() if isinstance(holder.get(name), dict) and one.properties
        ]
        if inside and rng.random() < 0.7:
            name = rng.choice(inside)
            holder, known = holder[name], known.properties[name]
            continue
        name = rng.choice(list(known.properties))
        holder[name] = _from_schema(rng, known.properties[name], 3)
        return


_CHANGES: tuple[_Change, ...] = (
    _replace,
    _replace,
    _misspell,
    _add_stray,
    _misplace,
    _drop,
    _duplicate,
    _add_known,
    _add_known,
)
