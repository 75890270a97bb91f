"""
Deletion of the objects of finished batches while the next ones run.

A controller takes long to finalize many services, so their finalizers are removed. Their dependents are deleted only
after the controller has noticed that the services are gone, so that it creates no more of them. Cases that run
meanwhile must use other namespaces, because everything in these is deleted.
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

#: Few enough concurrent requests to leave room for those of running cases.
THREADS = 3

#: Kinds that are only read by the uid of a service and expire by themselves.
LEFT_TO_THE_SERVER = frozenset({"Event"})

#: How long the deletion of services may take.
GONE_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Objects that a batch left: everything in its namespaces, of the kinds that services in these modes own."""

    namespaces: frozenset[str]
    modes: frozenset[str]


class Cleanup:
    """
    Cleans up after batches in two stages: a batch's services are deleted while the next one runs, the rest after that.

    So at most three batches have stored objects at once.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = ThreadPoolExecutor(1, "clearing")
        self._threads = ThreadPoolExecutor(THREADS, "deleting")
        self._running: Future[None] | None = None
        #: The batches that the running cleanup deletes: everything of the first, the services of the last.
        self._behind: tuple[Leftovers, ...] = ()

    def submit(self, leftovers: Leftovers) -> None:
        """Start to delete what a batch left. Raises what the cleanup of earlier batches raised."""
        gone = self._wait_for_services()
        self._behind = (*gone, leftovers)
        self._running = self._driver.submit(self._clean_up, gone, leftovers)

    def affects(self, namespaces: frozenset[str]) -> bool:
        """May the cleanup still delete something in any of these namespaces?"""
        return any(namespaces & leftovers.namespaces for leftovers in self._behind)

    def finish(self) -> None:
        """Wait until everything is deleted. Raises ``TargetError``."""
        for leftovers in self._wait_for_services():
            with self._session.reaching():
                self._delete_rest(leftovers)

    def close(self) -> None:
        """Stop; the next reset of the target deletes the rest."""
        self._driver.shutdown()
        self._running = None
        self._hand_back()
        self._threads.shutdown()

    def _wait_for_services(self) -> tuple[Leftovers, ...]:
        """Wait until the services of the last batch are gone and the controller knows; return that batch, if any."""
        if self._running is None:
            return ()
        running, self._running = self._running, None
        try:
            running.result()
            self._behind = self._behind[-1:]
            with self._session.reaching():
                self._session.beacons.wait_for_queue()
        except TargetError:
            self._hand_back()
            raise
        gone, self._behind = self._behind, ()
        return gone

    def _hand_back(self) -> None:
        """Leave the rest to the target's reset."""
        for leftovers in self._behind:
            self._session.touched |= leftovers.namespaces
            self._session.modes |= leftovers.modes
        self._behind = ()

    def _clean_up(self, gone: tuple[Leftovers, ...], leftovers: Leftovers) -> None:
        with self._session.reaching():
            for one in gone:
                self._delete_rest(one)
            self._delete_services(leftovers)

    def _delete_services(self, leftovers: Leftovers) -> None:
        served = self._session.resource(SERVICE)
        deadline = time.monotonic() + GONE_WITHIN
        while services := self._objects_in(served, leftovers):
            self._session.link.check()
            if time.monotonic() > deadline:
                raise Unreachable(f"{len(services)} services were not deleted in time")
            list(self._threads.map(partial(self._delete_service, served), services))

    def _delete_service(self, resource: Resource, service: Manifest) -> None:
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

    def _delete_rest(self, leftovers: Leftovers) -> None:
        """Delete the dependents of services, and the runtimes of the namespaces."""
        for api_version, kind in (*owned(leftovers.modes), (API_VERSIONS[NAMESPACED_RUNTIME], NAMESPACED_RUNTIME)):
            resource = self._session.served(api_version, kind)
            if resource is not None and kind not in LEFT_TO_THE_SERVER:
                self._delete(resource, self._objects_in(resource, leftovers))

    def _objects_in(self, resource: Resource, leftovers: Leftovers) -> list[Manifest]:
        objects = listed(self._session.link.past, resource)
        return [one for one in objects if one["metadata"].get("namespace") in leftovers.namespaces]

    def _delete(self, resource: Resource, objects: Iterable[Manifest]) -> None:
        past = self._session.link.past

        def delete(one: Manifest) -> None:
            past.delete(resource.path(one["metadata"]["namespace"], one["metadata"]["name"]))

        list(self._threads.map(delete, objects))
