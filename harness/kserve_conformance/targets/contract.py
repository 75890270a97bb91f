"""
The contract between a scenario and the implementation under test.

A scenario never mentions a target and a target never knows a scenario: both use
Kubernetes objects and what can be observed of them. Write a target by
implementing :class:`Target`; :mod:`kserve_conformance.targets.faulty` has targets
that break one promise each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeGuard, runtime_checkable

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest, ObjectKey, Outcome


class Capability(StrEnum):
    """What a target can do beyond the core of the contract. A scenario requires it by a ``@needs-…`` tag."""

    #: Another release can be installed over stored objects.
    UPGRADE = "upgrade"
    #: Pods really run.
    PODS = "pods"
    #: The default deployment mode can be set.
    DEFAULT_MODE = "default-mode"
    #: A deletion that KServe's own webhook blocks can be observed, and the service is removed afterwards.
    DELETION = "deletion"
    #: The Deployments and Knative Services of a predictor can be listed.
    WORKLOADS = "workloads"
    #: The target knows the rules and reports where they leave a choice open.
    OPEN_CHOICES = "open-choices"


@dataclass(frozen=True, slots=True)
class Build:
    """
    A vendor's own build, as given: what replaces the manager and the manifests of a release.

    ``manager`` is the image or the binary of the controller, ``source`` a checkout of KServe, ``overlay`` the manifests
    that replace those of the checkout or the release, ``go_tags`` the tags that the checkout is built with. ``release``
    is the base that it claims.
    """

    source: str | None = None
    manager: str | None = None
    overlay: str | None = None
    go_tags: tuple[str, ...] = ()
    release: str | None = None

    def __bool__(self) -> bool:
        return any((self.source, self.manager, self.overlay, self.go_tags))

    def path(self, part: str) -> Path | None:
        """The absolute path of a part; None if it is not given."""
        value: str | None = getattr(self, part)
        return Path(value).expanduser().resolve() if value else None

    def published(self, release: str) -> Build | None:
        """
        The build for a record, which names files and folders, but not where this machine has them.

        An overlay within the source is named relative to it. None if nothing was given.
        """
        if not self:
            return None
        source, overlay = self.path("source"), self.path("overlay")
        if source is not None and overlay is not None and overlay.is_relative_to(source):
            overlay_name: str | None = overlay.relative_to(source).as_posix()
        else:
            overlay_name = overlay.name if overlay is not None else None
        manager = self.manager
        if manager is not None and Path(manager).expanduser().is_file():
            manager = Path(manager).name
        return Build(source.name if source is not None else None, manager, overlay_name, self.go_tags, release)


#: A release as it is.
NO_BUILD = Build()


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Which implementation was tested, without host names and paths.

    ``observed_through`` describes how the choice is observed. ``digests`` maps
    names (such as the installed CRDs) to ``sha256:…``, and so does ``binaries``
    for what ran: programs and images. Targets in memory have none, and a target
    that does not know them tests an unknown build. ``build`` is set if something
    was given in place of the release.
    ``is_source_tree``: a source tree was installed in place of the release whose
    name it was given.
    """

    target: str
    release: str
    api_server: str | None = None
    observed_through: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    is_source_tree: bool = False
    binaries: Mapping[str, str] = field(default_factory=dict)
    build: Build | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """
    The result of applying one object: as stored, or why it was rejected.

    ``unreported`` names the fields that the target does not report, and
    ``why_rejected`` for a rejection without a text.
    """

    key: ObjectKey
    stored: Manifest | None = None
    rejected: str | None = None
    unreported: frozenset[str] = frozenset()

    def needs(self, *parts: str) -> None:
        """Require that these parts are reported. Raises ``Unreported``."""
        _require_reported(parts, self.unreported)


@dataclass(frozen=True, slots=True)
class Observation:
    """
    What a target reported about one service once it had settled.

    ``reason`` and ``message`` are those of ``status.modelStatus.lastFailureInfo``;
    ``errors`` are the texts of the service's Warning events, oldest first. ``pod``
    is the predictor's pod template (``metadata``, ``spec``) and ``workload`` the
    runtime that it was made of: both stay from an earlier choice while a later one
    fails. ``status_runtime`` is the runtime that the status names. ``one_of`` is
    only set by a target that knows the rules: the choices that they leave open.
    ``graph_protocol`` is the protocol with which an inference graph calls the
    service. ``canaries`` maps each canary's name to its runtime, or to the reason
    why it has none. ``logs`` are the controller's lines about this service.
    ``unreported`` names the fields that the target does not report: their values mean nothing.
    """

    service: Manifest
    outcome: Outcome
    runtime: ObjectKey | None = None
    reason: str | None = None
    message: str | None = None
    errors: tuple[str, ...] = ()
    pod: Manifest | None = None
    workload: ObjectKey | None = None
    status_runtime: ObjectKey | None = None
    one_of: tuple[ObjectKey, ...] = ()
    graph_protocol: str | None = None
    canaries: Mapping[str, ObjectKey | str] = field(default_factory=dict)
    logs: tuple[str, ...] = ()
    unreported: frozenset[str] = frozenset()

    def needs(self, *parts: str) -> None:
        """Require that these parts are reported. Raises ``Unreported``."""
        _require_reported(parts, self.unreported)


