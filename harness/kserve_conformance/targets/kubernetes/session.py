"""
The objects that a target wrote to one KServe, and what KServe's controller is known to have cached of them.

A :class:`Session` outlives the controllers that it meets: a target that replaces a controller reconnects. It remembers
what was applied, waits until the controller's cache has everything that a decision depends on, and knows what to delete
after a scenario.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, RUNTIME_KINDS, SERVICE, Manifest, ObjectKey, at
from kserve_conformance.targets.contract import Admission, NotSettled, TargetCode, Unreachable
from kserve_conformance.targets.kubernetes.beacons import FINALIZER, Beacons
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoResponse, Resource
from kserve_conformance.targets.kubernetes.clock import Creations
from kserve_conformance.targets.kubernetes.deletion import Sweeper
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, Names
from kserve_conformance.targets.kubernetes.observer import KNATIVE_SERVICE, SERVERLESS, ControllerLog, Observer
from kserve_conformance.targets.kubernetes.probes import Probe
from kserve_conformance.targets.kubernetes.writes import Writer, is_silence, silent_webhook, written

#: Path of the InferenceService CRD.
SERVICE_DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/inferenceservices.serving.kserve.io"

#: How often a service that is being deleted is looked at, in seconds.
_DELETION_POLL: Final = 0.02

#: Placeholder for the formats of a runtime that is no longer known.
ANY_FORMAT = "*"


@dataclass(frozen=True)
class Link:
    """
    Connection to the running KServe.

    ``admin`` writes as a user does. ``past`` reads and deletes; where a target can exempt it from KServe's webhooks, it
    also stores objects without them. ``mode`` is the default deployment mode, ``check`` raises ``Unreachable`` if a
    required process has ended.
    """

    admin: Client
    past: Client
    served: Mapping[tuple[str, str], Resource]
    mode: str
    log: ControllerLog
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
        #: Every namespace that the run has used.
        self.namespaces: set[str] = set()
        #: Format names of written runtimes that the controller's cache may not have yet, by kind.
        self._unseen: dict[str, set[str]] = {}
        self.forget()

    def forget(self) -> None:
        """Start a new scenario with nothing stored."""
        self.last_applied: dict[ObjectKey, Manifest] = {}
        #: Objects that are not KServe's, with their API versions.
        self.others: dict[ObjectKey, str] = {}
        #: The namespaces of the scenario.
        self.touched: set[str] = set()
        #: Services that were created after everything that their choice depends on.
        self.new: set[ObjectKey] = set()
        #: The deployment modes of services so far.
        self.modes: set[str] = set()
        #: The runtimes and services that are stored.
        self.known: set[ObjectKey] = set()
        #: The service that the scenario used last.
        self.last_service: ObjectKey | None = None
        self.creations = Creations()

    # Connecting

    @property
    def is_open(self) -> bool:
        """Is it connected to a KServe?"""
        return self._open is not None

    @property
    def link(self) -> Link:
        """The connection to KServe. Raises ``Unreachable`` without one."""
        if self._open is None:
            raise Unreachable("the target is not open")
        return self._open

    def open(self, link: Link) -> None:
        """Connect to a KServe whose store is new."""
        self.namespaces.clear()
        self._unseen.clear()
        self.connect(link)

    def close(self) -> None:
        """Disconnect."""
        self._open = None

    def reconnect(self, link: Link) -> None:
        """Connect to the controller that replaced another, and wait until it has reconciled everything stored."""
        self.connect(link)
        # v0.16.0 and v0.17.0 create a Knative Service for a service that v0.15.2 recorded as RawDeployment.
        self.modes |= {link.mode, *SERVERLESS}
        # The previous controller wrote the status of existing services.
        self.new.clear()
        self.beacons.wait_for_queue()

    def connect(self, link: Link) -> None:
        """Connect to the running KServe."""
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
            has_knative=self.served(KNATIVE_SERVICE.api_version, KNATIVE_SERVICE.kind) is not None,
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
            wait_for_queue=self.beacons.wait_for_queue,
            names=self.names,
        )

    def served(self, api_version: str, kind: str) -> Resource | None:
        """The resource of a kind; None if the API server does not serve it."""
        return self.link.served.get((api_version, kind))

    def resource(self, kind: str) -> Resource:
        """The resource of one of KServe's kinds. Raises ``Unreachable``."""
        resource = self.served(API_VERSIONS[kind], kind)
        if resource is None:
            raise Unreachable(f"the API server serves no {kind}")
        return resource

    def reaching(self) -> AbstractContextManager[None]:
        """Raise ``Unreachable`` when the API server does not respond, with the reason if a process has ended."""
        return Reaching(self.link.check)

    # Writing

    def apply(self, manifest: Manifest) -> Admission:
        """Create or update one object, under its name in the cluster."""
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
        """Store one object without any webhook; a service gets KServe's finalizer, so that no controller writes it."""
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
        """Delete objects, services with all that they own. A missing object is not an error."""
        self.sweeper.delete(keys)
        for key in keys:
            self.last_applied.pop(key, None)
            self.new.discard(key)
            if key in self.known:
                self.known.discard(key)
                if key.kind in RUNTIME_KINDS:
                    self.runtime_written(key.kind, None)

    def request_deletion(self, key: ObjectKey, within: timedelta) -> str | None:
        """
        Delete a service as a user does. None once it is gone, or why the webhook rejects removing its finalizer.

        The controller's own update is rejected for the same reason, which only its log says; so a dry run asks again.
        Raises ``NotSettled``.
        """
        resource = self.served(API_VERSIONS[SERVICE], SERVICE)
        if resource is None:
            raise Unreachable(f"the API server serves no {SERVICE}")
        path = resource.path(key.namespace, key.name)
        self.link.admin.delete(path)
        deadline = time.monotonic() + within.total_seconds()
        while (live := self.link.past.find(path)) is not None:
            removal = {"metadata": {"finalizers": None, "resourceVersion": live["metadata"]["resourceVersion"]}}
            try:
                self.link.admin.patch(path, removal, dryRun="All")
            except ApiError as error:
                if error.status not in (404, 409):
                    return error.message
            if time.monotonic() > deadline:
                raise NotSettled(key, within, "it is being deleted")
            time.sleep(_DELETION_POLL)
        self.delete((key,))
        return None

    def _prepare(self, key: ObjectKey, manifest: Manifest) -> None:
        self.use(key)
        self.make_namespace(key)
        self._let_controller_see(key, manifest)

    def use(self, key: ObjectKey) -> None:
        """Note the service that a scenario uses."""
        if key.kind == SERVICE:
            self.last_service = key

    def make_namespace(self, key: ObjectKey) -> None:
        """Create the namespace of an object unless this run already has."""
        if key.namespace is None:
            return
        self.touched.add(key.namespace)
        if key.namespace not in self.namespaces:
            self._ensure_namespace(key.namespace)
            self.namespaces.add(key.namespace)

    def note(self, key: ObjectKey, manifest: Manifest, *, is_new: bool) -> None:
        """Remember a written object."""
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

    # The controller's cache

    def mode_is_set(self, mode: str) -> None:
        """The controller's configuration was written: wait until the controller reads it."""
        self.observer.default_mode = mode
        self.new.clear()
        self.modes.add(mode)
        # Until v0.10 controllers read the ConfigMap from a cache: two beacon rounds take longer than its event.
        self.beacons.wait_for_queue()

    def runtime_written(self, kind: str, manifest: Manifest | None) -> None:
        """Remember that the controller's cache of a runtime may be stale; without a manifest: of any runtime."""
        self._unseen.setdefault(kind, set()).update(_formats(manifest) if manifest is not None else {ANY_FORMAT})
        self.new.clear()

    def see_all(self) -> None:
        """Wait until the controller's cache is up to date for every runtime."""
        for kind in tuple(self._unseen):
            self._see(kind)

    def _see(self, kind: str) -> None:
        self.beacons.wait_for_caches((kind,))
        del self._unseen[kind]

    def _let_controller_see(self, key: ObjectKey, manifest: Manifest) -> None:
        """
        Before a write whose result depends on the controller's cache, wait until the cache has what it needs.

        A service depends on every runtime. The runtime webhook compares a runtime with its previous state and its
        priorities with those of runtimes that share a format, and checks whether other runtimes exist if its own
        priorities differ (pkg/webhook/admission/servingruntime/servingruntime_webhook.go).
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
    """The names of a runtime's formats, case-folded as the webhook compares them."""
    return {str(entry.get("name", "")).casefold() for entry in _entries(runtime)}


def _has_priority(runtime: Manifest) -> bool:
    return any(entry.get("priority") is not None for entry in _entries(runtime))


def _priorities_differ(runtime: Manifest) -> bool:
    return len({entry.get("priority") for entry in _entries(runtime)}) > 1


#: etcd's error when its quota is exceeded.
STORE_IS_FULL = "database space exceeded"


class Reaching(AbstractContextManager[None]):
    """Raises ``Unreachable`` when the API server does not respond or cannot store, with the reason."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NoResponse):
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
