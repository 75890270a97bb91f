"""
Writes like those of ``kubectl apply``, and the result of each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from kserve_conformance.objects import API_VERSIONS, RUNTIME_KINDS, Manifest, ObjectKey, replaced
from kserve_conformance.targets.contract import Admission, TargetCode, Unreachable
from kserve_conformance.targets.kubernetes import marks
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource
from kserve_conformance.targets.kubernetes.observer import reported
from kserve_conformance.targets.three_way_merge import applied

#: The API server's error when it cannot reach a webhook, or the webhook broke off.
CALLING_FAILED = "failed calling webhook"

#: Its error when a webhook or a policy of the cluster rejected an object.
DENIED = ("denied the request", "denied request")

#: How the error of a webhook that panicked ends.
BROKE_OFF = ("stream error", "EOF", "connection reset by peer")

#: A manager that is just exiting breaks off once; a panic repeats.
BROKE_OFF_TIMES = 2

#: A webhook that is not listening, as opposed to one that broke: the manager has exited or is about to.
NOT_THERE = "connection refused"

#: How long to wait for a manager's exit to be noticed: a process takes a moment to die.
GONE_WITHIN = 2.0

#: How often a conflicting write is retried, and the pause before each retry.
CONFLICT_TIMES = 20
CONFLICT_PAUSE = 0.01


def silent_webhook(message: str, key: ObjectKey | None = None) -> Unreachable:
    """The error for a KServe webhook that does not respond: whether it rejects the object is unknown."""
    about = f" for {key}" if key is not None else ""
    return Unreachable(
        f"KServe's webhook did not respond{about}: {message}",
        code=TargetCode.SILENT_WEBHOOK,
        hint="a webhook that hangs or is unreachable does not count as a rejection; see the controller's log",
    )


@dataclass(frozen=True, slots=True)
class WriteResult:
    """An admission, and whether the object is new."""

    admission: Admission
    is_new: bool = False


@dataclass
class Writer:
    """Writes objects to an API server as one user."""

    client: Client
    resource_of: Callable[[str, str], Resource | None]
    check: Callable[[], None]

    def write(
        self, key: ObjectKey, manifest: Manifest, last: Manifest | None, *, is_there: bool = False
    ) -> WriteResult:
        """
        Create or update one object; ``last`` is what was applied to it before.

        ``is_there`` says that it is stored although it was not applied: trying to create it would call the webhooks
        before the server reports that it exists.

        Raises ``ApiError`` for an error that is not a rejection, and ``Unreachable``.
        """
        whole = written(key, manifest)
        resource = self.resource_of(whole["apiVersion"], key.kind)
        if resource is None:
            return WriteResult(
                Admission(key, rejected=f'no matches for kind "{key.kind}" in version "{whole["apiVersion"]}"')
            )
        before = written(key, last) if last is not None else None
        gone_at = time.monotonic() + GONE_WITHIN
        conflicts = broke_off = 0
        while conflicts < CONFLICT_TIMES:
            try:
                stored, is_new = self._once(resource, key, whole, before, is_there=is_there)
            except ApiError as error:
                if error.status == 409:
                    conflicts += 1
                    time.sleep(CONFLICT_PAUSE)
                    continue
                if is_silence(error):
                    self.check()
                    if NOT_THERE not in error.message or time.monotonic() > gone_at:
                        raise silent_webhook(error.message, key) from error
                    time.sleep(0.05)
                    continue
                if not is_rejection(error):
                    raise
                if CALLING_FAILED in error.message and (broke_off := broke_off + 1) < BROKE_OFF_TIMES:
                    time.sleep(0.05)
                    self.check()
                    continue
                return WriteResult(Admission(key, rejected=error.message))
            return WriteResult(Admission(key, stored=stored_form(key, stored)), is_new)
        raise ApiError(409, "Conflict", f"{key} was changed by another client each of {CONFLICT_TIMES} times")

    def _once(
        self, resource: Resource, key: ObjectKey, whole: Manifest, last: Manifest | None, *, is_there: bool
    ) -> tuple[Manifest, bool]:
        path = resource.path(key.namespace, key.name)
        live = self.client.find(path) if last is not None or is_there else None
        if live is None:
            try:
                return self.client.post(resource.path(key.namespace), whole), True
            except ApiError as error:
                if error.reason != "AlreadyExists":
                    raise
                live = self.client.get(path)
        return self.client.put(path, applied(last, whole, live)), False


def written(key: ObjectKey, manifest: Manifest) -> Manifest:
    """A manifest as it is sent: with API version and namespace; a runtime with its mark."""
    whole: Manifest = {"apiVersion": API_VERSIONS.get(key.kind, "v1"), **manifest}
    if key.namespace is not None:
        whole = replaced(whole, key.namespace, "metadata", "namespace")
    if key.kind in RUNTIME_KINDS:
        whole = marks.marked(whole, ObjectKey(key.kind, key.name, key.namespace))
    return whole


def stored_form(key: ObjectKey, stored: Manifest) -> Manifest:
    """A stored object as reported in an admission."""
    return reported(marks.unmarked(stored) if key.kind in RUNTIME_KINDS else stored)


def is_rejection(error: ApiError) -> bool:
    """
    Does this error reject the object, rather than the request?

    A webhook that panics rejects too (HTTP 500): the object is not stored, and its user sees this text. HTTP 403 alone
    does not: a user without permission, or a terminating namespace, says nothing about the object.
    """
    if CALLING_FAILED in error.message:
        return any(sign in error.message for sign in BROKE_OFF)
    return error.status in (400, 422) or any(sign in error.message for sign in DENIED)


def is_silence(error: ApiError) -> bool:
    """Does this error mean that a webhook did not respond: it hangs, cannot be reached, or is not a webhook?"""
    return CALLING_FAILED in error.message and not is_rejection(error)
