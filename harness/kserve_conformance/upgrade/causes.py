"""
The causes of a change: each part in which two profiles differ is put back, and a part that undoes the change is one.

That works because a release is a value. The rules that began or ended with such a part say what it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Final, cast

from kserve_conformance.objects import Catalogue, Manifest, ObjectKey, Runtime
from kserve_conformance.profiles import Profile
from kserve_conformance.rules.model import Rule
from kserve_conformance.rules.registry import registry
from kserve_conformance.upgrade.path import Installed

#: The topics of rules that a part of a profile implements, where its rules alone say what it does.
_TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "scopes": ("automatic", "catalogues"),
    "requested_protocol": ("protocols",),
    "filters": ("automatic", "protocols", "multinode"),
    "order": ("ordering",),
    "look_up": ("explicit",),
    "named_protocol": ("protocols", "explicit"),
    "checks": ("explicit", "multinode"),
}

#: What changed, where no rule says it.
_PARTS: Final[Mapping[str, str]] = {
    "crds": "the fields of the CRDs changed",
    "default_mode": "the default deployment mode changed",
    "configured_mode": "the names of deployment modes changed",
    "recorded_mode": "the deployment mode in the status changed",
    "service_admission": "the webhook of services changed",
    "scopes": "the order in which scopes are searched changed",
    "requested_protocol": "the protocol that automatic selection requires changed",
    "filters": "the filters of automatic selection changed",
    "order": "the order of candidates changed",
    "stable_up_to": "the sorting of equal candidates changed",
    "look_up": "the lookup of named runtimes changed",
    "named_protocol": "the protocol that a named runtime is checked for changed",
    "checks": "the checks of named runtimes changed",
    "completion": "the defaults that are added to a service changed",
    "rendering": "the rendering of pods changed",
    "canaries": "the handling of canaries changed",
}

#: Parts that change what is reported and nothing that is decided.
_REPORTING: Final = frozenset(
    {"name", "reports", "status_names", "graph_protocol", "runtime_admission", "runtime_integers"}
)

#: The code spans of docstrings, in which sources name Go functions.
_SPAN: Final = re.compile(r"``(\w+)``")


@dataclass(frozen=True, slots=True)
class Cause:
    """
    Something that changed between two releases.

    ``code`` is the part of the profile, or ``runtimes``; ``rules`` are the ids of those that began or ended with it.
    """

    code: str
    text: str
    rules: tuple[str, ...] = ()


#: Decides again with another release or other runtimes: the choice or the pod, whichever changed.
Decide = Callable[[Installed], object]


def causes_of(
    before: Installed, after: Installed, decide: Decide, was: object, involved: tuple[ObjectKey, ...]
) -> tuple[Cause, ...]:
    """
    The causes of a change between two releases: those that undo it alone, else those without which it is another one.

    ``was`` is what the release before decided, ``involved`` are the runtimes of the change.
    """
    noting = _NotingReads(after.profile)
    became = decide(replace(after, profile=cast("Profile", noting)))
    results = [(part, decide(installed)) for part, installed in _reversals(before, after, frozenset(noting.read))]
    alone = [part for part, result in results if result == was]
    together = [part for part, result in results if result != became]
    causes = tuple(_cause(part, before, after, involved) for part in alone or together)
    return causes or (Cause("several", "several changes together"),)


class _NotingReads:
    """A profile that notes which of its parts are read: a part that no decision reads causes nothing."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.read: set[str] = set()

    def __getattr__(self, part: str) -> Any:
        self.read.add(part)
        return getattr(self.profile, part)


def _reversals(before: Installed, after: Installed, read: frozenset[str]) -> Iterator[tuple[str, Installed]]:
    """The release after with one thing of the release before, for each in which they differ and that was read."""
    if before.catalogue is not after.catalogue:
        yield _RUNTIMES, replace(after, catalogue=before.catalogue)
    for part in differing_parts(before.profile, after.profile):
        if part in read:
            yield part, replace(after, profile=replace(after.profile, **{part: getattr(before.profile, part)}))


def _cause(part: str, before: Installed, after: Installed, involved: tuple[ObjectKey, ...]) -> Cause:
    if part == _RUNTIMES:
        return Cause(_RUNTIMES, _runtimes_text(before.catalogue, after.catalogue, involved))
    return cause_in(part, before.profile, after.profile)


def differing_parts(before: Profile, after: Profile) -> tuple[str, ...]:
    """The parts that two profiles have differently, without those that only report."""
    names = (field.name for field in fields(Profile) if field.name not in _REPORTING)
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def cause_in(part: str, before: Profile, after: Profile) -> Cause:
    """The cause in a part of the profile, with the rules that began or ended."""
    changed = _changed_rules(before.name, after.name)
    named = _functions(getattr(before, part)) ^ _functions(getattr(after, part))
    rules = [
        rule
        for rule in changed
        if rule.topic in _TOPICS.get(part, ()) and (named & {source.function for source in rule.code})
    ]
    if not rules or len(rules) > _MOST_RULES:
        return Cause(part, _PARTS.get(part, f"{part} changed"))
    begun = [rule for rule in rules if rule.holds_for(after.name)]
    text = "; ".join(rule.statement.removesuffix(".") for rule in begun or rules)
    if not begun:
        text = f"no longer: {text}"
    return Cause(part, text, tuple(rule.id for rule in rules))


#: The code of a cause that is no part of a profile.
_RUNTIMES: Final = "runtimes"

#: More rules than these say nothing about a cause.
_MOST_RULES: Final = 3


@lru_cache(maxsize=256)
def _changed_rules(before: str, after: str) -> tuple[Rule, ...]:
    known = registry()
    return tuple(rule for rule in known.rules if rule.holds_for(before) != rule.holds_for(after))


def _functions(part: Any) -> frozenset[str]:
    """The Go functions that the functions of a part name as their sources."""
    names: set[str] = set()
    values = [part]
    while values:
        value = values.pop()
        if isinstance(value, tuple | list):
            values += value
        elif hasattr(value, "__dataclass_fields__"):
            values += [getattr(value, name) for name in value.__dataclass_fields__]
        elif callable(value):
            names.update(_SPAN.findall(getattr(value, "__doc__", None) or ""))
            names.update(_SPAN.findall(getattr(getattr(value, "func", None), "__doc__", None) or ""))
    return frozenset(names)


def _runtimes_text(before: Catalogue, after: Catalogue, involved: tuple[ObjectKey, ...]) -> str:
    for key in involved:
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            return f"{key.name} was added"
        if old is not None and new is None:
            return f"{key.name} was removed"
        if old is not None and new is not None and old != new:
            return f"{key.name} changed: {', '.join(_changes(old, new))}"
        if old is not None and new is not None and _spec(old.manifest) != _spec(new.manifest):
            return f"the pod of {key.name} changed"
    return "the runtimes changed"


def _changes(old: Runtime, new: Runtime) -> Iterator[str]:
    if old.formats != new.formats:
        yield "its supportedModelFormats"
    if old.protocols != new.protocols:
        yield "its protocolVersions"
    if old.disabled != new.disabled:
        yield "disabled" if new.disabled else "enabled"
    if old.multi_model != new.multi_model or old.multi_node != new.multi_node:
        yield "the services that it is for"
    if old.created != new.created:
        yield "its age"


def _spec(manifest: Manifest) -> Any:
    return manifest.get("spec")
