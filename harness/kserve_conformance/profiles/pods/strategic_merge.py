"""
Strategic merge: how Kubernetes lays one container or pod spec over another.

Objects are merged key by key. A list of things that are known by a key is
merged by that key, in an order that puts what the patch names first; every
other list is replaced. Source: ``StrategicMergePatch``, k8s.io/apimachinery,
pkg/util/strategicpatch/patch.go; the keys are ``patchMergeKey`` of k8s.io/api,
core/v1/types.go.

Only what KServe can send is here: its patches are marshalled from typed
objects, so they hold no directives and no null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The lists that are merged, and the key that identifies their elements.
MERGE_KEYS = {
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ports": "containerPort",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}


class MissingMergeKey(ValueError):
    """An element of a list that is merged by a key does not have it, so Kubernetes cannot merge the list."""

    def __init__(self, element: Mapping[str, Any], key: str) -> None:
        fields = " ".join(f"{name}:{element[name]}" for name in sorted(element))
        super().__init__(f"map: map[{fields}] does not contain declared merge key: {key}")


def merged(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """
    Lay a patch over an object; neither is changed.

    Raises :class:`MissingMergeKey`.

    >>> merged({"a": 1, "env": [{"name": "X", "value": "1"}]}, {"env": [{"name": "Y"}, {"name": "X", "value": "2"}]})
    {'a': 1, 'env': [{'name': 'Y'}, {'name': 'X', 'value': '2'}]}
    """
    result = dict(original)
    for key, value in patch.items():
        result[key] = _merged_value(key, result.get(key), value)
    return result


def _merged_value(key: str, original: Any, patch: Any) -> Any:
    if isinstance(original, Mapping) and isinstance(patch, Mapping):
        return merged(original, patch)
    if isinstance(original, list) and isinstance(patch, list) and key in MERGE_KEYS:
        return _merged_list(original, patch, MERGE_KEYS[key])
    return patch


def _merged_list(original: list[Any], patch: list[Any], key: str) -> list[Any]:
    elements = [dict(element) for element in original]
    for element in (*patch, *original):
        if key not in element:
            raise MissingMergeKey(element, key)
    for element in patch:
        index = _index(elements, element[key], key)
        if index is None:
            elements.append(dict(element))
        else:
            elements[index] = merged(elements[index], element)
    return _in_order(elements, original, patch, key)


def _in_order(elements: list[Any], original: list[Any], patch: list[Any], key: str) -> list[Any]:
    """
    What the patch names is in the patch's order; what only the original has is put before it where it stood before it.

    Source: ``normalizeElementOrder``, k8s.io/apimachinery, pkg/util/strategicpatch/patch.go.
    """
    patched = [element for element in elements if _index(patch, element[key], key) is not None]
    unpatched = [element for element in elements if _index(patch, element[key], key) is None]
    named = sorted(patched, key=lambda element: _index(patch, element[key], key) or 0)
    others = sorted(unpatched, key=lambda element: _index(original, element[key], key) or 0)

    result = []
    while named and others:
        here, there = _index(original, others[0][key], key), _index(original, named[0][key], key)
        first = others if here is not None and there is not None and here < there else named
        result.append(first.pop(0))
    return result + named + others


def _index(elements: list[Any], value: Any, key: str) -> int | None:
    return next((index for index, element in enumerate(elements) if element.get(key) == value), None)
