"""
The line of a value in its source, found by reading the source again.

Valid manifests never pay for this: it runs once for a source that has problems,
and keeps only the requested places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # The stubs forget it.

from kserve_conformance.manifests import scalars
from kserve_conformance.manifests.problems import Path

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\n')


@dataclass(frozen=True, slots=True)
class Place:
    """A line, from 1, and the value's own spelling if it is an unquoted scalar."""

    line: int
    spelling: str | None = None


#: The places of one document's values, by their paths.
Places = Mapping[Path, Place]


def nearest(places: Places, path: Path) -> Place | None:
    """The place of a path, or of the nearest value around it."""
    for length in range(len(path), -1, -1):
        if (place := places.get(path[:length])) is not None:
            return place if length == len(path) else Place(place.line)
    return None


def with_parents(paths: Iterable[Path]) -> set[Path]:
    """The paths and everything around them."""
    return {path[:length] for path in paths for length in range(len(path) + 1)}


class _Walk:
    """Follows a document from value to value and remembers the wanted places. The events and tokens drive it."""

    def __init__(self, wanted: set[Path]) -> None:
        self._wanted = wanted
        self._longest = max(map(len, wanted), default=-1)
        self.found: dict[Path, Place] = {}
        #: The key or index that comes next in each container; None where a key is to come.
        self._parts: list[str | int | None] = []
        self._lines: list[int] = []
        self._keys: list[set[str]] = []
        #: The paths and lines of duplicate keys.
        self.duplicates: list[tuple[Path, int]] = []

    @property
    def is_done(self) -> bool:
        """Is every wanted place found?"""
        return len(self.found) == len(self._wanted)

    @property
    def wants_key(self) -> bool:
        """Is the next scalar a key?"""
        return bool(self._parts) and self._parts[-1] is None

    def key(self, key: str, line: int) -> None:
        """A key was read."""
        self._parts[-1] = key
        self._lines[-1] = line
        if key in self._keys[-1]:
            self.duplicates.append((self._path(), line))
        self._keys[-1].add(key)

    def begin(self, line: int, *, mapping: bool) -> None:
        """A mapping or a list begins."""
        self._note(line, None)
        self._parts.append(None if mapping else 0)
        self._lines.append(line)
        self._keys.append(set())

    def end(self) -> None:
        """The innermost mapping or list ends."""
        for stack in (self._parts, self._lines, self._keys):
            stack.pop()
        self._next()

    def scalar(self, line: int, spelling: str | None) -> None:
        """A value that is neither a mapping nor a list."""
        self._note(line, spelling)
        self._next()

    def _note(self, line: int, spelling: str | None) -> None:
        if len(self._parts) > self._longest:
            return
        path = self._path()
        if path in self._wanted:
            self.found[path] = Place(self._lines[-1] if path and isinstance(path[-1], str) else line, spelling)

    def _path(self) -> Path:
        # A mapping or list that is a key has no path: the name stands for it that no key can have.
        return tuple("\0" if part is None else part for part in self._parts)

    def _next(self) -> None:
        if self._parts:
            part = self._parts[-1]
            self._parts[-1] = part + 1 if isinstance(part, int) else "\0" if part is None else None


def in_yaml(stream: BinaryIO, wanted: Mapping[int, set[Path]]) -> dict[int, Places]:
    """Find the wanted paths of some documents of a YAML stream; missing ones are left out."""
    walks = {document: _Walk(paths) for document, paths in wanted.items()}
    unfinished = dict(walks)
    parser, document, last = CParser(stream), -1, max(wanted, default=-1)
    try:
        while unfinished and document <= last and not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                document += 1
            elif document in unfinished and isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                _step(walks[document], event)
                if walks[document].is_done:
                    del unfinished[document]
    except yaml.YAMLError:
        pass  # The first reading stopped here too, and reported it.
    return {document: walk.found for document, walk in walks.items()}


def _step(walk: _Walk, event: Any) -> None:
    line = int(event.start_mark.line) + 1
    if isinstance(event, yaml.CollectionEndEvent):
        walk.end()
    elif isinstance(event, yaml.CollectionStartEvent):
        walk.begin(line, mapping=isinstance(event, yaml.MappingStartEvent))
    elif walk.wants_key:
        walk.key(_key(event), line)
    else:
        is_plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.tag is None
        walk.scalar(line, event.value if is_plain else None)


def _key(event: Any) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        return "\0"
    if event.tag is None and not event.implicit[0]:
        return str(event.value)
    try:
        return scalars.key(event.value, event.tag)
    except scalars.UnusableScalar:
        return "\0"


def in_json(text: str, wanted: set[Path], *, begin: int = 0, line: int = 1) -> tuple[Places, list[tuple[Path, int]]]:
    r"""
    Find the wanted paths of the valid JSON value at an offset, and its duplicate keys.

    >>> in_json('{"a": [1,\n true], "a": 2}', {("a", 1)})
    ({('a', 1): Place(line=2, spelling='true')}, [(('a',), 2)])
    """
    walk, depth = _Walk(wanted), 0
    for match in _TOKEN.finditer(text, begin):
        lexeme = match[0]
        if lexeme == "\n":
            line += 1
        elif lexeme in "{[":
            depth += 1
            walk.begin(line, mapping=lexeme == "{")
        elif lexeme in "}]":
            depth -= 1
            walk.end()
        elif lexeme in ",:":
            continue
        elif walk.wants_key:
            walk.key(json.loads(lexeme), line)
        else:
            walk.scalar(line, None if lexeme[0] == '"' else lexeme)
        if depth == 0 and lexeme != "\n":
            break
    return walk.found, walk.duplicates
