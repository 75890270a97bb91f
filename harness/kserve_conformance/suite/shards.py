"""
Sharing scenarios among runs that go on beside each other, on machines that know nothing of each other.

Who has which scenario follows from the ids alone, so that every run comes to the
same answer. Ids are taken in the order of their digests: a topic whose scenarios
are slow is so spread over all shards, and their sizes differ by one at most.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kserve_conformance.exceptions import SuiteError

_WRITTEN = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")


class BadShard(SuiteError):
    """A shard cannot be read as one of several."""

    hint = "write I/N with I from 1 to N, as in 2/3"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no shard")
        self.text = text


class EmptyShard(SuiteError):
    """There are more shards than scenarios, so that one has none: an answer to nothing is no part of an answer."""

    def __init__(self, shard: Shard, scenarios: int) -> None:
        super().__init__(f"shard {shard} has no scenario: {scenarios} {'was' if scenarios == 1 else 'were'} selected")
        self.hint = f"use {scenarios} shard{'' if scenarios == 1 else 's'} at most"


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``total`` parts of what was selected; ``number`` counts from 1."""

    number: int
    total: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """
        Read a shard as it is written. Raises ``BadShard``.

        >>> Shard.parse("2/3")
        Shard(number=2, total=3)
        """
        written = _WRITTEN.fullmatch(text)
        if written is None or int(written[1]) > int(written[2]):
            raise BadShard(text)
        return cls(int(written[1]), int(written[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"

    def of_ids(self, ids: Iterable[str]) -> frozenset[str]:
        """Its part of these ids. Raises ``EmptyShard``."""
        spread = sorted(ids, key=lambda id_: (hashlib.sha256(id_.encode()).digest(), id_))
        mine = frozenset(spread[self.number - 1 :: self.total])
        if not mine:
            raise EmptyShard(self, len(spread))
        return mine
