"""
Beacons: the harness's own objects, which show how far KServe's manager has got.

A manager reads runtimes from a cache that lags behind the store, and takes
services from a queue with one worker. Neither can be queried. But events of one kind
arrive in the order of their writes, so a beacon runtime written last is seen last;
and services leave the queue in the order in which they entered it, so a beacon
service that is probed last is done last.

Beacons live in their own namespace, support a format that no service requests,
and are never chosen by any service but their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, NAMESPACED_RUNTIME, SERVICE, Manifest, at
from kserve_conformance.targets.contract import Unreachable
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, Names
from kserve_conformance.targets.kubernetes.probes import Probe, ReconcileResult

NAMESPACE = "conformance-beacons"
FORMAT = "conformance-beacon"

#: The beacon runtime of each kind, and the service that names it.
#: Short, because a workload's host name contains both names and a namespace prefix in at most 63 characters.
NAMES = {NAMESPACED_RUNTIME: "beacon-ns", CLUSTER_RUNTIME: "beacon-cluster"}

#: A runtime that is only ever dry-run, never stored: it conflicts with a beacon that the manager has cached.
ECHO = "conformance-echo"

#: KServe's own finalizer. The controller does not write an object that already has it.
FINALIZER = "inferenceservice.finalizers"

#: Upper limit for each wait. No release takes this long, even on a slow machine.
ANSWER_WITHIN = 30.0

#: How long a webhook may admit a beacon's equal before we conclude that it does not compare priorities.
ECHO_WITHIN = 3.0


def format_of(names: Names) -> str:
    """The format that only beacons of this run support."""
    return f"{names.prefix}{FORMAT}"


def beacon_runtime(kind: str, number: int, *, name: str | None = None, names: Names = AS_WRITTEN) -> Manifest:
    """
    A beacon in its state number ``number``.

    The number is in a format's name, where the runtime webhook (since v0.11.1) sees
    it, and in the image, where the workload of the beacon's service shows it.
    """
    metadata: dict[str, Any] = {"name": name or NAMES[kind]}
    if kind == NAMESPACED_RUNTIME:
        metadata["namespace"] = NAMESPACE
    format_ = format_of(names)
    return names.manifest(
        {
            "apiVersion": API_VERSIONS[kind],
            "kind": kind,
            "metadata": metadata,
            "spec": {
                "protocolVersions": ["v1"],
                "supportedModelFormats": [
                    {"name": format_},
                    {"name": f"{format_}-{number}", "version": "1", "autoSelect": True, "priority": 1},
                ],
                "containers": [{"name": "kserve-container", "image": image_of(number)}],
            },
        }
    )


def image_of(number: int) -> str:
    """The image of a beacon in a state."""
    return f"example.com/{FORMAT}:{number}"


def beacon_service(kind: str, mode: str, *, name: str | None = None, names: Names = AS_WRITTEN) -> Manifest:
    """The service that names the beacon runtime of a kind."""
    return names.manifest(
        {
            "apiVersion": API_VERSIONS[SERVICE],
            "kind": SERVICE,
            "metadata": {
                "name": name or NAMES[kind],
                "namespace": NAMESPACE,
                "annotations": {"serving.kserve.io/deploymentMode": mode},
                "finalizers": [FINALIZER],
            },
            "spec": {
                "predictor": {
                    "model": {
                        "modelFormat": {"name": format_of(names)},
                        "runtime": NAMES[kind],
                        "storageUri": "gs://example/models/model",
                    }
                }
            },
        }
    )


def all_beacons(mode: str, names: Names = AS_WRITTEN) -> tuple[Manifest, ...]:
    """Every beacon, in the order of their creation."""
    return (
        *(beacon_runtime(kind, 0, names=names) for kind in NAMES),
        *(beacon_service(kind, mode, names=names) for kind in NAMES),
    )


class Stalled(Unreachable):
    """KServe's manager is running but does not reconcile."""


