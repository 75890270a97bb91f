"""
The registry: every rule by which KServe selects a runtime, every claim of its documentation, every known deviation.

It is read from the data files next to this module: ``topics/*.yaml`` for rules,
``claims.yaml``, ``deviations.yaml``, ``edges.yaml`` and ``pages.yaml`` for the
rest. If the files contradict each other, one error reports every problem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.rules.model import Claim, ClaimFinding, Edge, KnownDeviation, Page, Ranged, Rule
from kserve_conformance.rules.releases import NAMES, RELEASES, UnknownRelease, version_of

#: Where the data files are.
FOLDER = Path(__file__).parent

#: The allowed prefixes of links.
LINKS = ("https://github.com/kserve/", "https://kserve.github.io/")

#: The topics, in the order of reports; each is a file of rules and a folder of features.
TOPICS = (
    "explicit",
    "automatic",
    "ordering",
    "protocols",
    "multinode",
    "legacy",
    "deployment",
    "catalogues",
    "admission",
    "services",
    "reporting",
    "upgrades",
    "running",
)


class RegistryErrorCode(StrEnum):
    """What is wrong with the registry or a lookup in it; the ``code`` of a ``ProfileError``."""

    INVALID_REGISTRY = "invalid-registry"
    UNKNOWN_ENTRY = "unknown-entry"


class InvalidRegistry(ProfileError):
    """The registry contradicts itself. ``problems`` has every contradiction, each with its place."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(
            f"the registry of rules has {len(problems)} problem(s): {'; '.join(problems)}",
            code=RegistryErrorCode.INVALID_REGISTRY,
            hint="fix the data files next to kserve_conformance/rules/registry.py",
        )
        self.problems = problems


class UnknownEntry(ProfileError):
    """An id that the registry does not have."""

    def __init__(self, what: str, name: str, names: Collection[str]) -> None:
        super().__init__(f"unknown {what} {name!r}", code=RegistryErrorCode.UNKNOWN_ENTRY)
        self.name = name
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        self.hint = (
            f"did you mean {' or '.join(near)}?"
            if near
            else f"list the {len(names)} {what}s with kserve-conformance rules"
        )


class Identified(Protocol):
    """An entry with an id."""

    @property
    def id(self) -> str:
        """Its id."""


Entry = TypeVar("Entry", bound=Identified)
Type = TypeVar("Type")


