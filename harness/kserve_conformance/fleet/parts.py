"""Parts of the input: where large sources can be split, and what is read of one part."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Final

from kserve_conformance.fleet.members import Fleet
from kserve_conformance.fleet.pickles import unpickled
from kserve_conformance.fleet.plain import PlainService
from kserve_conformance.fleet.sections import read_source
from kserve_conformance.fleet.service_kinds import ServiceKind, ServiceKinds, normal_key
from kserve_conformance.limits import MEBIBYTE, Limits
from kserve_conformance.manifests import Entry, Loader, display_name
from kserve_conformance.manifests.fingerprint import uri_of
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.manifests.json_stream import BEGINNING, JsonStream, NotJson, Position
from kserve_conformance.manifests.reader import is_json
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import SERVICE

#: Bytes of a part. Parts do not depend on the number of processes, and so neither do the results.
PART: Final = 4 * MEBIBYTE

#: How far behind its nominal beginning a part may begin.
_WINDOW: Final = MEBIBYTE

#: How many services are read from one report of progress to the next.
STEP: Final = 10_000

#: Where documents probably begin, and elements of a list: a guess that reading the previous part confirms or corrects.
_DOCUMENT: Final = re.compile(rb"\n(?=\{)")
_ELEMENT: Final = re.compile(rb"\}\s*,\s*(?=\{\s*\"(?:apiVersion|kind|metadata)\"\s*:)")


@dataclass(frozen=True, slots=True)
class Part:
    """Small sources, or a large one, or the section of a large one from ``start`` to the byte ``end``."""

    sources: tuple[Source, ...]
    start: Position = BEGINNING
    end: int | None = None
    #: The lines before it in its source, where they were counted.
    lines: int = 0

    def by_cluster(self) -> Iterator[tuple[str, tuple[Source, ...]]]:
        """The sources of each cluster whose dumps they are; all of none if they are not dumps of clusters."""
        for cluster, sources in groupby(self.sources, key=lambda source: source.cluster):
            yield cluster, tuple(sources)

    @property
    def size(self) -> int:
        """About how many bytes it has."""
        if self.end is not None:
            return self.end - self.start.offset
        return max(sum(each.size for each in self.sources) - self.start.offset, 0)


@dataclass(slots=True)
class Contents:
    """
    What was read of a part. Lines, numbers and indices are counted from its beginning.

    ``section`` says where the next part of the source begins.
    """

    fleet: Fleet
    runtimes: list[Entry]
    loader: Loader
    section: Section = field(default_factory=Section)


def contents_of(part: Part, options: bytes, progress: Callable[[int], None] | None = None) -> Contents:
    """
    Read a part, here or in any other process, with the pickled loader that has the options.

    ``progress`` is called with the number of services now and then.
    """
    memory = _memory(options)
    loader = memory.loader.anew()
    contents = Contents(Fleet(), [], loader, Section(part.start, part.end))
    reading = _Reading(contents, memory, progress)
    for source in part.sources:
        contents.section = Section(part.start, part.end)
        read_source(source, contents.section, loader, reading, is_quick=not memory.is_exact)
    loader.forget()
    return contents


@dataclass(frozen=True, slots=True)
class _Memory:
    """What all parts share that one process reads: the loader's memory of equal objects, and the kinds of services."""

    loader: Loader
    is_exact: bool
    kinds: ServiceKinds


@lru_cache(maxsize=2)
def _memory(options: bytes) -> _Memory:
    loader, is_exact = unpickled(options)
    return _Memory(loader, is_exact, ServiceKinds(loader.is_stored))


class _Reading:
    """Takes the objects of a part."""

    looks_for = b""

    def __init__(self, contents: Contents, memory: _Memory, progress: Callable[[int], None] | None) -> None:
        self._contents = contents
        self._kinds = memory.kinds
        self._is_exact = memory.is_exact
        self._progress = progress

    def is_learned(self, service: PlainService) -> bool:
        """Is the kind of the service known?"""
        return self._kind(service) is not None

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Learn its kind."""
        self._kinds.learn(service, entry)

    def plain(self, service: PlainService, source: str, line: int) -> bool:
        """Add a plain service of a known kind."""
        kind = self._kind(service)
        if kind is None:
            return False
        name = f"{service.namespace}/{service.name}"
        self._contents.fleet.add(name, service.uri, source, line, (kind.mark, kind.general))
        self._report()
        return True

    def _kind(self, service: PlainService) -> ServiceKind | None:
        """A kind with the general manifest of the service."""
        return self._kinds.general(normal_key(service)) or self._kinds.known(service)

    def entry(self, entry: Entry) -> None:
        """Add a service that the loader read, or a runtime."""
        contents = self._contents
        if entry.manifest["kind"] != SERVICE:
            contents.runtimes.append(entry)
            return
        kind = self._kinds.of(entry)
        known = (kind.fingerprint, kind.manifest) if self._is_exact else (kind.mark, kind.general)
        name, uri = display_name(entry.manifest), uri_of(entry.manifest)
        contents.fleet.add(name, uri, entry.source, entry.line, known, None if entry.is_clean else entry.number)
        self._report()

    def _report(self) -> None:
        if self._progress is not None and len(self._contents.fleet) % STEP == 0:
            self._progress(len(self._contents.fleet))


def parts_of(source: Source, limits: Limits, size: int = PART) -> Iterator[Part]:
    """The parts of one large source; only JSON can be split."""
    begins = list(_begins(source, limits, size)) if is_json(source) else []
    start = BEGINNING
    for following in begins:
        yield Part((source,), start, following.offset)
        start = following
    yield Part((source,), start)


def _begins(source: Source, limits: Limits, size: int) -> Iterator[Position]:
    """Where the second part and those behind it probably begin."""
    with source.open() as stream:
        first_byte = stream.tell()
        try:
            first = next(JsonStream(stream, limits).elements(), None)
        except NotJson:
            return
        if first is None:
            return
        root = None if first.item is None else json.dumps(first.root)
        pattern = _DOCUMENT if root is None else _ELEMENT
        nominal = size
        while nominal < source.size:
            stream.seek(first_byte + nominal)
            match = pattern.search(stream.read(_WINDOW))
            if match is not None:
                nominal += match.end()
                yield Position(nominal, root)
            nominal += size
