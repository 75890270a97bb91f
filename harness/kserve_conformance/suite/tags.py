"""
The tags of a scenario, from a closed list.

A misspelt tag is worse than none: with ``@sicne-0.11.1`` a scenario would run on releases that it does not apply to. So
every tag is in the list below, names something in the registry of rules, or is declared by the suite itself.

Tags come from the Feature, the Rule, the Scenario and the Examples. Inner ranges and
levels replace outer ones; everything else adds up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from packaging.version import InvalidVersion, Version

from kserve_conformance.rules.releases import version_of
from kserve_conformance.suite.problems import Place, SuiteCode, SuiteProblem

#: The levels; the shipped suite requires exactly one.
LEVELS = ("core", "extended")

#: What a scenario may require of its target, as ``@needs-…``.
NEEDS = ("upgrade", "pods", "default-mode", "deletion", "workloads")

#: Tags without a prefix.
PLAIN = ("core", "extended", "documented", "one-of", "exact-names")

#: Markers by which pytest and its plugins change verdicts. Tags and topics become markers, so none has such a name.
RESERVED = frozenset({"filterwarnings", "flaky", "parametrize", "skip", "skipif", "usefixtures", "xfail"})

#: The release name of the documentation, taken literally.
DOCUMENTED = "documented"

#: The prefixes of tags, and what follows each.
_KINDS = {"rule": "rule", "claim": "claim", "needs": "need", "since": "release", "until": "release"}

_CLAIM = re.compile(r"d[1-9]\d*")


@dataclass(frozen=True, slots=True)
class TagAt:
    """A tag without its ``@``, and its place."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Tags:
    """All tags of one scenario together."""

    names: tuple[str, ...]
    rules: tuple[str, ...]
    claims: tuple[str, ...]
    needs: tuple[str, ...]
    level: str
    since: Version | None
    until: Version | None

    def holds_for(self, release: str) -> bool:
        """
        Does the scenario apply to this release?

        To the documentation, which is no release, it applies if the documentation
        decides it.
        """
        if release == DOCUMENTED:
            return "documented" in self.names
        version = version_of(release)
        return (self.since is None or self.since <= version) and (self.until is None or version <= self.until)

    def range(self) -> str:
        """The releases that the scenario applies to, in words."""
        if self.since and self.since == self.until:
            return f"v{self.since} only"
        if self.since and self.until:
            return f"v{self.since} to v{self.until}"
        if self.since:
            return f"v{self.since} and later"
        return f"v{self.until} and earlier" if self.until else "every release"


@dataclass(frozen=True, slots=True)
class Known:
    """The names that tags may use besides the plain ones; None if any name is accepted."""

    rules: Collection[str] | None = None
    claims: Collection[str] | None = None
    releases: Collection[str] | None = None
    own: Collection[str] = ()
    level_required: bool = False
    rule_required: bool = False


