"""
The contract between a scenario and whatever answers it.

A scenario never meets a target and a target never knows a scenario: both speak
in Kubernetes objects and in what can be seen of them. Write your own target by
implementing :class:`Target`; :mod:`kserve_conformance.targets.faulty` has ones
that fail in named ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest, ObjectKey, Outcome


class Capability(StrEnum):
    """What a target can do beyond the core of the contract; a scenario's ``@needs-…`` tag asks for one."""

    #: Another release can be installed over what is stored.
    UPGRADE = "upgrade"
    #: Pods really run.
    PODS = "pods"
    #: The default deployment mode can be set.
    DEFAULT_MODE = "default-mode"
    #: It knows the rules, and says where they leave a choice open.
    OPEN_CHOICES = "open-choices"


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Which implementation answered: never how it was reached, no host name, no path.

    ``observed_through`` says in words how the choice is seen. ``digests`` maps
    names (an image, a binary, the installed CRDs) to ``sha256:…``.
    """

    target: str
    release: str
    api_server: str | None = None
    observed_through: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admission:
    """
    The answer to one applied object: as stored, or why it was refused.

    ``not_told`` names the fields of which the target knows nothing, and
    ``why_rejected`` for a refusal without a text.
    """

    key: ObjectKey
    stored: Manifest | None = None
    rejected: str | None = None
    not_told: frozenset[str] = frozenset()

    def needs(self, *parts: str) -> None:
        """An expectation rests on these parts. Raises ``NotGiven`` if the target does not tell one of them."""
        _refuse_guesses(parts, self.not_told)


@dataclass(frozen=True, slots=True)
class Observation:
    """
    What a target showed of one service once nothing moved any more.

    ``reason`` and ``message`` are those of ``status.modelStatus.lastFailureInfo``;
    ``errors`` are the texts of the service's Warning events, oldest first. ``pod``
    is the predictor's pod template (``metadata``, ``spec``) and ``workload`` the
    runtime that it was made of: both stay from an earlier choice while a later one
    fails. ``status_runtime`` is the runtime that the status names. ``one_of`` is only ever set by a target
    that knows the rules: the choices that they leave open. ``graph_protocol`` is
    the protocol by which an inference graph calls the service. ``canaries`` has
    each canary's runtime by its name, or why it has none. ``logs`` are the
    controller's lines about this service. ``not_told`` names the fields of which
    the target knows nothing: what stands in them is no answer.
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
    not_told: frozenset[str] = frozenset()

    def needs(self, *parts: str) -> None:
        """An expectation rests on these parts. Raises ``NotGiven`` if the target does not tell one of them."""
        _refuse_guesses(parts, self.not_told)


class TargetCode(StrEnum):
    """What a :class:`TargetError` is about; stable, for programs."""

    UNKNOWN_TARGET = "unknown-target"
    BAD_TARGET = "bad-target"
    UNKNOWN_PARAMETER = "unknown-parameter"
    REPEATED_TARGET = "repeated-target"


class BadTarget(TargetError):
    """A target as it is written names nothing that can be opened. The exit code is that of invalid arguments."""

    exit_code = 2
    code = TargetCode.BAD_TARGET


class Unreachable(TargetError):
    """The target does not answer any more. Nothing can be said of what it would have chosen."""


class CannotStart(TargetError):
    """The target did not come up; the text has the last lines of what it said."""


class NotSettled(TargetError):
    """A service showed no settled choice in time; ``last`` is what was seen last."""

    def __init__(self, service: ObjectKey, within: timedelta, last: object = None) -> None:
        super().__init__(f"{service} showed no settled choice within {within.total_seconds():g} s; last seen: {last}")
        self.service = service
        self.last = last


class CannotDo(TargetError):
    """The target lacks a capability that was asked of it all the same."""


#: What a target may leave untold, in words.
PARTS: Mapping[str, str] = {
    "outcome": "what a service runs on",
    "runtime": "what a service runs on",
    "reason": "why a service has no runtime",
    "message": "in which words the status tells a failure",
    "errors": "which events there are",
    "pod": "what the pod is",
    "workload": "which workload there is",
    "status_runtime": "which runtime the status names",
    "graph_protocol": "how an inference graph calls a service",
    "canaries": "what canaries run on",
    "service": "how a service is stored",
    "stored": "how an object is stored",
    "rejected": "whether an object is accepted",
    "why_rejected": "why an object is refused",
    "schema": "what the schema of an API server refuses",
}


