"""
Small changes that would give a runtime to a service that has none.

Each hint is verified: the resolver ran again with that change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher, get_close_matches
from itertools import combinations

from kserve_conformance.objects import Catalogue, Manifest, Request, Runtime
from kserve_conformance.profiles.order import PROTOCOL_RANKS
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.select import select

#: How alike two names of runtimes are, without what most of them have in common, if one may be a slip of the other.
_ALIKE = 0.65
#: What the names of most runtimes have in common.
_COMMON = re.compile(r"^kserve-|-?(server|serve|serving|runtime)$")


def hints_for(stored: Manifest, catalogue: Catalogue, profile: Profile) -> tuple[str, ...]:
    """The hints for a stored service with a model; none if it has a runtime."""
    request = Request.of(stored)
    if select(request, catalogue, profile).runtime is not None:
        return ()
    return tuple(_hints(request, catalogue, profile))


def _hints(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    if len(catalogue) == 0:
        yield "there are no runtimes: install the ones that KServe ships, or create one"
        return
    meant = _misspelled(request, catalogue, profile)
    single = [
        *_protocols(request, catalogue, profile),
        *_changes(request, catalogue, profile),
        *_enabled(request, catalogue, profile),
    ]
    if meant is not None:
        yield f"did you mean runtime: {meant}?"
        yield from single
        return
    yield from single
    # Which runtime to name instead is of use if none is selected without a name.
    named = () if request.runtime is not None and single else tuple(_named_runtimes(request, catalogue, profile))
    yield from named
    if not single and not named:
        yield from _pairs(request, catalogue, profile)


def _edits(request: Request, catalogue: Catalogue) -> Iterator[tuple[str, Request]]:
    """Changes of one field other than the protocol, in words and applied."""
    if request.version is not None:
        yield "remove version from modelFormat", replace(request, version=None)
    if request.runtime is not None:
        yield "remove runtime", replace(request, runtime=None)
    for name in _near_formats(request, catalogue):
        if name != request.format:
            yield f"set modelFormat.name: {name}", replace(request, format=name)
    if request.multi_node:
        yield "remove workerSpec", replace(request, multi_node=False)


def _changes(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    for words, changed in _edits(request, catalogue):
        chosen = select(changed, catalogue, profile).runtime
        if chosen is not None:
            yield f"{words} to select {chosen.name}"


def _pairs(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    """Two changes together, where no single one helps: one hint for each runtime that is selected so."""
    edits = list(_edits(request, catalogue))
    tries = [
        (f"{one[0]} and {other[0]}", _both(request, one[1], other[1])) for one, other in combinations(edits, 2)
    ] + [
        (f"{words} and set protocolVersion: {protocol}", replace(changed, protocol=protocol))
        for words, changed in edits
        for protocol in PROTOCOL_RANKS
    ]
    chosen_before = set()
    for words, changed in tries:
        chosen = select(changed, catalogue, profile).runtime
        if chosen is not None and chosen.key not in chosen_before:
            chosen_before.add(chosen.key)
            yield f"{words} to select {chosen.name}"


def _both(before: Request, one: Request, other: Request) -> Request:
    """The changes of two requests that were made of one."""
    changed = {
        name: getattr(other, name)
        for name in ("format", "version", "runtime", "multi_node")
        if getattr(other, name) != getattr(before, name)
    }
    return replace(one, **changed)


def _protocols(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    """Other protocols that a runtime supports, one hint for those that select the same runtime."""
    by_choice: dict[str, list[str]] = {}
    for protocol in PROTOCOL_RANKS:
        chosen = select(replace(request, protocol=protocol), catalogue, profile).runtime
        if chosen is not None:
            by_choice.setdefault(chosen.name, []).append(protocol)
    for name, protocols in by_choice.items():
        yield f"set protocolVersion: {' or '.join(protocols)} to select {name}"


def _near_formats(request: Request, catalogue: Catalogue) -> list[str]:
    formats = {entry.name for runtime in catalogue for entry in runtime.formats}
    by_case = [name for name in formats if name.lower() == request.format.lower()]
    return sorted(set(by_case) | set(get_close_matches(request.format, sorted(formats), n=2, cutoff=0.75)))


def _misspelled(request: Request, catalogue: Catalogue, profile: Profile) -> str | None:
    """The runtime whose name is most like the one that the service gives, among those that can serve the model."""
    if request.runtime is None or profile.look_up(request.runtime, request.namespace, catalogue) is not None:
        return None
    names = {runtime.name for runtime in catalogue if select_by_name(request, runtime, catalogue, profile)}
    ranked = sorted((-_likeness(request.runtime, name), name) for name in names)
    return ranked[0][1] if ranked and -ranked[0][0] >= _ALIKE else None


def _likeness(one: str, other: str) -> float:
    """How alike two names are: as they are, and without what most names have in common."""
    stem, other_stem = (_COMMON.sub("", _COMMON.sub("", name)) or name for name in (one, other))
    if stem == other_stem:
        return 1.0
    return min(SequenceMatcher(None, one, other).ratio(), SequenceMatcher(None, stem, other_stem).ratio())


def select_by_name(request: Request, runtime: Runtime, catalogue: Catalogue, profile: Profile) -> bool:
    """Would the service get this runtime by naming it?"""
    return select(replace(request, runtime=runtime.name), catalogue, profile).runtime is runtime


def _named_runtimes(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    """A runtime that can serve the model if it is named, for example one that is not autoSelect."""
    for runtime in catalogue:
        if runtime.name != request.runtime and select_by_name(request, runtime, catalogue, profile):
            yield f"set runtime: {runtime.name} to select it by name"
            return


def _enabled(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    """A disabled runtime that would serve the model."""
    for runtime in catalogue:
        if not runtime.disabled:
            continue
        enabled = replace(runtime, disabled=False)
        others = tuple(enabled if one is runtime else one for one in catalogue)
        if select(request, Catalogue(others), profile).runtime is enabled:
            yield f"enable {runtime.key} (spec.disabled: false) to select it"
            return
