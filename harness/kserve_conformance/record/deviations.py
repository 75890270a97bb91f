"""
The list of deviations in the header of a record, by which its verdicts were judged.

A ``deviates`` line says no more than its list does, so the list is part of the
record: its entries, and a digest of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import sha256

import msgspec

from kserve_conformance.record.model import DeviationList, ListedDeviation
from kserve_conformance.rules.model import KnownDeviation
from kserve_conformance.rules.registry import registry
from kserve_conformance.rules.releases import UnknownRelease
from kserve_conformance.suite.declared_deviations import DeclaredDeviations
from kserve_conformance.suite.tags import DOCUMENTED

#: The name of the list that ships with this package, ``rules/deviations.yaml``.
UPSTREAM = "KServe"

_ENCODE = msgspec.json.Encoder().encode


def digest_of(entries: Iterable[ListedDeviation]) -> str:
    """The SHA-256 of the entries, in order, as they are written in the header."""
    return f"sha256:{sha256(_ENCODE(tuple(entries))).hexdigest()}"


def listed(name: str, deviations: Iterable[KnownDeviation]) -> DeviationList:
    """The list for a header, from entries of a registry."""
    entries = tuple(
        ListedDeviation(id=one.id, statement=one.statement, link=one.link, rules=_rules_of(one)) for one in deviations
    )
    return DeviationList(name=name, digest=digest_of(entries), entries=entries)


@cache
def upstream(release: str) -> DeviationList | None:
    """The shipped list for a release. None for the documentation, which cannot deviate, and an unknown release."""
    if release == DOCUMENTED:
        return None
    try:
        return listed(UPSTREAM, (one for one in registry().deviations if one.holds_for(release)))
    except UnknownRelease:
        return None


def deviations_of(release: str, declared: DeclaredDeviations | None) -> DeviationList | None:
    """The list for a header: that of the release, after that of the implementation if it has one."""
    shipped = upstream(release)
    if declared is None:
        return shipped
    own = tuple(
        ListedDeviation(
            id=one.id,
            statement=one.statement,
            link=one.link,
            rules=one.rules,
            scenarios=(*one.scenarios, *one.setup_rejected),
            declared=True,
        )
        for one in declared.entries
    )
    entries = (*own, *(shipped.entries if shipped else ()))
    name = " and ".join((declared.file.name, *([shipped.name] if shipped else [])))
    return DeviationList(name=name, digest=digest_of(entries), entries=entries)


def _rules_of(deviation: KnownDeviation) -> tuple[str, ...]:
    """The rules that a scenario with this deviation can have: its own, or those of its claim."""
    if deviation.rule is not None:
        return (deviation.rule,)
    return registry().claim(deviation.claim).rules if deviation.claim is not None else ()
