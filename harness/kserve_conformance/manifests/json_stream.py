"""
The values of a JSON stream, one at a time: of a list kind its elements, so that no dump is ever held whole.

Coded: ``YAMLOrJSONDecoder`` in pkg/util/yaml/decoder.go, k8s.io/apimachinery, takes one value after the other.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from kserve_conformance.limits import Limits, exceeds_values
from kserve_conformance.manifests import strict_json
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem, over

_BLOCK: Final = 1 << 18
_COMMENTS: Final = ("//", "/*")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_NEXT_OBJECT: Final = re.compile(r"\n(?=\{)")
#: How close to the end of the text an error must be to come from its being cut there.
_CUT: Final = 16


@dataclass(slots=True)
class Element:
    """
    One value: a whole document, or an element of its ``items``.

    ``text`` holds the value's JSON from ``begin`` on and is only valid until the next element is taken. ``item`` counts
    the elements of a list, and ``root`` has what was read so far of what is around it. ``is_rest`` marks what is left
    of a document when its items were taken.
    """

    value: Any
    line: int
    document: int
    text: str
    begin: int
    #: Where the value ends in ``text``.
    end: int
    item: int | None = None
    root: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_rest: bool = False

    @property
    def path(self) -> Path:
        """Where the value is in its document."""
        return () if self.item is None else ("items", self.item)


class Continued(int):
    """The index of an element in a list that began in an earlier section, counted from where this one begins."""


@dataclass(frozen=True, slots=True)
class Position:
    """
    A place in a stream at which a section of it may begin: before a document, or before an element of a list.

    ``offset`` is in bytes. ``root`` is what was read of the object around the list, as JSON; None before a document.
    """

    offset: int = 0
    root: str | None = None


BEGINNING: Final = Position()


class NotJson(Exception):
    """
    The text stops being JSON, perhaps with a comment (``is_comment``).

    ``is_first`` says that nothing of it was JSON; ``offset``, in bytes, and ``line`` are where.
    """

    def __init__(
        self, problem: Problem, *, is_first: bool, offset: int, line: int, at_document: bool, is_comment: bool
    ) -> None:
        super().__init__(problem.text)
        self.problem = problem
        self.is_first = is_first
        self.offset = offset
        self.line = line
        self.at_document = at_document
        self.is_comment = is_comment


class JsonStream:
    """
    Reads the elements of one stream, or of a section of it. ``skip`` goes on behind a value that is not JSON.

    A section begins at ``start``, where the stream is, and ends before the first document or element at or behind the
    byte ``end``. ``position`` is where the next section begins; None at the end of the stream.
    """

    def __init__(self, stream: BinaryIO, limits: Limits, start: Position = BEGINNING, end: int | None = None) -> None:
        self._stream = stream
        self._limits = limits
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._decoder = strict_json.Decoder()
        self._text = ""
        self._at = 0
        self._is_ended = False
        self._block = _BLOCK
        #: Bytes before the text that is held, bytes read, and the line of the position.
        self._before = start.offset
        self._read = start.offset
        self._line = 1
        self._document = -1 if start.offset == 0 else 0
        self._root_before: dict[str, Any] | None = None if start.root is None else json.loads(start.root)
        self._end = end
        #: Where the end of the section is in the text that is held, once it has been read.
        self._end_at: int | None = None
        self.position: Position | None = None
        #: How many elements were read of the list in which the section ended.
        self.items = 0
        #: Did the section end in the list in which it began?
        self.is_continued = start.root is not None
        #: Whether the rest of a list must be read in this section.
        self.needs_rest = False

    @property
    def lines(self) -> int:
        """How many line ends were read."""
        return self._line - 1

    def elements(self) -> Iterator[Element]:
        """Read on. Raises :class:`NotJson` where the text is not JSON."""
        root, self._root_before = self._root_before, None
        if root is not None:
            self._document += 1
            yield from self._members({**root, "items": []}, self._line, self._at, is_continued=True)
        while self.position is None and not self._stops(None) and self._peek():
            self._document += 1
            yield from self._root()

    def skip(self) -> bool:
        """Go on at the next line that begins an object; False if there is none."""
        while True:
            match = _NEXT_OBJECT.search(self._text, self._at)
            if match is not None:
                self._move(match.end())
                return True
            self._move(max(len(self._text) - 1, self._at))
            if not self._more():
                return False

    def _root(self) -> Iterator[Element]:
        begin, line = self._at, self._line
        if self._text[begin] != "{":
            value = self._value()
            yield self._element(value, line, begin)
            return
        whole = self._quickly()
        if whole is not None and "items" not in whole[0]:
            self._decoder.has_duplicates = False
            self._move(whole[1])
            yield self._element(whole[0], line, begin)
            self._drop()
            return
        self._move(begin + 1)
        yield from self._members({}, line, begin)

    def _members(self, root: dict[str, Any], line: int, begin: int, *, is_continued: bool = False) -> Iterator[Element]:
        """The rest of an object, behind its brace or before an element of its list."""
        problems: list[Problem] = []
        is_list, in_items = is_continued, is_continued
        separator = ""
        while in_items or (character := self._need()) != "}" or separator == ",":
            if not in_items:
                key_line = self._line
                key = (
                    self._value()
                    if character == '"'
                    else self._fail("Expecting property name enclosed in double quotes")
                )
                if key in root:
                    problems.append(strict_json.duplicate((key,), key_line))
                if self._need() != ":":
                    self._fail("Expecting ':' delimiter")
                self._move(self._at + 1)
                in_items = key == "items" and self._need() == "[" and not is_list
            if in_items:
                is_list, in_items = True, False
                yield from self._items(root, problems, is_continued=is_continued)
                if self.position is not None:
                    return
                is_continued = self.is_continued = False
            else:
                self._need()
                value_at, value_line = self._at, self._line
                root[key] = self._value()
                problems.extend(self._problems(root[key], value_at, value_line, (key,), 1))
            separator = self._need()
            if separator not in ",}":
                self._fail("Expecting ',' delimiter")
            if separator == ",":
                self._move(self._at + 1)
        self._move(self._at + 1)
        if is_list:
            yield Element(root, line, self._document, "", 0, 0, None, root, tuple(problems), is_rest=True)
        else:
            yield Element(root, line, self._document, self._text, begin, self._at, problems=tuple(problems))
        self._drop()

    def _items(self, root: dict[str, Any], problems: list[Problem], *, is_continued: bool) -> Iterator[Element]:
        self.items = strays = 0
        if not is_continued:
            root["items"] = []
            self._move(self._at + 1)
            if self._need() == "]":
                self._move(self._at + 1)
                return
        while True:
            self._drop()
            self._need()
            begin, line = self._at, self._line
            value = self._value()
            strays += not isinstance(value, dict)
            if strays > self._limits.problems:
                self._raise(over(self._limits, "problems", "a list", line))
            element = self._element(value, line, begin, 2)
            element.item, element.root = Continued(self.items) if is_continued else self.items, root
            yield element
            self.items += 1
            character = self._need()
            self._move(self._at + 1)
            if character == "]":
                return
            if character != ",":
                self._fail("Expecting ',' delimiter")
            # What was said of the object around the list is reported with its end.
            if not problems and not self.needs_rest and self._stops(root):
                return

    def _stops(self, root: dict[str, Any] | None) -> bool:
        """Does the section end here, inside this object's list or between documents? Then note the position."""
        if self._end is None:
            return False
        while True:
            self._move(_SPACE.match(self._text, self._at).end())  # type: ignore[union-attr]  # It matches nothing, too.
            if self._end_at is not None and self._at >= self._end_at:
                around = None if root is None else json.dumps(root)
                self.position = Position(self._offset(), around)
                return True
            if self._at < len(self._text) or not self._more():
                return False

    def _offset(self) -> int:
        return self._before + len(self._text[: self._at].encode())

    def _element(self, value: Any, line: int, begin: int, depth: int = 0) -> Element:
        problems = self._problems(value, begin, line, (), depth)
        return Element(value, line, self._document, self._text, begin, self._at, problems=problems)

    def _problems(self, value: Any, begin: int, line: int, path: Path, depth: int) -> tuple[Problem, ...]:
        text = self._text
        bound = self._limits.depth - depth
        problems = strict_json.bounds(value, text, begin, self._at, line, self._limits, bound)
        if self._decoder.has_duplicates:
            problems += strict_json.duplicates(text, begin, line, path)
        return problems

    def _value(self) -> Any:
        """Decode the value at the position and move behind it."""
        if self._need() == "{" and (whole := self._quickly()) is not None:
            self._decoder.has_duplicates = False
            self._move(whole[1])
            return whole[0]
        while True:
            self._check_values()
            try:
                value, end = self._decoder.decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.pos >= len(self._text) - _CUT or error.msg.startswith(("Unterminated", "Invalid \\"))
                if not self._is_ended and is_cut:
                    self._bound()
                    self._more()
                    continue
                self._fail(error.msg, error.pos)
            except RecursionError:
                self._raise(strict_json.too_deep(self._line, self._limits.depth))
            except ValueError as error:
                self._raise(Problem(ManifestCode.UNREADABLE, f"invalid value: {error}", line=self._line))
            else:
                if end >= len(self._text) - 1 and not self._is_ended:
                    self._more()  # A number may go on.
                    continue
                if strict_json.SURROGATE.search(self._text, self._at, end):
                    value = strict_json.without_surrogates(value)
                self._move(end)
                return value

    def _quickly(self) -> tuple[dict[str, Any], int] | None:
        """The object at the position and its end, if it is on one line, or closed where its line is indented."""
        text, at = self._text, self._at
        line_end = text.find("\n", at)
        if line_end < 0:
            return None
        if text[line_end - 1] == "}":
            end = line_end
        else:
            indent = text[text.rfind("\n", 0, at) + 1 : at]
            end = text.find(f"\n{indent}}}", line_end) + len(indent) + 2
            if not indent.isspace() or end < line_end:
                return None
        value = strict_json.quickly(text[at:end])
        return None if value is None else (value, end)

    def _check_values(self) -> None:
        if exceeds_values(self._text, self._limits.values, self._at):
            self._raise(over(self._limits, "values", "a value", self._line))

    def _bound(self) -> None:
        if len(self._text) - self._at > max(self._limits.value_bytes, 1 << 20) * 8:
            self._raise(
                Problem(
                    ManifestCode.TOO_LARGE,
                    f"contains a value of more than {self._limits.value_bytes:,} bytes",
                    line=self._line,
                )
            )

    def _need(self) -> str:
        """The next character that is not space. Raises :class:`NotJson` at the end of the text."""
        return self._peek() or self._fail("Unexpected end of JSON")

    def _peek(self) -> str:
        while True:
            at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # It matches nothing, too.
            self._move(at)
            if at < len(self._text):
                return self._text[at]
            if not self._more():
                return ""

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _drop(self) -> None:
        """Forget the text before the position, once it is long."""
        if self._at > _BLOCK:
            self._before = self._offset()
            if self._end_at is not None:
                self._end_at -= self._at
            self._text = self._text[self._at :]
            self._at = 0
            self._block = _BLOCK

    def _more(self) -> bool:
        if self._is_ended:
            return False
        size = self._block
        if self._end is not None and self._read < self._end:
            size = min(size, self._end - self._read)
        data = self._stream.read(size)
        self._text += self._decode(data, final=not data)
        self._read += len(data)
        if self._read == self._end:
            self._end_at = len(self._text)
        self._is_ended = not data
        # A value that does not fit is read in ever larger blocks, so that it is not decoded ever again.
        self._block *= 2
        return True

    def _fail(self, message: str, at: int | None = None) -> Any:
        place = self._at if at is None else at
        line = self._line + self._text.count("\n", self._at, place)
        is_comment = self._text.startswith(_COMMENTS, place)
        hint = None
        if is_comment:
            message, hint = "JSON has no comments", "remove the comment, or write YAML, whose comments begin with #"
        problem = Problem(ManifestCode.UNREADABLE, f"is not valid JSON: {message}", line=line, hint=hint)
        self._raise(problem, is_comment=is_comment)

    def _raise(self, problem: Problem, *, is_comment: bool = False) -> Any:
        self.is_continued = self.needs_rest = False
        raise NotJson(
            problem,
            is_first=self._document == 0,
            offset=self._offset(),
            line=self._line,
            at_document=self._text.startswith("---", self._at),
            is_comment=is_comment,
        )
