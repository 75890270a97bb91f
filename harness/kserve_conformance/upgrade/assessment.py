"""One service before and after an upgrade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kserve_conformance.objects import Decision, Manifest, ObjectKey, Outcome, at
from kserve_conformance.profiles.mode_faults import ModeFaultCode
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE
from kserve_conformance.resolver import default_mode, resolve_stored
from kserve_conformance.upgrade.causes import Cause, causes_of
from kserve_conformance.upgrade.path import (
    Installed,
    State,
    UpgradePath,
    deletion_rejection,
    states_along,
    update,
)
from kserve_conformance.upgrade.remedies import Remedy, remedies_of, with_manifest_patch


class Change(StrEnum):
    """What an upgrade does to the runtime of a service."""

    #: The same runtime before and after.
    SAME = "same"
    #: Another runtime.
    MOVED = "moved"
    #: A runtime before, and none after.
    LOST = "lost"
    #: No runtime before, and one after.
    GAINED = "gained"
    #: No runtime, before and after.
    BROKEN_BEFORE = "broken-before"
    #: KServe's rules leave open which runtime it has after the upgrade.
    UNDEFINED = "undefined"


class Flag(StrEnum):
    """What else an upgrade does to a service, whatever its runtime."""

    #: Its pod is wrong, or it has no runtime, until the service is written once.
    NEEDS_WRITE = "needs-write"
    #: Its next update or its deletion is rejected.
    REJECTED_LATER = "rejected-later"
    #: The pod has another image, other arguments, or differs elsewhere.
    POD_DIFFERS = "pod-differs"


@dataclass(frozen=True, slots=True)
class Step:
    """A service under one release of the path, in words; each fault is a text and a hint."""

    release: str
    text: str
    is_served: bool
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    What an upgrade changes for one service.

    ``trigger`` is what makes it happen. ``details`` are lines about flags: the rejection, the differences of the pod,
    new faults. ``remedies`` are verified; the first is the best.
    """

    change: Change
    flags: tuple[Flag, ...]
    before: State
    after: State
    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    trigger: str = ""
    details: tuple[str, ...] = ()
    #: The service under each release of the path.
    steps: tuple[Step, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """Does the upgrade change nothing, on the way neither?"""
        return self.change is Change.SAME and not self.flags and not self.details


#: What makes a change happen. Every controller lists and reconciles all services when it starts.
ON_START = "the start of the new controller, which reconciles every service"
#: Without a new controller nothing happens at once.
ON_RECONCILE = (
    "not at once, but at the next reconcile of the service: an edit, a restart of the controller, or since v0.16.0 an "
    "edit of its runtime"
)
ON_WRITE = "the next update of the service"


def assess(service: Manifest, path: UpgradePath, *, in_store: bool) -> Assessment:
    """Compare a service under the first and under the last release of a path."""
    states = list(states_along(service, path, in_store=in_store))
    before, after = states[0], states[-1]
    change = _change(before, after)
    rewritten = _rewritten(after, path)
    details = [*_on_the_way(states, path), *_mode_changes(before, after, path)]
    is_redeployed = any(_mode_changes(before, after, path))
    flags = list(_flags(before, after, rewritten, path, details))
    is_changed = change in (Change.MOVED, Change.LOST, Change.GAINED, Change.UNDEFINED)
    causes: tuple[Cause, ...] = ()
    if is_changed or Flag.POD_DIFFERS in flags:
        causes = _causes(before, after, path, is_pod=not is_changed)
    remedies: tuple[Remedy, ...] = ()
    if change in (Change.MOVED, Change.LOST, Change.UNDEFINED) or Flag.NEEDS_WRITE in flags:
        remedies = remedies_of(before, after, path[-1], needs_write=Flag.NEEDS_WRITE in flags)
    elif Flag.REJECTED_LATER in flags:
        remedies = tuple(Remedy(fault.hint) for fault in after.faults if "update" in fault.text)
    remedies = with_manifest_patch(remedies, service, (before, after), path[-1], in_store=in_store)
    is_upgrade = path[0].profile.name != path[-1].profile.name
    starts = ON_START if is_upgrade else ON_RECONCILE
    is_reconciled = is_changed or Flag.POD_DIFFERS in flags or is_redeployed
    trigger = starts if is_reconciled else ON_WRITE if flags else ""
    steps = tuple(_step(state, installed) for state, installed in zip(states, path, strict=True))
    return Assessment(change, tuple(flags), before, after, causes, remedies, trigger, tuple(details), steps)


def _step(state: State, installed: Installed) -> Step:
    decision = state.decision
    text = in_words(decision)
    if decision.is_open:
        text = f"one of {', '.join(sorted(map(str, decision.one_of)))} (no rule decides)"
        text = text if decision.no_runtime is None else f"no runtime ({decision.no_runtime.cause}), or {text}"
    elif decision.rejected is not None:
        text = f"rejected: {decision.rejected}"
    elif decision.no_runtime is None and decision.runtime is not None:
        text = str(decision.runtime)
    faults = tuple((str(fault), fault.hint) for fault in state.faults)
    return Step(installed.profile.name, text, state.is_served, faults)


def _change(before: State, after: State) -> Change:
    if after.is_served and after.decision.is_open:
        return Change.UNDEFINED
    match before.is_served, after.is_served:
        case True, True:
            return Change.SAME if before.decision.runtime == after.decision.runtime else Change.MOVED
        case True, False:
            return Change.LOST
        case False, True:
            return Change.GAINED
        case _:
            return Change.BROKEN_BEFORE


def _on_the_way(states: Sequence[State], path: UpgradePath) -> Iterator[str]:
    """A line for each release on the way whose choice is neither the first nor the last."""
    ends = (states[0].decision.essence, states[-1].decision.essence)
    for state, installed in zip(states[1:-1], path[1:-1], strict=True):
        if state.decision.essence not in ends:
            yield f"under {installed.profile.name}: {in_words(state.decision)}"


def _mode_changes(before: State, after: State, path: UpgradePath) -> Iterator[str]:
    """
    A line for a service that another default mode deploys in another way.

    Until v0.14.1 no mode is recorded, so a service without an annotation follows the default at each reconcile. Source:
    ``GetDeploymentMode``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.8.0 to v0.14.1.
    """
    if path[0].surroundings == path[-1].surroundings or after.service is None:
        return
    modes = [default_mode(installed.profile, installed.surroundings) for installed in (path[0], path[-1])]
    is_recorded = path[-1].profile.recorded_mode(after.service, "", modes[1]) != ""
    is_annotated = at(after.service, "metadata", "annotations", DEPLOYMENT_MODE) is not None
    if modes[0] != modes[1] and not is_recorded and not is_annotated and before.is_served and after.is_served:
        yield f"deployment mode: {modes[0]} → {modes[1]}"


def in_words(decision: Decision) -> str:
    """A decision in a few words."""
    if decision.is_open and decision.no_runtime is None:
        return f"one of {', '.join(sorted(key.name for key in decision.one_of))}"
    if decision.no_runtime is not None:
        return f"{NO_RUNTIME} ({decision.no_runtime.cause})"
    return server_of(decision)


#: What serves a service, where it is not one runtime.
NO_RUNTIME = "no runtime"
REJECTED = "rejected"
UNDECIDED = "one of several"


def server_of(decision: Decision) -> str:
    """What serves a service, without a reason if it is nothing."""
    if decision.no_runtime is not None:
        return NO_RUNTIME
    if decision.is_open:
        return UNDECIDED
    match decision.outcome:
        case Outcome.RUNS if decision.runtime is not None:
            return decision.runtime.name
        case Outcome.REJECTED:
            return REJECTED
        case Outcome.UNMANAGED:
            return "ModelMesh"
        case _:
            return "custom container"


def _rewritten(after: State, path: UpgradePath) -> State | None:
    """The service after an update that changes nothing; None if it was never stored."""
    return None if after.service is None else update(after, after.service, path[-1])


def _flags(
    before: State, after: State, rewritten: State | None, path: UpgradePath, details: list[str]
) -> Iterator[Flag]:
    new_faults = [fault for fault in after.faults if fault.code not in {each.code for each in before.faults}]
    if rewritten is not None and rewritten.decision.rejected is None:
        mended = {fault.code for fault in new_faults} - {fault.code for fault in rewritten.faults}
        if (rewritten.is_served and not after.is_served) or mended:
            yield Flag.NEEDS_WRITE
    rejected = list(_rejections(before, after, rewritten, path))
    if rejected:
        details += rejected
        yield Flag.REJECTED_LATER
    if before.is_served and after.is_served:
        differences = list(_pod_differences(before.decision.pod, after.decision.pod))
        if differences:
            details += differences
            yield Flag.POD_DIFFERS
    is_said = ModeFaultCode.UPDATES_REJECTED if rejected else None
    details += [str(fault) for fault in new_faults if fault.code != is_said]


def _rejections(before: State, after: State, rewritten: State | None, path: UpgradePath) -> Iterator[str]:
    """Rejections of an update or the deletion that the first release would not have made."""
    rejection = None if rewritten is None else rewritten.decision.rejected
    if rejection is not None:
        earlier = None if before.service is None else update(before, before.service, path[0])
        if earlier is None or earlier.decision.rejected is None:
            yield f"rejected at the next update: {rejection}"
    deletion = deletion_rejection(after, path[-1])
    if deletion is not None and deletion_rejection(before, path[0]) is None:
        yield f"cannot be deleted: {deletion}"


def _causes(before: State, after: State, path: UpgradePath, *, is_pod: bool) -> tuple[Cause, ...]:
    stored = after.service or before.service
    if stored is None:
        return ()
    keys = tuple(dict.fromkeys(key for key in (before.decision.runtime, after.decision.runtime) if key is not None))

    def decide(installed: Installed) -> object:
        decision = resolve_stored(stored, installed.catalogue, installed.profile, surroundings=installed.surroundings)
        return decision.pod if is_pod else decision.essence

    was = before.decision.pod if is_pod else before.decision.essence
    return causes_of(path[0], path[-1], decide, was, _involved(keys, path))


def _involved(keys: tuple[ObjectKey, ...], path: UpgradePath) -> tuple[ObjectKey, ...]:
    """The runtimes of a change; without any, all that one of the two catalogues lacks."""
    if keys:
        return keys
    first, last = ({runtime.key for runtime in one.catalogue} for one in (path[0], path[-1]))
    return tuple(sorted(first ^ last))


def _pod_differences(before: Manifest | None, after: Manifest | None) -> Iterator[str]:
    """The differences of two pods, a line for each field; lists of containers are compared by name."""
    if before == after:
        return
    yield from _differences(before or {}, after or {}, "pod")


#: Fields that are worth a line of their own; of others only the path is said.
_SHOWN = ("image", "command", "args")


def _differences(before: Any, after: Any, where: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), f"{where}.{key}")
    elif _are_named(before) and _are_named(after):
        old, new = ({each["name"]: each for each in one} for one in (before, after))
        for name in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(name), new.get(name), f"{where}[{name}]")
    else:
        field = where.rpartition(".")[2]
        is_short = field in _SHOWN or (not isinstance(before, dict | list) and not isinstance(after, dict | list))
        yield where.removeprefix("pod.") + (f": {_in_one_line(before)} → {_in_one_line(after)}" if is_short else "")


def _are_named(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "name" in each for each in value)


def _in_one_line(value: Any) -> str:
    return "none" if value is None else " ".join(map(str, value)) if isinstance(value, list) else str(value)
