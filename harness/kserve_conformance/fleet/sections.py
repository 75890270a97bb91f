"""
Large and small JSON sources, read element by element: plain services at once, everything else by the loader.

The loader reads a section of a source from any document or element on, and says where it stopped. So whatever is not
plain costs more time, and is read exactly as if nothing here existed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final, Protocol

from kserve_conformance.fleet.plain import PlainService, PlainServices
from kserve_conformance.limits import MEBIBYTE, Limits
from kserve_conformance.manifests import Entry, Loader, ManifestCode, Problem
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.manifests.json_stream import Position
from kserve_conformance.manifests.problems import WARNINGS
from kserve_conformance.manifests.reader import is_json
from kserve_conformance.manifests.sources import Source
from kserve_conformance.manifests.template_languages import has_placeholder, has_ytt_code

_BLOCK: Final = MEBIBYTE
#: How much of the text before an element is kept: more than an indentation.
_BEFORE: Final = 256
#: More than the length of the word for a list of runtimes.
_WORD: Final = 64
#: The longest text in which the end of an object is looked for.
_LONGEST: Final = MEBIBYTE
_NEXT: Final = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_BRACE: Final = ord("{")
#: What every text has that holds code of ytt.
_YTT_MARK: Final = b"#@"
#: After how many objects in a row that do not stand alone the loader reads on by itself, and how far.
_PATIENCE: Final = 4
_RUN: Final = 64 * 1024


class Receiver(Protocol):
    """Takes what is read."""

    @property
    def looks_for(self) -> bytes:
        """What the text of an object contains that is wanted; nothing if all objects are."""

    def is_learned(self, service: PlainService) -> bool:
        """Was a service with the same key learned before, so that the loader need not read this one?"""

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Learn what the loader read a plain service as. The service itself follows."""

    def plain(self, service: PlainService, source: str, line: int, /) -> bool:
        """Take a plain service if one with the same key was learned; False otherwise."""

    def entry(self, entry: Entry) -> None:
        """Take an object that the loader read."""


@dataclass(slots=True)
class Sections:
    """The notes about consecutive sections of one source, joined: lines and elements are counted from the first."""

    loader: Loader
    #: The lines and elements before the current section.
    lines: int = 0
    items: int = 0
    #: Is the current list the one in which the first section began?
    is_continued: bool = True
    _problems: int = 0

    def add(self, read: Loader, section: Section, source: Source | None) -> tuple[int, int]:
        """Add a section that was read; returns how far its lines and entries are shifted."""
        lines = self.lines
        if source is not None:
            self._bound(source, read)
        numbers = self.loader.add(read, lines=lines, items=self.items, is_continued=self.is_continued)
        self.advance(section.lines, section.items, is_continued=section.is_continued)
        return lines, numbers

    def advance(self, lines: int, items: int, *, is_continued: bool) -> None:
        """Go past a section."""
        self.lines += lines
        self.items = items + (self.items if is_continued else 0)
        self.is_continued = self.is_continued and is_continued

    @property
    def is_full(self) -> bool:
        """Had the source so many problems that reading it ends?"""
        return self._problems > self.loader.limits.problems

    def _bound(self, source: Source, read: Loader) -> None:
        """End a source with too many problems. In its first section, the loader has said so."""
        most = self.loader.limits.problems
        before, self._problems = self._problems, self._problems + len(read.problems) + len(read.warnings)
        if self._problems > most and before:
            del read.problems[max(most - before, 0) :]
            del read.warnings[max(most - before - len(read.problems), 0) :]
            text = f"has more than {most:,} problems"
            read.problems.append(Problem(ManifestCode.TOO_MANY_PROBLEMS, text, source=source.name))


#: Runtimes in JSON, and in YAML; a status that names one has another word behind it.
_RUNTIMES: Final = re.compile(rb"ServingRuntime(?:List)?(?:[\"'\s,}]|\Z)")


#: What all of them have, which is found faster.
RUNTIME: Final = b"ServingRuntime"


def _has_runtimes(text: bytes) -> bool:
    return RUNTIME in text and _RUNTIMES.search(text) is not None


def look_ahead(source: Source, limits: Limits, begin: int = 0, end: int | None = None) -> tuple[bool, int]:
    """Look whether a source, or the text between two offsets of it, may have runtimes, and count its lines."""
    loaded = source.loaded(limits, lambda _: None)
    if loaded is None:
        return False, 0
    has_runtimes, lines, at, tail = False, 0, begin, b""
    with loaded.open() as stream:
        stream.seek(begin, 1)
        while (end is None or at < end) and (block := stream.read(_BLOCK if end is None else min(_BLOCK, end - at))):
            has_runtimes = has_runtimes or _has_runtimes(tail + block)
            lines += block.count(b"\n")
            at += len(block)
            tail = block[-_WORD:]
    return has_runtimes, lines


