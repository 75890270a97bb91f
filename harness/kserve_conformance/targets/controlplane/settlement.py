"""Waiting until a controller has reconciled each of many services: one list reads all of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from kserve_conformance.objects import SERVICE, Manifest, ObjectKey
from kserve_conformance.targets.controlplane.lists import services
from kserve_conformance.targets.kubernetes.observer import MODEL_MESH, UNEXPLAINED_TIMES
from kserve_conformance.targets.kubernetes.probes import ReconcileResult
from kserve_conformance.targets.kubernetes.session import Session

#: Shortest and longest pause between two lists.
LISTED_EVERY, LISTED_AT_LEAST_EVERY = 0.1, 0.8

#: Upper estimate of a controller's time for one service.
EACH_TAKES = 0.008

#: How long to wait without progress before waiting for the queue, and with how few services left to do so at once.
PATIENCE = 0.25
FEW = 8

#: Extra time for each service beyond the first.
EACH_WITHIN = 0.5


class Settlement:
    """Waits for services until the controller has reconciled each of them."""

    def __init__(
        self,
        session: Session,
        threads: ThreadPoolExecutor,
        wanted: Sequence[ObjectKey],
        new: Iterable[ObjectKey],
        within: timedelta,
    ) -> None:
        self._session = session
        self._threads = threads
        self._pending = dict.fromkeys(wanted, 0)
        self._settled: dict[ObjectKey, tuple[Manifest, ReconcileResult]] = {}
        self._deadline = time.monotonic() + within.total_seconds() + EACH_WITHIN * len(wanted)
        self._not_new = set(wanted) - set(new)

    def settle(self) -> dict[ObjectKey, tuple[Manifest, ReconcileResult]]:
        """Return the services that settled in time, with the result of their reconcile. Raises ``Unreachable``."""
        self._probe_known()
        patient_until = time.monotonic() + PATIENCE
        while self._pending and time.monotonic() < self._deadline:
            if self._read(is_all_done=False):
                patient_until = time.monotonic() + PATIENCE
            if self._pending and (len(self._pending) <= FEW or time.monotonic() > patient_until):
                # Then the controller has finished with every service.
                self._session.beacons.wait_for_queue(max(self._deadline - time.monotonic(), 1.0))
                self._read(is_all_done=True)
            self._session.link.check()
            # Each list reads all services: the more are missing, the longer the pause.
            wait = min(LISTED_EVERY + EACH_TAKES * len(self._pending), LISTED_AT_LEAST_EVERY)
            time.sleep(wait if self._pending else 0)
        return self._settled

    def _probe_known(self) -> None:
        """Probe services that existed before, except those of another controller, whose status does not change."""
        if self._not_new:
            observer = self._session.observer
            found = services(observer.client, observer.resource)
            self._probe([key for key in self._not_new if key in found and observer.mode(found[key]) != MODEL_MESH])

    def _read(self, *, is_all_done: bool) -> int:
        """Read all services once; return how many made progress."""
        observer = self._session.observer
        found = services(observer.client, observer.resource)
        unsettled: list[ObjectKey] = []
        before = len(self._pending)
        for key, times in list(self._pending.items()):
            service = found.get(key)
            if service is None:
                continue
            result = observer.probe.read(service)
            if result is ReconcileResult.PENDING:
                if not is_all_done:
                    continue
                result = ReconcileResult.UNEXPLAINED
            if (
                result is ReconcileResult.UNEXPLAINED
                and times + 1 < UNEXPLAINED_TIMES
                and observer.mode(service) != MODEL_MESH
            ):
                self._pending[key] = times + 1
                unsettled.append(key)
                continue
            self._settled[key] = service, result
            del self._pending[key]
        self._probe(unsettled)
        return before - len(self._pending) + len(unsettled)

    def _probe(self, keys: Iterable[ObjectKey]) -> None:
        observer = self._session.observer
        path = observer.resource(SERVICE).path

        def probe(key: ObjectKey) -> None:
            observer.client.patch(f"{path(key.namespace, key.name)}/status", observer.probe.patch)

        list(self._threads.map(probe, keys))
