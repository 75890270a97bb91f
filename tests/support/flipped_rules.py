"""
A profile with one of its rules flipped: left out, or replaced by what the era before or after does instead.

The suite's real strength is how many of these it notices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from kserve_conformance.profiles import Profile, profiles

#: Not rules: a name, and the mode in which a target installs a release.
NO_RULES = frozenset({"name", "default_mode"})


@dataclass(frozen=True)
class Flip:
    """A profile that is wrong in one named way."""

    rule: str
    profile: Profile

    @property
    def what(self) -> str:
        """The release and the rule."""
        return f"{self.profile.name}: {self.rule}"


def distinct_profiles() -> tuple[Profile, ...]:
    """The releases that differ from the one before them in a rule, and not in their name or their CRDs alone."""
    found: list[Profile] = []
    for profile in profiles():
        if not found or replace(found[-1], name=profile.name, crds=profile.crds) != profile:
            found.append(profile)
    return tuple(found)


def flips(profile: Profile) -> Iterator[Flip]:
    """Every profile that differs from this one in a single rule."""
    known = distinct_profiles()
    here = next(
        index for index, other in enumerate(known) if replace(other, name=profile.name, crds=profile.crds) == profile
    )
    eras = (tuple(reversed(known[:here])), known[here + 1 :])
    for rule, changed in _changed(profile, eras, ""):
        yield Flip(rule, changed)


#: What other releases have in some place: those before, nearest first, and those after.
Eras = tuple[tuple[Any, ...], tuple[Any, ...]]


def _changed(value: Any, eras: Eras, path: str) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        if field.name in NO_RULES:
            continue
        here = getattr(value, field.name)
        there = (
            tuple(getattr(other, field.name) for other in eras[0]),
            tuple(getattr(other, field.name) for other in eras[1]),
        )
        where = f"{path}{field.name}"
        for what, changed in _flipped(here, there, where):
            yield what, replace(value, **{field.name: changed})


def _flipped(here: Any, there: Eras, where: str) -> Iterator[tuple[str, Any]]:
    if is_dataclass(here):
        yield from _changed(here, there, f"{where}.")
    elif isinstance(here, tuple):
        yield from _shortened(here, where)
    elif isinstance(here, frozenset | Mapping):
        for name in sorted(here):
            rest = [other for other in here if other != name]
            yield (
                f"{where} without {name}",
                {other: here[other] for other in rest} if isinstance(here, Mapping) else frozenset(rest),
            )
    else:
        yield from _replaced(here, there, where)


def _shortened(here: tuple[Any, ...], where: str) -> Iterator[tuple[str, Any]]:
    """Each element left out; and where the tuple is an order, each pair of neighbours swapped."""
    for index, element in enumerate(here):
        yield f"{where} without {_name(element)}", here[:index] + here[index + 1 :]
    if where.endswith("order"):
        for index in range(len(here) - 1):
            first, second = here[index : index + 2]
            yield (
                f"{where} with {_name(first)} after {_name(second)}",
                (*here[:index], second, first, *here[index + 2 :]),
            )


def _replaced(here: Any, there: Eras, where: str) -> Iterator[tuple[str, Any]]:
    """What the nearest era before, and the nearest after, does differently in this place."""
    for era, others in zip(("before", "after"), there, strict=True):
        other = next((other for other in others if other != here), here)
        if other != here:
            yield f"{where} as {era}: {_name(other)}", other


def _name(value: Any) -> str:
    return str(getattr(value, "__qualname__", None) or getattr(value, "name", None) or value)
