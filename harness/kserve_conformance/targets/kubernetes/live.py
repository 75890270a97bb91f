"""
Targets with a running KServe.

:class:`LiveTarget` implements the contract over one API server and one controller. Subclasses start or find these and
open the session.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from kserve_conformance.objects import Manifest, ObjectKey
from kserve_conformance.targets.contract import UNAVAILABLE, Admission, NotSettled, Observation
from kserve_conformance.targets.dry_runs import DryRun
from kserve_conformance.targets.kubernetes.diagnosis import Diagnosis
from kserve_conformance.targets.kubernetes.dry_runs import DryRuns
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, Names
from kserve_conformance.targets.kubernetes.observer import workload
from kserve_conformance.targets.kubernetes.session import Session

#: A creationTimestamp has whole seconds.
TICK = 1.05

#: Between two looks at the workloads of a service, in seconds.
REPEATED_AFTER = 0.1


class LiveTarget(ABC):
    """The contract over an API server and KServe's controller."""

    #: Are leftovers cheap enough to list after each reset?
    looks_after_each_reset = True

    def __init__(self, names: Names = AS_WRITTEN) -> None:
        self._names = names
        self._session = Session(names, ensure_namespace=self._ensure_namespace)
        #: The namespaces and other objects that the last reset deleted.
        self._cleared: tuple[frozenset[str], Mapping[ObjectKey, str]] = (frozenset(), {})

    # Hooks of subclasses

    @abstractmethod
    def _set_mode(self, mode: str) -> None:
        """Write the deployment mode of services without one into KServe's configuration."""

    @abstractmethod
    def _ensure_namespace(self, name: str) -> None:
        """Create a namespace unless it exists."""

    def _ensure_release(self) -> None:  # noqa: B027 - Most targets need nothing here.
        """Called before anything is observed or written: a target that swaps releases does so here."""

    def _before_sweep(self) -> None:  # noqa: B027 - As above.
        """Called before a reset deletes anything."""

    # The contract

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Create or update in order, as ``kubectl apply`` does; see the contract."""
        self._ensure_release()
        with self._session.reaching():
            return tuple(
                self._names.admission(ObjectKey.of(manifest), self._session.apply(self._names.manifest(manifest)))
                for manifest in objects
            )

    def store(self, *objects: Manifest) -> None:
        """Store objects without any webhook."""
        self._ensure_release()
        with self._session.reaching():
            for manifest in objects:
                self._session.store(self._names.manifest(manifest))

    def delete(self, *keys: ObjectKey) -> None:
        """Delete objects, services with all that they own. A missing object is not an error."""
        with self._session.reaching():
            self._session.delete(tuple(map(self._names.key, keys)))

    def request_deletion(self, service: ObjectKey, within: timedelta) -> str | None:
        """Delete a service as a user does; see the contract."""
        self._ensure_release()
        with self._session.reaching():
            rejection = self._session.request_deletion(self._names.key(service), within)
        return None if rejection is None else self._names.text(rejection)

    def workloads(self, service: ObjectKey, expected: tuple[str, ...], within: timedelta) -> tuple[str, ...]:
        """The workloads of a service's predictor; see the contract."""
        self._ensure_release()
        session = self._session
        deadline = time.monotonic() + within.total_seconds()
        with session.reaching():
            session.see_all()
            while True:
                session.link.check()
                session.beacons.wait_for_queue()
                workloads = session.observer.workloads(self._names.key(service))
                if workloads == expected or time.monotonic() > deadline:
                    return workloads
                time.sleep(REPEATED_AFTER)

    def advance_clock(self) -> None:
        """Let a second pass."""
        time.sleep(TICK)
        self._session.creations.advance_clock()

    def dry_run(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        """Answer for the creation of each object without storing it; see ``DryRunTarget``."""
        self._ensure_release()
        session = self._session
        with session.reaching():
            there = tuple(map(self._names.manifest, manifests))
            for key in {key.namespace: key for key in map(ObjectKey.of, there)}.values():
                session.make_namespace(key)
            answers = DryRuns(session.link.admin, session.link.past, session.served, session.link.check).of(there)
            return tuple(
                replace(one, rejected=self._names.text(one.rejected)) if one.rejected else one for one in answers
            )

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice for the objects that are stored now. Raises ``NotSettled`` and ``Unreachable``."""
        self._ensure_release()
        session = self._session
        key = self._names.key(service)
        session.use(key)
        with session.reaching():
            session.link.check()
            session.see_all()
            is_new = key in session.new
            session.new.discard(key)
            try:
                return self._names.observation(session.observer.observe(key, within, is_new=is_new))
            except NotSettled:
                session.link.check()
                raise

    def configure(self, default_mode: str) -> None:
        """Set the deployment mode of services without one, until the next reset."""
        self._ensure_release()
        with self._session.reaching():
            self._change_mode(default_mode)

    def _change_mode(self, mode: str) -> None:
        self._set_mode(mode)
        self._session.mode_is_set(mode)

    def reset(self) -> None:
        """Delete everything that was applied or stored since the last reset."""
        session = self._session
        with session.reaching():
            self._before_sweep()
            session.sweep()
            if session.observer.default_mode != session.link.mode:
                self._change_mode(session.link.mode)
        self._cleared = (frozenset(session.touched), session.others)
        session.forget()
        session.link.log.rewind()

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:
        """
        What scenarios left behind: after the last reset, or in every namespace of the run.

        Raises what a request raises.
        """
        if not self._session.is_open or not (thorough or self.looks_after_each_reset):
            return ()
        namespaces, others = self._cleared
        if thorough:
            namespaces = frozenset(self._session.namespaces)
        return tuple(map(self._names.text, self._session.sweeper.left(namespaces, others)))

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        """The evidence of a scenario before its reset; by default about the service that it used last."""
        session = self._session
        if not session.is_open:
            return {UNAVAILABLE: "the target is not open"}
        client = session.link.past.hurried

        def workload_of(stored: Manifest) -> Manifest | None:
            key = ObjectKey.of(stored)
            mode = session.observer.mode(stored)
            return workload(client, str(key.namespace), key.name, stored["metadata"]["uid"], mode)

        diagnosis = Diagnosis(
            client=client,
            served=session.served,
            workload=workload_of,
            log=session.link.log,
            check=session.link.check,
            names=self._names,
            namespaces=frozenset(session.touched),
        )
        found = diagnosis.of(session.last_service if service is None else self._names.key(service))
        return {title: self._names.text(text) for title, text in found.items()}
