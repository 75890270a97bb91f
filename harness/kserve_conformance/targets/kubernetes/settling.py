"""Waiting until a controller has looked at each of many services: all are listed at once, the silent ones probed."""

# ruff: noqa: SLF001 - It waits on behalf of its target.

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from kserve_conformance.objects import SERVICE, Manifest, ObjectKey
from kserve_conformance.targets.kubernetes.listing import services
from kserve_conformance.targets.kubernetes.observing import MODEL_MESH, SILENT_TIMES
from kserve_conformance.targets.kubernetes.probing import Seen

if TYPE_CHECKING:
    from kserve_conformance.targets.controlplane.target import ControlPlane

#: What each service may take on top of what one may.
EACH_WITHIN = 0.5


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
        while self._pending and (left := self._deadline - time.monotonic()) > 0:
            # Whatever there was to be done for any service has been done then: nothing is listed before.
            self._target._beacons.queue_passed(max(left, 1.0), behind=len(self._pending))
            self._read()
            self._target._link.check()
        return self._settled

    def _probe_known(self) -> None:
        """Probe services that were there before: but not those of another controller, whose status stays as it is."""
        if self._not_new:
            observer = self._target._observer
            found = services(observer.client, observer.resource)
            self._probe([key for key in self._not_new if key in found and observer.mode(found[key]) != MODEL_MESH])

    def _read(self) -> None:
        """Read all services once, now that all was done, and probe those again that have said nothing."""
        observer = self._target._observer
        found = services(observer.client, observer.resource)
        again: list[ObjectKey] = []
        for key, silent in list(self._pending.items()):
            service = found.get(key)
            if service is None:
                continue
            seen = observer.probe.read(service)
            if seen is Seen.NOT_YET:
                seen = Seen.SILENT
            if seen is Seen.SILENT and silent + 1 < SILENT_TIMES and observer.mode(service) != MODEL_MESH:
                self._pending[key] = silent + 1
                again.append(key)
                continue
            self._settled[key] = service, seen
            del self._pending[key]
        self._probe(again)

    def _probe(self, keys: Iterable[ObjectKey]) -> None:
        observer = self._target._observer
        path = observer.resource(SERVICE).path

        def probe(key: ObjectKey) -> None:
            observer.client.patch(f"{path(key.namespace, key.name)}/status", observer.probe.patch)

        list(self._threads.map(probe, keys))