def read_source(
    source: Source, section: Section, loader: Loader, receiver: Receiver, *, lines: int = 0, is_quick: bool = True
) -> None:
    """
    Read a source, or a section of a large one behind so many ``lines``; ``section`` then has the result.

    Unless it ``is_quick``, the loader reads everything. Lines of entries and problems count from the beginning of the
    source, elements of a list from that of the section.
    """
    loaded = source.loaded(loader.limits, loader.problems.append)
    if loaded is None:
        return
    source = loaded
    if is_quick and is_json(source):
        if source.is_small:
            _read_small(source, loader, receiver)
        else:
            _Scan(source, section, loader, receiver, lines).read()
        return
    read = loader.anew()
    entries = list(read.read(source, section))
    shifted, numbers = Sections(loader, lines, is_continued=True).add(read, section, source)
    for entry in entries:
        receiver.entry(replace(entry, line=entry.line + shifted, number=entry.number + numbers))


def _read_small(source: Source, loader: Loader, receiver: Receiver) -> None:
    """Read a small source, about which the loader decides as a whole whether it is a template or foreign."""
    if _YTT_MARK not in source.data or not has_ytt_code(source.text()):
        held = _Held(receiver)
        scratch = loader.anew()
        _Scan(source, Section(), scratch, held).read()
        errors = scratch.problems or any(
            problem.code not in WARNINGS for findings in scratch.findings.values() for problem in findings
        )
        if not errors and not held.is_doubtful and (held.taken or scratch.others):
            numbers = loader.add(scratch)
            held.release(numbers)
            return
    for entry in loader.read(source):
        receiver.entry(entry)


@dataclass(slots=True)
class _Held:
    """Holds back what was read of a source until it is known that it counts."""

    receiver: Receiver
    looks_for: bytes = b""
    taken: list[tuple[PlainService, str, int] | Entry] = field(default_factory=list)
    #: Does a field that decides hold a placeholder?
    is_doubtful: bool = False

    def is_learned(self, service: PlainService) -> bool:
        return self.receiver.is_learned(service)

    def learn(self, service: PlainService, entry: Entry) -> None:
        if not has_placeholder(entry.manifest):
            self.receiver.learn(service, entry)

    def plain(self, service: PlainService, source: str, line: int, /) -> bool:
        is_learned = self.receiver.is_learned(service)
        if is_learned:
            self.taken.append((service, source, line))
        return is_learned

    def entry(self, entry: Entry) -> None:
        self.is_doubtful = self.is_doubtful or has_placeholder(entry.manifest)
        self.taken.append(entry)

    def release(self, numbers: int) -> None:
        """Pass everything on, the entries with greater numbers."""
        for each in self.taken:
            if isinstance(each, Entry):
                self.receiver.entry(replace(each, number=each.number + numbers))
            elif not self.receiver.plain(*each):
                raise AssertionError("the service was not learned")


