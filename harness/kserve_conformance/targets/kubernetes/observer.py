"""
Observing one service: wait until its status is settled, then read its workload, events and log.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    SERVICE,
    Manifest,
    ObjectKey,
    Outcome,
    at,
)
from kserve_conformance.targets.contract import BEYOND_CONTROLLERS, CannotDo, NotSettled, Observation, TargetCode
from kserve_conformance.targets.kubernetes import marks
from kserve_conformance.targets.kubernetes.beacons import FINALIZER, Beacons, Stalled
from kserve_conformance.targets.kubernetes.client import Client, Resource
from kserve_conformance.targets.kubernetes.probes import Probe, ReconcileResult

DEPLOYMENT = Resource("apps", "v1", "Deployment", "deployments")
KNATIVE_SERVICE = Resource("serving.knative.dev", "v1", "Service", "services")
EVENTS = Resource("", "v1", "Event", "events")

MODE_ANNOTATION = "serving.kserve.io/deploymentMode"
MODEL_MESH = "ModelMesh"
SERVERLESS = frozenset({"Serverless", "Knative"})

#: Names of a predictor's workload. The second is that of releases until v0.10, which v0.11 to v0.15 keep where it
#: exists, and later ones leave next to the first (``getPredictorName``,
#: pkg/controller/v1beta1/inferenceservice/components/predictor.go).
WORKLOAD_NAMES = ("{}-predictor", "{}-predictor-default")

#: How long to poll a status before waiting for the queue: most reconciles take less.
PATIENCE = 0.15

#: A failure that the status does not explain counts once it has happened twice: KServe retries conflicting writes.
UNEXPLAINED_TIMES = 2

#: How long to wait for the event of a failure: it follows the status, and the manager's rate limit may delay it.
EVENT_WITHIN = 2.0

#: Errors that our pace causes and that KServe retries: it conflicted with a write of ours, or its cache does not have
#: the ConfigMap yet that it created for the service.
OWN_NOISE = re.compile(r'the object has been modified|configmaps "modelconfig-[^"]*" already exists')

#: Logged by releases before v0.11 after they have created a Deployment: no supported Kubernetes serves the autoscaling
#: API that they use next. That is no failure of the service.
AFTER_WORKLOAD = 'no matches for kind "HorizontalPodAutoscaler" in version "autoscaling/v2beta2"'

#: Fields of a log line to drop: they differ in every run, or dump a whole reconciler.
LOG_NOISE = frozenset(
    {"ts", "stacktrace", "errorVerbose", "reconciler", "reconcileID", "controllerGroup", "controllerKind"}
)
LOG_LINES = 10


class ControllerLog(Protocol):
    """A controller's log since the start of a scenario."""

    def rewind(self) -> None:
        """What is written from now on is of interest."""

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """The error lines about a service, as JSON, without noise."""

    def text(self) -> str:
        """What was written since then, or the end of it."""


#: How much of a log's end is read as a text.
LOG_BYTES = 512 * 1024


@dataclass
class FileLog:
    """The log file of a manager that the harness started."""

    path: Path
    began: int = 0

    def rewind(self) -> None:
        """What is written from now on is of interest."""
        self.began = self.path.stat().st_size if self.path.exists() else 0

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """The error lines about a service, as JSON, without noise."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.began)
            yield from error_lines(file, service)

    def text(self) -> str:
        """What was written since the scenario began, or the end of it."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(self.began, self.path.stat().st_size - LOG_BYTES))
            return file.read().decode(errors="replace")


def error_lines(lines: Iterable[bytes], service: ObjectKey) -> Iterator[dict[str, Any]]:
    """The errors about one service in a controller's log, as JSON, without noise."""
    for line in lines:
        if b'"level":"error"' not in line or f'"{service.name}"'.encode() not in line:
            continue
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        if entry.get("namespace", service.namespace) == service.namespace:
            yield {key: value for key, value in entry.items() if key not in LOG_NOISE}


def last_error(log: str) -> str | None:
    """The message of the last error in a controller's log; None without one."""
    for line in reversed(log.splitlines()):
        if '"level":"error"' not in line:
            continue
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        return str(entry.get("error") or entry.get("msg"))
    return None


