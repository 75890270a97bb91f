"""
Is what a feature states part of what was observed?

Mappings match if every stated key does. Lists of named items match by name, in any
order; other lists must be equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any


class Absent(Enum):
    """A value that is absent: equal to no value of a manifest, neither null nor the word "nothing"."""

    ABSENT = "nothing"

    def __repr__(self) -> str:
        return self.value


ABSENT = Absent.ABSENT


def mismatches(expected: Any, observed: Any, where: str = "") -> Iterator[str]:
    """Each part that is missing or differs, as ``where: expected …, observed …``."""
    if isinstance(expected, Mapping):
        if not isinstance(observed, Mapping):
            yield _mismatch(where, expected, observed)
            return
        for key, value in expected.items():
            yield from mismatches(value, observed.get(key, ABSENT), f"{where}.{key}" if where else str(key))
    elif _are_named(expected) and isinstance(observed, Sequence) and not isinstance(observed, str):
        by_name = {item.get("name"): item for item in observed if isinstance(item, Mapping)}
        for item in expected:
            yield from mismatches(item, by_name.get(item["name"], ABSENT), f"{where}[{item['name']}]")
    elif not equal(expected, observed):
        yield _mismatch(where, expected, observed)


def equal(one: Any, other: Any) -> bool:
    """
    Are two JSON values equal? Unlike in Python, true is not 1.

    >>> equal([{"replicas": 1}], [{"replicas": True}])
    False
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def _are_named(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(item, Mapping) and "name" in item for item in value)
    )


def _mismatch(where: str, expected: Any, observed: Any) -> str:
    return f"{where or 'everything'}: expected {expected!r}, observed {observed!r}"


def at_dotted(value: Any, path: str) -> Any:
    """
    Follow a dotted path; a list is entered by an item's name or index. ``ABSENT`` where it ends early.

    >>> at_dotted({"env": [{"name": "A", "value": "1"}]}, "env.A.value")
    '1'
    """
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            named = next((item for item in value if isinstance(item, Mapping) and item.get("name") == part), ABSENT)
            if named is ABSENT and part.isdigit() and int(part) < len(value):
                named = value[int(part)]
            value = named
        else:
            return ABSENT
        if value is ABSENT:
            return ABSENT
    return value
