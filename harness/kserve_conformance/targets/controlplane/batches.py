"""
Batches of cases on one API server.

Cases can share a cluster if each has its own namespaces and all of them do the same to cluster-scoped objects. Then
they go through each turn together: requests are sent in parallel, the controller's cache is waited for once, and the
results are read with one list of each kind. Only the waiting is shared; the requests are those of a single case.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from types import TracebackType
from typing import Any

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import NAMESPACED_RUNTIME, SERVICE, Manifest, ObjectKey, replaced
from kserve_conformance.targets.cases import Case, CaseRun, Turn, TurnResult, run_case, stored_services
from kserve_conformance.targets.contract import Admission, NotSettled, Observation, Target
from kserve_conformance.targets.controlplane.cleanup import Cleanup, Leftovers
from kserve_conformance.targets.controlplane.lists import Listing
from kserve_conformance.targets.controlplane.settlement import Settlement
from kserve_conformance.targets.kubernetes.beacons import FINALIZER
from kserve_conformance.targets.kubernetes.client import ApiError
from kserve_conformance.targets.kubernetes.observer import MODEL_MESH
from kserve_conformance.targets.kubernetes.probes import ReconcileResult
from kserve_conformance.targets.kubernetes.session import Session
from kserve_conformance.targets.kubernetes.writes import WriteResult, written

#: A creationTimestamp has whole seconds.
TICK = 1.05

#: As many concurrent requests as two cores can use.
THREADS = 6

#: How often to rewrite runtimes that were not created within the same second.
SAME_SECOND_TIMES = 5


def shared(case: Case) -> tuple[Any, ...] | None:
    """The cluster-scoped writes of a case, turn by turn; None if it cannot share a cluster."""
    parts = []
    for turn in case.turns:
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


class Batches(AbstractContextManager["Batches"]):
    """
    Runs batches of cases one after the other, and deletes the objects of each while the next one runs.

    Leaving the context leaves the target empty, except after an exception: then a reset deletes the rest.
    """

    def __init__(self, target: Target, session: Session, ensure_release: Callable[[], None], within: timedelta) -> None:
        """
        ``session`` is the target's; ``ensure_release`` swaps in the requested release.

        ``within`` is how long one service may take to settle.
        """
        self._target = target
        self._session = session
        self._ensure_release = ensure_release
        self._within = within
        self._threads = ThreadPoolExecutor(THREADS, "cases")
        self._cleanup = Cleanup(session)

    def run(self, cases: Sequence[Case]) -> tuple[CaseRun, ...]:
        """Run cases; consecutive ones that can share the cluster form a batch. Raises ``Unreachable``."""
        self._ensure_release()
        runs: list[CaseRun] = []
        for shared_objects, group in groupby(cases, shared):
            batch_cases = tuple(group)
            if shared_objects is None or len(batch_cases) == 1:
                runs.extend(map(self._alone, batch_cases))
            else:
                self._avoid_cleanup(batch_cases)
                batch = Batch(self._target, self._session, batch_cases, self._within, self._threads, self._cleanup)
                # A crash of the controller fails a whole batch, although one case may have caused it.
                runs.extend(self._alone(one.case) if one.is_errored else one for one in batch.run())
        return tuple(runs)

    def _avoid_cleanup(self, cases: Iterable[Case]) -> None:
        """
        Wait for the cleanup if it still deletes in the namespaces of these cases.

        Two groups with equal cluster-scoped writes are one batch, and then the next one reuses a namespace early.
        """
        if self._cleanup.affects(frozenset().union(*(one.namespaces for one in cases))):
            self._finish()

    def _alone(self, case: Case) -> CaseRun:
        self._finish()
        return run_case(self._target, case, self._within)

    def _finish(self) -> None:
        try:
            self._cleanup.finish()
        except TargetError:
            # A reset restarts a crashed controller and deletes the rest.
            self._target.reset()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._cleanup.close()
            self._threads.shutdown()


@dataclass
class _CaseInBatch:
    """State of one case of a batch."""

    case: Case
    results: list[TurnResult] = field(default_factory=list)
    failed: TargetError | None = None
    services: dict[ObjectKey, None] = field(default_factory=dict)
    admissions: list[Admission] = field(default_factory=list)

    @property
    def result(self) -> CaseRun:
        return CaseRun(self.case, tuple(self.results), self.failed)


class Batch:
    """Cases that share a cluster and go through their turns together."""

    def __init__(
        self,
        target: Target,
        session: Session,
        cases: Sequence[Case],
        within: timedelta,
        threads: ThreadPoolExecutor,
        cleanup: Cleanup,
    ) -> None:
        self._target = target
        self._session = session
        self._cases = [_CaseInBatch(case) for case in cases]
        self._within = within
        self._threads = threads
        self._cleanup = cleanup
        self._last_applied: dict[ObjectKey, Manifest] = {}
        self._created_at = 0.0
        #: Services that were created in this turn: they need no probe.
        self._new: set[ObjectKey] = set()

    def run(self) -> tuple[CaseRun, ...]:
        """
        Run all turns, then hand their objects over to the cleanup. Raises ``Unreachable`` if even a reset fails.
        """
        try:
            with self._session.reaching():
                for number in range(len(self._cases[0].case.turns)):
                    self._turn(number)
                self._hand_over()
        except TargetError as failed:
            for one in self._cases:
                one.failed = one.failed or failed
        self._target.reset()
        return tuple(one.result for one in self._cases)

    def _hand_over(self) -> None:
        self._cleanup.submit(Leftovers(frozenset(self._session.touched), frozenset(self._session.modes)))
        # The target's own reset then only deletes cluster-scoped objects.
        self._session.touched.clear()

    def _turn(self, number: int) -> None:
        self._session.link.check()
        self._new.clear()
        turn = self._cases[0].case.turns[number]
        if turn.later:
            time.sleep(max(0.0, self._created_at + TICK - time.monotonic()))
        self._delete([key for key in turn.deleted if key.namespace is None], number)
        self._store_runtimes(turn, number)
        answers = self._apply_shared([one for one in turn.applied if ObjectKey.of(one).namespace is None])
        for one in self._cases:
            one.admissions = list(answers)
        self._apply_runtimes(number)
        self._write_services(number)
        self._observe_all()

    def _each(self, call: Callable[[_CaseInBatch], None]) -> None:
        """Call in parallel for each case that has not failed; an API error fails only its case."""

        def guarded(one: _CaseInBatch) -> None:
            try:
                call(one)
            except ApiError as failed:
                one.failed = failed

        list(self._threads.map(guarded, [one for one in self._cases if one.failed is None]))

    # Runtimes

    def _delete(self, shared_objects: Sequence[ObjectKey], number: int) -> None:
        if shared_objects:
            self._target.delete(*shared_objects)
        own: list[ObjectKey] = []
        for one in self._cases:
            own.extend(key for key in one.case.turns[number].deleted if key.namespace is not None)
        if own:
            list(self._threads.map(self._delete_runtime, own))
            self._session.runtime_written(NAMESPACED_RUNTIME, None)

    def _delete_runtime(self, key: ObjectKey) -> None:
        self._session.link.past.delete(self._session.resource(key.kind).path(key.namespace, key.name))
        self._session.known.discard(key)
        self._last_applied.pop(key, None)

    def _store_runtimes(self, turn: Turn, number: int) -> None:
        """Store runtimes, those of one scope within the same second."""
        shared_objects = [one for one in turn.present if ObjectKey.of(one).namespace is None]
        if shared_objects:
            self._in_one_second(shared_objects, self._store_shared, lambda keys: self._target.delete(*keys))

        def store_own(one: _CaseInBatch) -> None:
            own = [each for each in one.case.turns[number].present if ObjectKey.of(each).namespace is not None]
            if own:
                self._in_one_second(own, self._store_own, lambda keys: list(map(self._delete_runtime, keys)))

        self._each(store_own)

    def _in_one_second(
        self,
        objects: Sequence[Manifest],
        store: Callable[..., tuple[str, ...]],
        delete: Callable[[Iterable[ObjectKey]], object],
    ) -> None:
        """Store objects within the same second. Raises ``NotSettled`` if that never succeeds."""
        keys = [ObjectKey.of(one) for one in objects]
        for _ in range(SAME_SECOND_TIMES):
            seconds = store(*objects)
            self._created_at = time.monotonic()
            if len(set(seconds)) == 1:
                return
            delete(keys)
        raise NotSettled(keys[0], timedelta(seconds=SAME_SECOND_TIMES), "runtimes created in different seconds")

    def _store_shared(self, *runtimes: Manifest) -> tuple[str, ...]:
        self._target.store(*runtimes)
        return tuple(self._created(ObjectKey.of(one)) for one in runtimes)

    def _store_own(self, *runtimes: Manifest) -> tuple[str, ...]:
        """Store new runtimes of a namespace without any webhook, and return their creation times."""
        seconds = []
        for runtime in runtimes:
            key = ObjectKey.of(runtime)
            self._session.make_namespace(key)
            resource = self._session.resource(key.kind)
            try:
                stored = self._session.link.past.post(resource.path(key.namespace), written(key, runtime))
                seconds.append(str(stored["metadata"]["creationTimestamp"]))
            except ApiError as error:
                # A busy server may have written it and still reported an error.
                if error.reason != "AlreadyExists":
                    raise
                seconds.append(self._created(key))
            self._note(key, runtime)
        return tuple(seconds)

    def _created(self, key: ObjectKey) -> str:
        stored = self._session.link.past.get(self._session.resource(key.kind).path(key.namespace, key.name))
        return str(stored["metadata"]["creationTimestamp"])

    def _note(self, key: ObjectKey, runtime: Manifest) -> None:
        self._session.known.add(key)
        self._session.runtime_written(key.kind, runtime)

    def _apply_shared(self, shared_objects: Sequence[Manifest]) -> tuple[Admission, ...]:
        if not shared_objects:
            return ()
        self._created_at = time.monotonic()
        return self._target.apply(*shared_objects)

    def _apply_runtimes(self, number: int) -> None:
        """Apply the namespaced runtimes: the first of every case in parallel, then the second, and so on."""
        waves: list[dict[int, Manifest]] = []
        for place, one in enumerate(self._cases):
            own = [each for each in one.case.turns[number].applied if ObjectKey.of(each).kind == NAMESPACED_RUNTIME]
            for depth, each in enumerate(own):
                waves += [{}] if depth == len(waves) else []
                waves[depth][place] = each
        places = {id(one): place for place, one in enumerate(self._cases)}
        for wave in waves:
            self._session.see_all()

            def apply_own(one: _CaseInBatch, wave: dict[int, Manifest] = wave) -> None:
                runtime = wave.get(places[id(one)])
                if runtime is not None:
                    key, answer = self._write(one, runtime)
                    if answer.admission.stored is not None:
                        self._note(key, runtime)

            self._each(apply_own)
            self._created_at = time.monotonic()

    def _write(self, one: _CaseInBatch, manifest: Manifest) -> tuple[ObjectKey, WriteResult]:
        key = ObjectKey.of(manifest)
        self._session.make_namespace(key)
        is_there = key in self._session.known
        answer = self._session.writer.write(key, manifest, self._last_applied.get(key), is_there=is_there)
        if answer.admission.stored is not None:
            self._last_applied[key] = manifest
        one.admissions.append(answer.admission)
        return key, answer

    # Services

    def _write_services(self, number: int) -> None:
        self._session.see_all()

        def write(one: _CaseInBatch) -> None:
            turn = one.case.turns[number]
            for service in turn.stored:
                self._session.store(service)
                self._new.add(ObjectKey.of(service))
            for service in turn.applied:
                if ObjectKey.of(service).kind == SERVICE:
                    # Saves the controller a write, which takes longer than everything else.
                    finalizers = [*(service["metadata"].get("finalizers") or ()), FINALIZER]
                    key, answer = self._write(one, replaced(service, finalizers, "metadata", "finalizers"))
                    if answer.admission.stored is not None:
                        self._session.note(key, answer.admission.stored, is_new=answer.is_new)
                        if answer.is_new:
                            self._new.add(key)
            one.services.update(dict.fromkeys(stored_services(turn, one.admissions)))

        self._each(write)

    def _observe_all(self) -> None:
        """Wait until every service has settled, and record the observations of this turn."""
        wanted = [key for one in self._cases if one.failed is None for key in one.services]
        settlement = Settlement(self._session, self._threads, wanted, self._new, self._within)
        settled = settlement.settle() if wanted else {}
        listing = Listing.of(self._session.observer) if wanted else None
        for one in self._cases:
            if one.failed is not None:
                continue
            missing = [key for key in one.services if key not in settled]
            if missing:
                one.failed = NotSettled(
                    missing[0], self._within, "the controller did not settle these services in time"
                )
                continue
            observations: list[tuple[ObjectKey, Observation]] = []
            for key in one.services:
                service, result = settled[key]
                if listing is not None:
                    observations.append((key, self._observation(listing, key, service, result)))
            one.results.append(TurnResult(tuple(one.admissions), tuple(observations)))

    def _observation(self, listing: Listing, key: ObjectKey, service: Manifest, result: ReconcileResult) -> Observation:
        observer = self._session.observer
        if observer.mode(service) == MODEL_MESH:
            uid = service["metadata"]["uid"]
            if listing.template(str(key.namespace), key.name, uid, MODEL_MESH) is None:
                return listing.observation(key, service, None)
        return listing.observation(key, service, result)
