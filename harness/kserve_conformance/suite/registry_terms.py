"""The terms of a suite from the registry of rules: the ids that tags may name, and the known deviations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from kserve_conformance.rules.model import KnownDeviation
from kserve_conformance.rules.registry import registry
from kserve_conformance.rules.releases import RELEASES, UnknownRelease
from kserve_conformance.suite.tags import DOCUMENTED, NEEDS, PLAIN


@cache
def registered() -> Mapping[str, Collection[str]]:
    """The rules, claims and releases that tags may name."""
    known = registry()
    return {
        "rules": frozenset(known.rules_by_id),
        "claims": frozenset(known.claims_by_id),
        "releases": frozenset(release.removeprefix("v") for release in RELEASES),
    }


@cache
def known_tags() -> frozenset[str]:
    """Every tag that a scenario of any suite may have, besides the tags that its suite declares."""
    terms = registered()
    return frozenset(
        (
            *PLAIN,
            *(f"needs-{need}" for need in NEEDS),
            *(f"rule-{rule}" for rule in terms["rules"]),
            *(f"claim-{claim}" for claim in terms["claims"]),
            *(f"{bound}-{release}" for bound in ("since", "until") for release in terms["releases"]),
        )
    )


@cache
def deviation_for(release: str, rules: tuple[str, ...], claims: tuple[str, ...]) -> KnownDeviation | None:
    """
    The listed deviation of a release from one of these rules or claims, or None.

    The documentation does not deviate from itself, and an unknown release has no
    listed deviations.
    """
    if release == DOCUMENTED:
        return None
    try:
        return registry().deviation_for(release, rules, claims)
    except UnknownRelease:
        return None


def statements() -> Mapping[str, str]:
    """The statement of each rule, by its id."""
    return {rule.id: rule.statement for rule in registry().rules}
