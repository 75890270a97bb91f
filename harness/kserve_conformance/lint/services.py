"""Findings about services, with the runtimes that they see."""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.lint.causes import cause_of
from kserve_conformance.lint.findings import Finding, LintCode
from kserve_conformance.objects import Catalogue, Manifest, NoRuntime, ObjectKey, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.service_validation.components import LEGACY_KEYS
from kserve_conformance.resolver import Surroundings
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.resolver.remedies import remedies_for
from kserve_conformance.upgrade.path import Installed, State, state_of, states_along, update, written


def service_findings(
    service: Manifest, where: str, catalogue: Catalogue, profile: Profile, surroundings: Surroundings
) -> Iterator[Finding]:
    """
    The findings about a service that is written under a release.

    Without any runtime nothing is said about its choice: the files may be only a part of what is installed.
    """
    name = str(ObjectKey.of(service))
    yield from _legacy(service, name, where)
    installed = Installed(profile, catalogue, surroundings)
    decision = written(service, installed)
    state = state_of(decision.service, decision, installed, "", is_new=True)
    if decision.rejected is not None:
        remedies = remedies_for(service, catalogue, profile, surroundings)
        yield Finding(LintCode.REJECTED, name, where, "is rejected", (decision.rejected,), _first(remedies))
    elif decision.no_runtime is None or len(catalogue):
        yield from _of_state(service, where, state, installed)
    else:
        yield from _faults(state, name, where)


def stored_service_findings(
    service: Manifest, where: str, catalogue: Catalogue, profile: Profile, surroundings: Surroundings
) -> Iterator[Finding]:
    """The findings about a service of a cluster, which is stored, with all runtimes that it sees."""
    name = str(ObjectKey.of(service))
    yield from _legacy(service, name, where)
    installed = Installed(profile, catalogue, surroundings)
    (state,) = states_along(service, (installed,), in_store=True)
    if state.service is not None:
        rejected = update(state, state.service, installed).decision.rejected
        if rejected is not None:
            yield Finding(LintCode.REJECTED, name, where, "is rejected at its next update", (rejected,))
    yield from _of_state(service, where, state, installed)


def _legacy(service: Manifest, name: str, where: str) -> Iterator[Finding]:
    legacy = [key for key in at(service, "spec", "predictor") or () if key in LEGACY_KEYS]
    if legacy:
        text = f"has predictor.{legacy[0]}, of the schema before v0.8.0"
        hint = f"write predictor.model with modelFormat.name: {legacy[0]}"
        yield Finding(LintCode.LEGACY_SCHEMA, name, where, text, hint=hint)


def _of_state(service: Manifest, where: str, state: State, installed: Installed) -> Iterator[Finding]:
    name = str(ObjectKey.of(service))
    decision = state.decision
    if decision.no_runtime is not None:
        yield _no_runtime(service, where, decision.service or service, decision.no_runtime, installed)
    elif decision.is_open:
        runtimes = ", ".join(sorted(map(str, decision.one_of)))
        text = "gets one of several runtimes: no rule decides which"
        hint = "set runtime, or give the runtimes priorities"
        yield Finding(LintCode.OPEN_CHOICE, name, where, text, (runtimes,), hint)
    yield from _faults(state, name, where)


def _faults(state: State, name: str, where: str) -> Iterator[Finding]:
    for fault in state.faults:
        yield Finding(str(fault.code), name, where, fault.text, hint=fault.hint)


def _no_runtime(
    service: Manifest, where: str, stored: Manifest, no_runtime: NoRuntime, installed: Installed
) -> Finding:
    hints = (
        hints_for(stored, installed.catalogue, installed.profile) if at(stored, "spec", "predictor", "model") else ()
    )
    hints = hints or remedies_for(service, installed.catalogue, installed.profile, installed.surroundings)
    code, cause = cause_of(stored, no_runtime, installed.catalogue, installed.profile)
    text = f"has no runtime ({no_runtime.cause})" + (f": {cause}" if cause else "")
    return Finding(code, str(ObjectKey.of(service)), where, text, (no_runtime.readable_error,), _first(hints))


def _first(texts: tuple[str, ...]) -> str | None:
    return texts[0] if texts else None
