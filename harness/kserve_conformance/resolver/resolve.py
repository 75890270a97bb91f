"""
A release's decision about one service: admit, select, complete, render.

Pure: no input or output, no clock, no log, nothing global. The same arguments
give the same decision.
"""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.crds import with_zero_values
from kserve_conformance.objects import (
    SERVICE,
    Catalogue,
    Decision,
    Manifest,
    Namespace,
    NoRuntime,
    Outcome,
    Request,
    Runtime,
    at,
)
from kserve_conformance.profiles.completion import apply_defaults
from kserve_conformance.profiles.pods import CannotRender, render, render_without_runtime
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH, Rejected, admit
from kserve_conformance.resolver.reporter import Reporter
from kserve_conformance.resolver.select import Selection, select


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What a cluster adds to a service and a catalogue.

    ``default_mode`` is the deployment mode of services that name none; None
    means the release's own default.
    """

    default_mode: str | None = None


ORDINARY = Surroundings()


def resolve(
    service: Manifest,
    catalogue: Catalogue,
    profile: Profile,
    reporter: Reporter | None = None,
    surroundings: Surroundings = ORDINARY,
) -> Decision:
    """Decide for a service that is being written: the webhooks run first."""
    try:
        stored = admitted(service, profile, surroundings)
    except Rejected as rejection:
        return Decision(Outcome.REJECTED, rejected=str(rejection))
    return _decided(stored, catalogue, profile, reporter, surroundings)


def admitted(
    service: Manifest,
    profile: Profile,
    surroundings: Surroundings = ORDINARY,
    recorded_mode: str | None = None,
    before: Manifest | None = None,
    *,
    is_deleted: bool = False,
) -> Manifest:
    """
    The service as a write stores it. Raises ``Rejected`` if a webhook rejects it.

    ``before`` is the service as stored before, ``recorded_mode`` the deployment mode in its status, "" if there is
    none; both are None for a new service. ``is_deleted``: it is being deleted, and the write removes a finalizer.
    """
    known = with_zero_values(profile.crds.pruned(service), profile.crds.schema(SERVICE))
    mode = default_mode(profile, surroundings)
    return admit(known, profile.service_admission, mode, recorded_mode, before, is_deleted=is_deleted)


def default_mode(profile: Profile, surroundings: Surroundings = ORDINARY) -> str:
    """The deployment mode of services that name none, under the name that the release has for it."""
    return profile.configured_mode(surroundings.default_mode or profile.default_mode)


def resolve_stored(
    stored: Manifest,
    catalogue: Catalogue,
    profile: Profile,
    reporter: Reporter | None = None,
    surroundings: Surroundings = ORDINARY,
) -> Decision:
    """Decide for a stored service: no webhook runs, and the controller sees only the fields that its CRDs keep."""
    return _decided(profile.crds.pruned(stored), catalogue, profile, reporter, surroundings)


def _decided(
    stored: Manifest, catalogue: Catalogue, profile: Profile, reporter: Reporter | None, surroundings: Surroundings
) -> Decision:
    mode = at(stored, "metadata", "annotations", DEPLOYMENT_MODE) or default_mode(profile, surroundings)
    if mode == MODELMESH:
        return Decision(Outcome.UNMANAGED, service=stored)
    if at(stored, "spec", "predictor", "model") is None:
        return _custom(stored, profile)
    choice = select(Request.of(stored), catalogue, profile, reporter)
    if choice.runtime is None:
        return Decision(Outcome.NO_RUNTIME, no_runtime=choice.no_runtime, service=stored)
    return _rendered(stored, choice, choice.runtime, catalogue, profile, reporter)


def _custom(stored: Manifest, profile: Profile) -> Decision:
    """
    A predictor without a model uses no runtime.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.8.0.
    """
    try:
        pod = render_without_runtime(stored, profile.rendering)
    except CannotRender as cannot:
        # No runtime is involved here: the pod could not be rendered.
        return Decision(Outcome.CUSTOM, no_runtime=profile.reports(cannot.no_runtime), service=stored)
    return Decision(Outcome.CUSTOM, service=stored, pod=pod)


def _rendered(
    stored: Manifest,
    choice: Selection,
    runtime: Runtime,
    catalogue: Catalogue,
    profile: Profile,
    reporter: Reporter | None,
) -> Decision:
    namespace = Namespace((stored.get("metadata") or {}).get("namespace") or "default")
    named = profile.look_up(runtime.name, namespace, catalogue) or runtime
    status_runtime = profile.status_names(runtime.key, namespace, catalogue)
    server_type = profile.completion.server_type_of(runtime.name, named.annotations)
    defaulted = apply_defaults(stored, server_type, profile.completion)
    completed = profile.completion.back_fill(defaulted, runtime)
    supporting = tuple(candidate.key for candidate in choice.supporting)
    one_of = tuple(candidate.key for candidate in choice.one_of)
    try:
        pod = render(completed, runtime, profile.rendering, annotations=named.annotations)
    except CannotRender as cannot:
        no_runtime: NoRuntime = profile.reports(cannot.no_runtime)
        if reporter is not None:
            reporter.failing(no_runtime)
        return Decision(
            Outcome.NO_RUNTIME,
            no_runtime=no_runtime,
            one_of=one_of,
            supporting=supporting,
            service=stored,
            # A reconciler that panics writes no status.
            status_runtime=status_runtime if no_runtime.has_event else None,
        )
    return Decision(
        Outcome.RUNS,
        runtime=runtime.key,
        one_of=one_of,
        supporting=supporting,
        protocol=at(completed, "spec", "predictor", "model", "protocolVersion"),
        service=stored,
        pod=pod,
        status_runtime=status_runtime,
    )
