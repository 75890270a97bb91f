"""
What a target has written to one KServe, and what that KServe's controller is known to have seen of it.

A :class:`Session` outlives the controllers that it meets: a target that replaces a
controller reconnects. It remembers what was applied, waits until the controller has
seen what an answer depends on, and knows what a scenario left to delete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, RUNTIME_KINDS, SERVICE, Manifest, ObjectKey, at
from kserve_conformance.targets.contract import Admission, TargetCode, Unreachable
from kserve_conformance.targets.kubernetes.beacons import FINALIZER, Beacons
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoAnswer, Resource
from kserve_conformance.targets.kubernetes.clock import Creations
from kserve_conformance.targets.kubernetes.deletion import Sweeper
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, Names
from kserve_conformance.targets.kubernetes.observer import Log, Observer
from kserve_conformance.targets.kubernetes.probes import Probe
from kserve_conformance.targets.kubernetes.writes import Writer, is_silence, silent_webhook, written

#: Where the CRD of InferenceService is.
SERVICE_DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/inferenceservices.serving.kserve.io"

#: Stands for the formats of a runtime that is not known any more.
ANY_FORMAT = "*"


@dataclass(frozen=True)
class Link:
    """
    The KServe that runs now.

    ``admin`` writes as a user does. ``past`` reads and deletes; where a target can
    exempt it from KServe's webhooks, it also stores past them. ``mode`` is the
    deployment mode of services without one, ``check`` raises ``Unreachable`` if
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


