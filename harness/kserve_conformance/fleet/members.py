"""The services of some sources, however many: a few bytes for each, and one manifest for all that are decided alike."""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from kserve_conformance.objects import Manifest


@dataclass(frozen=True, slots=True)
class Member:
    """One service of a fleet; ``kind`` is the number of its stand-in, ``entry`` that of its findings, if any."""

    name: str
    uri: str
    where: str
    kind: int
    entry: int | None = None


class Fleet:
    """Services in the order in which they were read."""

    def __init__(self) -> None:
        self._texts = bytearray()
        self._ends = array("Q")
        self._lines = array("L")
        self._sources = array("L")
        self._kinds = array("L")
        self._names: list[str] = []
        self._kind_of: dict[int, int] = {}
        self._stand_ins: list[bytes] = []
        #: The entries of the services with findings, by their place in the fleet.
        self._entries: dict[int, int] = {}
        #: The length of the longest name.
        self.width = 0

    def __len__(self) -> int:
        return len(self._kinds)

    def add(
        self, name: str, uri: str, source: str, line: int, kind: tuple[int, Manifest], entry: int | None = None
    ) -> None:
        """Add a service; ``kind`` is a number that its kind alone has, and the stand-in."""
        key, manifest = kind
        number = self._kind_of.setdefault(key, len(self._stand_ins))
        if number == len(self._stand_ins):
            self._stand_ins.append(zlib.compress(json.dumps(manifest).encode(), 1))
        for text in (name, uri):
            self._texts += text.encode("utf-8", "replace")
            self._ends.append(len(self._texts))
        if not self._names or self._names[-1] != source:
            self._names.append(source)
        if entry is not None:
            self._entries[len(self)] = entry
        self._lines.append(line)
        self._sources.append(len(self._names) - 1)
        self._kinds.append(number)
        self.width = max(self.width, len(name))

    def extend(self, other: Fleet, *, lines: int = 0, numbers: int = 0) -> None:
        """Add the services of another fleet, ``lines`` further down in their source, with greater numbers."""
        before, texts = len(self), len(self._texts)
        kinds = []
        for (key, _), text in zip(other._kind_of.items(), other._stand_ins, strict=True):
            kind = self._kind_of.setdefault(key, len(self._stand_ins))
            if kind == len(self._stand_ins):
                self._stand_ins.append(text)
            kinds.append(kind)
        self._kinds.extend(array("L", map(kinds.__getitem__, other._kinds)))
        self._texts += other._texts
        self._ends.extend(array("Q", (end + texts for end in other._ends)))
        self._lines.extend(array("L", (line + lines for line in other._lines)))
        names = len(self._names)
        if self._names and other._names and self._names[-1] == other._names[0]:
            names -= 1
        self._names += other._names[len(self._names) - names :]
        self._sources.extend(array("L", (source + names for source in other._sources)))
        for place, number in other._entries.items():
            self._entries[before + place] = number + numbers
        self.width = max(self.width, other.width)

    def __iter__(self) -> Iterator[Member]:
        begin = 0
        for index, kind in enumerate(self._kinds):
            middle, end = self._ends[2 * index], self._ends[2 * index + 1]
            where = f"{self._names[self._sources[index]]}:{self._lines[index]}"
            name, uri = self._texts[begin:middle].decode(), self._texts[middle:end].decode()
            yield Member(name, uri, where, kind, self._entries.get(index))
            begin = end

    def manifest(self, kind: int) -> Manifest:
        """The stand-in of that number."""
        found: Manifest = json.loads(zlib.decompress(self._stand_ins[kind]))
        return found

    def repeated(self) -> dict[str, list[str]]:
        """The names that more than one service has, with all of their places. Generated names all differ."""
        once: set[int] = set()
        twice: set[int] = set()
        texts, begin = bytes(self._texts), 0
        for index in range(len(self)):
            mark = hash(texts[begin : self._ends[2 * index]])
            (twice if mark in once else once).add(mark)
            begin = self._ends[2 * index + 1]
        places: dict[str, list[str]] = {}
        for member in self if twice else ():
            if hash(member.name.encode("utf-8", "replace")) in twice and not member.name.endswith("*"):
                places.setdefault(f"InferenceService {member.name}", []).append(member.where)
        return {name: found for name, found in places.items() if len(found) > 1}
