"""
The documents of a file as text and as values, with the edits of one document checked by reading it anew.

A document is only changed if, read as Kubernetes reads it, it has exactly the values that it should have.
"""

from __future__ import annotations

import codecs
import copy
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kserve_conformance.conversion.edits import CannotEdit, Edit, edited
from kserve_conformance.limits import current
from kserve_conformance.manifests import Problem, locations, reader
from kserve_conformance.manifests.problems import WARNINGS, Path
from kserve_conformance.manifests.sources import Source, as_utf8

#: ``---`` at the beginning of a line, which YAML allows nowhere but between documents.
_MARKER: Final = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is encoded: the mark at its beginning, and the codec of the rest."""

    mark: bytes
    codec: str

    @classmethod
    def of(cls, data: bytes) -> Encoding:
        """The encoding of a file: UTF-8 unless it is marked as UTF-16."""
        for mark, codec in _UTF16.items():
            if data.startswith(mark):
                return cls(mark, codec)
        return cls(codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b"", "utf-8")

    def decoded(self, data: bytes) -> str:
        """The text of a file; bytes that are not UTF-8 survive as halves of surrogate pairs."""
        return data[len(self.mark) :].decode(self.codec, "surrogateescape" if self.codec == "utf-8" else "strict")

    def encoded(self, text: str) -> bytes:
        """The bytes of a text."""
        return self.mark + text.encode(self.codec, "surrogateescape" if self.codec == "utf-8" else "strict")


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one document of a file, with the lines before it."""

    text: str
    lines_before: int = 0

    def read(self, name: str) -> tuple[tuple[Any, ...], tuple[Problem, ...]]:
        """Read the values of the document as Kubernetes does, and the problems, with the lines of the document."""
        source = self._source(name)
        values, problems = reader.values(source, current())
        return tuple(values), tuple(problems)

    def lines(self, paths: Iterable[Path]) -> dict[Path, int]:
        """The lines of the file on which values, or what is nearest around them, begin: all found in one reading."""
        wanted = set(paths)
        if not wanted:
            return {}
        stream = io.BytesIO(self._source("").data)
        places = locations.in_yaml(stream, {0: locations.with_parents(wanted)}).get(0, {})
        nearest = {path: locations.nearest(places, path) for path in wanted}
        return {path: self.lines_before + (1 if place is None else place.line) for path, place in nearest.items()}

    def _source(self, name: str) -> Source:
        data = self.text.encode("utf-8", "surrogateescape")
        return as_utf8(data, name, lambda _: None) or Source.of_bytes(name, b"")


def documents(text: str) -> Iterator[Document]:
    r"""
    Split a text into its documents; put together again they are the text.

    >>> [each.text for each in documents("a: 1\n---\nb: 2\n")]
    ['a: 1\n', '---\nb: 2\n']
    """
    lines, begin = 0, 0
    for end in (*(_values_of_json(text) or _documents_of_yaml(text)), len(text)):
        if end > begin:
            yield Document(text[begin:end], lines)
            lines += text.count("\n", begin, end)
            begin = end


def _documents_of_yaml(text: str) -> Iterator[int]:
    """Where documents begin."""
    begin = 0
    for match in _MARKER.finditer(text):
        yield (begin := _first_directive(text, begin, match.start()))


def _values_of_json(text: str) -> list[int]:
    """Where the values of a stream of JSON objects begin, such as NDJSON; none of any other text."""
    begins: list[int] = []
    here = 0
    while (space := _SPACE.match(text, here)) is not None and (here := space.end()) < len(text):
        if text[here] != "{":
            return []
        begins.append(here)
        try:
            here = _DECODER.raw_decode(text, here)[1]
        except (ValueError, RecursionError):
            return []
    return begins


def _first_directive(text: str, begin: int, marker: int) -> int:
    """Where the directives of a document begin, which are above its marker; the marker if it has none."""
    first = line = marker
    while line > begin:
        start = max(text.rfind("\n", begin, line - 1) + 1, begin)
        if text.startswith("%", start):
            first = start
        elif (content := text[start:line].strip()) and not content.startswith("#"):
            break
        line = start
    return first


@dataclass(frozen=True, slots=True)
class Replacement:
    """An object of a document that becomes another one by edits, whose paths begin at the object."""

    path: Path
    value: Mapping[str, Any]
    edits: tuple[Edit, ...]


def converted(document: Document, name: str, replacements: list[Replacement]) -> Document:
    """
    Apply the edits of objects to their document. Raises :class:`CannotEdit` if that does not lead to their new values.
    """
    (value,), problems = document.read(name)
    expected = copy.deepcopy(value)
    edits: list[Edit] = []
    for each in replacements:
        expected = _with(expected, each.path, each.value)
        edits += (_below(edit, each.path) for edit in each.edits)
    text = edited(document.text, edits)
    result = Document(text, document.lines_before)
    values, new_problems = result.read(name)
    is_expected = len(values) == 1 and _canonical(values[0]) == _canonical(expected)
    if not is_expected or [each.code for each in new_problems] != [each.code for each in problems]:
        raise CannotEdit("the edited text would have other values: it uses aliases or merge keys (<<) there")
    return result


def is_error(problem: Problem) -> bool:
    """Does a problem prevent reading?"""
    return problem.code not in WARNINGS


def _with(whole: Any, path: Path, value: Mapping[str, Any]) -> Any:
    if not path:
        return copy.deepcopy(dict(value))
    inner = whole
    for part in path[:-1]:
        inner = inner[part]
    before = inner[path[-1]]
    # An element of a typed list has its kind and apiVersion from the list.
    inner[path[-1]] = {
        key: copy.deepcopy(each) for key, each in value.items() if key in before or key not in ("apiVersion", "kind")
    }
    return whole


def _below(edit: Edit, path: Path) -> Edit:
    return replace(edit, path=path + edit.path)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