class Beacons:
    """The beacons of a running KServe."""

    def __init__(
        self,
        *,
        admin: Client,
        past_webhooks: Client,
        resource: Callable[[str], Resource],
        workload: Callable[[str, str, str], Manifest | None],
        probe: Probe,
        check: Callable[[], None],
        has_runtime_webhooks: bool,
        names: Names = AS_WRITTEN,
    ) -> None:
        """
        ``resource`` finds where a kind is served, ``workload`` the pod template of a service (namespace, name, uid).

        ``check`` raises ``Unreachable`` if a process has ended.
        """
        self._admin = admin
        self._past = past_webhooks
        self._resource = resource
        self._workload = workload
        self._probe = probe
        self._check = check
        self._echo = has_runtime_webhooks
        self._names = names
        self._namespace = names.namespace(NAMESPACE)
        self._number = 0

    def wait_for_caches(self, kinds: Iterable[str]) -> None:
        """Wait until the manager's cache has every write to runtimes of these kinds. Raises ``Unreachable``."""
        for kind in kinds:
            self._number += 1
            self._write(kind)
            if not (self._echo and self._webhook_knows(kind)):
                self._wait_for_workload(kind)

    def wait_for_queue(self, within: float = ANSWER_WITHIN) -> None:
        """
        Wait until the manager has reconciled every service that was in its queue when this was called.

        One round is not enough: a service that is being reconciled when it is probed
        goes to the end of the queue, behind the beacon. Raises ``Stalled``.
        """
        for _ in range(2):
            self._wait_for_reconcile(NAMESPACED_RUNTIME, within)

    def withdraw(self) -> None:
        """
        Delete the ClusterServingRuntime until it is needed again, and wait until the manager has noticed.

        The runtime webhook checks a runtime's own priorities once for each runtime that
        exists (``Handle``, pkg/webhook/admission/servingruntime/servingruntime_webhook.go,
        since v0.12.0): without any runtime it does not, and a beacon must not change that.
        """
        kind = CLUSTER_RUNTIME
        if not self._echo:
            return
        # The manager can only be observed to forget a beacon that it is known to have cached.
        self.wait_for_caches((kind,))
        self._past.delete(self._resource(kind).path(name=self._name(kind)))
        deadline = time.monotonic() + ECHO_WITHIN
        while self._is_rejected(kind):
            if time.monotonic() > deadline:
                raise Unreachable("KServe's manager still has a deleted runtime in its cache")
            time.sleep(0.002)

    def _write(self, kind: str) -> None:
        """Write the next state of a beacon runtime."""
        written = beacon_runtime(kind, self._number, names=self._names)
        resource = self._resource(kind)
        try:
            self._past.patch(resource.path(self._namespace, self._name(kind)), written)
        except ApiError as error:
            if error.status != 404:
                raise
            self._past.post(resource.path(self._namespace), written)

    def _name(self, kind: str) -> str:
        """The name of the beacon runtime of a kind, as the cluster has it."""
        return f"{self._names.prefix}{NAMES[kind]}"

    def _is_rejected(self, kind: str) -> bool:
        """Does the runtime webhook reject the beacon's equal, because the beacon is in its cache?"""
        echo = beacon_runtime(kind, self._number, name=ECHO, names=self._names)
        try:
            self._admin.post(self._resource(kind).path(self._namespace), echo, dryRun="All")
        except ApiError as error:
            if "denied the request" in error.message:
                return True
            self._check()
            raise
        return False

    def _webhook_knows(self, kind: str) -> bool:
        """Wait until the runtime webhook rejects the beacon's equal; False if it never does."""
        deadline = time.monotonic() + ECHO_WITHIN
        while time.monotonic() < deadline:
            if self._is_rejected(kind):
                return True
            time.sleep(0.002)
        self._check()
        self._echo = False
        return False

    def _wait_for_workload(self, kind: str) -> None:
        """Probe the beacon's service until its workload shows the beacon as it was written last."""
        deadline = time.monotonic() + ANSWER_WITHIN
        while time.monotonic() < deadline:
            service = self._wait_for_reconcile(kind)
            template = self._workload(self._namespace, NAMES[kind], service["metadata"]["uid"])
            images = [one.get("image") for one in at(template, "spec", "containers") or ()]
            if image_of(self._number) in images:
                return
        raise Unreachable(f"KServe's manager did not notice a {kind} within {ANSWER_WITHIN:g} s of the write")

    def _wait_for_reconcile(self, kind: str, within: float = ANSWER_WITHIN) -> Manifest:
        services = self._resource(SERVICE)
        path = services.path(self._namespace, NAMES[kind])
        self._past.patch(f"{path}/status", self._probe.patch)
        began = time.monotonic()
        while time.monotonic() < began + within:
            service: Manifest = self._past.get(path)
            if self._probe.read(service) is ReconcileResult.CREATED:
                return service
            self._check()
            time.sleep(0.003)
        raise Stalled(f"KServe's manager did not reconcile a service within {within:g} s")
