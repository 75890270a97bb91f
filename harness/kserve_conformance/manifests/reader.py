"""
From the bytes of a source to objects and problems.

A source is read twice only if something is wrong with it: the second time to
say on which line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from kserve_conformance.manifests import locations, schema, strict_json
from kserve_conformance.manifests.builder import Builder, Part
from kserve_conformance.manifests.byte_stream import Stopped
from kserve_conformance.manifests.limits import Limits
from kserve_conformance.manifests.locations import Places
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import Manifest

_JSON_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*(?:\"|\}|\Z)")
_DOCUMENT: Final = re.compile(rb"^---", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """An object, its problems, and on which line it begins: a question, because in JSON the answer costs a reading."""

    manifest: Manifest
    line: Callable[[], int]
    problems: tuple[Problem, ...] = ()


def objects(source: Source, limits: Limits) -> tuple[list[Found], list[Problem]]:
    """Read the objects of a source, elements of lists one by one, and every problem in the order of lines."""
    readings = _json(source, limits) if _is_json(source) else None
    if readings is None:
        readings = _yaml(source, limits)
    found, problems = readings
    told = [replace(problem, source=source.name) for problem in problems]
    for each in found:
        told.extend(replace(problem, source=source.name) for problem in each.problems)
    told.sort(key=lambda problem: problem.line or 0)
    if len(told) >= limits.problems:
        del told[limits.problems :]
        told.append(
            Problem(
                ManifestCode.TOO_MANY_PROBLEMS,
                f"more than {limits.problems:,} problems",
                source=source.name,
            )
        )
    return found, told


def values(source: Source, limits: Limits) -> tuple[list[Any], list[Problem]]:
    """Read the values of a source as they are, objects or not."""
    told: list[Problem] = []
    if _is_json(source):
        decoded = list(strict_json.values(source.data.decode(), limits))
        told = [problem for value in decoded for problem in value.problems]
        if not told or source.name.endswith(".json"):
            return [value.value for value in decoded], [replace(problem, source=source.name) for problem in told]
        told = []
    built = [part.value for chunk in _chunks(source, limits, told, split=False) for part in chunk.parts]
    return built, [replace(problem, source=source.name) for problem in told]


def _is_json(source: Source) -> bool:
    return source.name.endswith(".json") or looks_like_json(source.data)


def looks_like_json(head: bytes) -> bool:
    """
    Does a text begin as JSON does? YAML may, too: what fails as JSON is tried again as YAML where it can be.

    >>> looks_like_json(b'{"a": 1}'), looks_like_json(b"{a: 1}"), looks_like_json(b"a: {}")
    (True, False, False)
    """
    return _JSON_BEGINNING.match(head) is not None


# --- JSON ---------------------------------------------------------------------------------------------------------


def _json(source: Source, limits: Limits) -> tuple[list[Found], list[Problem]] | None:
    """Read a source as JSON; None if it is none, and may be YAML that begins with a brace."""
    text = source.data.decode()
    budget = _Budget(limits.problems)
    found: list[Found] = []
    problems: list[Problem] = []
    for value in strict_json.values(text, limits):
        if value.problems:
            if value.value is None and not source.name.endswith(".json") and _is_yaml(source, limits):
                return None
            problems.extend(value.problems)
        elif value.value is not None:
            unplaced = [_Unplaced.of(item, path, budget) for path, item in _elements(value.value)]
            lines = _JsonLines(text, value, [each.path for each in unplaced])
            wanted = locations.with_parents(path for each in unplaced if each.problems for path in each.paths)
            here = locations.in_json(text, wanted, begin=value.begin, line=value.line)[0] if wanted else {}
            found.extend(each.placed(here, partial(lines.of, each.path)) for each in unplaced)
    return found, problems


class _JsonLines:
    """The lines of the elements of a JSON list, found when the first one is asked for."""

    def __init__(self, text: str, value: strict_json.Value, paths: list[Path]) -> None:
        # The text is kept only where it may be needed: the line of a single object is known.
        self._unread = (text, set(paths)) if paths != [()] else None
        self._begin, self._line = value.begin, value.line
        self._places: Places = {}

    def of(self, path: Path) -> int:
        """The line on which an element begins."""
        if self._unread:
            text, wanted = self._unread
            self._unread = None
            self._places = locations.in_json(text, wanted, begin=self._begin, line=self._line)[0]
        return _line(self._places, path, self._line)


def _is_yaml(source: Source, limits: Limits) -> bool:
    told: list[Problem] = []
    # Each chunk tells its problems while it is made: the first one ends the reading.
    return all(not told for _ in _chunks(source, limits, told))


def _elements(value: Any) -> Iterator[tuple[Path, Any]]:
    """An object, or the elements of a list kind, with where each is."""
    if _is_list(value):
        for index, item in enumerate(value["items"]):
            for path, element in _elements(item):
                yield ("items", index, *path), element
    else:
        yield (), value


def _is_list(value: Any) -> bool:
    return (
        isinstance(value, dict) and str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list)
    )


# --- YAML ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Chunk:
    """A part of a YAML source that was read without a stop: its values, and where it begins."""

    offset: int
    lines_before: int
    parts: list[Part]


def _chunks(source: Source, limits: Limits, told: list[Problem], *, split: bool = True) -> Iterator[_Chunk]:
    """
    Read a YAML source; where it cannot be read on, continue at its next ``---``.

    So one broken document does not hide the problems of those behind it.
    """
    offset = lines_before = 0
    while True:
        stream = io.BytesIO(source.data)
        stream.seek(offset)
        chunk = _Chunk(offset, lines_before, [])
        before = lines_before

        def tell(problem: Problem, before: int = before) -> None:
            told.append(problem if problem.line is None else replace(problem, line=problem.line + before))

        try:
            for part in Builder(stream, limits, tell).parts(split=split):
                chunk.parts.append(part)
        except Stopped as stopped:
            yield chunk
            following = _resume(source.data, offset, stopped.line) if stopped.resumable and stopped.line else None
            if following is None or len(told) > limits.problems:
                return
            offset, lines_before = following[0], lines_before + following[1]
        else:
            yield chunk
            return


def _resume(data: bytes, offset: int, line: int) -> tuple[int, int] | None:
    """The next beginning of a document at or behind a line of what begins at the offset, and the lines until there."""
    counted, lines = offset, 0
    for match in _DOCUMENT.finditer(data, offset + 1):
        lines += data.count(b"\n", counted, match.start())
        counted = match.start()
        if lines + 1 >= line:
            return match.start(), lines
    return None


def _yaml(source: Source, limits: Limits) -> tuple[list[Found], list[Problem]]:
    found: list[Found] = []
    told: list[Problem] = []
    budget = _Budget(limits.problems)
    for chunk in _chunks(source, limits, told):
        unplaced = [
            (document, line, _Unplaced.of(item, path, budget)) for document, line, path, item in _documents(chunk.parts)
        ]
        wanted: dict[int, set[Path]] = {}
        for document, _, each in unplaced:
            if each.problems:
                wanted.setdefault(document, set()).update(locations.with_parents(each.paths))
        stream = io.BytesIO(source.data)
        stream.seek(chunk.offset)
        here = locations.in_yaml(stream, wanted) if wanted else {}
        for document, line, each in unplaced:
            line_of = partial(int, line + chunk.lines_before)
            found.append(each.placed(here.get(document, {}), line_of, chunk.lines_before))
    return found, told


def _documents(parts: list[Part]) -> Iterator[tuple[int, int, Path, Any]]:
    """The objects of a stream: the number of their document, line, path in it, and value."""
    items: list[Part] = []
    for part in parts:
        if part.item is not None:
            items.append(part)
            continue
        if items and not _is_list(part.value):
            # Some other kind that has items of its own.
            part.value["items"] = [item.value for item in items]
        elif items:
            for item in items:
                for path, element in _elements(item.value):
                    yield part.document, item.line, ("items", item.item or 0, *path), element
            items = []
            continue
        items = []
        for path, element in _elements(part.value):
            yield part.document, part.line, path, element


# --- both ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Budget:
    """How many problems are still looked for."""

    left: int


@dataclass(frozen=True, slots=True)
class _Unplaced:
    """An object and what is wrong with it, before it is known on which lines."""

    manifest: Any
    path: Path
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, manifest: Any, path: Path, budget: _Budget) -> _Unplaced:
        """Check an object, unless too many problems are known already."""
        problems = schema.check(manifest) if budget.left > 0 else ()
        budget.left -= len(problems)
        return cls(manifest, path, problems)

    @property
    def paths(self) -> Iterator[Path]:
        """The paths in its document whose places are wanted."""
        yield self.path
        for problem in self.problems:
            yield self.path + problem.path

    def placed(self, here: Places, line: Callable[[], int], lines_before: int = 0) -> Found:
        """Say on which lines the problems are, and check once more with the source's own spellings."""
        if not self.problems:
            return Found(self.manifest, line)
        spellings = {
            problem.path: place.spelling
            for problem in self.problems
            if (place := here.get(self.path + problem.path)) is not None and place.spelling is not None
        }
        problems = tuple(
            replace(problem, path=path, line=_line(here, path, line() - lines_before) + lines_before)
            for problem in schema.check(self.manifest, spellings=spellings)
            for path in [self.path + problem.path]
        )
        return Found(self.manifest, line, problems)


def _line(here: Places, path: Path, otherwise: int) -> int:
    place = locations.nearest(here, path)
    return otherwise if place is None else place.line
