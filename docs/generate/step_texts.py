"""
What a step's pattern says to somebody who writes features.

``parse`` patterns are readable as they are. A regular expression is walked: a
named group becomes ``{name}``, or its words where it holds nothing but words; what
may be left out stands in brackets.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from re import _constants as tokens  # type: ignore[attr-defined]  # Python parses the expression better than we could.
from re import _parser as expressions  # type: ignore[attr-defined]  # The same.
from typing import Any


class NotReadable(ValueError):
    """A pattern uses a part of regular expressions that has no words of its own."""


def readable(pattern: str) -> str:
    """A regular expression of a step in words. Raises ``NotReadable``."""
    parsed = expressions.parse(pattern)
    names = {number: name for name, number in parsed.state.groupdict.items()}
    return "".join(_words(parsed, names))


def _words(parsed: Any, names: dict[int, str]) -> Iterator[str]:
    for kind, value in parsed:
        if kind is tokens.LITERAL:
            yield chr(value)
        elif kind is tokens.AT:
            continue
        elif kind is tokens.SUBPATTERN:
            yield _group(value, names)
        elif kind is tokens.MAX_REPEAT and value[:2] == (0, 1):
            yield f"[{''.join(_words(value[2], names))}]"
        elif kind is tokens.BRANCH:
            yield "|".join("".join(_words(branch, names)) for branch in value[1])
        else:
            raise NotReadable(f"{kind} in the pattern of a step")


def _group(value: Any, names: dict[int, str]) -> str:
    number, _, _, inside = value
    spelt = _spelt(inside)
    if spelt is not None:
        return "|".join(spelt)
    if number in names:
        return f"{{{names[number].rstrip('_')}}}"
    return "".join(_words(inside, names))


def _spelt(parsed: Any) -> list[str] | None:
    """Every text that an expression matches, if it holds nothing but words and choices between words."""
    parts: list[list[str]] = []
    for kind, value in parsed:
        if kind is tokens.LITERAL:
            parts.append([chr(value)])
        elif kind is tokens.BRANCH:
            branches = [_spelt(branch) for branch in value[1]]
            if any(branch is None for branch in branches):
                return None
            parts.append([text for branch in branches for text in branch or ()])
        elif kind is tokens.IN and all(inner is tokens.LITERAL for inner, _ in value):
            parts.append([chr(character) for _, character in value])
        elif kind is tokens.SUBPATTERN and (inside := _spelt(value[3])) is not None:
            parts.append(inside)
        else:
            return None
    return ["".join(chosen) for chosen in product(*parts)]
