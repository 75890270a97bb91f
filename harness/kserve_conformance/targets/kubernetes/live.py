"""
Targets whose answers come from a KServe that runs.

:class:`LiveTarget` is the contract over one API server and one controller, however
these were started: what it needs of them is a :class:`Link`. It remembers what was
applied, waits until the controller has seen what an answer rests on, and clears
away what a scenario left.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, RUNTIME_KINDS, SERVICE, Manifest, ObjectKey, at
from kserve_conformance.targets.contract import UNAVAILABLE, Admission, NotSettled, Observation, Unreachable
from kserve_conformance.targets.kubernetes.beacons import FINALIZER, Beacons
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoAnswer, Resource
from kserve_conformance.targets.kubernetes.clock import Creations
from kserve_conformance.targets.kubernetes.deletion import Sweeper
from kserve_conformance.targets.kubernetes.diagnosis import Diagnosis
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, Names
from kserve_conformance.targets.kubernetes.observer import Log, Observer, workload
from kserve_conformance.targets.kubernetes.probes import Probe
from kserve_conformance.targets.kubernetes.writes import SilentWebhook, Writer, is_silence, written

#: A creationTimestamp has whole seconds.
TICK = 1.05

#: Where the CRD of InferenceService is.
SERVICE_DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/inferenceservices.serving.kserve.io"


@dataclass(frozen=True)
class Link:
    """
    What a live target needs of the KServe that runs now.

    ``admin`` writes as a user does. ``past`` reads and clears away; where a target can
    exempt it from KServe's webhooks, it also stores past them. ``mode`` is the
    deployment mode of services that name none, ``check`` raises ``Unreachable`` if
    something that must run has ended.
    """

    admin: Client
    past: Client
    served: Mapping[tuple[str, str], Resource]
    mode: str
    log: Log
    check: Callable[[], None]
    is_alive: Callable[[], bool]
    has_runtime_webhooks: bool


class LiveTarget(ABC):
    """The contract over an API server and KServe's controller. Subclasses start them, or find them."""

    def __init__(self, names: Names = AS_WRITTEN) -> None:
        self._names = names
        self._open: Link | None = None
        self._namespaces: set[str] = set()
        #: Format names of runtimes that were written and that the controller may not have seen yet, by kind.
        self._unseen: dict[str, set[str]] = {}
        #: The namespaces and other objects that the last reset cleared.
        self._cleared: tuple[frozenset[str], Mapping[ObjectKey, str]] = (frozenset(), {})
        self._forget()

    def _forget(self) -> None:
        self._last_applied: dict[ObjectKey, Manifest] = {}
        self._others: dict[ObjectKey, str] = {}
        self._touched: set[str] = set()
        self._new: set[ObjectKey] = set()
        #: The modes that services were in.
        self._modes: set[str] = set()
        #: The runtimes and services that are in store.
        self._known: set[ObjectKey] = set()
        #: The service that was asked about last.
        self._asked: ObjectKey | None = None
        self._creations = Creations()

    # What a subclass says

    #: Is a look at what is left after each reset worth its time?
    looks_after_each_reset = True

    @abstractmethod
    def _set_mode(self, mode: str) -> None:
        """Set the deployment mode of services that name none: write it, then call :meth:`_mode_is_set`."""

    @abstractmethod
    def _ensure_namespace(self, name: str) -> None:
        """Make a namespace unless it is there."""

    def _have_ready(self) -> None:  # noqa: B027 - Most targets have nothing to do here.
        """Called before anything is asked: a target that swaps releases does it here."""

    def _before_sweep(self) -> None:  # noqa: B027 - As above.
        """Called before what a scenario left is cleared away."""

    # Connecting

    @property
    def _link(self) -> Link:
        """The KServe that runs now. Raises ``Unreachable`` if there is none."""
        if self._open is None:
            raise Unreachable("the target is not open")
        return self._open

    def _connect(self, link: Link) -> None:
        """Speak to the release that runs now."""
        self._open = link
        probe = Probe.of(link.admin.get(SERVICE_DEFINITION))
        self._log = link.log
        self._log.rewind()
        self._writer = Writer(link.admin, self._served, link.check)
        self._observer = Observer(
            client=link.past,
            resource=self._resource,
            probe=probe,
            log=self._log,
            check=link.check,
            default_mode=link.mode,
        )
        self._beacons = Beacons(
            admin=link.admin,
            past_webhooks=link.past,
            resource=self._resource,
            workload=partial(self._observer.template, mode=link.mode),
            probe=probe,
            check=link.check,
            has_runtime_webhooks=link.has_runtime_webhooks,
            names=self._names,
        )
        self._observer.beacons = self._beacons
        self._sweeper = Sweeper(
            link.past,
            self._served,
            link.check,
            manager_is_alive=link.is_alive,
            queue_passed=self._beacons.queue_passed,
            names=self._names,
        )

    def _served(self, api_version: str, kind: str) -> Resource | None:
        return self._link.served.get((api_version, kind))

    def _resource(self, kind: str) -> Resource:
        resource = self._served(API_VERSIONS[kind], kind)
        if resource is None:
            raise Unreachable(f"the API server serves no {kind}")
        return resource

    # The contract

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Create or update in order, as ``kubectl apply`` does; see the contract."""
        self._have_ready()
        with self._reaching():
            return tuple(
                self._names.admission(ObjectKey.of(manifest), self._apply(self._names.manifest(manifest)))
                for manifest in objects
            )

    def _apply(self, manifest: Manifest) -> Admission:
        key = ObjectKey.of(manifest)
        self._asking(key)
        self._link.check()
        self._make_namespace(key)
        self._let_controller_see(key, manifest)
        answer = self._writer.write(key, manifest, self._last_applied.get(key), is_there=key in self._known)
        if answer.admission.stored is not None:
            self._last_applied[key] = manifest
            self._note(key, answer.admission.stored, is_new=answer.is_new)
            if answer.is_new:
                self._creations.created(key, answer.admission.stored)
        return answer.admission

    def store(self, *objects: Manifest) -> None:
        """Put objects in store past every webhook, with KServe's finalizer, so that no controller writes them."""
        self._have_ready()
        with self._reaching():
            for manifest in objects:
                self._store(self._names.manifest(manifest))

    def _store(self, manifest: Manifest) -> None:
        past = self._link.past
        key = ObjectKey.of(manifest)
        self._asking(key)
        self._make_namespace(key)
        self._let_controller_see(key, manifest)
        whole = dict(written(key, manifest))
        if key.kind == SERVICE:
            finalizers = [*(at(whole, "metadata", "finalizers") or ()), FINALIZER]
            whole["metadata"] = {**whole["metadata"], "finalizers": finalizers}
        resource = self._served(whole["apiVersion"], key.kind)
        if resource is None:
            raise Unreachable(f"the API server serves no {key.kind} of {whole['apiVersion']}")
        live = past.find(resource.path(key.namespace, key.name))
        if live is None:
            self._creations.created(key, past.post(resource.path(key.namespace), whole))
        else:
            whole["metadata"] = {**whole["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
            past.put(resource.path(key.namespace, key.name), whole)
        self._note(key, manifest, is_new=live is None)

    def delete(self, *keys: ObjectKey) -> None:
        """Delete, services with all that they own; what is not there is no error."""
        there = tuple(map(self._names.key, keys))
        with self._reaching():
            self._sweeper.delete(there)
            for key in there:
                self._last_applied.pop(key, None)
                self._new.discard(key)
                if key in self._known:
                    self._known.discard(key)
                    if key.kind in RUNTIME_KINDS:
                        self._runtime_written(key.kind, None)

    def advance_clock(self) -> None:
        """Let a second pass."""
        time.sleep(TICK)
        self._creations.advance_clock()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice on the objects that are in store now. Raises ``NotSettled`` and ``Unreachable``."""
        self._have_ready()
        key = self._names.key(service)
        self._asking(key)
        with self._reaching():
            self._link.check()
            self._see_all()
            is_new = key in self._new
            self._new.discard(key)
            try:
                return self._names.observation(self._observer.observe(key, within, is_new=is_new))
            except NotSettled:
                self._link.check()
                raise

    def configure(self, default_mode: str) -> None:
        """Set the deployment mode of services that name none, until the next reset."""
        self._have_ready()
        with self._reaching():
            self._set_mode(default_mode)

    def _mode_is_set(self, mode: str) -> None:
        """The controller's configuration was written: return once it is sure to be read."""
        self._observer.default_mode = mode
        self._new.clear()
        self._modes.add(mode)
        # Until v0.10 controllers read the ConfigMap from a cache: two looks at a beacon take longer than its event.
        self._beacons.queue_passed()

    def reset(self) -> None:
        """Delete everything that was applied or stored since the last reset."""
        with self._reaching():
            self._before_sweep()
            self._sweeper.sweep(self._touched, self._modes)
            self._sweeper.delete(self._others, self._others)
            for kind in {key.kind for key in self._known if key.kind in RUNTIME_KINDS}:
                self._runtime_written(kind, None)
            if self._observer.default_mode != self._link.mode:
                self._set_mode(self._link.mode)
        self._cleared = (frozenset(self._touched), self._others)
        self._forget()
        self._log.rewind()

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:
        """
        What of scenarios is still there: of the last reset, or of every namespace of the run.

        Raises what asking the API server raises.
        """
        if self._open is None or not (thorough or self.looks_after_each_reset):
            return ()
        namespaces, others = self._cleared
        if thorough:
            namespaces = frozenset(self._namespaces)
        return tuple(map(self._names.text, self._sweeper.left(namespaces, others)))

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        """What there is to see of a scenario before its reset; of the service asked about last if none is named."""
        link = self._open
        if link is None:
            return {UNAVAILABLE: "the target is not open"}
        client = link.past.hurried
        observer = self._observer

        def workload_of(stored: Manifest) -> Manifest | None:
            key = ObjectKey.of(stored)
            return workload(client, str(key.namespace), key.name, stored["metadata"]["uid"], observer.mode(stored))

        diagnosis = Diagnosis(
            client=client,
            served=self._served,
            workload=workload_of,
            log=self._log,
            check=link.check,
            names=self._names,
            namespaces=frozenset(self._touched),
        )
        told = diagnosis.of(self._asked if service is None else self._names.key(service))
        return {title: self._names.text(text) for title, text in told.items()}

    def _asking(self, key: ObjectKey) -> None:
        if key.kind == SERVICE:
            self._asked = key

    # What the controller has and has not seen

    def _runtime_written(self, kind: str, manifest: Manifest | None) -> None:
        """Remember that the controller may not know a runtime as it is now; without a manifest: any runtime."""
        self._unseen.setdefault(kind, set()).update(_formats(manifest) if manifest is not None else {ANY_FORMAT})
        self._new.clear()

    def _note(self, key: ObjectKey, manifest: Manifest, *, is_new: bool) -> None:
        if key.kind == SERVICE:
            self._known.add(key)
            self._modes.add(self._observer.mode(manifest))
            if is_new:
                self._new.add(key)
            else:
                self._new.discard(key)
        elif key.kind in RUNTIME_KINDS:
            self._known.add(key)
            self._runtime_written(key.kind, manifest)
        else:
            self._others[key] = str(manifest.get("apiVersion", "v1"))

    def _let_controller_see(self, key: ObjectKey, manifest: Manifest) -> None:
        """
        Before a write that is decided on by what the controller has cached, wait until it has cached enough.

        A service is decided on by every runtime. The runtime webhook compares a runtime
        with its own earlier self, its priorities with those of runtimes that share a
        format, and asks whether there are others at all if its own priorities differ
        (pkg/webhook/admission/servingruntime/servingruntime_webhook.go).
        """
        if key.kind == SERVICE:
            self._see_all()
        elif key.kind in RUNTIME_KINDS:
            unseen = self._unseen.get(key.kind, set())
            differ = _priorities_differ(manifest)
            shared = unseen & {*_formats(manifest), ANY_FORMAT}
            if unseen and (differ or key in self._known or (shared and _has_priority(manifest))):
                self._see(key.kind)
            if differ and key.kind == CLUSTER_RUNTIME:
                self._beacons.withdraw()

    def _see_all(self) -> None:
        for kind in tuple(self._unseen):
            self._see(kind)

    def _see(self, kind: str) -> None:
        self._beacons.caches_seen((kind,))
        del self._unseen[kind]

    def _make_namespace(self, key: ObjectKey) -> None:
        if key.namespace is None:
            return
        self._touched.add(key.namespace)
        if key.namespace not in self._namespaces:
            self._ensure_namespace(key.namespace)
            self._namespaces.add(key.namespace)

    def _reaching(self) -> AbstractContextManager[None]:
        """Turn an API server that does not answer into ``Unreachable``, with the reason if something has ended."""
        return Reaching(self._link.check)


#: Stands for the formats of a runtime that is not known any more.
ANY_FORMAT = "*"


def _formats(runtime: Manifest) -> Iterable[str]:
    """The names of a runtime's formats, as the webhook compares them: without regard to case."""
    entries = at(runtime, "spec", "supportedModelFormats") or ()
    return {str(entry.get("name", "")).casefold() for entry in entries}


def _has_priority(runtime: Manifest) -> bool:
    return any(entry.get("priority") is not None for entry in at(runtime, "spec", "supportedModelFormats") or ())


def _priorities_differ(runtime: Manifest) -> bool:
    entries = at(runtime, "spec", "supportedModelFormats") or ()
    return len({entry.get("priority") for entry in entries}) > 1


#: What etcd says once it has no room left.
STORE_IS_FULL = "database space exceeded"


class StoreIsFull(Unreachable):
    """etcd takes no write any more."""

    def __init__(self, said: str) -> None:
        super().__init__(f"etcd is full, so nothing can be stored and nothing is decided: {said}")
        self.hint = "compact and defragment it, or raise its quota, and disarm its alarm; then ask again"


class Reaching(AbstractContextManager[None]):
    """Turns an API server that does not answer, or cannot store, into ``Unreachable``, with the reason."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NoAnswer):
            self._check()
            raise Unreachable(str(error)) from error
        if isinstance(error, ApiError) and STORE_IS_FULL in error.message:
            raise StoreIsFull(error.message) from error
        if isinstance(error, ApiError) and is_silence(error):
            self._check()
            raise SilentWebhook(error.message) from error
