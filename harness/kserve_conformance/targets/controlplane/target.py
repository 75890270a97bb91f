"""
The target ``controlplane``: a release's own controller over an API server that runs nothing.

Everything that the suite asks of is decided there: admission, choice, status,
the workload's pod template. Names are used as they are, because the control plane
is ours alone; scenarios follow each other on it, and :meth:`ControlPlane.reset`
leaves nothing of one for the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, RUNTIME_KINDS, SERVICE, Manifest, ObjectKey, at
from kserve_conformance.targets.contract import (
    Admission,
    CannotDo,
    Capability,
    Identity,
    NotSettled,
    Observation,
    Unreachable,
)
from kserve_conformance.targets.controlplane import binaries, seed
from kserve_conformance.targets.controlplane.go import Progress, silent
from kserve_conformance.targets.controlplane.plane import Plane, Release
from kserve_conformance.targets.kubernetes.beacons import FINALIZER, Beacons
from kserve_conformance.targets.kubernetes.client import NoAnswer, Resource
from kserve_conformance.targets.kubernetes.observing import Log, Observer
from kserve_conformance.targets.kubernetes.probing import Probe
from kserve_conformance.targets.kubernetes.sweeping import Sweeper
from kserve_conformance.targets.kubernetes.writing import Writer, written

#: A creationTimestamp has whole seconds.
TICK = 1.05


def prepare(release: str, progress: Progress = silent) -> None:
    """Fetch and build everything that a control plane of a release needs, and start nothing. Raises ``CannotStart``."""
    binaries.assets(progress)
    Release(release, progress)


class ControlPlane:
    """etcd, kube-apiserver and KServe's manager of one release, as plain processes. Open it with ``with``."""

    def __init__(
        self,
        release: str,
        *,
        manager: Path | None = None,
        source: Path | None = None,
        keep: bool = False,
        progress: Progress = silent,
        assets: Path | None = None,
        logs: Path | None = None,
        upgrades: bool = False,
    ) -> None:
        """
        ``manager`` is a vendor's own build, ``source`` the folder that its CRDs and configuration come from.

        ``upgrades`` lets scenarios install other releases: each is built first, and
        each swap takes seconds, so it has to be asked for.

        ``assets`` has etcd and kube-apiserver; ``logs`` is where logs are kept whatever
        happens; ``keep`` leaves the folder of the run in place. Nothing is started yet.
        """
        self.capabilities = frozenset({Capability.DEFAULT_MODE} | ({Capability.UPGRADE} if upgrades else set()))
        self._opened_with = release
        self._wanted = release
        self._own = (manager, source)
        self._keep = keep
        self._progress = progress
        self._given_assets = assets
        self._logs = logs
        self.identity = Identity(target=f"controlplane:{release}", release=release)
        self._plane: Plane | None = None
        self._forget()

    def _forget(self) -> None:
        self._last_applied: dict[ObjectKey, Manifest] = {}
        self._others: dict[ObjectKey, str] = {}
        self._touched: set[str] = set()
        self._new: set[ObjectKey] = set()
        #: The modes that services were in.
        self._modes: set[str] = set()
        #: The runtimes that are in store.
        self._known: set[ObjectKey] = set()

    def __enter__(self) -> Self:
        """Start everything. Raises ``CannotStart`` with the last lines of what did not come up."""
        release = Release(self._opened_with, self._progress, *self._own)
        assets = binaries.assets(self._progress, self._given_assets)
        self._plane = Plane(release, assets, self._progress, self._logs)
        try:
            self.identity = self._plane.identity
            self._namespaces: set[str] = set()
            #: Format names of runtimes that were written and that the manager may not have seen yet, by kind.
            self._unseen: dict[str, set[str]] = {}
            self._connect()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process and delete the folder of the run. Never raises for what is gone already."""
        plane, self._plane = self._plane, None
        if plane is None:
            return
        if self._keep:
            self._progress(f"the folder of this run is kept: {plane.folder}")
        plane.close(keep=self._keep)

    @property
    def observed_release(self) -> str:
        """The release that answers what is asked next."""
        return self._wanted

    @property
    def _running(self) -> Plane:
        if self._plane is None:
            raise Unreachable("the control plane is not open")
        return self._plane

    def _connect(self) -> None:
        """Make what speaks to the release that runs now."""
        plane = self._running
        definition = plane.admin.get(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/inferenceservices.serving.kserve.io"
        )
        probe = Probe.of(definition)
        self._log = Log(plane.manager_log)
        self._log.rewind()
        self._writer = Writer(plane.admin, self._served, plane.check)
        self._observer = Observer(
            client=plane.past,
            resource=self._resource,
            probe=probe,
            log=self._log,
            check=plane.check,
            default_mode=plane.release.mode,
        )
        self._beacons = Beacons(
            admin=plane.admin,
            past_webhooks=plane.past,
            resource=self._resource,
            workload=partial(self._observer.template, mode=plane.release.mode),
            probe=probe,
            check=plane.check,
            has_runtime_webhooks=plane.release.source.has_runtime_webhooks,
        )
        self._observer.beacons = self._beacons
        self._sweeper = Sweeper(
            plane.past,
            self._served,
            plane.check,
            manager_is_alive=lambda: plane.manager is not None and plane.manager.is_alive,
            queue_passed=self._beacons.queue_passed,
        )

    def _served(self, api_version: str, kind: str) -> Resource | None:
        return self._running.served.get((api_version, kind))

    def _resource(self, kind: str) -> Resource:
        resource = self._served(API_VERSIONS[kind], kind)
        if resource is None:
            raise Unreachable(f"the API server serves no {kind}")
        return resource

    # The contract

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Create or update in order, as ``kubectl apply`` does; see the contract."""
        self._have_wanted()
        with _Reaching(self._running):
            return tuple(self._apply(manifest) for manifest in objects)

    def _apply(self, manifest: Manifest) -> Admission:
        key = ObjectKey.of(manifest)
        self._running.check()
        self._make_namespace(key)
        self._let_manager_see(key, manifest)
        answer = self._writer.write(key, manifest, self._last_applied.get(key))
        if answer.admission.stored is not None:
            self._last_applied[key] = manifest
            self._note(key, answer.admission.stored, is_new=answer.is_new)
        return answer.admission

    def store(self, *objects: Manifest) -> None:
        """Put objects in store past every webhook, with KServe's finalizer, so that no controller writes them."""
        self._have_wanted()
        plane = self._running
        with _Reaching(plane):
            for manifest in objects:
                key = ObjectKey.of(manifest)
                self._make_namespace(key)
                self._let_manager_see(key, manifest)
                whole = dict(written(key, manifest))
                if key.kind == SERVICE:
                    finalizers = [*(at(whole, "metadata", "finalizers") or ()), FINALIZER]
                    whole["metadata"] = {**whole["metadata"], "finalizers": finalizers}
                resource = self._served(whole["apiVersion"], key.kind)
                if resource is None:
                    raise Unreachable(f"the API server serves no {key.kind} of {whole['apiVersion']}")
                live = plane.past.find(resource.path(key.namespace, key.name))
                if live is None:
                    plane.past.post(resource.path(key.namespace), whole)
                else:
                    version = live["metadata"]["resourceVersion"]
                    whole["metadata"] = {**whole["metadata"], "resourceVersion": version}
                    plane.past.put(resource.path(key.namespace, key.name), whole)
                self._note(key, manifest, is_new=live is None)

    def delete(self, *keys: ObjectKey) -> None:
        """Delete, services with all that they own; what is not there is no error."""
        with _Reaching(self._running):
            self._sweeper.delete(keys)
            for key in keys:
                self._last_applied.pop(key, None)
                self._new.discard(key)
                if key in self._known:
                    self._known.discard(key)
                    self._runtime_written(key.kind, None)

    def tick(self) -> None:
        """Let a second pass."""
        time.sleep(TICK)

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice on the objects that are in store now. Raises ``NotSettled`` and ``Unreachable``."""
        self._have_wanted()
        with _Reaching(self._running):
            self._running.check()
            self._see_all()
            is_new = service in self._new
            self._new.discard(service)
            try:
                return self._observer.observe(service, within, is_new=is_new)
            except NotSettled:
                self._running.check()
                raise

    def install(self, release: str) -> None:
        """
        Stop the manager, install another release's CRDs and configuration, start its manager, then its webhooks.

        Raises ``CannotDo`` if upgrades were not asked for, and ``CannotStart``.
        """
        if Capability.UPGRADE not in self.capabilities:
            error = CannotDo(f"{self.identity.target} was not opened to install {release}")
            error.hint = f"ask for it: {self.identity.target},upgrades=yes"
            raise error
        self._wanted = release
        self._have_wanted()

    def _have_wanted(self) -> None:
        """Swap the release that runs for the one that is wanted, if these differ."""
        plane = self._running
        if self._wanted == plane.release.name:
            return
        own = self._own if self._wanted == self._opened_with else (None, None)
        wanted = Release(self._wanted, self._progress, *own)
        with _Reaching(plane):
            plane.swap(wanted)
            self._connect()
            self._modes.add(wanted.mode)
            self._new.clear()
            self._beacons.queue_passed()

    def configure(self, default_mode: str) -> None:
        """Set the deployment mode of services that name none, until the next reset."""
        self._have_wanted()
        with _Reaching(self._running):
            self._set_mode(default_mode)

    def _set_mode(self, mode: str) -> None:
        plane = self._running
        seed.configure(plane.admin, plane.release.source, mode)
        self._observer.default_mode = mode
        self._new.clear()
        self._modes.add(mode)
        # Until v0.10 controllers read the ConfigMap from a cache: two looks at a beacon take longer than its event.
        self._beacons.queue_passed()

    def reset(self) -> None:
        """Delete everything that was applied or stored since the last reset, and have the opened release run."""
        plane = self._running
        with _Reaching(plane):
            if plane.manager is None or not plane.manager.is_alive:
                self._revive()
            self._sweeper.sweep(self._touched, self._modes)
            self._sweeper.delete(self._others)
            for kind in self._written_kinds:
                self._runtime_written(kind, None)
            if self._observer.default_mode != plane.release.mode:
                self._set_mode(plane.release.mode)
        self._forget()
        # Not swapped back until something is asked: the next scenario of upgrades begins with a release of its own.
        self._wanted = self._opened_with
        self._log.rewind()

    def _revive(self) -> None:
        """Start a manager again that died: but first take away what it may have died of."""
        plane = self._running
        self._progress("KServe's manager has ended: starting it again")
        plane.stop_manager()
        self._sweeper.sweep(self._touched, self._modes)
        plane.start_manager()
        self._connect()

    # What the manager has and has not seen

    @property
    def _written_kinds(self) -> tuple[str, ...]:
        return tuple({key.kind for key in self._known})

    def _runtime_written(self, kind: str, manifest: Manifest | None) -> None:
        """Remember that the manager may not know a runtime as it is now; without a manifest: any runtime."""
        self._unseen.setdefault(kind, set()).update(_formats(manifest) if manifest is not None else {ANY_FORMAT})
        self._new.clear()

    def _note(self, key: ObjectKey, manifest: Manifest, *, is_new: bool) -> None:
        if key.kind == SERVICE:
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

    def _let_manager_see(self, key: ObjectKey, manifest: Manifest) -> None:
        """
        Before a write that is decided on by what the manager has cached, wait until it has cached enough.

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
            seed.ensure_namespace(self._running.admin, key.namespace)
            self._namespaces.add(key.namespace)


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


class _Reaching:
    """Turns an API server that does not answer into ``Unreachable``, with the reason if a process has ended."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NoAnswer):
            self._plane.check()
            raise Unreachable(str(error)) from error
