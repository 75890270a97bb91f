"""
Many worlds on one API server at once.

Worlds can share a cluster if each has namespaces of its own and all of them do the
same in the whole cluster. Then each turn is one for all: everything is written
with several requests on the way at once, the controller's cache is waited for once,
and what came of it is read by a list of each kind. Which requests these are is
what a target does for one world; only the waiting is shared.
"""

# ruff: noqa: SLF001 - A batch is a part of its target, in a module of its own.

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import API_VERSIONS, NAMESPACED_RUNTIME, SERVICE, Manifest, ObjectKey, replaced
from kserve_conformance.targets.contract import Admission, NotSettled, Observation, Unreachable
from kserve_conformance.targets.kubernetes.beacons import FINALIZER
from kserve_conformance.targets.kubernetes.client import ApiError, Resource
from kserve_conformance.targets.kubernetes.listing import Listing, listed, services
from kserve_conformance.targets.kubernetes.observing import MODEL_MESH, SILENT_TIMES
from kserve_conformance.targets.kubernetes.probing import Seen
from kserve_conformance.targets.kubernetes.sweeping import owned
from kserve_conformance.targets.kubernetes.writing import Answer, written
from kserve_conformance.targets.many import Played, Shown, Turn, World, in_store, play

if TYPE_CHECKING:
    from kserve_conformance.targets.controlplane.target import ControlPlane

#: A creationTimestamp has whole seconds.
TICK = 1.05

#: As many requests at once as two cores have use for.
THREADS = 6

#: How often services are listed while something is still to come, and how seldom at most.
LISTED_EVERY, LISTED_AT_LEAST_EVERY = 0.1, 0.8

#: What a controller takes for one service, or less.
EACH_TAKES = 0.008

#: How long nothing may come before the queue is asked to be passed.
PATIENCE = 0.25

#: What each service may take on top of what one may.
EACH_WITHIN = 0.5

#: What is only ever read by the uid of a service, and what a server forgets by itself.
LEFT_TO_THE_SERVER = frozenset({"Event"})

#: How long services may take until all of them are gone.
GONE_WITHIN = 60.0

#: How often runtimes are written anew that came to be of different seconds.
SAME_SECOND_TIMES = 5


def shared(world: World) -> tuple[Any, ...] | None:
    """What a world does in the whole cluster, turn by turn; None if it cannot share a cluster at all."""
    parts = []
    for turn in world.turns:
        applied = [ObjectKey.of(one) for one in turn.applied]
        of_cluster = [key.namespace is None for key in applied]
        is_in_order = of_cluster == sorted(of_cluster, reverse=True) and not (turn.stored and turn.applied)
        if not is_in_order or any(key.kind == SERVICE for key in turn.deleted):
            return None
        parts.append(
            (
                turn.later,
                tuple(key for key in turn.deleted if key.namespace is None),
                tuple(one for one in turn.present if ObjectKey.of(one).namespace is None),
                tuple(one for one, is_shared in zip(turn.applied, of_cluster, strict=True) if is_shared),
            )
        )
    return tuple(parts)


def play_many(target: ControlPlane, worlds: Sequence[World], within: timedelta) -> tuple[Played, ...]:
    """Play worlds, together those that follow each other and can share the cluster. Raises ``Unreachable``."""
    played: list[Played] = []
    for common, group in groupby(worlds, shared):
        these = tuple(group)
        if common is None or len(these) == 1:
            played.extend(play(target, world, within) for world in these)
        else:
            with ThreadPoolExecutor(THREADS, "worlds") as threads:
                played.extend(_together(target, these, within, threads))
    return tuple(played)


def _together(
    target: ControlPlane, worlds: tuple[World, ...], within: timedelta, threads: ThreadPoolExecutor
) -> tuple[Played, ...]:
    """
    Play worlds together, and those that failed alone again.

    What ends a controller fails a whole batch, and may be the doing of one world.
    """
    played = Batch(target, worlds, within, threads).play()
    return tuple(play(target, one.world, within) if one.is_errored else one for one in played)


@dataclass
class _World:
    """One world of a batch on its way."""

    world: World
    shown: list[Shown] = field(default_factory=list)
    failed: TargetError | None = None
    services: dict[ObjectKey, None] = field(default_factory=dict)
    admissions: list[Admission] = field(default_factory=list)

    @property
    def played(self) -> Played:
        return Played(self.world, tuple(self.shown), self.failed)


