"""
Clearing away what batches of cases left, while the next ones run.

A controller takes long to let many services go, so their finalizers are taken away.
What it made for them is deleted only once it has seen that they are gone: nothing
is made for them any more then. Cases that run meanwhile must be in other
namespaces, for everything in these is taken away.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import API_VERSIONS, NAMESPACED_RUNTIME, SERVICE, Manifest
from kserve_conformance.targets.contract import Unreachable
from kserve_conformance.targets.controlplane.lists import listed
from kserve_conformance.targets.kubernetes.client import ApiError, Resource
from kserve_conformance.targets.kubernetes.deletion import owned
from kserve_conformance.targets.kubernetes.session import Session

#: Few enough requests at once to leave room for those of the cases that run.
THREADS = 3

#: What is only ever read by the uid of a service, and what a server forgets by itself.
LEFT_TO_THE_SERVER = frozenset({"Event"})

#: How long services may take until all of them are gone.
GONE_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Left:
    """What a batch left: everything in its namespaces, of the kinds that services in these modes own."""

    namespaces: frozenset[str]
    modes: frozenset[str]


class Clearing:
    """
    Clears away behind batches, each in two stages: its services go while the next batch runs, the rest after that.

    So no more than three batches have something in store at once.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = ThreadPoolExecutor(1, "clearing")
        self._threads = ThreadPoolExecutor(THREADS, "deleting")
        self._running: Future[None] | None = None
        #: What the running clearing is about: of the first nothing is left after it, of the last no service.
        self._behind: tuple[Left, ...] = ()

    def follow(self, left: Left) -> None:
        """Have what a batch left cleared away from now on. Raises what clearing away earlier ones raised."""
        gone = self._services_gone()
        self._behind = (*gone, left)
        self._running = self._driver.submit(self._clear, gone, left)

    def is_about(self, namespaces: frozenset[str]) -> bool:
        """May something be deleted in any of these namespaces from now on?"""
        return any(namespaces & left.namespaces for left in self._behind)

    def finish(self) -> None:
        """Return once nothing is left of any batch. Raises ``TargetError``."""
        for left in self._services_gone():
            with self._session.reaching():
                self._delete_rest(left)

    def close(self) -> None:
        """Clear nothing more away; what is left then goes with the next reset of the target."""
        self._driver.shutdown()
        self._running = None
        self._hand_back()
        self._threads.shutdown()

    def _services_gone(self) -> tuple[Left, ...]:
        """The batch of which no service is left, and the controller knows; none if none was followed."""
        if self._running is None:
            return ()
        running, self._running = self._running, None
        try:
            running.result()
            self._behind = self._behind[-1:]
            with self._session.reaching():
                self._session.beacons.queue_passed()
        except TargetError:
            self._hand_back()
            raise
        gone, self._behind = self._behind, ()
        return gone

    def _hand_back(self) -> None:
        """Leave the rest to the target's own reset."""
        for left in self._behind:
            self._session.touched |= left.namespaces
            self._session.modes |= left.modes
        self._behind = ()

    def _clear(self, gone: tuple[Left, ...], left: Left) -> None:
        with self._session.reaching():
            for one in gone:
                self._delete_rest(one)
            self._take_services_away(left)

    def _take_services_away(self, left: Left) -> None:
        served = self._session.resource(SERVICE)
        deadline = time.monotonic() + GONE_WITHIN
        while there := self._own(served, left):
            self._session.link.check()
            if time.monotonic() > deadline:
                raise Unreachable(f"{len(there)} services were not deleted in time")
            list(self._threads.map(partial(self._take_away, served), there))

    def _take_away(self, resource: Resource, service: Manifest) -> None:
        metadata = service["metadata"]
        path = resource.path(metadata["namespace"], metadata["name"])
        past = self._session.link.past
        try:
            if metadata.get("finalizers"):
                past.patch(path, {"metadata": {"finalizers": None}})
            past.delete(path)
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def _delete_rest(self, left: Left) -> None:
        """Delete what services owned, and the runtimes of the namespaces."""
        for api_version, kind in (*owned(left.modes), (API_VERSIONS[NAMESPACED_RUNTIME], NAMESPACED_RUNTIME)):
            resource = self._session.served(api_version, kind)
            if resource is not None and kind not in LEFT_TO_THE_SERVER:
                self._delete(resource, self._own(resource, left))

    def _own(self, resource: Resource, left: Left) -> list[Manifest]:
        found = listed(self._session.link.past, resource)
        return [one for one in found if one["metadata"].get("namespace") in left.namespaces]

    def _delete(self, resource: Resource, objects: Iterable[Manifest]) -> None:
        past = self._session.link.past

        def delete(one: Manifest) -> None:
            past.delete(resource.path(one["metadata"]["namespace"], one["metadata"]["name"]))

        list(self._threads.map(delete, objects))
