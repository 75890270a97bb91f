"""
Edits of one YAML or JSON document that leave every other byte of it as it was.

ruamel.yaml finds where the keys and values are, comments included. The text is changed only there: the document is not
written anew, which would change its indentation, its line breaks or the style of its scalars.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kserve_conformance.manifests import dump
from kserve_conformance.manifests.problems import Path, pointer

#: Characters that end a plain scalar within braces.
_ENDS_PLAIN_IN_FLOW: Final = re.compile(r"[,\[\]{}]")
#: Half a surrogate pair, which stands for a byte that is not UTF-8.
_UNDECODED: Final = re.compile("[\udc80-\udcff]")


class CannotEdit(Exception):
    """A document is written in a way that an edit cannot follow; the text says in which."""


@dataclass(frozen=True, slots=True)
class Rename:
    """Rename the last key of a path."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Insert pairs before the first one of the mapping at a path."""

    path: Path
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Append:
    """Append scalars to the list at a path, which is not empty."""

    path: Path
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetText:
    """Replace the string at a path, in its own quotes."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Unwrap:
    """Replace the pair at a path with the pairs of its mapping."""

    path: Path


@dataclass(frozen=True, slots=True)
class Enlist:
    """Replace the mapping around the only pair at a path with a list of the pair's value."""

    path: Path


Edit = Rename | Insert | Append | SetText | Unwrap | Enlist


@dataclass(frozen=True, slots=True)
class _Splice:
    """A part of the text, and what replaces it."""

    begin: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Pair:
    key: Node
    value: Node


def edited(text: str, edits: Iterable[Edit]) -> str:
    r"""
    Apply edits to a document. No edit may be inside of what another one replaces.

    Raises :class:`CannotEdit`.

    >>> print(edited("sklearn:  # iris\n  storageUri: gs://a\n", [Rename(("sklearn",), "model"),
    ...     Insert(("sklearn",), {"modelFormat": {"name": "sklearn"}})]), end="")
    model:  # iris
      modelFormat:
        name: sklearn
      storageUri: gs://a
    """
    document = _Document(text)
    splices = [each for edit in edits for each in document.splices(edit)]
    parts, here = [], 0
    for splice in sorted(splices, key=lambda each: (each.begin, -each.end)):
        if splice.end <= here and not splice.text:
            continue  # Another edit deletes more.
        if splice.begin < here:
            raise CannotEdit("two edits are at the same place")
        parts += [text[here : splice.begin], splice.text]
        here = splice.end
    return "".join((*parts, text[here:]))