class TargetCode(StrEnum):
    """Codes of :class:`TargetError`; stable, for programs."""

    UNKNOWN_TARGET = "unknown-target"
    BAD_TARGET = "bad-target"
    UNKNOWN_PARAMETER = "unknown-parameter"
    REPEATED_TARGET = "repeated-target"
    NO_CONTEXT = "no-context"
    NO_DOCKER = "no-docker"
    DOCKER_PERMISSION = "docker-permission"
    REMOTE_DOCKER = "remote-docker"
    NO_IMAGE = "no-image"
    NO_MODULE = "no-module"
    WRONG_MODULE = "wrong-module"
    NO_NETWORK = "no-network"
    BAD_ANSWER = "bad-answer"
    CANNOT_ANSWER = "cannot-answer"
    STORE_IS_FULL = "store-is-full"
    NO_GO = "no-go"
    GO_TOO_OLD = "go-too-old"
    NO_ROOM = "no-room"
    UNKNOWN_MODULE = "unknown-module"
    BUILD_FAILED = "build-failed"
    NO_CACHE = "no-cache"
    NO_PROGRAM = "no-program"
    BAD_IMAGE = "bad-image"
    BAD_SOURCE = "bad-source"
    BAD_OVERLAY = "bad-overlay"
    MISSING_PREREQUISITE = "missing-prerequisite"
    PORT_TAKEN = "port-taken"
    NO_KIND = "no-kind"
    NOT_READY = "not-ready"
    NO_CERT_MANAGER = "no-cert-manager"
    CERT_MANAGER_TIMEOUT = "cert-manager-timeout"
    UNKNOWN_INSTALLATION = "unknown-installation"
    READ_ONLY = "read-only"
    CANNOT_READ = "cannot-read"
    SILENT_WEBHOOK = "silent-webhook"
    CLOCK_WENT_BACK = "clock-went-back"
    NOT_ISOLATED = "not-isolated"
    NOT_KEPT = "not-kept"


class BadTarget(TargetError):
    """A target argument that cannot be opened. The exit code is that of invalid arguments."""

    exit_code = 2
    code = TargetCode.BAD_TARGET


class Unreachable(TargetError):
    """The target no longer responds, so its result is unknown."""


class CannotStart(TargetError):
    """The target did not start; the message ends with the last lines of its log."""


class BadBuild(CannotStart):
    """Files of a vendor's build, such as an overlay, cannot be used. The exit code is that of invalid input."""

    exit_code = 2


class NotSettled(TargetError):
    """A service showed no settled choice in time; ``last`` is what was observed last."""

    def __init__(self, service: ObjectKey, within: timedelta, last: object = None) -> None:
        super().__init__(f"{service} did not settle within {within.total_seconds():g} s; last observed: {last}")
        self.service = service
        self.last = last


class CannotDo(TargetError):
    """The target lacks a capability that was needed."""


#: The parts that a target may leave unreported, with their names in messages.
PARTS: Mapping[str, str] = {
    "outcome": "which runtime a service gets",
    "runtime": "which runtime a service gets",
    "reason": "the reason for having no runtime",
    "message": "the failure message in the status",
    "errors": "events",
    "pod": "pod templates",
    "workload": "workloads",
    "status_runtime": "the runtime in the status",
    "graph_protocol": "the protocol of inference graphs",
    "canaries": "the runtimes of canaries",
    "service": "stored services",
    "stored": "stored objects",
    "rejected": "whether an object is rejected",
    "why_rejected": "why an object is rejected",
    "schema": "schema validation of the API server",
}


#: Parts that no controller reports: only a target that knows the rules does.
BEYOND_CONTROLLERS = frozenset({"graph_protocol", "canaries"})


class Unreported(CannotDo):
    """The target does not report a required part: neither a pass nor a failure. ``part`` is one of ``PARTS``."""

    def __init__(self, part: str, detail: str = "") -> None:
        super().__init__(f"target does not report {PARTS[part]}{f': {detail}' if detail else ''}")
        self.part = part


def _require_reported(parts: Iterable[str], unreported: frozenset[str]) -> None:
    for part in parts:
        if part in unreported:
            raise Unreported(part)


