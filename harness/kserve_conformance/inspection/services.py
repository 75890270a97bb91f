"""
The state of each service, compared with what the rules predict for the stored objects.

KServe chooses a runtime when it reconciles a service, and until v0.16 a changed runtime does not trigger a reconcile.
So a service that differs will move, or fail, at the next reconcile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.inspection.standings import ServiceStanding, Standing
from kserve_conformance.inspection.workloads import MALFORMED, evidence
from kserve_conformance.objects import Catalogue, Decision, Manifest, ObjectKey, Outcome, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.status import names_none
from kserve_conformance.resolver import Explanation, Surroundings, resolve_stored
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.targets.kubernetes.observer import status_runtime

#: A stopped service has no workload. Source: ``StopAnnotationKey``, pkg/constants/constants.go, since v0.15.2.
STOPPED = "serving.kserve.io/stop"

#: A ready service with it is not reconciled.
#: Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/controller.go, since v0.16.0.
NO_AUTO_UPDATE = "serving.kserve.io/disable-auto-update"

#: The status of a service whose choice failed.
INVALID = "InvalidSpec"


@dataclass(frozen=True, slots=True)
class Shown:
    """The state of a service: the runtimes that it may run on, or its failure."""

    runtimes: tuple[ObjectKey, ...] = ()
    failure: str | None = None
    image: str | None = None
    by_status: bool = False
    unknown: tuple[ObjectKey, ...] = ()


def standing_of(
    service: Manifest,
    workload: Manifest | None,
    catalogue: Catalogue,
    profile: Profile,
    mode: str,
    *,
    workloads_unread: bool = False,
) -> ServiceStanding:
    """The standing of one stored service; ``workload`` is its Deployment or Knative Service."""
    key = ObjectKey.of(service)
    try:
        decision = resolve_stored(service, catalogue, profile, None, Surroundings(mode))
        shown = _shown(service, workload, catalogue, profile)
    except (HarnessError, *MALFORMED) as error:
        text = f"no decision: {type(error).__name__}: {error}"
        return ServiceStanding(key, Standing.UNKNOWN, text)
    if (why := _nothing_to_compare(service, workload, decision)) is not None:
        return ServiceStanding(key, Standing.NOT_COMPARED, why)
    if decision.outcome is Outcome.CUSTOM:
        why = decision.no_runtime.error if decision.no_runtime is not None else ""
        return ServiceStanding(key, Standing.NO_RUNTIME, f"its custom container cannot be rendered: {why}")
    standing = (
        _without_runtime(key, decision, shown)
        if decision.outcome is Outcome.NO_RUNTIME
        else _runs(key, decision, shown)
    )
    if standing.standing is Standing.UNKNOWN and workloads_unread and not shown.runtimes:
        standing = replace(standing, text=f"{standing.text}: its workload could not be read")
    if standing.standing is Standing.DIFFERS and _is_kept(service, profile):
        kept = _named(standing.shown) or "its current runtime"
        would = _named(standing.predicted) or "none"
        text = f"keeps {kept} while it is ready, because of {NO_AUTO_UPDATE}; a new choice would be {would}"
        return replace(standing, standing=Standing.NOT_COMPARED, text=text)
    return _explained(standing, service, catalogue, profile, mode) if standing.is_wrong else standing


def _nothing_to_compare(service: Manifest, workload: Manifest | None, decision: Decision) -> str | None:
    annotations = at(service, "metadata", "annotations") or {}
    if at(service, "metadata", "deletionTimestamp"):
        return "is being deleted"
    if decision.outcome is Outcome.UNMANAGED:
        return "is in ModelMesh mode, which another controller manages"
    if decision.outcome is Outcome.CUSTOM and decision.no_runtime is None:
        return "has a custom container and uses no runtime"
    is_stopped = workload is None and str(annotations.get(STOPPED, "")).lower() == "true"
    if is_stopped and decision.outcome is Outcome.RUNS:
        return f"is stopped; if started, it would run on {_named(_predicted(decision))}"
    return None


def _shown(service: Manifest, workload: Manifest | None, catalogue: Catalogue, profile: Profile) -> Shown:
    failure = None
    model = at(service, "status", "modelStatus") or {}
    if model.get("transitionStatus") == INVALID:
        info = model.get("lastFailureInfo") or {}
        failure = ": ".join(str(info[part]) for part in ("reason", "message") if info.get(part)) or INVALID
    named = status_runtime(service)
    if named is not None and profile.status_names is not names_none:
        return Shown((named,), failure, by_status=True)
    if workload is None or at(service, "spec", "predictor", "model") is None:
        return Shown(failure=failure)
    found = evidence(at(workload, "spec", "template") or {}, service, catalogue, profile)
    return Shown(found.runtimes, failure, found.image, unknown=found.unknown)


def _predicted(decision: Decision) -> tuple[ObjectKey, ...]:
    if decision.is_open:
        return decision.one_of
    return (decision.runtime,) if decision.runtime is not None else ()


def _without_runtime(key: ObjectKey, decision: Decision, shown: Shown) -> ServiceStanding:
    cause = decision.no_runtime.cause if decision.no_runtime is not None else ""
    if decision.is_open:
        text = f"may have no runtime ({cause}): no rule decides between {_named(decision.one_of)}"
        return ServiceStanding(key, Standing.UNKNOWN, text, decision.one_of, shown.runtimes)
    runs = _named(shown.runtimes) or (f"the image {shown.image}" if shown.image else "")
    if runs and shown.failure is None:
        text = f"runs on {runs}; the rules predict no runtime ({cause}), from the next reconcile on"
        return ServiceStanding(key, Standing.DIFFERS, text, (), shown.runtimes)
    kept = f"; its earlier workload on {runs} is still running" if runs else ""
    return ServiceStanding(key, Standing.NO_RUNTIME, f"has no runtime: {cause}{kept}", (), shown.runtimes)


def _runs(key: ObjectKey, decision: Decision, shown: Shown) -> ServiceStanding:
    predicted = _predicted(decision)
    fitting = set(predicted)
    if shown.by_status and decision.status_runtime is not None and not decision.is_open:
        # The status names the object with the chosen name, which need not be the chosen one.
        fitting = {decision.status_runtime}

    def of(standing: Standing, text: str) -> ServiceStanding:
        return ServiceStanding(key, standing, text, predicted, shown.runtimes)

    say = f"the rules predict {_named(predicted)}"
    if shown.failure is not None:
        return of(Standing.DIFFERS, f"has failed with {shown.failure}; {say}")
    if not shown.runtimes:
        return of(*_of_none(shown, say))
    if set(shown.runtimes) <= fitting:
        open_ = ", though no rule decides" if decision.is_open else ""
        return of(Standing.AGREES, f"runs on {_named(shown.runtimes)}{open_}")
    if fitting & set(shown.runtimes):
        return of(Standing.UNKNOWN, f"has a container that could be from any of {_named(shown.runtimes)}; {say}")
    return of(Standing.DIFFERS, f"runs on {_named(shown.runtimes)}; {say}")


def _of_none(shown: Shown, say: str) -> tuple[Standing, str]:
    """The text for a service that runs on no known runtime."""
    if shown.image is None:
        return Standing.UNKNOWN, f"has no workload yet; {say}"
    if shown.unknown:
        return Standing.UNKNOWN, f"runs {shown.image}, possibly from {_named(shown.unknown)}; {say}"
    return Standing.DIFFERS, f"runs {shown.image} with a container that no current runtime renders; {say}"


def _is_kept(service: Manifest, profile: Profile) -> bool:
    if profile.status_names is names_none:
        return False
    annotations = at(service, "metadata", "annotations") or {}
    conditions = at(service, "status", "conditions") or ()
    is_ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    return annotations.get(NO_AUTO_UPDATE) == "true" and is_ready


def _named(refs: tuple[ObjectKey, ...]) -> str:
    return " or ".join(str(ref) for ref in refs)


def _explained(
    standing: ServiceStanding, service: Manifest, catalogue: Catalogue, profile: Profile, mode: str
) -> ServiceStanding:
    story = Explanation()
    decision = resolve_stored(service, catalogue, profile, story, Surroundings(mode))
    if decision.service is not None and decision.outcome is Outcome.NO_RUNTIME:
        story.hints.extend(hints_for(decision.service, catalogue, profile))
    data: Mapping[str, object] = story.as_data()
    hint = next(iter(story.hints), None)
    near = [candidate for candidate in story.candidates if candidate.nearness < 3]
    far = len(story.candidates) - len(near)
    short = replace(story, candidates=near, hints=[])
    lines = list(short.lines())
    if far:
        at_ = next((i for i, line in enumerate(lines) if line.startswith("error:")), len(lines))
        lines.insert(at_, f"and {far} that do not list the format, or are not the named one")
    return replace(standing, story=tuple(lines), hint=hint, explanation=data)
