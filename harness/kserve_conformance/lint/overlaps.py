"""
Runtimes that match the same requests, and what decides between them.

The requests are built from what the runtimes list: every format, with every version and without one, for every
protocol. The release's rules decide each request, and the choice is reported if it depends on something that was not
chosen on purpose.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kserve_conformance.lint.findings import Finding, LintCode
from kserve_conformance.objects import Catalogue, Namespace, ObjectKey, Request, Runtime
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.exclusions import ExclusionReason
from kserve_conformance.profiles.order import BY_PRIORITY, PROTOCOL_RANKS, priority_of
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of
from kserve_conformance.resolver import Explanation, select

#: An empty namespace: a service there sees only the cluster's runtimes.
NOWHERE = Namespace("")

#: Accidental tie-breakers.
BY_CHANCE: Mapping[ExclusionReason, tuple[LintCode, str]] = {
    ExclusionReason.OLDER: (LintCode.DECIDED_BY_AGE, "because it is newer"),
    ExclusionReason.NAME_ORDER: (LintCode.DECIDED_BY_NAME, "because of its name"),
    ExclusionReason.TIE_UNDEFINED: (LintCode.NOT_DECIDED, "or not: no rule decides"),
}


def overlaps(catalogue: Catalogue, profile: Profile, places: Mapping[ObjectKey, str]) -> Iterator[Finding]:
    """The findings about how the runtimes of a catalogue interact, for those with a place; the cluster's first."""
    where = {str(key): place for key, place in places.items()}
    for finding in _all(catalogue, profile):
        if finding.object in where:
            yield replace(finding, where=where[finding.object])


def _all(catalogue: Catalogue, profile: Profile) -> Iterator[Finding]:
    namespaces = _namespaces(catalogue)
    for scope in (catalogue.in_cluster, *map(catalogue.in_namespace, namespaces)):
        yield from _mixed(scope, profile)
        yield from _by_chance(scope, profile)
        yield from _disabled(scope)
    for namespace in namespaces:
        yield from _captures(namespace, catalogue, profile)
        yield from _shadows(namespace, catalogue)


def _namespaces(catalogue: Catalogue) -> list[Namespace]:
    return sorted({one.key.namespace for one in catalogue if one.key.namespace is not None})


def stored_rejections(catalogue: Catalogue, profile: Profile, places: Mapping[ObjectKey, str]) -> Iterator[Finding]:
    """The findings about stored runtimes that a webhook would reject if they were applied now."""
    for scope in (catalogue.in_cluster, *map(catalogue.in_namespace, _namespaces(catalogue))):
        # A stored runtime is also compared with its own previous state.
        stored = Scope(scope)
        for runtime in scope:
            rejection = rejection_of(runtime, stored, profile)
            if rejection is not None and runtime.key in places:
                text = "would be rejected if it were applied now"
                yield Finding(LintCode.REJECTED, str(runtime.key), places[runtime.key], text, (rejection,))


