"""
What the registry holds, as typed values: rules, claims of the documentation, deviations from them, edge cases, pages.

Ranges of releases are closed on both ends and open where nothing is written; a
release is written without its ``v``, as in the tags of scenarios.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kserve_conformance.rules.releases import full_name, in_range

#: Where KServe's sources are.
REPOSITORY = "https://github.com/kserve/kserve"


class Level(StrEnum):
    """How binding a rule is."""

    #: The documentation states it.
    MUST = "MUST"
    #: The code of every release in the rule's range does it, and services rely on it.
    SHOULD = "SHOULD"
    #: A side effect of the code, which services should not rely on.
    MAY = "MAY"


class Keeping(StrEnum):
    """Does a release do what the documentation claims?"""

    KEPT = "kept"
    #: In some cases, or with more conditions than the documentation states.
    PARTLY = "partly"
    BROKEN = "broken"
    #: The documentation is silent about what the release does.
    UNSTATED = "unstated"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of the registry; a misspelt field is an error."""


class Ranged(Entry, frozen=True, kw_only=True):
    """An entry that holds for a range of releases."""

    since: str | None = None
    until: str | None = None

    def holds_for(self, release: str) -> bool:
        """Is a release within the range? Raises ``UnknownRelease``."""
        return in_range(release, self.since, self.until)

    @property
    def range(self) -> str:
        """The releases in words."""
        since, until = self.since, self.until
        if since and since == until:
            return f"v{since} only"
        if since and until:
            return f"v{since} to v{until}"
        if since:
            return f"v{since} and later"
        return f"v{until} and earlier" if until else "every release"


class Page(Entry, frozen=True, kw_only=True):
    """A page of KServe's documentation; its ``id`` begins with the version of the documentation."""

    id: str
    title: str
    url: str


class Reference(Entry, frozen=True, kw_only=True):
    """A section of a page."""

    page: str
    section: str


class Source(Ranged, frozen=True, kw_only=True):
    """A place in KServe's code: a file or folder, and the function in it."""

    file: str
    function: str | None = None

    def url(self, release: str) -> str:
        """Its URL at a release's tag. Raises ``UnknownRelease``."""
        return f"{REPOSITORY}/blob/{full_name(release)}/{self.file}"


class Rule(Ranged, frozen=True, kw_only=True):
    """
    One behaviour of KServe.

    ``topic`` is the name of its file and of the folder of its features.
    ``edges`` are the ids of edge cases that it decides.
    """

    id: str
    statement: str
    level: Level
    documentation: tuple[Reference, ...] = ()
    code: tuple[Source, ...]
    edges: tuple[str, ...] = ()
    topic: str = ""


class Versions(Entry, frozen=True, kw_only=True):
    """A range of versions of the documentation."""

    since: str
    until: str | None = None


class ClaimFinding(Ranged, frozen=True, kw_only=True):
    """Whether the releases of a range keep a claim, and why."""

    keeps: Keeping
    why: str


class Claim(Entry, frozen=True, kw_only=True):
    """A statement of the documentation; ``findings`` cover all releases in order."""

    id: str
    statement: str
    documentation: Reference
    stated: Versions
    rules: tuple[str, ...]
    findings: tuple[ClaimFinding, ...]

    def finding(self, release: str) -> ClaimFinding:
        """The finding for a release. Raises ``UnknownRelease``."""
        return next(finding for finding in self.findings if finding.holds_for(release))


class KnownDeviation(Ranged, frozen=True, kw_only=True):
    """
    A known difference between some releases and their documentation.

    With both a claim and a rule it covers only scenarios that state both.
    """

    id: str
    claim: str | None = None
    rule: str | None = None
    statement: str
    link: str

    def concerns(self, rule_ids: frozenset[str], claim_ids: frozenset[str]) -> bool:
        """Does it cover a scenario that states these rules and claims?"""
        return (self.rule is None or self.rule in rule_ids) and (self.claim is None or self.claim in claim_ids)


class DeclaredDeviation(Entry, frozen=True, kw_only=True):
    """
    A difference between an implementation and KServe that its vendor declares.

    The scenarios of its ``rules``, and its ``scenarios``, must fail. Those of
    ``setup_rejected`` cannot be set up, because a write of a Given step is rejected.
    """

    id: str
    statement: str
    link: str
    rules: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    setup_rejected: tuple[str, ...] = ()


class Edge(Entry, frozen=True, kw_only=True):
    """An edge case, named after what makes it one."""

    id: str
    statement: str