class Batch:
    """Worlds that share a cluster, and their common way through it."""

    def __init__(
        self, target: ControlPlane, worlds: Sequence[World], within: timedelta, threads: ThreadPoolExecutor
    ) -> None:
        self._target = target
        self._worlds = [_World(world) for world in worlds]
        self._within = within
        self._threads = threads
        self._last_applied: dict[ObjectKey, Manifest] = {}
        self._created_at = 0.0
        #: Services that were created in this turn: what their status says needs no probe.
        self._new: set[ObjectKey] = set()

    def play(self) -> tuple[Played, ...]:
        """Play all turns, and leave nothing. Raises ``Unreachable`` where nothing can be cleared away either."""
        try:
            with self._target._reaching():
                for number in range(len(self._worlds[0].world.turns)):
                    self._turn(number)
                Clearing(self._target, self._threads).clear()
        except TargetError as failed:
            for one in self._worlds:
                one.failed = one.failed or failed
        self._target.reset()
        return tuple(one.played for one in self._worlds)

    def _turn(self, number: int) -> None:
        self._target._link.check()
        self._new.clear()
        turn = self._worlds[0].world.turns[number]
        if turn.later:
            time.sleep(max(0.0, self._created_at + TICK - time.monotonic()))
        self._delete([key for key in turn.deleted if key.namespace is None], number)
        self._have(turn, number)
        answers = self._apply_shared([one for one in turn.applied if ObjectKey.of(one).namespace is None])
        for one in self._worlds:
            one.admissions = list(answers)
        self._apply_runtimes(number)
        self._write_services(number)
        self._look()

    def _each(self, call: Callable[[_World], None]) -> None:
        """Do something for each world that has not failed, several at once; a failure is its own."""

        def guarded(one: _World) -> None:
            try:
                call(one)
            except ApiError as failed:
                one.failed = failed

        list(self._threads.map(guarded, [one for one in self._worlds if one.failed is None]))

    # Runtimes

    def _delete(self, common: Sequence[ObjectKey], number: int) -> None:
        if common:
            self._target.delete(*common)
        own: list[ObjectKey] = []
        for one in self._worlds:
            own.extend(key for key in one.world.turns[number].deleted if key.namespace is not None)
        if own:
            list(self._threads.map(self._delete_runtime, own))
            self._target._runtime_written(NAMESPACED_RUNTIME, None)

    def _delete_runtime(self, key: ObjectKey) -> None:
        self._target._link.past.delete(self._target._resource(key.kind).path(key.namespace, key.name))
        self._target._known.discard(key)
        self._last_applied.pop(key, None)

    def _have(self, turn: Turn, number: int) -> None:
        """Put runtimes in store, those of one scope within one second."""
        common = [one for one in turn.present if ObjectKey.of(one).namespace is None]
        if common:
            self._in_one_second(common, self._put_shared, lambda keys: self._target.delete(*keys))

        def have_own(one: _World) -> None:
            own = [each for each in one.world.turns[number].present if ObjectKey.of(each).namespace is not None]
            if own:
                self._in_one_second(own, self._put, lambda keys: list(map(self._delete_runtime, keys)))

        self._each(have_own)

    def _in_one_second(
        self,
        objects: Sequence[Manifest],
        put: Callable[..., tuple[str, ...]],
        delete: Callable[[Iterable[ObjectKey]], object],
    ) -> None:
        """Raises ``NotSettled`` if that never succeeds: the worlds would not be what they say that they are."""
        keys = [ObjectKey.of(one) for one in objects]
        for _ in range(SAME_SECOND_TIMES):
            seconds = put(*objects)
            self._created_at = time.monotonic()
            if len(set(seconds)) == 1:
                return
            delete(keys)
        raise NotSettled(keys[0], timedelta(seconds=SAME_SECOND_TIMES), "runtimes of different seconds")

    def _put_shared(self, *runtimes: Manifest) -> tuple[str, ...]:
        self._target.store(*runtimes)
        return tuple(self._created(ObjectKey.of(one)) for one in runtimes)

    def _put(self, *runtimes: Manifest) -> tuple[str, ...]:
        """Put the runtimes of a namespace in store, past every webhook, and say when. None of them is there."""
        seconds = []
        for runtime in runtimes:
            key = ObjectKey.of(runtime)
            self._target._make_namespace(key)
            resource = self._target._resource(key.kind)
            try:
                stored = self._target._link.past.post(resource.path(key.namespace), written(key, runtime))
                seconds.append(str(stored["metadata"]["creationTimestamp"]))
            except ApiError as error:
                # A server that is busy may have written it and said that it could not.
                if error.reason != "AlreadyExists":
                    raise
                seconds.append(self._created(key))
            self._note(key, runtime)
        return tuple(seconds)

    def _created(self, key: ObjectKey) -> str:
        stored = self._target._link.past.get(self._target._resource(key.kind).path(key.namespace, key.name))
        return str(stored["metadata"]["creationTimestamp"])

    def _note(self, key: ObjectKey, runtime: Manifest) -> None:
        self._target._known.add(key)
        self._target._runtime_written(key.kind, runtime)

    def _apply_shared(self, common: Sequence[Manifest]) -> tuple[Admission, ...]:
        if not common:
            return ()
        self._created_at = time.monotonic()
        return self._target.apply(*common)

    def _apply_runtimes(self, number: int) -> None:
        """Apply the runtimes of each world's own, the first of each world at once, then the second."""
        waves: list[dict[int, Manifest]] = []
        for place, one in enumerate(self._worlds):
            own = [each for each in one.world.turns[number].applied if ObjectKey.of(each).kind == NAMESPACED_RUNTIME]
            for depth, each in enumerate(own):
                waves += [{}] if depth == len(waves) else []
                waves[depth][place] = each
        places = {id(one): place for place, one in enumerate(self._worlds)}
        for wave in waves:
            self._target._see_all()

            def apply_own(one: _World, wave: dict[int, Manifest] = wave) -> None:
                runtime = wave.get(places[id(one)])
                if runtime is not None:
                    key, answer = self._write(one, runtime)
                    if answer.admission.stored is not None:
                        self._note(key, runtime)

            self._each(apply_own)
            self._created_at = time.monotonic()

    def _write(self, one: _World, manifest: Manifest) -> tuple[ObjectKey, Answer]:
        key = ObjectKey.of(manifest)
        self._target._make_namespace(key)
        is_there = key in self._target._known
        answer = self._target._writer.write(key, manifest, self._last_applied.get(key), is_there=is_there)
        if answer.admission.stored is not None:
            self._last_applied[key] = manifest
        one.admissions.append(answer.admission)
        return key, answer

    # Services

    def _write_services(self, number: int) -> None:
        self._target._see_all()

        def write(one: _World) -> None:
            turn = one.world.turns[number]
            for service in turn.stored:
                self._target._store(service)
                self._new.add(ObjectKey.of(service))
            for service in turn.applied:
                if ObjectKey.of(service).kind == SERVICE:
                    # A controller then need not write it once more, which takes longer than all else.
                    finalizers = [*(service["metadata"].get("finalizers") or ()), FINALIZER]
                    key, answer = self._write(one, replaced(service, finalizers, "metadata", "finalizers"))
                    if answer.admission.stored is not None:
                        self._target._note(key, answer.admission.stored, is_new=answer.is_new)
                        if answer.is_new:
                            self._new.add(key)
            one.services.update(dict.fromkeys(in_store(turn, one.admissions)))

        self._each(write)

    def _look(self) -> None:
        """Wait until every service has settled, read them all, and keep what the turn has shown."""
        wanted = [key for one in self._worlds if one.failed is None for key in one.services]
        settling = Settling(self._target, self._threads, wanted, self._new, self._within)
        settled = settling.settle() if wanted else {}
        listing = Listing.of(self._target._observer) if wanted else None
        for one in self._worlds:
            if one.failed is not None:
                continue
            missing = [key for key in one.services if key not in settled]
            if missing:
                one.failed = NotSettled(missing[0], self._within, "among many worlds")
                continue
            seen: list[tuple[ObjectKey, Observation]] = []
            for key in one.services:
                service, how = settled[key]
                if listing is not None:
                    seen.append((key, self._told(listing, key, service, how)))
            one.shown.append(Shown(tuple(one.admissions), tuple(seen)))

    def _told(self, listing: Listing, key: ObjectKey, service: Manifest, how: Seen) -> Observation:
        observer = self._target._observer
        if observer.mode(service) == MODEL_MESH:
            uid = service["metadata"]["uid"]
            if listing.template(str(key.namespace), key.name, uid, MODEL_MESH) is None:
                return listing.told(key, service, None)
        return listing.told(key, service, how)