class _Document:
    """The text of one document, and its nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        try:
            nodes = list(YAML(typ="rt", pure=True).compose_all(_UNDECODED.sub("\ufffd", text)))
        except (YAMLError, ValueError) as error:
            raise CannotEdit(f"is not valid YAML 1.2: {getattr(error, 'problem', None) or error}") from error
        if len(nodes) != 1:
            raise CannotEdit(f"expected one document, found {len(nodes)}")
        self._root = nodes[0]

    def splices(self, edit: Edit) -> Iterator[_Splice]:
        match edit:
            case Rename(path, name):
                yield self._scalar(self._pair(path).key, name)
            case SetText(path, text):
                yield self._scalar(self._pair(path).value, text)
            case Insert(path, values):
                yield self._inserted(path, values)
            case Append(path, items):
                yield self._appended(path, items)
            case Unwrap(path):
                yield from self._unwrapped(path)
            case Enlist(path):
                yield from self._enlisted(path)

    def _node(self, path: Path) -> Node:
        return self._pair(path).value if path else self._root

    def _pair(self, path: Path) -> _Pair:
        parent, part = self._node(path[:-1]), path[-1]
        if isinstance(parent, SequenceNode) and isinstance(part, int):
            return _Pair(parent, parent.value[part])
        pairs = parent.value if isinstance(parent, MappingNode) else ()
        for key, value in pairs:
            if isinstance(key, ScalarNode) and key.value == part:
                return _Pair(key, value)
        raise CannotEdit(f"{pointer(path)} is not written there: it comes from an alias or a merge key (<<)")

    def _raw(self, node: Node) -> str:
        return self._text[node.start_mark.index : node.end_mark.index]

    def _scalar(self, node: Node, text: str) -> _Splice:
        raw = self._raw(node)
        if isinstance(node, ScalarNode) and node.style in ("'", '"') and raw[:1] == raw[-1:] == node.style:
            new = json.dumps(text, ensure_ascii=False) if node.style == '"' else "'" + text.replace("'", "''") + "'"
        elif isinstance(node, ScalarNode) and raw == node.value:
            new = _plain(text)
        else:
            raise CannotEdit(f"{raw.split()[0] if raw.split() else 'a value'} is an alias, or has an anchor or a tag")
        return _Splice(node.start_mark.index, node.end_mark.index, new)

    # --- Insert -------------------------------------------------------------------------------------------------------

    def _inserted(self, path: Path, values: Mapping[str, Any]) -> _Splice:
        node = self._node(path)
        if not isinstance(node, MappingNode):
            raise CannotEdit(f"{pointer(path)} is not a mapping")
        if node.flow_style:
            return self._inserted_in_braces(path, node, values)
        first = node.value[0][0].start_mark
        outer = self._indentation(self._pair(path).key.start_mark.index) if path else ""
        step = " " * max(first.column - len(outer), 2)
        lines = _block(values, step)
        separator = self._newline + " " * first.column
        return _Splice(first.index, first.index, separator.join((*lines, "")))

    def _inserted_in_braces(self, path: Path, node: MappingNode, values: Mapping[str, Any]) -> _Splice:
        begin = self._text.index("{", node.start_mark.index) + 1
        keys = [key for key, _ in node.value] or [self._pair(path).key]
        is_json = keys[0].style == '"'
        if not node.value:
            return _Splice(begin, begin, _flow(values, is_json=is_json))
        first, value = node.value[0]
        index = first.start_mark.index
        is_compact = self._text[first.end_mark.index : value.start_mark.index] == ":"
        if "\n" not in self._text[begin:index]:
            colon, comma = (":", ",") if is_compact and is_json else (": ", ", ")
            return _Splice(index, index, _flow(values, is_json=is_json, colon=colon, comma=comma) + comma)
        indentation = self._indentation(index)
        step = indentation.removeprefix(self._indentation(begin)) or "  "
        pairs = [
            _indented(key, value, step, self._newline + indentation) if is_json else _flow({key: value}, is_json=False)
            for key, value in values.items()
        ]
        separator = "," + self._newline + indentation
        return _Splice(index, index, separator.join((*pairs, "")))

    def _appended(self, path: Path, items: tuple[str, ...]) -> _Splice:
        node = self._node(path)
        if not isinstance(node, SequenceNode) or not node.value:
            raise CannotEdit(f"{pointer(path)} is not a list with elements")
        end = _end(node.value[-1])
        if node.flow_style:
            values = (_flow(item, is_json=node.value[-1].style == '"', is_inner=True) for item in items)
            return _Splice(end, end, "".join(f", {value}" for value in values))
        lines = [f"{' ' * node.start_mark.column}- {_plain(item)}" for item in items]
        if self._text[end - 1] == "\n":
            return _Splice(end, end, "".join(f"{line}{self._newline}" for line in lines))
        # Behind a comment on the line of the last element.
        rest = re.compile(r"[^\r\n]*").match(self._text, end)
        end = rest.end() if rest else end
        return _Splice(end, end, "".join(f"{self._newline}{line}" for line in lines))

    def _indentation(self, index: int) -> str:
        line = self._text[self._line_start(index) : index]
        return line[: len(line) - len(line.lstrip())]

    def _line_start(self, index: int) -> int:
        return self._text.rfind("\n", 0, index) + 1

    # --- Unwrap and Enlist --------------------------------------------------------------------------------------------

    def _unwrapped(self, path: Path) -> Iterator[_Splice]:
        pair = self._pair(path)
        inner = self._mapping(pair, path)
        key = pair.key.start_mark
        if inner.flow_style:
            if not self._raw(inner).startswith("{"):
                raise CannotEdit(f"{pointer(path)} has an anchor or a tag")
            first = inner.value[0][0].start_mark.index
            content = self._text[first : inner.end_mark.index - 1].rstrip()
            end = first + len(content.removesuffix(",").rstrip())
            yield self._deleted(key.index, first, path)
            surplus = len(self._indentation(first)) - len(self._indentation(key.index))
            yield from self._dedented(key.index, end, surplus)
            yield _Splice(end, inner.end_mark.index, "")
            return
        yield self._without_key(pair, path)
        surplus = inner.value[0][0].start_mark.column - key.column
        yield from self._dedented(key.index, _end(inner), surplus)

    def _deleted(self, begin: int, end: int, path: Path) -> _Splice:
        """Delete a key and what is behind it, which may not be a comment."""
        if re.search(r"\s#", self._text[begin:end]):
            raise CannotEdit(f"{pointer(path)} has a comment before its first key")
        return _Splice(begin, end, "")

    def _dedented(self, index: int, end: int, surplus: int) -> Iterator[_Splice]:
        """Indent the lines behind an index by less."""
        line = self._text.find("\n", index) + 1
        while 0 < line < end:
            following = self._text.find("\n", line) + 1 or len(self._text)
            text = self._text[line:following]
            spaces = min(surplus, len(text) - len(text.lstrip(" ")))
            if spaces > 0:
                yield _Splice(line, line + spaces, "")
            line = following if following < len(self._text) else 0

    def _enlisted(self, path: Path) -> Iterator[_Splice]:
        around, pair = self._pair(path[:-1]), self._pair(path)
        inner = self._mapping(pair, path)
        if not isinstance(around.value, MappingNode) or len(around.value.value) != 1:
            raise CannotEdit(f"{pointer(path[:-1])} has more than one key")
        if around.value.flow_style:
            if not self._raw(around.value).startswith("{"):
                raise CannotEdit(f"{pointer(path[:-1])} has an anchor or a tag")
            begin, end = around.value.start_mark.index, around.value.end_mark.index
            yield _Splice(begin, begin + 1, "[")
            yield self._deleted(pair.key.start_mark.index, inner.start_mark.index, path)
            yield _Splice(end - 1, end, "]")
            return
        if inner.flow_style:
            yield _Splice(pair.key.start_mark.index, inner.start_mark.index, "- ")
            return
        first, column = inner.value[0][0].start_mark, pair.key.start_mark.column
        if first.column - column < 2 or self._text[self._line_start(first.index) : first.index].strip(" "):
            raise CannotEdit(f"{pointer(path)} is indented by less than two spaces")
        yield self._without_key(pair, path)
        deeper = first.column - column
        yield _Splice(first.index - deeper, first.index, "-".ljust(deeper))

    def _mapping(self, pair: _Pair, path: Path) -> MappingNode:
        if not isinstance(pair.value, MappingNode) or not pair.value.value:
            raise CannotEdit(f"{pointer(path)} is not a mapping with keys")
        if pair.value.start_mark.index < pair.key.end_mark.index:
            raise CannotEdit(f"{pointer(path)} is an alias")
        return pair.value

    def _without_key(self, pair: _Pair, path: Path) -> _Splice:
        """Delete the key of a block, with its line if nothing else is on it. A comment stays."""
        key, first = pair.key.start_mark.index, pair.value.value[0][0].start_mark.index
        match = re.compile(r"[ \t]*:[ \t]*(\r?\n)?").match(self._text, pair.key.end_mark.index)
        begin = self._line_start(key)
        if match is None or self._text[begin:key].strip() or self._text.find("\n", key) > first:
            raise CannotEdit(f"{pointer(path)} is not on a line of its own")
        between = self._text[match.end() : first]
        if any(line.strip() and not line.lstrip().startswith("#") for line in between.split("\n")):
            raise CannotEdit(f"{pointer(path)} has an anchor or a tag")
        return _Splice(begin if match[1] else key, match.end(), "")


def _end(node: Node) -> int:
    """Where the last scalar or brace of a node ends."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        key, value = last if isinstance(last, tuple) else (last, last)
        # An alias ends where its anchor does, and is behind its key.
        return max(_end(value), int(key.end_mark.index))
    end: int = node.end_mark.index
    return end


