"""
Writes as ``kubectl apply`` makes them, and the answer to each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from kserve_conformance.objects import API_VERSIONS, RUNTIME_KINDS, Manifest, ObjectKey, RuntimeRef, replaced
from kserve_conformance.targets.applying import applied
from kserve_conformance.targets.contract import Admission
from kserve_conformance.targets.kubernetes import marking
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource
from kserve_conformance.targets.kubernetes.observing import reported

#: What the API server says when it cannot reach a webhook, or the webhook broke off.
CALLING_FAILED = "failed calling webhook"

#: What it says when a webhook refused, whatever the webhook's reason.
DENIED = "denied the request"

#: A webhook that is not there, as opposed to one that broke: the manager is gone or about to be.
NOT_THERE = "connection refused"

#: How long a manager may be gone before its end is believed: a process takes a moment to die.
GONE_WITHIN = 2.0

#: How often a write that met another is tried again.
CONFLICT_TIMES = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """An admission, and whether the object was not there before."""

    admission: Admission
    is_new: bool = False


@dataclass
class Writer:
    """Writes objects to an API server as one user."""

    client: Client
    resource_of: Callable[[str, str], Resource | None]
    check: Callable[[], None]

    def write(self, key: ObjectKey, manifest: Manifest, last: Manifest | None) -> Answer:
        """
        Create or update one object; ``last`` is what was applied to it before.

        Raises ``ApiError`` for what is no refusal, and ``Unreachable``.
        """
        whole = written(key, manifest)
        resource = self.resource_of(whole["apiVersion"], key.kind)
        if resource is None:
            return Answer(
                Admission(key, rejected=f'no matches for kind "{key.kind}" in version "{whole["apiVersion"]}"')
            )
        before = written(key, last) if last is not None else None
        gone_at = time.monotonic() + GONE_WITHIN
        for _ in range(CONFLICT_TIMES):
            try:
                stored, is_new = self._once(resource, key, whole, before)
            except ApiError as error:
                if error.status == 409:
                    continue
                if CALLING_FAILED in error.message:
                    self.check()
                    if NOT_THERE in error.message and time.monotonic() < gone_at:
                        time.sleep(0.05)
                        continue
                if is_refusal(error):
                    return Answer(Admission(key, rejected=error.message))
                raise
            return Answer(Admission(key, stored=stored_form(key, stored)), is_new)
        raise ApiError(409, "Conflict", f"{key} was changed by somebody else each of {CONFLICT_TIMES} times")

    def _once(
        self, resource: Resource, key: ObjectKey, whole: Manifest, last: Manifest | None
    ) -> tuple[Manifest, bool]:
        path = resource.path(key.namespace, key.name)
        live = self.client.find(path) if last is not None else None
        if live is None:
            try:
                return self.client.post(resource.path(key.namespace), whole), True
            except ApiError as error:
                if error.reason != "AlreadyExists":
                    raise
                live = self.client.get(path)
        return self.client.put(path, applied(last, whole, live)), False


def written(key: ObjectKey, manifest: Manifest) -> Manifest:
    """A manifest as it is sent: with its API version and namespace, and a runtime with its mark."""
    whole: Manifest = {"apiVersion": API_VERSIONS.get(key.kind, "v1"), **manifest}
    if key.namespace is not None:
        whole = replaced(whole, key.namespace, "metadata", "namespace")
    if key.kind in RUNTIME_KINDS:
        whole = marking.marked(whole, RuntimeRef(key.kind, key.name, key.namespace))
    return whole


def stored_form(key: ObjectKey, stored: Manifest) -> Manifest:
    """A stored object as it is reported."""
    return reported(marking.unmarked(stored) if key.kind in RUNTIME_KINDS else stored)


def is_refusal(error: ApiError) -> bool:
    """
    Does this answer refuse the object, rather than the request?

    A webhook that panics is a refusal too (HTTP 500): the object is not stored, and its
    user sees this text.
    """
    return error.status in (400, 403, 422) or CALLING_FAILED in error.message or DENIED in error.message