class Target(Protocol):
    """An implementation under test. Open it with ``with``; it leaves nothing behind."""

    @property
    def identity(self) -> Identity:
        """Which implementation is tested."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do beyond the core of the contract."""

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """
        Create or update in order, as ``kubectl apply`` does; one result each, rejections included.

        Namespaces are created as needed. Raises ``Unreachable``.
        """

    def store(self, *objects: Manifest) -> None:
        """
        Store objects as a release without webhooks would have left them.

        Nothing defaults or validates them until they are applied again.
        """

    def delete(self, *keys: ObjectKey) -> None:
        """Delete; a missing object is not an error. Returns once none of them can be selected any more."""

    def advance_clock(self) -> None:
        """Advance the clock by a second, so that the next object has a later ``creationTimestamp``."""

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice of a service for the objects that are stored now. Raises ``NotSettled``."""

    def install(self, release: str) -> None:
        """Replace the running KServe with another release; stored objects stay. Needs ``UPGRADE``."""

    def configure(self, default_mode: str) -> None:
        """Set the deployment mode of services without one, until the next reset. Needs ``DEFAULT_MODE``."""

    def reset(self) -> None:
        """Delete everything that was applied or stored since the last reset, and return to the opened release."""

    def close(self) -> None:
        """Stop everything that was started. Never raises for something that is already gone."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


#: The title under which evidence lists what could not be read, and why.
UNAVAILABLE = "unavailable"


@runtime_checkable
class Diagnoses(Protocol):
    """A target that has more evidence of a failed scenario."""

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        """
        The evidence that is available now, by title.

        Titles are ``process`` (how a process exited), ``service``, ``runtimes``, ``deployment``, ``events`` and
        ``log``. Called before the reset, and only for a scenario that failed or errored. ``service`` is the subject of
        the scenario; None before there is one. What could not be read is listed under ``UNAVAILABLE``.
        """


def diagnoses(target: object) -> TypeGuard[Diagnoses]:
    """Whether a target has more evidence. ``issubclass`` is cached for a protocol, and ``isinstance`` is not."""
    return issubclass(type(target), Diagnoses)


@runtime_checkable
class ReportsLeftovers(Protocol):
    """A target that can report what it left behind."""

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:
        """
        Objects, processes or folders that still exist but should not.

        Called after each reset, where it must be cheap: a target for which the search is expensive returns nothing
        then. Called with ``thorough`` before a target is closed, and once more after that.
        """


def reports_leftovers(target: object) -> TypeGuard[ReportsLeftovers]:
    """Whether a target can report what it left behind."""
    return issubclass(type(target), ReportsLeftovers)


@runtime_checkable
class Prepares(Protocol):
    """A target that can fetch and build what it needs before it is opened."""

    def prepare(self) -> None:
        """Fetch and build everything, and start nothing. Raises ``CannotStart``."""


@runtime_checkable
class DeletesServices(Protocol):
    """A target that deletes a service as ``kubectl delete`` does. Scenarios that need it have ``@needs-deletion``."""

    def request_deletion(self, service: ObjectKey, within: timedelta) -> str | None:
        """
        Delete a service, which exists until the controller removes its finalizer. None once it is gone.

        If a webhook rejects the removal, which is an update, the service is never gone: returns the rejection. Raises
        ``NotSettled`` if neither happens in time.
        """


@runtime_checkable
class ListsWorkloads(Protocol):
    """A target that lists what a service is deployed as. Scenarios that need it have ``@needs-workloads``."""

    def workloads(self, service: ObjectKey, expected: tuple[str, ...], within: timedelta, /) -> tuple[str, ...]:
        """
        The predictor's workloads once they are as expected, or at the latest when this time is over, in order.

        A controller repeats a reconcile that failed, so other workloads than expected may not be the last. Each is
        written as ``Deployment NAME`` or ``Knative Service NAME``; those of canaries and worker nodes are left out. It
        only reads, so it changes nothing that a status has recorded. Raises ``NotSettled`` without the service.
        """


#: The image of the model server that scenarios run: it predicts nothing, and reports which runtime started it.
MODEL_SERVER = "kserve-conformance.invalid/model-server:1"


@runtime_checkable
class RunsPods(Protocol):
    """A target whose pods are real. Scenarios that need it have ``@needs-pods``; its runtimes use ``MODEL_SERVER``."""

    def run_pods(self, namespace: str) -> None:
        """Allow pods in a namespace until the next reset; other namespaces never run any."""

    def running(self, service: ObjectKey, within: timedelta) -> Manifest:
        """
        Wait until the predictor's pod and the service are ready. Raises ``NotSettled`` with the last observed state.
        """

    def predict(self, service: ObjectKey, path: str, body: Manifest) -> Any:
        """
        Post a document to a path of a running predictor, return the response. Raises ``NotSettled`` for HTTP errors.
        """