class Settling:
    """Services of which each is waited for until its controller has looked at it."""

    def __init__(
        self,
        target: ControlPlane,
        threads: ThreadPoolExecutor,
        wanted: Sequence[ObjectKey],
        new: Iterable[ObjectKey],
        within: timedelta,
    ) -> None:
        self._target = target
        self._threads = threads
        self._pending = dict.fromkeys(wanted, 0)
        self._settled: dict[ObjectKey, tuple[Manifest, Seen]] = {}
        self._deadline = time.monotonic() + within.total_seconds() + EACH_WITHIN * len(wanted)
        self._not_new = set(wanted) - set(new)

    def settle(self) -> dict[ObjectKey, tuple[Manifest, Seen]]:
        """Those that have settled in time, as they are then, and what their status says. Raises ``Unreachable``."""
        self._probe_known()
        patient_until = time.monotonic() + PATIENCE
        while self._pending and time.monotonic() < self._deadline:
            if self._read(is_all_done=False):
                patient_until = time.monotonic() + PATIENCE
            elif time.monotonic() > patient_until:
                # Whatever there was to be done for any service has then been done.
                self._target._beacons.queue_passed(max(self._deadline - time.monotonic(), 1.0))
                self._read(is_all_done=True)
            self._target._link.check()
            # Each list has all of them: the more there are to come, the longer it waits.
            wait = min(LISTED_EVERY + EACH_TAKES * len(self._pending), LISTED_AT_LEAST_EVERY)
            time.sleep(wait if self._pending else 0)
        return self._settled

    def _probe_known(self) -> None:
        """Probe services that were there before: but not those of another controller, whose status stays as it is."""
        if self._not_new:
            observer = self._target._observer
            found = services(observer.client, observer.resource)
            self._probe([key for key in self._not_new if key in found and observer.mode(found[key]) != MODEL_MESH])

    def _read(self, *, is_all_done: bool) -> int:
        """Read all services once; how many of them have come further."""
        observer = self._target._observer
        found = services(observer.client, observer.resource)
        again: list[ObjectKey] = []
        before = len(self._pending)
        for key, silent in list(self._pending.items()):
            service = found.get(key)
            if service is None:
                continue
            seen = observer.probe.read(service)
            if seen is Seen.NOT_YET:
                if not is_all_done:
                    continue
                seen = Seen.SILENT
            if seen is Seen.SILENT and silent + 1 < SILENT_TIMES and observer.mode(service) != MODEL_MESH:
                self._pending[key] = silent + 1
                again.append(key)
                continue
            self._settled[key] = service, seen
            del self._pending[key]
        self._probe(again)
        return before - len(self._pending) + len(again)

    def _probe(self, keys: Iterable[ObjectKey]) -> None:
        observer = self._target._observer
        path = observer.resource(SERVICE).path

        def probe(key: ObjectKey) -> None:
            observer.client.patch(f"{path(key.namespace, key.name)}/status", observer.probe.patch)

        list(self._threads.map(probe, keys))