def questions(runtimes: Iterable[Runtime], namespace: Namespace) -> tuple[Request, ...]:
    """Each request that these runtimes could serve: all of their formats, versions and protocols."""
    runtimes = tuple(runtimes)
    formats = dict.fromkeys((entry.name, entry.version) for one in runtimes for entry in one.formats)
    versions = {(name, None): None for name, _ in formats} | formats
    spoken = dict.fromkeys(protocol for one in runtimes for protocol in one.protocols)
    protocols = (None, *sorted(spoken.keys() | PROTOCOL_RANKS.keys(), key=lambda one: PROTOCOL_RANKS.get(one, 9)))
    nodes = (False, True) if any(one.multi_node for one in runtimes) else (False,)
    return tuple(
        Request(namespace, format=name, version=version, protocol=protocol, multi_node=node)
        for (name, version), protocol, node in itertools.product(versions, protocols, nodes)
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    code: LintCode
    winner: ObjectKey
    loser: ObjectKey
    words: str


def _by_chance(scope: tuple[Runtime, ...], profile: Profile) -> Iterator[Finding]:
    if len(scope) < 2:
        return
    alone = Catalogue(scope)
    namespace = scope[0].key.namespace or NOWHERE
    found: dict[_Pair, list[Request]] = {}
    for request in questions(scope, namespace):
        explanation = Explanation()
        select(request, alone, profile, explanation)
        for candidate in explanation.candidates:
            if candidate.exclusion is not None and candidate.exclusion.reason in BY_CHANCE and candidate.behind:
                code, words = BY_CHANCE[candidate.exclusion.reason]
                priority = _priority(request, candidate.behind, alone, profile)
                if priority is not None:
                    code, words = LintCode.EQUAL_PRIORITIES, f"{words}, as both have priority {priority}"
                found.setdefault(_Pair(code, candidate.behind, candidate.key, words), []).append(request)
    for pair, requests in found.items():
        text = f"comes before {pair.loser} {pair.words}"
        yield Finding(pair.code, str(pair.winner), "", text, worded(requests))


def _priority(request: Request, key: ObjectKey, catalogue: Catalogue, profile: Profile) -> int | None:
    """The priority of a runtime for a request; None if it has none, or if the release has no priorities."""
    runtime = catalogue.get(key)
    return priority_of(runtime, request.format) if runtime is not None and BY_PRIORITY in profile.order else None


def _mixed(scope: tuple[Runtime, ...], profile: Profile) -> Iterator[Finding]:
    """
    If a runtime lists a format with several priorities, only the first counts.

    Source: ``GetPriority``, pkg/apis/serving/v1alpha1/servingruntime_types.go, since v0.11.1.
    """
    if BY_PRIORITY not in profile.order:
        return
    for runtime in scope:
        for name in dict.fromkeys(entry.name for entry in runtime.formats):
            priorities = tuple(dict.fromkeys(entry.priority for entry in runtime.formats if entry.name == name))
            if len(priorities) < 2:
                continue
            if priorities[0] is None:
                text = f"gives {name} a priority on a later entry, which has no effect: the first entry has none"
                yield Finding(
                    LintCode.PRIORITY_ON_LATER_ENTRY,
                    str(runtime.key),
                    "",
                    text,
                    (f"without effect: {', '.join(str(one) for one in priorities if one is not None)}",),
                    f"set the priority on every entry of {name}",
                )
                continue
            listed = ", ".join("none" if one is None else str(one) for one in priorities)
            text = f"lists {name} with several priorities: the first counts, whatever version is requested"
            details = (f"listed: {listed}; counts: {priorities[0]}",)
            yield Finding(LintCode.MIXED_PRIORITIES, str(runtime.key), "", text, details)


def _disabled(scope: tuple[Runtime, ...]) -> Iterator[Finding]:
    for runtime in scope:
        if runtime.disabled:
            text = "is disabled: it is never chosen, and a service that names it has no runtime"
            yield Finding(LintCode.DISABLED, str(runtime.key), "", text)


def _captures(namespace: Namespace, catalogue: Catalogue, profile: Profile) -> Iterator[Finding]:
    """A namespaced runtime comes before every runtime of the cluster, regardless of priorities."""
    found: dict[tuple[ObjectKey, ObjectKey], list[Request]] = {}
    for request in questions(catalogue.in_namespace(namespace), namespace):
        chosen = select(request, catalogue, profile).runtime
        instead = select(replace(request, namespace=NOWHERE), catalogue, profile).runtime
        if chosen is not None and chosen.key.is_namespaced and instead is not None:
            found.setdefault((chosen.key, instead.key), []).append(request)
    for (chosen_ref, instead_ref), requests in found.items():
        text = f"is selected instead of {instead_ref}, regardless of priorities"
        yield Finding(LintCode.CAPTURES, str(chosen_ref), "", text, worded(requests))


def _shadows(namespace: Namespace, catalogue: Catalogue) -> Iterator[Finding]:
    names = {runtime.name: runtime.key for runtime in catalogue.in_cluster}
    for runtime in catalogue.in_namespace(namespace):
        if runtime.name in names:
            text = f"has the name of {names[runtime.name]}: a service that names it gets this one"
            yield Finding(LintCode.SHADOWS, str(runtime.key), "", text)


def worded(requests: Iterable[Request]) -> tuple[str, ...]:
    """
    Requests in words, grouped if only the protocol differs.

    >>> worded([Request(NOWHERE, "onnx"), Request(NOWHERE, "onnx", protocol="v2")])
    ('requests for onnx, no protocol or protocol v2',)
    """
    lines: dict[str, list[str | None]] = {}
    for one in requests:
        lines.setdefault(f"requests for {one}{' (multi-node)' if one.multi_node else ''}", []).append(one.protocol)
    return tuple(f"{requested}, {_spoken(protocols)}" for requested, protocols in lines.items())


def _spoken(protocols: list[str | None]) -> str:
    if {None, *PROTOCOL_RANKS} <= set(protocols):
        return "any protocol"
    named = [one for one in protocols if one is not None]
    parts = [*(["no protocol"] if None in protocols else []), *([f"protocol {', '.join(named)}"] if named else [])]
    return " or ".join(parts)