class TagReader:
    """
    Reads and checks tags, and collects every problem.

    A problem is collected once for each place: that of a Feature's tag is not
    repeated for each of its scenarios.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._problems: dict[tuple[Place, str], SuiteProblem] = {}

    @property
    def problems(self) -> tuple[SuiteProblem, ...]:
        """The problems found so far."""
        return tuple(self._problems.values())

    def read(self, levels: Sequence[Sequence[TagAt]], scenario: Place) -> Tags:
        """Read the tags of one scenario, outermost level first."""
        for tag in (tag for level in levels for tag in level):
            if why := self._unknown(tag.name):
                hint = f"did you mean @{why[1]}?" if why[1] else None
                self._report(SuiteProblem(SuiteCode.UNKNOWN_TAG, tag.place, why[0], hint), tag.place, tag.name)
        names = tuple(dict.fromkeys(tag.name for level in levels for tag in level))
        since = self._innermost(levels, "since-")
        until = self._innermost(levels, "until-")
        if since and until and since > until:
            self._report(
                SuiteProblem(
                    SuiteCode.CONFLICTING_TAGS,
                    scenario,
                    f"@since-{since} and @until-{until} exclude every release",
                    "an inner @since replaces only an outer @since, and @until only @until",
                ),
                scenario,
                "range",
            )
        rules = _after("rule-", names)
        level = self._level(levels)
        if self._known.rule_required and not rules:
            self._report(
                SuiteProblem(
                    SuiteCode.MISSING_TAG,
                    scenario,
                    "the scenario has no rule",
                    "add @rule-… to the scenario or its Feature",
                ),
                scenario,
                "rule",
            )
        if self._known.level_required and level is None:
            self._report(
                SuiteProblem(
                    SuiteCode.MISSING_TAG,
                    scenario,
                    "the scenario has no level",
                    "add @core or @extended to the scenario or its Feature",
                ),
                scenario,
                "level",
            )
        return Tags(names, rules, _after("claim-", names), _after("needs-", names), level or "extended", since, until)

    def _unknown(self, tag: str) -> tuple[str, str | None] | None:
        """Why a tag is unknown, and the nearest known one; None for a known tag."""
        known = self._known
        if tag in PLAIN or tag in known.own:
            return None
        kind, _, word = tag.partition("-")
        if not word or kind not in _KINDS:
            near = _nearest_tag(tag, (*PLAIN, *known.own))
            return f"@{tag} is not a tag of this suite", near
        if kind == "claim" and not _CLAIM.fullmatch(word):
            return f"@{tag} is not a claim of the documentation", None
        if kind in ("since", "until") and _version(word) is None:
            return f"@{tag} does not name a release", None
        names = {"rule": known.rules, "claim": known.claims, "needs": NEEDS}.get(kind, known.releases)
        return _absent(_KINDS[kind], kind, word, names)

    def _innermost(self, levels: Sequence[Sequence[TagAt]], prefix: str) -> Version | None:
        found: Version | None = None
        for level in levels:
            here = [tag for tag in level if tag.name.startswith(prefix) and _version(tag.name.removeprefix(prefix))]
            if len(here) > 1:
                self._report(
                    SuiteProblem(
                        SuiteCode.CONFLICTING_TAGS, here[1].place, f"@{here[0].name} and @{here[1].name} at one place"
                    ),
                    here[1].place,
                    prefix,
                )
            if here:
                found = _version(here[0].name.removeprefix(prefix))
        return found

    def _level(self, levels: Sequence[Sequence[TagAt]]) -> str | None:
        found: str | None = None
        for level in levels:
            here = [tag for tag in level if tag.name in LEVELS]
            if len({tag.name for tag in here}) > 1:
                self._report(
                    SuiteProblem(SuiteCode.CONFLICTING_TAGS, here[1].place, "@core and @extended at one place"),
                    here[1].place,
                    "level",
                )
            if here:
                found = here[0].name
        return found

    def _report(self, problem: SuiteProblem, place: Place, what: str) -> None:
        self._problems.setdefault((place, what), problem)


def describe(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each tag with its description, which pytest lists with ``--markers``."""
    said = {
        "core": "every conformant implementation does this",
        "extended": "beyond the core",
        "documented": "decided by the documentation",
        "one-of": "the rules allow more than one choice",
        "exact-names": "depends on exact names, so the target must not prefix them",
        "needs-upgrade": "the target must be able to install another release",
        "needs-pods": "the target must run real pods",
        "needs-default-mode": "the target must be able to set the default deployment mode",
        "needs-deletion": "the target must be able to show whether a deletion ends",
        "needs-workloads": "the target must be able to list the workloads of a service",
    }
    kinds = {"rule": "tests the rule", "claim": "tests the claim", "since": "since release", "until": "until release"}
    for name in sorted(names):
        kind, _, word = name.partition("-")
        yield name, said.get(name) or (f"{kinds[kind]} {word}" if kind in kinds and word else "a tag of this suite")


def _after(prefix: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.removeprefix(prefix) for name in names if name.startswith(prefix))


def _absent(what: str, kind: str, word: str, known: Collection[str] | None) -> tuple[str, str | None] | None:
    if known is None or word in known:
        return None
    near = get_close_matches(word, known, n=1)
    return f"@{kind}-{word}: unknown {what}", f"{kind}-{near[0]}" if near else None


def _nearest_tag(tag: str, plain: Collection[str]) -> str | None:
    """The tag that was probably intended: a plain one, or one whose prefix is misspelt."""
    kind, _, word = tag.partition("-")
    near = get_close_matches(kind, _KINDS, n=1) if word else []
    if near:
        return f"{near[0]}-{word}"
    return next(iter(get_close_matches(tag, plain, n=1)), None)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
