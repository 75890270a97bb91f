"""
The second stage: from a request and a catalogue to a runtime, or a reason why there is none.

A pure function of its arguments. If a profile's order leaves a tie, the
result is not guessed: the selection lists every runtime that could be selected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Catalogue, NoRuntime, Request, Runtime
from kserve_conformance.profiles.checks import none_supports, not_found
from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Selection:
    """
    A selected runtime, or why there is none.

    ``supporting`` is the ordered candidate list of an automatic selection;
    ``one_of`` has more than one runtime if the rules leave the selection open.
    """

    runtime: Runtime | None = None
    no_runtime: NoRuntime | None = None
    supporting: tuple[Runtime, ...] = ()
    one_of: tuple[Runtime, ...] = ()


def select(request: Request, catalogue: Catalogue, profile: Profile, reporter: Reporter | None = None) -> Selection:
    """
    Select the runtime that a release uses for a request.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.14.1;
    ``reconcileModel`` in the same file, since v0.15.0.
    """
    if request.runtime is not None:
        return _named(request, catalogue, profile, reporter)
    return _automatic(request, catalogue, profile, reporter)


def _named(request: Request, catalogue: Catalogue, profile: Profile, reporter: Reporter | None) -> Selection:
    effective = profile.named_protocol(request)
    found = profile.look_up(str(request.runtime), request.namespace, catalogue)
    if reporter is not None:
        reporter.requesting(request, effective)
        _report_others(request, catalogue, profile, found, reporter)
    if found is None:
        no_runtime = not_found(request)
    else:
        failed = next((problem for check in profile.checks if (problem := check(effective, found)) is not None), None)
        if failed is None:
            if reporter is not None:
                reporter.selecting(found)
            return Selection(runtime=found, one_of=(found,))
        no_runtime = failed
    no_runtime = profile.reports(no_runtime)
    if reporter is not None:
        reporter.failing(no_runtime)
    return Selection(no_runtime=no_runtime)


def _report_others(
    request: Request, catalogue: Catalogue, profile: Profile, found: Runtime | None, reporter: Reporter
) -> None:
    for scope in profile.scopes(request, catalogue):
        for runtime in scope:
            if found is None or runtime.name != found.name:
                reporter.excluding(
                    runtime, Exclusion(ExclusionReason.NOT_NAMED, f"the service names {request.runtime!r}")
                )
            elif runtime.key != found.key:
                reporter.excluding(runtime, Exclusion(ExclusionReason.SHADOWED, f"is shadowed by {found.key}"))


def _automatic(request: Request, catalogue: Catalogue, profile: Profile, reporter: Reporter | None) -> Selection:
    effective = profile.requested_protocol(request)
    if reporter is not None:
        reporter.requesting(request, effective)
    supporting: list[Runtime] = []
    winners: tuple[Runtime, ...] = ()
    for scope in profile.scopes(request, catalogue):
        passed = [runtime for runtime in scope if _passes(effective, runtime, profile, reporter)]
        if not passed:
            continue
        passed.sort(key=lambda runtime: _places(effective, runtime, profile))
        if not supporting:
            winners = _winners(effective, passed, profile)
        if reporter is not None:
            _report_order(effective, supporting, passed, winners, profile, reporter)
        supporting.extend(passed)
    if not supporting:
        no_runtime = profile.reports(none_supports(request))
        if reporter is not None:
            reporter.failing(no_runtime)
        return Selection(no_runtime=no_runtime)
    return Selection(runtime=winners[0], supporting=tuple(supporting), one_of=winners)


def _passes(request: Request, runtime: Runtime, profile: Profile, reporter: Reporter | None) -> bool:
    for is_out in profile.filters:
        exclusion = is_out(request, runtime)
        if exclusion is not None:
            if reporter is not None:
                reporter.excluding(runtime, exclusion)
            return False
    return True


def _places(request: Request, runtime: Runtime, profile: Profile) -> tuple[Any, ...]:
    return tuple(key.place(request, runtime) for key in profile.order)


def _winners(request: Request, ordered: list[Runtime], profile: Profile) -> tuple[Runtime, ...]:
    """
    The first candidate and all others that rank equal to it, in a stable order.

    If the list is longer than ``stable_up_to``, only its first key counts: Go's ``sort.Slice`` moves equal elements of
    longer slices in no documented order (v0.11.1 to v0.20.0).
    """
    certain = profile.order
    if profile.stable_up_to is not None and len(ordered) > profile.stable_up_to:
        certain = profile.order[:1]
    best = [key.place(request, ordered[0]) for key in certain]
    return tuple(runtime for runtime in ordered if [key.place(request, runtime) for key in certain] == best)


def _report_order(
    request: Request,
    before: Iterable[Runtime],
    passed: list[Runtime],
    winners: tuple[Runtime, ...],
    profile: Profile,
    reporter: Reporter,
) -> None:
    nearer = next(iter(before), None)
    if nearer is not None:
        for runtime in passed:
            reporter.outranking(
                nearer, runtime, Exclusion(ExclusionReason.LOWER_SCOPE, f"ranks after {nearer.name} in the namespace")
            )
        return
    winner = passed[0]
    reporter.selecting(winner)
    # By identity: winners are elements of the list, and comparing every runtime with each of thousands takes minutes.
    tied = set(map(id, winners))
    for loser in passed[1:]:
        if id(loser) in tied:
            reporter.outranking(
                winner,
                loser,
                Exclusion(ExclusionReason.TIE_UNDEFINED, f"ties with {winner.name}; the order is undefined"),
            )
            continue
        key = next(key for key in profile.order if key.place(request, winner) != key.place(request, loser))
        reporter.outranking(winner, loser, key.exclusion(request, winner, loser))
