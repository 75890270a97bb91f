"""Names that more than one service of a cluster has: found by eight bytes of each, and then by reading again."""

from __future__ import annotations

import hashlib
from array import array
from typing import Final

from kserve_conformance.fleet.plain import PlainService
from kserve_conformance.manifests import Entry, display_name
from kserve_conformance.objects import SERVICE
from kserve_conformance.upgrade.input_runtimes import Skipping

#: The bytes by which names are compared.
_MARK: Final = 8


def mark_of(cluster: str, namespace: str, name: str) -> int:
    """A number by which a name is recognised when it occurs again; the same in every process."""
    text = f"{cluster}/{namespace}/{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=_MARK).digest(), "big")


class NameReading(Skipping):
    """Takes the places of services whose names have one of these marks."""

    def __init__(self, marks: frozenset[int]) -> None:
        self._marks = marks
        self.cluster = ""
        self.places: list[tuple[str, str]] = []

    def plain(self, service: PlainService, source: str, line: int) -> bool:
        """Keep the place of a service."""
        self._add(service.namespace, service.name, f"{source}:{line}")
        return True

    def entry(self, entry: Entry) -> None:
        """Keep the place of a service."""
        if entry.manifest["kind"] == SERVICE:
            namespace, _, name = display_name(entry.manifest).partition("/")
            self._add(namespace, name, entry.where)

    def _add(self, namespace: str, name: str, where: str) -> None:
        if mark_of(self.cluster, namespace, name) in self._marks:
            cluster = f" of cluster {self.cluster}" if self.cluster else ""
            self.places.append((f"{SERVICE} {namespace}/{name}{cluster}", where))


#: How many marks are compared at a time.
_COMPARED: Final = 500_000


def repeated_marks(marks: array[int], most: int) -> frozenset[int]:
    """The first marks that occur more than once, up to so many."""
    slices = len(marks) // _COMPARED + 1
    repeated: set[int] = set()
    for one in range(slices):
        once: set[int] = set()
        for mark in marks:
            if slices > 1 and mark % slices != one:
                continue
            if mark in once:
                repeated.add(mark)
            once.add(mark)
    if len(repeated) <= most:
        return frozenset(repeated)
    first: dict[int, None] = {}
    for mark in marks:
        if mark in repeated:
            first[mark] = None
            if len(first) == most:
                break
    return frozenset(first)