@dataclass
class Observer:
    """Observes the services of one cluster."""

    client: Client
    resource: Callable[[str], Resource]
    probe: Probe
    log: ControllerLog
    check: Callable[[], None]
    default_mode: str
    #: Are Knative Services served, of which a Serverless workload is made?
    has_knative: bool = True
    beacons: Beacons = field(init=False)

    def observe(self, key: ObjectKey, within: timedelta, *, is_new: bool) -> Observation:
        """
        Return the settled choice. ``is_new`` says that the service was created after everything that affects it.

        A new service needs no probe: whatever its status says was written after it was
        created. Raises ``NotSettled`` and ``Unreachable``, and ``CannotDo`` for a mode whose workloads cannot exist.
        """
        deadline = time.monotonic() + within.total_seconds()
        path = self.resource(SERVICE).path(key.namespace, key.name)
        service = self.client.find(path)
        if service is None:
            raise NotSettled(key, within, "no such service")
        if self.mode(service) in SERVERLESS and not self.has_knative:
            raise CannotDo(
                f"requires Knative Serving for {self.mode(service)} mode, but its CRDs are not installed",
                code=TargetCode.MISSING_PREREQUISITE,
            )
        if self.mode(service) == MODEL_MESH:
            self.beacons.wait_for_queue()
            service = self.client.get(path)
            if self.template(str(key.namespace), key.name, service["metadata"]["uid"], MODEL_MESH) is None:
                return Observation(service=reported(service), outcome=Outcome.UNMANAGED, unreported=BEYOND_CONTROLLERS)
        if not is_new:
            service = self.client.patch(f"{path}/status", self.probe.patch)
        unexplained = 0
        while True:
            try:
                result, service = self._settled(path, service, deadline)
            except Stalled as stalled:
                raise NotSettled(key, within, str(stalled)) from stalled
            if result is ReconcileResult.UNEXPLAINED and (unexplained := unexplained + 1) < UNEXPLAINED_TIMES:
                service = self.client.patch(f"{path}/status", self.probe.patch)
                continue
            if result is ReconcileResult.PENDING:
                raise NotSettled(key, within, at(service, "status") or "no status")
            return self._observation(key, service, result)

    def _settled(self, path: str, service: Manifest, deadline: float) -> tuple[ReconcileResult, Manifest]:
        patient_until = time.monotonic() + PATIENCE
        wait = 0.005
        while (result := self.probe.read(service)) is ReconcileResult.PENDING:
            now = time.monotonic()
            if now > deadline:
                return result, service
            if now > patient_until:
                self.beacons.wait_for_queue(max(deadline - now, 0.1))
                service = self.client.get(path)
                result = self.probe.read(service)
                # The controller has finished with the service.
                return (ReconcileResult.UNEXPLAINED if result is ReconcileResult.PENDING else result), service
            time.sleep(wait)
            wait = min(wait * 1.3, 0.02)
            service = self.client.get(path)
            self.check()
        return result, service

    def _observation(self, key: ObjectKey, service: Manifest, result: ReconcileResult) -> Observation:
        uid = service["metadata"]["uid"]
        template = self.template(str(key.namespace), key.name, uid, self.mode(service))
        workload = marks.runtime_of(template) if template is not None else None
        names_model = at(service, "spec", "predictor", "model") is not None
        lines = () if result is ReconcileResult.CREATED else tuple(self.log.errors(key))
        last_error = _last_error(lines)
        if (
            result is ReconcileResult.UNEXPLAINED
            and last_error is not None
            and AFTER_WORKLOAD in last_error
            and template is not None
        ):
            result, lines, last_error = ReconcileResult.CREATED, (), None
        if result is ReconcileResult.CREATED:
            # A service without a model uses no runtime. v0.14.0 to v0.15.0, which only merge into a workload, leave in
            # a custom container what an earlier runtime had added, our mark included.
            outcome = Outcome.RUNS if workload is not None and names_model else Outcome.CUSTOM
        else:
            # A service without a model needs no runtime: whatever failed, it was not the choice of one.
            outcome = Outcome.NO_RUNTIME if names_model else Outcome.CUSTOM
        failure = at(service, "status", "modelStatus", "lastFailureInfo") if result is ReconcileResult.FAILED else None
        return Observation(
            service=reported(service),
            outcome=outcome,
            runtime=workload if outcome is Outcome.RUNS else None,
            reason=(failure or {}).get("reason"),
            message=(failure or {}).get("message"),
            errors=self._events(key, uid, last_error),
            pod=pod_of(template) if template is not None else None,
            workload=workload,
            status_runtime=status_runtime(service),
            logs=tuple(msgspec.json.encode(line).decode() for line in lines[-LOG_LINES:]),
            unreported=BEYOND_CONTROLLERS,
        )

    def mode(self, service: Manifest) -> str:
        """The deployment mode of a service: its own, or the default."""
        annotations = at(service, "metadata", "annotations") or {}
        return str(annotations.get(MODE_ANNOTATION) or self.default_mode)

    @property
    def workload_names(self) -> tuple[str, ...]:
        """Possible names of a predictor's workload; where both exist, the first one counts."""
        return WORKLOAD_NAMES if self.probe.names_runtime else WORKLOAD_NAMES[::-1]

    def template(self, namespace: str, name: str, uid: str, mode: str | None = None) -> Manifest | None:
        """The pod template of a service's predictor: of its current mode if there is one, else of the other."""
        found = workload(self.client, namespace, name, uid, mode or self.default_mode, self.workload_names)
        return None if found is None else found["spec"]["template"]

    def workloads(self, key: ObjectKey) -> tuple[str, ...]:
        """The Deployments and Knative Services of a service's predictor. Raises ``NotSettled`` without a service."""
        service = self.client.find(self.resource(SERVICE).path(key.namespace, key.name))
        if service is None:
            raise NotSettled(key, timedelta(), "no such service")
        canaries = {
            f"{key.name}-{at(one, 'predictor', 'name')}-predictor" for one in at(service, "spec", "canary") or ()
        }
        found = (
            (words, one)
            for words, kind in (("Deployment", DEPLOYMENT), ("Knative Service", KNATIVE_SERVICE))
            for one in (self.client.find(kind.path(str(key.namespace))) or {}).get("items") or ()
        )
        endings = tuple(form.format("") for form in WORKLOAD_NAMES)
        return tuple(
            f"{words} {name}"
            for words, name in sorted(
                (words, one["metadata"]["name"]) for words, one in found if _is_owned(one, service["metadata"]["uid"])
            )
            if name.endswith(endings) and name not in canaries
        )

    def _events(self, key: ObjectKey, uid: str, expected: str | None) -> tuple[str, ...]:
        """The messages of a service's warnings; waits for the one that the log announces."""
        deadline = time.monotonic() + EVENT_WITHIN
        while True:
            texts = self._warnings(str(key.namespace), uid)
            if expected is None or any(_says(text, expected) for text in texts) or time.monotonic() > deadline:
                return texts
            time.sleep(0.01)

    def _warnings(self, namespace: str, uid: str) -> tuple[str, ...]:
        listed = self.client.get(EVENTS.path(namespace), fieldSelector=f"involvedObject.uid={uid},type=Warning")
        events = sorted(listed["items"], key=moment)
        texts = (str(event.get("message", "")) for event in events)
        return tuple(dict.fromkeys(text for text in texts if not OWN_NOISE.search(text) and AFTER_WORKLOAD not in text))