class Clearing:
    """Everything that a batch left is listed and deleted, several requests at once."""

    def __init__(self, target: ControlPlane, threads: ThreadPoolExecutor) -> None:
        self._target = target
        self._threads = threads

    def clear(self) -> None:
        """
        Delete services, then what they own and the runtimes, of all namespaces that were touched.

        A controller takes long to let many services go. So their finalizers are taken away, and it is waited until
        it has seen that they are gone: nothing is made for them any more then. Raises ``Unreachable``.
        """
        target = self._target
        served = target._resource(SERVICE)
        deadline = time.monotonic() + GONE_WITHIN
        while left := self._own(served):
            target._link.check()
            if time.monotonic() > deadline:
                raise Unreachable(f"{len(left)} services are not let go")
            list(self._threads.map(partial(self._take_away, served), left))
        target._beacons.queue_passed()
        for api_version, kind in (*owned(target._modes), (API_VERSIONS[NAMESPACED_RUNTIME], NAMESPACED_RUNTIME)):
            resource = target._served(api_version, kind)
            if resource is not None and kind not in LEFT_TO_THE_SERVER:
                self._delete([(resource, one) for one in self._own(resource)])
        # Nothing of them is left to be swept away.
        target._touched.clear()

    def _take_away(self, resource: Resource, service: Manifest) -> None:
        metadata = service["metadata"]
        path = resource.path(metadata["namespace"], metadata["name"])
        past = self._target._link.past
        try:
            if metadata.get("finalizers"):
                past.patch(path, {"metadata": {"finalizers": None}})
            past.delete(path)
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def _own(self, resource: Resource) -> list[Manifest]:
        touched = self._target._touched
        found = listed(self._target._link.past, resource)
        return [one for one in found if one["metadata"].get("namespace") in touched]

    def _delete(self, objects: Iterable[tuple[Resource, Manifest]]) -> None:
        past = self._target._link.past

        def delete(one: tuple[Resource, Manifest]) -> None:
            resource, manifest = one
            metadata = manifest["metadata"]
            past.delete(resource.path(metadata["namespace"], metadata["name"]))

        list(self._threads.map(delete, objects))
