"""What the webhook of each release checks of a service, read from the profiles."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from generate.markup import table
from kserve_conformance.profiles import Profile, profiles

#: The parts of a service's admission that have checks, in the order in which the webhook comes to them.
PARTS: tuple[tuple[str, Callable[[Profile], tuple[Any, ...]]], ...] = (
    ("A change of the deployment mode", lambda one: one.service_admission.validates_change),
    ("Another change", lambda one: one.service_admission.validates_update),
    ("The service", lambda one: one.service_admission.validates),
    ("Each component, before its other checks", lambda one: one.service_admission.components.panics),
    ("The predictor", lambda one: one.service_admission.components.predictor.checks),
    ("The transformer", lambda one: one.service_admission.components.transformer.checks),
    ("The explainer", lambda one: one.service_admission.components.explainer.checks),
    ("Each component", lambda one: one.service_admission.components.checks),
    ("The canaries", lambda one: one.service_admission.validates_last),
)


def parts() -> Iterator[tuple[str, str]]:
    """The checks by release, and the implementations that each component can have."""
    yield "webhook-checks", table(("of", "check", "releases"), _checks())
    yield "webhook-implementations", table(("component", "message", "releases"), _implementations())


def _checks() -> Iterator[tuple[str, str, str]]:
    for part, checks_of in PARTS:
        present: dict[str, list[str]] = {}
        for profile in profiles():
            for check in checks_of(profile):
                present.setdefault(_statement(check), []).append(profile.name)
        for statement, names in present.items():
            yield part, statement, _span(names)


def _implementations() -> Iterator[tuple[str, str, str]]:
    for kind in ("predictor", "transformer", "explainer"):
        present: dict[str, list[str]] = {}
        for profile in profiles():
            components = profile.service_admission.components
            listed = getattr(components, kind).listed
            message = f"`{components.exactly_one} of [{listed}] must be specified in {kind.capitalize()}Spec`"
            present.setdefault(message, []).append(profile.name)
        for message, names in present.items():
            yield kind, message, _span(names)


def _statement(check: Any) -> str:
    """The first paragraph of a check's docstring; of a check with settings, that of the function that makes it."""
    named = type(check) if not inspect.isfunction(check) else check
    outermost = getattr(sys.modules[named.__module__], named.__qualname__.partition(".")[0])
    return " ".join((inspect.getdoc(outermost) or "").partition("\n\n")[0].split()).replace("``", "`")


def _span(names: list[str]) -> str:
    """The releases that have a check: they follow each other."""
    every = [profile.name for profile in profiles()]
    first, last = names[0], names[-1]
    if first == every[0] and last == every[-1]:
        return "every release"
    if last == every[-1]:
        return f"{first} and later"
    if first == every[0]:
        return f"{last} and earlier"
    return f"{first} only" if first == last else f"{first} to {last}"