#: What no controller shows by itself: only a target that knows the rules tells it.
BEYOND_CONTROLLERS = frozenset({"graph_protocol", "canaries"})


class NotGiven(CannotDo):
    """The target does not tell what was asked for, which is neither right nor wrong. ``part`` is one of ``PARTS``."""

    def __init__(self, part: str, detail: str = "") -> None:
        super().__init__(f"the implementation does not tell {PARTS[part]}{f': {detail}' if detail else ''}")
        self.part = part


def _refuse_guesses(parts: Iterable[str], not_told: frozenset[str]) -> None:
    for part in parts:
        if part in not_told:
            raise NotGiven(part)


class Target(Protocol):
    """Something that can be asked which runtime a service gets. Open it with ``with``; it leaves nothing behind."""

    @property
    def identity(self) -> Identity:
        """Which implementation answers."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do beyond the core of the contract."""

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """
        Create or update in order, as ``kubectl apply`` does; an answer for each, refusals included.

        Namespaces are made as needed. Raises ``Unreachable``.
        """

    def store(self, *objects: Manifest) -> None:
        """
        Put objects in store as a release without webhooks left them.

        Nothing defaults or checks them until they are next applied.
        """

    def delete(self, *keys: ObjectKey) -> None:
        """Delete; what is not there is no error. Returns once none of it can be chosen any more."""

    def tick(self) -> None:
        """Let a ``creationTimestamp``'s second pass: what is created next is newer than what is there."""

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice of a service on the objects that are in store now. Raises ``NotSettled``."""

    def install(self, release: str) -> None:
        """Replace the KServe that runs by another release; what is stored stays. Needs ``UPGRADE``."""

    def configure(self, default_mode: str) -> None:
        """Set the deployment mode of services that name none, until the next reset. Needs ``DEFAULT_MODE``."""

    def reset(self) -> None:
        """Delete everything that was applied or stored since the last reset; back to the release it was opened with."""

    def close(self) -> None:
        """End what was started. Never raises for something that is already gone."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


#: The title under which evidence tells what of it could not be had, and why.
NOT_TO_BE_HAD = "not to be had"


@runtime_checkable
class Diagnoses(Protocol):
    """A target that can tell more of a scenario that failed."""

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        """
        What there is to see now, by its title.

        Titles are ``process`` (how one ended), ``service``, ``runtimes``,
        ``deployment``, ``events`` and ``log``. Asked before the reset, and only for a
        scenario that failed or errs. ``service`` is the one that it is about; None
        where there is none yet. What cannot be had is told under ``NOT_TO_BE_HAD``,
        with the reason.
        """


@runtime_checkable
class TellsLeftovers(Protocol):
    """A target that can tell what it left behind."""

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:
        """
        What there still is, though nothing should be: an object, a process or a folder each, in words.

        Asked after each reset, where it must cost next to nothing: a target for which
        looking is dear answers nothing then. Asked once more, and thoroughly, before a
        target is closed, and a last time after that.
        """


#: The image of the model server that scenarios run: it predicts nothing, and tells which runtime started it.
MODEL_SERVER = "kserve-conformance.invalid/model-server:1"


@runtime_checkable
class RunsPods(Protocol):
    """A target whose pods are real. Scenarios that need it have ``@needs-pods``; its runtimes use ``MODEL_SERVER``."""

    def run_pods(self, namespace: str) -> None:
        """Let pods run in a namespace until the next reset; elsewhere none is ever started."""

    def running(self, service: ObjectKey, within: timedelta) -> Manifest:
        """The predictor's pod once it is ready, and the service too. Raises ``NotSettled`` with what was seen last."""

    def ask(self, service: ObjectKey, path: str, body: Manifest) -> Any:
        """Post a document to a path of a running predictor; its answer. Raises ``NotSettled`` for a rejection."""
