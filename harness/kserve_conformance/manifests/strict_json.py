"""
JSON as the API server reads it: integers stay integers, duplicate keys are a problem, and NaN is invalid.

A text may hold one value after the other, as ``kubectl`` accepts it and as dumps
with one object per line are written.

Source: ``YAMLOrJSONDecoder`` in pkg/util/yaml/decoder.go, k8s.io/apimachinery;
``UnmarshalCaseSensitivePreserveInts`` in sigs.k8s.io/json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from kserve_conformance.limits import Limits, exceeds_values
from kserve_conformance.manifests import locations, scalars
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem, over

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_NEXT_LINE: Final = re.compile(r"\n(?=\{)")
SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_CONTAINERS: Final = (dict, list)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a JSON text: where it begins, and the problems that it has."""

    value: Any
    line: int
    begin: int
    problems: tuple[Problem, ...] = ()


#: Four times as fast as the standard library's decoder, but it does not notice duplicate keys.
_QUICK: Final = msgspec.json.Decoder(float_hook=scalars.number)


def quickly(text: str) -> dict[str, Any] | None:
    """
    Decode the text of one object in a plain layout; None if that needs the whole decoder, or fails.

    Duplicate keys are noticed by their colons: a string that holds the same two characters holds them encoded, too.

    >>> quickly('{"a": 1.0}'), quickly('{"a": 1, "a": 2}')
    ({'a': 1}, None)
    """
    if "\\u" in text:
        return None
    try:
        value = _QUICK.decode(text)
    except (msgspec.DecodeError, scalars.UnusableScalar, RecursionError):
        return None
    is_complete = type(value) is dict and text.count('":') == msgspec.json.encode(value).count(b'":')
    return value if is_complete else None


class Decoder:
    """The standard library's decoder with Kubernetes' numbers, noticing duplicates."""

    def __init__(self) -> None:
        #: Did the value decoded last have a key twice?
        self.has_duplicates = False
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._mapping,
            parse_float=scalars.number,
            parse_int=scalars.number,
            parse_constant=self._constant,
        ).raw_decode

    def decode(self, text: str, begin: int) -> tuple[Any, int]:
        """Decode the value at an offset, and say where it ends."""
        self.has_duplicates = False
        return self._decode(text, begin)

    def _mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            self.has_duplicates = True
        return mapping

    def _constant(self, name: str) -> Any:
        raise scalars.UnusableScalar(f"{name} has no JSON equivalent")


def values(text: str, limits: Limits) -> Iterator[Value]:
    """
    Decode one value after the other; what cannot be decoded comes as problems with the value None.

    After a syntax error reading goes on at the next line that begins an object.

    >>> [found.value for found in values('{"a": 1.0} {"b": 1e3}', Limits())]
    [{'a': 1}, {'b': 1000}]
    """
    decoder, position, line = Decoder(), 0, 1
    clean = not SURROGATE.search(text)
    while True:
        begin = _SPACE.match(text, position).end()  # type: ignore[union-attr]  # It matches nothing at all, too.
        line += text.count("\n", position, begin)
        if begin == len(text):
            return
        if exceeds_values(text, limits.values, begin):
            yield Value(None, line, begin, (over(limits, "values", "a value", line),))
            return
        try:
            value, position = decoder.decode(text, begin)
        except (ValueError, RecursionError) as error:
            yield Value(None, line, begin, (_problem(error, text, begin, line, limits),))
            error_at = error.pos if isinstance(error, json.JSONDecodeError) else begin
            following = _NEXT_LINE.search(text, max(error_at - 1, begin))
            if following is None:
                return
            position = following.end()
            line += text.count("\n", begin, position)
            continue
        problems = bounds(value, text, begin, position, line, limits, limits.depth)
        if decoder.has_duplicates:
            problems += duplicates(text, begin, line)
        yield Value(value if clean else without_surrogates(value), line, begin, problems)
        line += text.count("\n", begin, position)


def _problem(error: Exception, text: str, begin: int, line: int, limits: Limits) -> Problem:
    match error:
        case json.JSONDecodeError():
            at = line + text.count("\n", begin, error.pos)
            return Problem(ManifestCode.UNREADABLE, f"is not valid JSON: {error.msg}", line=at)
        case RecursionError():
            return too_deep(line, limits.depth)
        case _:
            return Problem(ManifestCode.UNREADABLE, f"invalid value: {error}", line=line)


def bounds(value: Any, text: str, begin: int, end: int, line: int, limits: Limits, depth: int) -> tuple[Problem, ...]:
    """The problem of a value that is nested too deep, or has too long a string; its text is between two offsets."""
    if end - begin > limits.value_bytes:
        # Escapes are taken for characters here, and escaped quotes for ends: close enough for a bound.
        longest = max(map(len, text[begin:end].split('"')))
        if longest > limits.value_bytes:
            message = f"contains a string of more than {limits.value_bytes:,} bytes"
            return (Problem(ManifestCode.TOO_LARGE, message, line=line),)
    if text.count("{", begin, end) + text.count("[", begin, end) > depth and height(value) > depth:
        return (too_deep(line, limits.depth),)
    return ()


def too_deep(line: int, depth: int) -> Problem:
    """The problem of a value that is nested too deep."""
    return Problem(
        ManifestCode.TOO_DEEP,
        f"nested more than {depth} levels deep",
        line=line,
        hint="no Kubernetes object is nested this deep",
    )


def height(value: Any) -> int:
    """
    How deep containers are nested in a value that the decoder made, which has a bound of its own.

    >>> height({"a": [[1], "[[["]}), height(1)
    (3, 0)
    """
    if type(value) is dict:
        return 1 + max([height(inner) for inner in value.values() if type(inner) in _CONTAINERS], default=0)
    if type(value) is list:
        return 1 + max([height(inner) for inner in value if type(inner) in _CONTAINERS], default=0)
    return 0


def duplicates(text: str, begin: int, line: int, path: Path = ()) -> tuple[Problem, ...]:
    """The duplicate keys of the value at an offset."""
    _, found = locations.in_json(text, set(), begin=begin, line=line)
    return tuple(duplicate(path + at, at_line) for at, at_line in found)


def duplicate(path: Path, line: int) -> Problem:
    """The problem of a key that a mapping has twice."""
    return Problem(
        ManifestCode.DUPLICATE_KEY,
        "duplicate key",
        path,
        line=line,
        hint="remove one of them: kubectl sends only the last one",
    )


def without_surrogates(value: Any) -> Any:
    """Replace each half of a surrogate pair by U+FFFD, as Go does."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {without_surrogates(key): without_surrogates(inner) for key, inner in value.items()}
        case list():
            return [without_surrogates(inner) for inner in value]
        case _:
            return value