def workload(
    client: Client, namespace: str, name: str, uid: str, mode: str, names: tuple[str, ...] = WORKLOAD_NAMES
) -> Manifest | None:
    """The Deployment or Knative Service of a service's predictor: that of its current mode, else the other."""
    kinds = [DEPLOYMENT, KNATIVE_SERVICE]
    if mode in SERVERLESS:
        kinds.reverse()
    for kind in kinds:
        for form in names:
            found: Manifest | None = client.find(kind.path(namespace, form.format(name)))
            if found is not None and _is_owned(found, uid):
                return found
    return None


def reported(service: Manifest) -> dict[str, Any]:
    """A stored object without server-managed fields."""
    hidden = ("managedFields", "resourceVersion", "uid", "generation", "finalizers")
    metadata = {name: value for name, value in service["metadata"].items() if name not in hidden}
    others = [name for name in service["metadata"].get("finalizers") or () if name != FINALIZER]
    if others:
        metadata["finalizers"] = others
    return {**service, "metadata": metadata}


def pod_of(template: Manifest) -> dict[str, Any]:
    """A pod template's metadata and spec, without marks."""
    cleaned = marks.unmarked_pod(template)
    metadata = {name: value for name, value in (cleaned.get("metadata") or {}).items() if value is not None}
    return {"metadata": metadata, "spec": cleaned.get("spec") or {}}


def status_runtime(service: Manifest) -> ObjectKey | None:
    """The runtime that a status names (since v0.16.0)."""
    status = service.get("status") or {}
    if name := status.get("servingRuntimeName"):
        return ObjectKey(NAMESPACED_RUNTIME, name, service["metadata"]["namespace"])
    if name := status.get("clusterServingRuntimeName"):
        return ObjectKey(CLUSTER_RUNTIME, name)
    return None


def _is_owned(manifest: Manifest, uid: str) -> bool:
    return any(owner.get("uid") == uid for owner in at(manifest, "metadata", "ownerReferences") or ())


def moment(event: Mapping[str, Any]) -> tuple[int, str]:
    """When an event first happened: its name ends with the time in nanoseconds, in hexadecimal."""
    name = str(event["metadata"]["name"])
    try:
        return int(name.rpartition(".")[2], 16), name
    except ValueError:
        return 0, name


def _last_error(lines: tuple[dict[str, Any], ...]) -> str | None:
    """The message of the last failure that KServe also recorded as an event."""
    for line in reversed(lines):
        if line.get("msg") == "Failed to reconcile" and not OWN_NOISE.search(str(line.get("error"))):
            return str(line.get("error"))
    return None


def _says(event: str, error: str) -> bool:
    """Is this the event of that error? Long messages are truncated, and percent signs in them are read as verbs."""
    head = error.split("%", maxsplit=1)[0][:200]
    return head in event