class Session:
    """The objects of one run in one cluster. ``ensure_namespace`` creates a namespace unless it exists."""

    writer: Writer
    observer: Observer
    beacons: Beacons
    sweeper: Sweeper

    def __init__(self, names: Names = AS_WRITTEN, *, ensure_namespace: Callable[[str], None]) -> None:
        self.names = names
        self._ensure_namespace = ensure_namespace
        self._open: Link | None = None
        #: Every namespace that the run used.
        self.namespaces: set[str] = set()
        #: Format names of runtimes that were written and that the controller may not have seen yet, by kind.
        self._unseen: dict[str, set[str]] = {}
        self.forget()

    def forget(self) -> None:
        """A new scenario begins, in an empty store."""
        self.last_applied: dict[ObjectKey, Manifest] = {}
        #: Objects that are not KServe's, with their API versions.
        self.others: dict[ObjectKey, str] = {}
        #: The namespaces of the scenario.
        self.touched: set[str] = set()
        #: Services that were created after everything else that their choice depends on.
        self.new: set[ObjectKey] = set()
        #: The modes that services were in.
        self.modes: set[str] = set()
        #: The runtimes and services that are stored.
        self.known: set[ObjectKey] = set()
        #: The service that the scenario used last.
        self.last_service: ObjectKey | None = None
        self.creations = Creations()

    # Connecting

    @property
    def is_open(self) -> bool:
        """Is there a KServe to reach?"""
        return self._open is not None

    @property
    def link(self) -> Link:
        """The KServe that runs now. Raises ``Unreachable`` if there is none."""
        if self._open is None:
            raise Unreachable("the target is not open")
        return self._open

    def open(self, link: Link) -> None:
        """Reach a KServe whose store is new."""
        self.namespaces.clear()
        self._unseen.clear()
        self.connect(link)

    def close(self) -> None:
        """Reach nothing any more."""
        self._open = None

    def reconnect(self, link: Link) -> None:
        """Reach the controller that replaced another, and return once it has looked at everything that is stored."""
        self.connect(link)
        self.modes.add(link.mode)
        # What the status of an existing service says was written by the controller before.
        self.new.clear()
        self.beacons.queue_passed()

    def connect(self, link: Link) -> None:
        """Reach the KServe that runs now."""
        self._open = link
        probe = Probe.of(link.admin.get(SERVICE_DEFINITION))
        link.log.rewind()
        self.writer = Writer(link.admin, self.served, link.check)
        self.observer = Observer(
            client=link.past,
            resource=self.resource,
            probe=probe,
            log=link.log,
            check=link.check,
            default_mode=link.mode,
        )
        self.beacons = Beacons(
            admin=link.admin,
            past_webhooks=link.past,
            resource=self.resource,
            workload=partial(self.observer.template, mode=link.mode),
            probe=probe,
            check=link.check,
            has_runtime_webhooks=link.has_runtime_webhooks,
            names=self.names,
        )
        self.observer.beacons = self.beacons
        self.sweeper = Sweeper(
            link.past,
            self.served,
            manager_is_alive=link.is_alive,
            queue_passed=self.beacons.queue_passed,
            names=self.names,
        )

    def served(self, api_version: str, kind: str) -> Resource | None:
        """Where a kind is served, if it is."""
        return self.link.served.get((api_version, kind))

    def resource(self, kind: str) -> Resource:
        """Where a kind of KServe's is served. Raises ``Unreachable``."""
        resource = self.served(API_VERSIONS[kind], kind)
        if resource is None:
            raise Unreachable(f"the API server serves no {kind}")
        return resource

    def reaching(self) -> AbstractContextManager[None]:
        """Turn an API server that does not answer into ``Unreachable``, with the reason if something has ended."""
        return Reaching(self.link.check)

    # Writing

    def apply(self, manifest: Manifest) -> Admission:
        """Create or update one object, as the cluster names it."""
        key = ObjectKey.of(manifest)
        self.link.check()
        self._prepare(key, manifest)
        answer = self.writer.write(key, manifest, self.last_applied.get(key), is_there=key in self.known)
        if answer.admission.stored is not None:
            self.last_applied[key] = manifest
            self.note(key, answer.admission.stored, is_new=answer.is_new)
            if answer.is_new:
                self.creations.created(key, answer.admission.stored)
        return answer.admission

    def store(self, manifest: Manifest) -> None:
        """Store one object past every webhook; a service with KServe's finalizer, so that no controller writes it."""
        past = self.link.past
        key = ObjectKey.of(manifest)
        self._prepare(key, manifest)
        whole = dict(written(key, manifest))
        if key.kind == SERVICE:
            finalizers = [*(at(whole, "metadata", "finalizers") or ()), FINALIZER]
            whole["metadata"] = {**whole["metadata"], "finalizers": finalizers}
        resource = self.served(whole["apiVersion"], key.kind)
        if resource is None:
            raise Unreachable(f"the API server serves no {key.kind} of {whole['apiVersion']}")
        live = past.find(resource.path(key.namespace, key.name))
        if live is None:
            self.creations.created(key, past.post(resource.path(key.namespace), whole))
        else:
            whole["metadata"] = {**whole["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
            past.put(resource.path(key.namespace, key.name), whole)
        self.note(key, manifest, is_new=live is None)

    def delete(self, keys: tuple[ObjectKey, ...]) -> None:
        """Delete objects, services with all that they own; a missing object is no error."""
        self.sweeper.delete(keys)
        for key in keys:
            self.last_applied.pop(key, None)
            self.new.discard(key)
            if key in self.known:
                self.known.discard(key)
                if key.kind in RUNTIME_KINDS:
                    self.runtime_written(key.kind, None)

    def _prepare(self, key: ObjectKey, manifest: Manifest) -> None:
        self.use(key)
        self.make_namespace(key)
        self._let_controller_see(key, manifest)

    def use(self, key: ObjectKey) -> None:
        """Note the service that a scenario uses now."""
        if key.kind == SERVICE:
            self.last_service = key

    def make_namespace(self, key: ObjectKey) -> None:
        """Create the namespace of an object unless this run has done so."""
        if key.namespace is None:
            return
        self.touched.add(key.namespace)
        if key.namespace not in self.namespaces:
            self._ensure_namespace(key.namespace)
            self.namespaces.add(key.namespace)

    def note(self, key: ObjectKey, manifest: Manifest, *, is_new: bool) -> None:
        """Remember an object that was written."""
        if key.kind == SERVICE:
            self.known.add(key)
            self.modes.add(self.observer.mode(manifest))
            if is_new:
                self.new.add(key)
            else:
                self.new.discard(key)
        elif key.kind in RUNTIME_KINDS:
            self.known.add(key)
            self.runtime_written(key.kind, manifest)
        else:
            self.others[key] = str(manifest.get("apiVersion", "v1"))

    def sweep(self) -> None:
        """Delete what the scenario left."""
        self.sweeper.sweep(self.touched, self.modes)
        self.sweeper.delete(self.others, self.others)
        for kind in {key.kind for key in self.known if key.kind in RUNTIME_KINDS}:
            self.runtime_written(kind, None)

    # What the controller has and has not seen

    def mode_is_set(self, mode: str) -> None:
        """The controller's configuration was written: return once it is sure to be read."""
        self.observer.default_mode = mode
        self.new.clear()
        self.modes.add(mode)
        # Until v0.10 controllers read the ConfigMap from a cache: two looks at a beacon take longer than its event.
        self.beacons.queue_passed()

    def runtime_written(self, kind: str, manifest: Manifest | None) -> None:
        """Remember that the controller may not know a runtime as it is now; without a manifest: any runtime."""
        self._unseen.setdefault(kind, set()).update(_formats(manifest) if manifest is not None else {ANY_FORMAT})
        self.new.clear()

    def see_all(self) -> None:
        """Return once the controller's cache has every runtime as it is now."""
        for kind in tuple(self._unseen):
            self._see(kind)

    def _see(self, kind: str) -> None:
        self.beacons.caches_seen((kind,))
        del self._unseen[kind]

    def _let_controller_see(self, key: ObjectKey, manifest: Manifest) -> None:
        """
        Before a write that is decided by what the controller has cached, wait until it has cached enough.

        A service is decided by every runtime. The runtime webhook compares a runtime
        with its own earlier self, its priorities with those of runtimes that share a
        format, and looks whether there are others at all if its own priorities differ
        (pkg/webhook/admission/servingruntime/servingruntime_webhook.go).
        """
        if key.kind == SERVICE:
            self.see_all()
        elif key.kind in RUNTIME_KINDS:
            unseen = self._unseen.get(key.kind, set())
            differ = _priorities_differ(manifest)
            shared = unseen & {*_formats(manifest), ANY_FORMAT}
            if unseen and (differ or key in self.known or (shared and _has_priority(manifest))):
                self._see(key.kind)
            if differ and key.kind == CLUSTER_RUNTIME:
                self.beacons.withdraw()


def _entries(runtime: Manifest) -> Iterable[Manifest]:
    return at(runtime, "spec", "supportedModelFormats") or ()


def _formats(runtime: Manifest) -> Iterable[str]:
    """The names of a runtime's formats, as the webhook compares them: without regard to case."""
    return {str(entry.get("name", "")).casefold() for entry in _entries(runtime)}


def _has_priority(runtime: Manifest) -> bool:
    return any(entry.get("priority") is not None for entry in _entries(runtime))


def _priorities_differ(runtime: Manifest) -> bool:
    return len({entry.get("priority") for entry in _entries(runtime)}) > 1


#: What etcd reports once it has no room left.
STORE_IS_FULL = "database space exceeded"


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
            raise Unreachable(
                f"etcd is full, so nothing can be stored: {error.message}",
                code=TargetCode.STORE_IS_FULL,
                hint="compact and defragment etcd, or raise its quota, and disarm its alarm",
            ) from error
        if isinstance(error, ApiError) and is_silence(error):
            self._check()
            raise silent_webhook(error.message) from error