def _plain(value: Any) -> str:
    """A scalar outside of braces, quoted as the one YAML writer does."""
    return dump({"k": value}).removeprefix("k: ").removesuffix("\n")


def _block(value: Any, step: str) -> list[str]:
    """The lines of a mapping or a list without braces."""
    lines = []
    pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
    for key, inner in pairs:
        start = "-" if key is None else f"{_plain(key)}:"
        if isinstance(inner, Mapping | list | tuple):
            lines += [start, *(step + line for line in _block(inner, step))]
        else:
            lines.append(f"{start} {_plain(inner)}")
    return lines


def _flow(value: Any, *, is_json: bool, colon: str = ": ", comma: str = ", ", is_inner: bool = False) -> str:
    """A value within braces; the pairs alone of the outermost mapping."""

    def inner(part: Any) -> str:
        return _flow(part, is_json=is_json, colon=colon, comma=comma, is_inner=True)

    match value:
        case Mapping():
            pairs = comma.join(f"{inner(key)}{colon}{inner(each)}" for key, each in value.items())
            return f"{{{pairs}}}" if is_inner else pairs
        case list() | tuple():
            return f"[{comma.join(map(inner, value))}]"
    plain = _plain(value)
    is_quoted = is_json or _ENDS_PLAIN_IN_FLOW.search(plain) is not None
    return json.dumps(value, ensure_ascii=False) if is_quoted else plain


def _indented(key: str, value: Any, step: str, newline: str) -> str:
    """A pair of JSON on lines of its own."""
    return f"{json.dumps(key)}: {json.dumps(value, indent=step, ensure_ascii=False)}".replace("\n", newline)
