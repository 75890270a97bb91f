"""Waiting until a controller has looked at each of many services: all are listed at once, the silent ones probed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from kserve_conformance.objects import SERVICE, Manifest, ObjectKey
from kserve_conformance.targets.controlplane.lists import services
from kserve_conformance.targets.kubernetes.observer import MODEL_MESH, SILENT_TIMES
from kserve_conformance.targets.kubernetes.probes import Seen
from kserve_conformance.targets.kubernetes.session import Session

#: How often services are listed while something is still to come, and how seldom at most.
LISTED_EVERY, LISTED_AT_LEAST_EVERY = 0.1, 0.8

#: What a controller takes for one service, or less.
EACH_TAKES = 0.008

#: How long nothing may settle before the queue is waited for, and with how few left it is waited for at once.
PATIENCE = 0.25
FEW = 8

#: What each service may take on top of what one may.
EACH_WITHIN = 0.5


class Settling:
    """Services of which each is waited for until its controller has looked at it."""

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
            if self._pending and (len(self._pending) <= FEW or time.monotonic() > patient_until):
                # Whatever there was to be done for any service has then been done.
                self._session.beacons.queue_passed(max(self._deadline - time.monotonic(), 1.0))
                self._read(is_all_done=True)
            self._session.link.check()
            # Each list has all of them: the more there are to come, the longer it waits.
            wait = min(LISTED_EVERY + EACH_TAKES * len(self._pending), LISTED_AT_LEAST_EVERY)
            time.sleep(wait if self._pending else 0)
        return self._settled

    def _probe_known(self) -> None:
        """Probe services that were there before: but not those of another controller, whose status stays as it is."""
        if self._not_new:
            observer = self._session.observer
            found = services(observer.client, observer.resource)
            self._probe([key for key in self._not_new if key in found and observer.mode(found[key]) != MODEL_MESH])

    def _read(self, *, is_all_done: bool) -> int:
        """Read all services once; how many of them have come further."""
        observer = self._session.observer
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
        observer = self._session.observer
        path = observer.resource(SERVICE).path

        def probe(key: ObjectKey) -> None:
            observer.client.patch(f"{path(key.namespace, key.name)}/status", observer.probe.patch)

        list(self._threads.map(probe, keys))
