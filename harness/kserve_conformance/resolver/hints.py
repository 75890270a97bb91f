"""
Small changes that would give a runtime to a service that has none.

Each hint is verified: the resolver ran again with that one change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from kserve_conformance.objects import Catalogue, Manifest, Request
from kserve_conformance.profiles.order import PROTOCOL_RANKS
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.select import select


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
    yield from _protocols(request, catalogue, profile)
    changes = [
        ("remove version from modelFormat", replace(request, version=None)),
        ("remove runtime", replace(request, runtime=None)),
        *(
            (f"set modelFormat.name: {name}", replace(request, format=name))
            for name in _near_formats(request, catalogue)
        ),
    ]
    for words, changed in changes:
        chosen = select(changed, catalogue, profile).runtime if changed != request else None
        if chosen is not None:
            yield f"{words} to select {chosen.name}"
    if request.runtime is not None:
        # Only a name that would be accepted helps.
        for name in get_close_matches(request.runtime, {runtime.name for runtime in catalogue}, n=5):
            if name != request.runtime and select(replace(request, runtime=name), catalogue, profile).runtime:
                yield f"did you mean runtime: {name}?"
                break
    elif request.version is not None or not request.protocol:
        yield from _named_runtimes(request, catalogue, profile)


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


def _named_runtimes(request: Request, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    """A runtime that can serve the model if it is named, for example one that is not autoSelect."""
    for runtime in catalogue:
        named = replace(request, runtime=runtime.name)
        if select(named, catalogue, profile).runtime is runtime:
            yield f"set runtime: {runtime.name} to select it by name"
            return
