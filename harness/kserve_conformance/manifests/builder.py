"""
YAML events to values, as Kubernetes decodes them, with every problem of a stream.

PyYAML's C parser makes the events; what a scalar means is decided in
:mod:`~kserve_conformance.manifests.scalars`. No value remembers its
line, because every valid document would pay for it: when a problem is found later,
:mod:`~kserve_conformance.manifests.locations` reads that one document again.

Source: ``mapping``, ``merge`` and ``alias`` in decode.go, go.yaml.in/yaml/v2 v2.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, TypeAlias

import yaml
from yaml import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # The stubs forget it.

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import scalars
from kserve_conformance.manifests.byte_stream import Feed, Overfed, Stopped
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem, over
from kserve_conformance.manifests.scalars import UnusableScalar

#: What is left out of each object: a key, and either None for all of it or what to leave out inside it.
Dropped: TypeAlias = "Mapping[str, Dropped | None]"

#: Bookkeeping of a stored object, which no choice reads: most of the bytes of a dump.
BOOKKEEPING: Final[Dropped] = {
    "status": None,
    "metadata": {"managedFields": None, "annotations": {"kubectl.kubernetes.io/last-applied-configuration": None}},
}

_MISSING: Final = object()
_MERGE: Final = object()
#: How many different plain scalars are remembered: names differ in every object, words do not.
_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Part:
    """
    One value of a stream: a document, or an element of a document's ``items``.

    ``document`` counts the documents of the stream from 0, ``item`` the elements
    of its list; ``line`` is where the value starts, from 1.
    """

    value: Any
    line: int
    document: int
    item: int | None = None


class _Open:
    """Stands for a value that is still being built under an anchor."""


class Builder:
    """
    Builds the values of one YAML stream.

    ``report`` is called with each problem. A value with a problem is still built as
    far as possible, so that the next problem is found too. :class:`Stopped` is
    raised where reading cannot continue.
    """

    def __init__(
        self,
        stream: BinaryIO,
        limits: Limits,
        report: Callable[[Problem], None],
        *,
        dropped: Dropped | None = None,
        whole: int | None = None,
    ) -> None:
        self._feed = Feed(stream, limits, limits.source_bytes if whole is None else whole)
        self._limits = limits
        self._report_problem = report
        self._dropped = dropped
        self._deepest = limits.depth
        self._next: Callable[[], Any] = CParser(self._feed).get_event
        self._path: list[str | int] = []
        self._anchors: dict[str, Any] = {}
        #: The events of anchored scalars: the same one is 1 as a value and "1" as a key.
        self._anchored: dict[str, Any] = {}
        self._aliased = 0
        #: Values of the object so far.
        self._values = 0
        #: Size and height by identity; the values themselves are kept, so that no identity is used twice.
        self._measured: dict[int, tuple[int, int, Any]] = {}
        self._line = 1
        self._problems = 0
        self._plain: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}

    def parts(self, *, split: bool) -> Iterator[Part]:
        """
        Build one document after the other; empty ones are left out.

        With ``split``, the elements of a root's ``items`` come one by one, each
        before the next is read, and the rest of the root last.
        """
        document = -1
        try:
            self._next()
            while not isinstance(event := self._next(), StreamEndEvent):
                document += 1
                self._begin(event)
                event = self._next()
                line = line_of(event)
                if split and isinstance(event, MappingStartEvent):
                    yield from self._split(event, document)
                else:
                    value = self._value(event, 0, self._dropped)
                    if value is not None:
                        yield Part(value, line, document)
                self._next()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else self._line
            self._report(ManifestCode.UNREADABLE, f"is not valid YAML: {_reason(error)}", line, path=())
            raise Stopped(line, resumable=True) from None
        except yaml.reader.ReaderError as error:
            self._report(
                ManifestCode.UNREADABLE, f"is not text: {error.reason} at byte {error.position}", None, path=()
            )
            raise Stopped(None) from None
        except Overfed as over:
            self._report(ManifestCode.TOO_LARGE, str(over), self._line, hint=over.hint)
            raise Stopped(self._line) from None

    def _begin(self, event: Any) -> None:
        self._path.clear()
        self._anchors.clear()
        self._anchored.clear()
        self._measured.clear()
        self._aliased = 0
        self._values = 0
        self._line = line_of(event)
        if event.version not in (None, (1, 1)):
            version = ".".join(map(str, event.version))
            self._report(ManifestCode.UNREADABLE, f"declares YAML {version}; Kubernetes reads YAML 1.1", self._line)

    def _split(self, start: Any, document: int) -> Iterator[Part]:
        """Yield the elements of ``items`` as they come, then the root without them."""
        rest: dict[str, Any] = {}
        line = line_of(start)
        anchored = self._open(start)
        merged: set[str] = set()
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event, 1)
            value_event = self._next()
            if key == "items" and isinstance(value_event, SequenceStartEvent) and "items" not in rest:
                rest["items"] = []
                strays = 0
                for index, element in enumerate(iter(self._next, _MISSING)):
                    if isinstance(element, SequenceEndEvent):
                        break
                    self._path.extend(("items", index))
                    value = self._value(element, 2, self._dropped)
                    strays += not isinstance(value, dict)
                    if strays > self._limits.problems:
                        self._report_problem(over(self._limits, "problems", "a list", line_of(element)))
                        raise Stopped(line_of(element))
                    yield Part(value, line_of(element), document, index)
                    self._values = 0
                    del self._path[-2:]
            else:
                self._entry(rest, merged, key, event, value_event, 1, self._dropped)
        self._close(start, anchored, rest)
        yield Part(rest, line, document)

    def _value(self, event: Any, depth: int, dropped: Dropped | None = None) -> Any:
        """Build the value that an event begins. ``depth`` counts the containers around it."""
        kind = event.__class__
        if kind is ScalarEvent:
            if event.tag is None and event.anchor is None:
                if not event.implicit[0]:
                    return event.value
                value = self._plain.get(event.value, _MISSING)
                if value is not _MISSING:
                    return value
            return self._scalar(event)
        if kind is MappingStartEvent:
            return self._mapping(event, depth + 1, dropped)
        if kind is SequenceStartEvent:
            return self._sequence(event, depth + 1)
        return self._alias(event, depth)

    def _mapping(self, start: Any, depth: int, dropped: Dropped | None) -> dict[str, Any]:  # noqa: C901, PLR0912
        if depth > self._deepest:
            self._too_deep(start)
        self._feed.fed = 0
        self._line = start.start_mark.line + 1
        anchored = self._open(start) if start.anchor is not None else None
        following, path, keys, plain = self._next, self._path, self._keys, self._plain
        mapping: dict[str, Any] = {}
        merged: set[str] = set()
        while True:
            event = following()
            kind = event.__class__
            if kind is MappingEndEvent:
                break
            # The common case by far, a new and unmarked key, is written out here: calls are what costs.
            key = keys.get(event.value) if kind is ScalarEvent and event.tag is None and event.implicit[0] else None
            if key is None or event.anchor is not None or key in mapping or dropped is not None:
                key = self._key(event, depth)
                self._entry(mapping, merged, key, event, following(), depth, dropped)
                continue
            event = following()
            kind = event.__class__
            if kind is ScalarEvent:
                if event.tag is None and event.anchor is None:
                    if not event.implicit[0]:
                        mapping[key] = event.value
                        continue
                    value = plain.get(event.value, _MISSING)
                    if value is not _MISSING:
                        mapping[key] = value
                        continue
                path.append(key)
                mapping[key] = self._scalar(event)
                path.pop()
            else:
                path.append(key)
                if kind is MappingStartEvent:
                    mapping[key] = self._mapping(event, depth + 1, None)
                elif kind is SequenceStartEvent:
                    mapping[key] = self._sequence(event, depth + 1)
                else:
                    mapping[key] = self._alias(event, depth)
                path.pop()
        self._count(len(mapping), start)
        if anchored is not None:
            self._close(start, anchored, mapping)
        return mapping

    def _sequence(self, start: Any, depth: int) -> list[Any]:
        if depth > self._deepest:
            self._too_deep(start)
        anchored = self._open(start) if start.anchor is not None else None
        following, path = self._next, self._path
        sequence: list[Any] = []
        path.append(0)
        while True:
            event = following()
            if event.__class__ is SequenceEndEvent:
                break
            sequence.append(self._value(event, depth))
            path[-1] = len(sequence)
        path.pop()
        self._count(len(sequence), start)
        if anchored is not None:
            self._close(start, anchored, sequence)
        return sequence

    def _count(self, inner: int, event: Any) -> None:
        """Count a container and what it holds towards the values of its object."""
        self._values += 1 + inner
        if self._values > self._limits.values:
            line = line_of(event)
            self._report_problem(over(self._limits, "values", "an object", line))
            raise Stopped(line, resumable=True)

    def _entry(
        self,
        mapping: dict[str, Any],
        merged: set[str],
        key: Any,
        event: Any,
        value_event: Any,
        depth: int,
        dropped: Dropped | None,
    ) -> None:
        """Put one key and its value into a mapping, with merges, duplicates and dropped keys."""
        if key is None:  # Reported already. The value is built to find its own problems.
            self._value(value_event, depth)
            return
        if key is _MERGE:
            self._merge(mapping, merged, value_event, depth)
            return
        inside = dropped.get(key, _MISSING) if dropped is not None else _MISSING
        if inside is None:
            self._skip(value_event)
            return
        self._path.append(key)
        if key in mapping and key not in merged:
            self._report(
                ManifestCode.DUPLICATE_KEY,
                "duplicate key",
                line_of(event),
                hint="remove one of them: kubectl sends only the last one",
            )
        merged.discard(key)
        mapping[key] = self._value(value_event, depth, None if inside is _MISSING else inside)  # type: ignore[arg-type]
        self._path.pop()

    def _key(self, event: Any, depth: int) -> Any:
        """Read a key: a string, ``_MERGE``, or None if it is unusable."""
        kind = event.__class__
        if kind is AliasEvent:
            anchored = self._anchored.get(event.anchor)
            if anchored is not None:
                return self._key_text(anchored)
            self._report(ManifestCode.INVALID_FIELD, f"alias *{event.anchor} is not a valid key", line_of(event))
            return None
        if kind is not ScalarEvent:
            self._report(
                ManifestCode.INVALID_FIELD,
                "a list or mapping cannot be a key",
                line_of(event),
                hint="quote it if it starts with a bracket or a brace",
            )
            self._value(event, depth)
            return None
        if event.anchor is not None:
            self._scalar(event)
        if event.value == "<<" and (event.implicit[0] or event.tag == scalars.MERGE):
            return _MERGE
        return self._key_text(event)

    def _key_text(self, event: Any) -> str | None:
        text = event.value
        if event.tag is None and not event.implicit[0]:
            return str(text)
        try:
            key = scalars.key(text, event.tag)
        except UnusableScalar as unusable:
            self._report(ManifestCode.INVALID_FIELD, f"invalid key: {unusable}", line_of(event), hint="quote it")
            return None
        if event.tag is None and event.anchor is None and len(self._keys) < _REMEMBERED:
            self._keys[text] = key
        return key

    def _scalar(self, event: Any) -> Any:
        text = event.value
        try:
            if event.tag is not None:
                # The tag "!" alone says "not resolved": a string.
                value = text if event.tag == "!" else scalars.tagged(text, event.tag)
            elif event.implicit[0]:
                value = scalars.plain(text)
                if len(self._plain) < _REMEMBERED:
                    self._plain[text] = value
            else:
                value = text
        except UnusableScalar as unusable:
            self._report(ManifestCode.INVALID_FIELD, str(unusable), line_of(event), hint=f"quote it: {text!r}")
            value = None  # As if it were absent, so that its type is not a second problem.
        if event.anchor is not None:
            self._anchors[event.anchor] = value
            self._anchored[event.anchor] = event
        return value

    def _merge(self, mapping: dict[str, Any], merged: set[str], event: Any, depth: int) -> None:
        """Merge what ``<<`` names into the mapping. As in go-yaml v2, earlier keys are overwritten."""
        by_alias = event.__class__ is AliasEvent
        self._path.append("<<")
        value = self._value(event, depth)
        self._path.pop()
        sources = [value] if isinstance(value, dict) else value if isinstance(value, list) and not by_alias else [None]
        for source in reversed(sources):
            if not isinstance(source, dict):
                self._report(ManifestCode.INVALID_FIELD, "<< can only merge mappings", line_of(event))
                continue
            merged.update(source)
            mapping.update(source)

    def _alias(self, event: Any, depth: int) -> Any:
        line = line_of(event)
        value = self._anchors.get(event.anchor, _MISSING)
        if value is _MISSING:
            self._report(ManifestCode.INVALID_FIELD, f"unknown alias *{event.anchor}", line)
            return None
        if isinstance(value, _Open):
            self._report(ManifestCode.INVALID_FIELD, f"alias *{event.anchor} contains itself", line)
            return None
        size, height = self._measure(value)
        self._aliased += size
        if self._aliased > self._limits.alias_values:
            self._report(
                ManifestCode.ALIAS_BOMB,
                f"aliases expand to more than {self._limits.alias_values:,} values",
                line,
                hint="write the values out; go-yaml rejects it too (document contains excessive aliasing)",
            )
            raise Stopped(line, resumable=True)
        if depth + height > self._deepest:
            self._too_deep(event)
        return value

    def _measure(self, value: Any) -> tuple[int, int]:
        """How many values an anchored one is, with its aliases written out, and how deep it is."""
        if not isinstance(value, dict | list):
            return 1, 0
        known = self._measured.get(id(value))
        if known is None:
            size, height = 1, 0
            for inner in value.values() if isinstance(value, dict) else value:
                inner_size, inner_height = self._measure(inner)
                size += inner_size
                height = max(height, inner_height)
            known = self._measured[id(value)] = size, height + 1, value
        return known[:2]

    def _open(self, start: Any) -> _Open | None:
        if start.anchor is None:
            return None
        anchored = self._anchors[start.anchor] = _Open()
        self._anchored.pop(start.anchor, None)
        return anchored

    def _close(self, start: Any, anchored: _Open | None, value: Any) -> None:
        # An anchor of the same name inside of the value came later, and stays.
        if anchored is not None and self._anchors.get(start.anchor) is anchored:
            self._anchors[start.anchor] = value

    def _skip(self, event: Any) -> None:
        """Read over a value without building it."""
        depth = 0
        following = self._next
        while True:
            kind = event.__class__
            if kind is not ScalarEvent:
                if kind is MappingStartEvent or kind is SequenceStartEvent:
                    self._feed.fed = 0
                    depth += 1
                    if depth > self._deepest:
                        self._too_deep(event)
                elif kind is not AliasEvent:
                    depth -= 1
            if depth == 0:
                return
            event = following()

    def _too_deep(self, event: Any) -> None:
        line = line_of(event)
        self._report(
            ManifestCode.TOO_DEEP,
            f"nested more than {self._deepest} levels deep",
            line,
            path=tuple(self._path[:3]),
            hint="no Kubernetes object is nested this deep",
        )
        raise Stopped(line, resumable=True)

    def _report(
        self,
        code: ManifestCode,
        text: str,
        line: int | None,
        *,
        path: Path | None = None,
        hint: str | None = None,
    ) -> None:
        self._problems += 1
        if self._problems > self._limits.problems:
            self._report_problem(
                Problem(
                    ManifestCode.TOO_MANY_PROBLEMS,
                    f"more than {self._limits.problems:,} problems",
                    line=line,
                )
            )
            raise Stopped(line)
        self._report_problem(Problem(code, text, tuple(self._path) if path is None else path, line=line, hint=hint))


def _reason(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.problem, error.context) if part)


def line_of(event: Any) -> int:
    """The line on which an event begins, from 1."""
    return int(event.start_mark.line) + 1
