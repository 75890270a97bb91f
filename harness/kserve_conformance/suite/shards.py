"""
Shards: parts of a suite for runs on independent machines.

The shard of a scenario depends only on the ids, so that every run computes the same. Ids are ordered by their digests,
which spreads a slow topic over all shards; the sizes of shards differ by one at most.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite.problems import SuiteCode

#: A run of more than a million shards is a mistake, and a hostile record must not make anything count them.
_SHARD = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", re.ASCII)


class BadShard(SuiteError):
    """A text is not a shard."""

    def __init__(self, text: str) -> None:
        super().__init__(f"invalid shard {text!r}", code=SuiteCode.BAD_SHARD, hint="use I/N, for example 2/3")


class EmptyShard(SuiteError):
    """A shard has no scenario, because there are more shards than scenarios."""

    def __init__(self, shard: Shard, scenarios: int) -> None:
        number = f"{scenarios} scenario{'' if scenarios == 1 else 's'}"
        hint = f"use at most {scenarios} shard{'' if scenarios == 1 else 's'}"
        super().__init__(f"shard {shard} is empty: only {number} selected", code=SuiteCode.EMPTY_SHARD, hint=hint)


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``total`` parts of what is selected; ``number`` counts from 1."""

    number: int
    total: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """
        Parse ``I/N``. Raises ``BadShard``.

        >>> Shard.parse("2/3")
        Shard(number=2, total=3)
        """
        match = _SHARD.fullmatch(text)
        if match is None or int(match[1]) > int(match[2]):
            raise BadShard(text)
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"

    def of_ids(self, ids: Iterable[str]) -> frozenset[str]:
        """The ids in this shard. Raises ``EmptyShard``."""
        ordered = sorted(ids, key=lambda id_: (hashlib.sha256(id_.encode()).digest(), id_))
        shard = frozenset(ordered[self.number - 1 :: self.total])
        if not shard:
            raise EmptyShard(self, len(ordered))
        return shard
