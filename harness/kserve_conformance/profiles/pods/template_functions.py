"""
The functions of Go templates that placeholders can use.

Source: text/template/funcs.go of the Go standard library. What is not understood
here, Go may still accept, so it raises ``UnknownSyntax`` rather than a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kserve_conformance.profiles.pods.template_syntax import UnknownSyntax

#: The text of a missing key.
MISSING = None


def printed(value: Any) -> str:
    """A value as Go prints it in the place of an action: nothing for what is missing."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Mapping():
            return f"map[{' '.join(f'{key}:{value[key]}' for key in sorted(value))}]"
        case list():
            return f"[{' '.join(value)}]"
    return str(value)


def first_empty(values: Sequence[Any]) -> Any:
    """``and``: the first empty value, or the last one."""
    _expect(bool(values), "and")
    return next((value for value in values if not value), values[-1])


def first_filled(values: Sequence[Any]) -> Any:
    """``or``: the first value that is not empty, or the last one."""
    _expect(bool(values), "or")
    return next((value for value in values if value), values[-1])


def negated(values: Sequence[Any]) -> bool:
    """``not``: is the value empty?"""
    _expect(len(values) == 1, "not")
    return not values[0]


def equal(values: Sequence[Any]) -> bool:
    """``eq`` of texts: is the first one equal to any of the others?"""
    _expect(len(values) > 1 and all(isinstance(value, str) for value in values), "eq")
    return values[0] in values[1:]


def unequal(values: Sequence[Any]) -> bool:
    """``ne`` of two texts."""
    _expect(len(values) == 2 and all(isinstance(value, str) for value in values), "ne")
    return bool(values[0] != values[1])


def length(values: Sequence[Any]) -> int:
    """``len``: the bytes of a text, or the elements of a list or map."""
    _expect(len(values) == 1 and isinstance(values[0], str | Mapping | list), "len")
    return len(values[0].encode() if isinstance(values[0], str) else values[0])


def at_key(values: Sequence[Any]) -> str:
    """``index`` of a map: the text at a key, an empty one where there is none."""
    _expect(len(values) == 2 and isinstance(values[0], Mapping) and isinstance(values[1], str), "index")
    return str(values[0].get(values[1], ""))


def concatenated(values: Sequence[Any]) -> str:
    """``print``: with a space between two values if neither is a text."""
    result = ""
    for index, value in enumerate(values):
        spaced = index and not isinstance(value, str) and not isinstance(values[index - 1], str)
        result += (" " if spaced else "") + ("<nil>" if value is MISSING else printed(value))
    return result


def formatted(values: Sequence[Any]) -> str:
    """``printf`` with ``%s`` and texts alone."""
    _expect(bool(values) and isinstance(values[0], str), "printf")
    result, *pieces = values[0].split("%")
    texts = values[1:]
    _expect(len(pieces) == len(texts) and all(piece.startswith("s") for piece in pieces), values[0])
    for piece, value in zip(pieces, texts, strict=True):
        _expect(isinstance(value, str | None), values[0])
        result += ("%!s(<nil>)" if value is MISSING else value) + piece[1:]
    return str(result)


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise UnknownSyntax(what)


#: Each function by its name in a template.
CALLABLES: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "and": first_empty,
    "eq": equal,
    "index": at_key,
    "len": length,
    "ne": unequal,
    "not": negated,
    "or": first_filled,
    "print": concatenated,
    "printf": formatted,
}