class _Scan:
    """One source or section while it is read. Offsets are in bytes from the beginning of the source's text."""

    def __init__(self, source: Source, section: Section, loader: Loader, receiver: Receiver, lines: int = 0) -> None:
        self._source = source
        self._section = section
        self._receiver = receiver
        self._plain = PlainServices(loader.limits, loader.namespace, loader.is_stored)
        self._sections = Sections(loader, lines, is_continued=section.start.root is not None)
        self._scratch = loader.anew()
        self._lines_before = lines
        self._end = section.end
        #: The text that is held, the offset at which it begins, and where in it reading goes on.
        self._text = b""
        self._base = self._at = 0
        self._is_ended = False
        #: What is around the current list; None between documents.
        self._root = section.start.root
        #: How many objects in a row were read by the loader with what is around them.
        self._odd = 0

    def read(self) -> None:
        """Read to the end of the section, and note where the next one begins."""
        with self._source.open() as stream:
            self._origin = stream.tell()
            self._stream: BinaryIO = stream
            self._seek(self._section.start.offset)
            following = self._following()
        section, sections = self._section, self._sections
        section.following = following
        section.lines, section.items = sections.lines - self._lines_before, sections.items
        section.is_continued = sections.is_continued

    def _following(self) -> Position | None:
        """Read on until the next section begins."""
        while True:
            if self._root is None and not self._skip_blank_lines():
                return None
            offset = self._base + self._at
            if self._end is not None and offset >= self._end:
                return Position(offset, self._root)
            if self._sections.is_full:
                return None
            end = self._document_end() if self._root is None else self._element_end()
            if end is not None and self._take(self._text[self._at : end[0]], end[1]):
                self._odd = 0
                self._at = end[1]
            elif not self._read_section(offset, None if end is None else self._base + end[1]):
                return None

    def _take(self, text: bytes, following: int) -> bool:
        """Take the object of a text if nothing around it has to be read, and go past it; what follows begins there."""
        source, is_item = self._source, self._root is not None
        newlines = self._text.count(b"\n", self._at, following)
        if self._is_unwanted(text):
            self._sections.advance(newlines, int(is_item), is_continued=is_item)
            return True
        service = self._plain.decoded(text)
        if service is not None and self._receiver.plain(service, source.name, self._sections.lines + 1):
            self._sections.advance(newlines, int(is_item), is_continued=is_item)
            return True
        loader = self._scratch
        loader.restart()
        entries = loader.read_element(source, text.decode(), self._root) if text.endswith(b"}") else None
        if entries is None:
            return False
        if service is not None and len(entries) == 1 and not loader.problems and not loader.warnings:
            self._receiver.learn(service, entries[0])
        self._add(loader, entries, Section(lines=newlines, items=int(is_item), is_continued=is_item))
        return True

    def _is_unwanted(self, text: bytes) -> bool:
        """Is a text an object without what the receiver looks for, in itself or in the list around it?"""
        wanted = self._receiver.looks_for
        if not wanted or wanted in text or b"\\u" in text or (self._root is not None and wanted.decode() in self._root):
            return False
        return text.startswith(b"{") and text.endswith(b"}")

    def _add(self, loader: Loader, entries: list[Entry], section: Section) -> None:
        """Add the entries and notes of a section."""
        lines, numbers = self._sections.add(loader, section, self._source)
        for entry in entries:
            self._receiver.entry(replace(entry, line=entry.line + lines, number=entry.number + numbers))

    def _read_section(self, offset: int, end: int | None) -> bool:
        """Let the loader read at least one document or element; False if nothing is left behind it."""
        self._odd += 1
        bound = offset + 1 if end is None else end
        if self._odd > _PATIENCE:
            bound = max(bound, offset + _RUN * min(self._odd - _PATIENCE, 16))
        if self._end is not None:
            bound = min(bound, self._end)
        section = Section(Position(offset, self._root), bound)
        loader = self._sections.loader.anew()
        self._add(loader, list(loader.read_section(self._source, section)), section)
        if section.following is None:
            return False
        self._root = section.following.root
        self._go_to(section.following.offset)
        return True

    def _skip_blank_lines(self) -> bool:
        """Go to the next line with something on it; False at the end of the source."""
        while True:
            if self._at < len(self._text):
                if self._text[self._at] == _BRACE:
                    return True
                line_end = self._text.find(b"\n", self._at)
                if line_end >= 0 and not self._text[self._at : line_end].strip():
                    self._sections.advance(1, 0, is_continued=False)
                    self._at = line_end + 1
                    continue
                if line_end >= 0 or self._text[self._at :].strip():
                    return True
            if not self._more():
                return self._at < len(self._text) and bool(self._text[self._at :].strip())

    def _document_end(self) -> tuple[int, int] | None:
        """Where the document at the position ends if it is on one line, and where the next line begins."""
        while True:
            line_end = self._text.find(b"\n", self._at)
            if line_end >= 0:
                return line_end, line_end + 1
            if len(self._text) - self._at > _LONGEST:
                return None
            if not self._more():
                return len(self._text), len(self._text)

    def _element_end(self) -> tuple[int, int] | None:
        """
        Where the element at the position ends, and where the next one begins.

        None for the last one of a list, and where that cannot be seen from lines and indentation.
        """
        while True:
            end = self._closing()
            match = None if end is None else _NEXT.match(self._text, end)
            if match is not None and end is not None:
                return end, match.end()
            # The text may only be cut here.
            is_short = len(self._text) - self._at < _LONGEST
            if (end is None or len(self._text) - end < _BEFORE) and is_short and self._more():
                continue
            return None

    def _closing(self) -> int | None:
        """Where the element at the position ends: on its line, or where its line is indented."""
        text, at = self._text, self._at
        line_end = text.find(b"\n", at)
        if line_end < 0:
            return None
        if text.endswith(b"},", at, line_end):
            return line_end - 1
        indent = text[text.rfind(b"\n", 0, at) + 1 : at]
        if indent.strip(b" \t"):
            return None
        closing = b"\n" + indent + b"}"
        end = text.find(closing, line_end)
        return None if end < 0 else end + len(closing)

    def _go_to(self, offset: int) -> None:
        """Go on at an offset, with some of the text before it."""
        if 0 <= offset - self._base <= len(self._text):
            self._at = offset - self._base
            return
        self._seek(offset)

    def _seek(self, offset: int) -> None:
        before = min(offset, _BEFORE)
        self._stream.seek(self._origin + offset - before)
        self._text, self._is_ended = self._stream.read(_BLOCK), False
        self._base, self._at = offset - before, before

    def _more(self) -> bool:
        """Read more of the text, and forget what was read; False at its end."""
        if self._is_ended:
            return False
        block = self._stream.read(_BLOCK)
        self._is_ended = not block
        dropped = max(self._at - _BEFORE, 0)
        self._text = self._text[dropped:] + block
        self._base += dropped
        self._at -= dropped
        return bool(block)
