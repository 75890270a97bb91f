"""The words that the registry of rules lends to tags: its rules, the documentation's claims, the known releases."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from kserve_conformance.rules.releases import RELEASES


@cache
def registered() -> dict[str, Collection[str] | None]:
    """What ``suite.tags.Known`` asks of the registry. Read once: the registry cannot change under a run."""
    return {"rules": None, "claims": None, "releases": frozenset(release.removeprefix("v") for release in RELEASES)}


def deviation_for(release: str, rules: tuple[str, ...], claims: tuple[str, ...]) -> Any:
    """The listed deviation of a release from one of these rules or claims; None when there is none."""
    return None


def statements() -> Mapping[str, str]:
    """What each rule says, by its id."""
    return {}