@dataclass(frozen=True)
class Registry:
    """
    The registry as a value; :func:`registry` returns the one of this package.

    Raises ``InvalidRegistry`` if its parts contradict each other.
    """

    rules: tuple[Rule, ...] = ()
    claims: tuple[Claim, ...] = ()
    deviations: tuple[KnownDeviation, ...] = ()
    edges: tuple[Edge, ...] = ()
    pages: tuple[Page, ...] = ()

    def __post_init__(self) -> None:
        if problems := tuple(self._problems()):
            raise InvalidRegistry(problems)

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id. Raises ``UnknownEntry``."""
        return _named(self.rules_by_id, rule_id, "rule")

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id. Raises ``UnknownEntry``."""
        return _named(self.claims_by_id, claim_id, "claim")

    def rules_of(self, release: str) -> tuple[Rule, ...]:
        """The rules that a release follows. Raises ``UnknownRelease``."""
        return tuple(rule for rule in self.rules if rule.holds_for(release))

    def claims_kept(self, release: str) -> dict[str, ClaimFinding]:
        """For each claim, whether a release keeps it and why. Raises ``UnknownRelease``."""
        return {claim.id: claim.finding(release) for claim in self.claims}

    def deviation_for(self, release: str, rule_ids: Iterable[str], claim_ids: Iterable[str]) -> KnownDeviation | None:
        """
        The deviation that is listed for a release and a scenario with these rules and claims, or None.

        A deviation of both a rule and a claim comes before one of either. Raises
        ``UnknownRelease``.
        """
        rules, claims = frozenset(rule_ids), frozenset(claim_ids)
        found = [one for one in self.deviations if one.concerns(rules, claims) and one.holds_for(release)]
        return max(found, key=lambda one: (one.rule is not None) + (one.claim is not None), default=None)

    def page(self, page_id: str) -> Page:
        """The page of that id. Raises ``UnknownEntry``."""
        return _named(self._pages_by_id, page_id, "page")

    @cached_property
    def rules_by_id(self) -> Mapping[str, Rule]:
        """Every rule, found by its id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def claims_by_id(self) -> Mapping[str, Claim]:
        """Every claim, found by its id."""
        return {claim.id: claim for claim in self.claims}

    @cached_property
    def _pages_by_id(self) -> Mapping[str, Page]:
        return {page.id: page for page in self.pages}

    def _problems(self) -> Iterator[str]:
        for what, entries in (
            ("rule", self.rules),
            ("claim", self.claims),
            ("deviation", self.deviations),
            ("edge", self.edges),
            ("page", self.pages),
        ):
            yield from _repeated(what, entries)
        for page in self.pages:
            yield from _bad_link(f"page {page.id}", page.url)
        for rule in self.rules:
            yield from self._problems_of_rule(rule)
        for claim in self.claims:
            yield from self._problems_of_claim(claim)
        for deviation in self.deviations:
            yield from self._problems_of_deviation(deviation)

    def _problems_of_rule(self, rule: Rule) -> Iterator[str]:
        where = f"rule {rule.id}"
        yield from _bad_range(where, rule)
        yield from _absent(where, "edge", rule.edges, {edge.id for edge in self.edges})
        yield from _absent(where, "page", (one.page for one in rule.documentation), self._pages_by_id)
        for source in rule.code:
            yield from _bad_range(f"{where}, {source.file}", source)
        if not rule.code:
            yield f"{where} has no source in KServe's code"

    def _problems_of_claim(self, claim: Claim) -> Iterator[str]:
        where = f"claim {claim.id}"
        yield from _absent(where, "rule", claim.rules, self.rules_by_id)
        yield from _absent(where, "page", (claim.documentation.page,), self._pages_by_id)
        bad = [problem for finding in claim.findings for problem in _bad_range(where, finding)]
        yield from bad
        if bad:
            return
        for release in NAMES:
            findings = sum(finding.holds_for(release) for finding in claim.findings)
            if findings != 1:
                yield f"{where} has {findings} findings for {release}, expected 1"

    def _problems_of_deviation(self, deviation: KnownDeviation) -> Iterator[str]:
        where = f"deviation {deviation.id}"
        yield from _bad_range(where, deviation)
        yield from _bad_link(where, deviation.link)
        if deviation.rule is None and deviation.claim is None:
            yield f"{where} names neither a rule nor a claim"
        if deviation.rule is not None:
            yield from _absent(where, "rule", (deviation.rule,), self.rules_by_id)
        if deviation.claim is not None:
            yield from _absent(where, "claim", (deviation.claim,), self.claims_by_id)


@cache
def registry() -> Registry:
    """The registry of this package. Raises ``InvalidRegistry``."""
    return read(FOLDER)


def read(folder: Path) -> Registry:
    """Read a registry from a folder of data files. Raises ``InvalidRegistry``."""
    problems: list[str] = []

    def entries(file: str, of: type[Type]) -> tuple[Type, ...]:
        try:
            return msgspec.yaml.decode((folder / file).read_bytes(), type=tuple[of, ...])  # type: ignore[valid-type]
        except (OSError, msgspec.DecodeError) as error:
            problems.append(f"{file}: {error}")
            return ()

    rules = tuple(
        msgspec.structs.replace(rule, topic=topic) for topic in TOPICS for rule in entries(f"topics/{topic}.yaml", Rule)
    )
    claims, deviations = entries("claims.yaml", Claim), entries("deviations.yaml", KnownDeviation)
    edges, pages = entries("edges.yaml", Edge), entries("pages.yaml", Page)
    if problems:
        raise InvalidRegistry(tuple(problems))
    return Registry(rules, claims, deviations, edges, pages)


def _named(entries: Mapping[str, Type], name: str, what: str) -> Type:
    try:
        return entries[name]
    except KeyError:
        raise UnknownEntry(what, name, entries) from None


def _repeated(what: str, entries: Iterable[Identified]) -> Iterator[str]:
    for name, times in Counter(entry.id for entry in entries).items():
        if times > 1:
            yield f"{what} {name} appears {times} times"


def _absent(where: str, what: str, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{where}: unknown {what} {name}"


def _bad_link(where: str, link: str) -> Iterator[str]:
    if not link.startswith(LINKS):
        yield f"{where}: expected a link to KServe's repository or website, got {link}"


def _bad_range(where: str, ranged: Ranged) -> Iterator[str]:
    ends = [end for end in (ranged.since, ranged.until) if end is not None]
    try:
        versions = [version_of(end) for end in ends]
    except UnknownRelease as unknown:
        yield f"{where}: {unknown}"
        return
    yield from (f"{where}: unknown KServe release {end!r}" for end in ends if f"v{end}" not in RELEASES)
    if any(later < earlier for earlier, later in pairwise(versions)):
        yield f"{where}: no release is since {ranged.since} and until {ranged.until}"
