"""
The objects of a scenario, stored as an API server would, and the questions about them.

Nothing here talks to a process. An operation that needs an answer is a generator that yields a question and is sent its
answer, so that questions of many cases can be in flight at once.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Manifest, ObjectKey
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.clock import Clock
from kserve_conformance.targets.contract import Admission, NotSettled, Observation, Unreported
from kserve_conformance.targets.process.failures import bad_answer
from kserve_conformance.targets.process.observations import has_pod, observation
from kserve_conformance.targets.three_way_merge import applied

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """One question without its id, and the service that it is about."""

    fields: Mapping[str, Any]
    about: ObjectKey | None = None


#: Yields questions, is sent their answers, and returns a result.
Questions = Generator[PendingQuestion, Answer, _Result]


class StoredObject(msgspec.Struct, frozen=True):
    """
    One stored object.

    ``is_stored_form`` says that the manifest is how it is stored, so that questions contain it unchanged; otherwise the
    command did not report that form and admits the object each time. ``is_reported`` says that the command reported the
    form. ``had_pod`` says that a pod of an earlier choice may exist.
    """

    manifest: Manifest
    last_applied: Manifest | None = None
    is_stored_form: bool = True
    is_reported: bool = False
    had_pod: bool = False


class Store:
    """The objects of one scenario. ``schema`` is the release whose CRDs validate writes; None checks every field."""

    def __init__(self, schema: str | None) -> None:
        self._schema = schema
        self._objects: dict[ObjectKey, StoredObject] = {}
        self._clock = Clock()
        #: The answer to the last write, if nothing has happened since: an observation would return the same.
        self._fresh: tuple[ObjectKey, Answer] | None = None

    def put(self, *objects: Manifest) -> None:
        """Store objects without a question."""
        for manifest in objects:
            key = ObjectKey.of(manifest)
            self._put(key, StoredObject(manifest, had_pod=key.kind == SERVICE))

    def delete(self, *keys: ObjectKey) -> None:
        """Forget objects."""
        self._fresh = None
        for key in keys:
            self._objects.pop(key, None)

    def advance_clock(self) -> None:
        """Move the clock by a second."""
        self._clock.advance_clock()

    def look(self, service: ObjectKey, within: timedelta, *, is_fresh: bool = True) -> Questions[Observation]:
        """
        Observe a stored service; unless ``is_fresh``, by the answer to its write if nothing happened since.

        Raises ``NotSettled`` for a service that is not there, and ``NoAnswer``.
        """
        current = self._objects.get(service)
        if current is None:
            raise NotSettled(service, within, "no such service")
        if not is_fresh and self._fresh is not None and self._fresh[0] == service:
            answer = self._fresh[1]
        else:
            answer = yield self._about(service, current.manifest, admit=not current.is_stored_form)
            if answer.rejected is not None:
                raise bad_answer(f"the answer rejects {service}, which is stored: {answer.rejected}")
        observed = observation(answer, current.manifest, is_reported=current.is_reported, had_pod=current.had_pod)
        if not current.had_pod and has_pod(answer):
            self._objects[service] = msgspec.structs.replace(current, had_pod=True)
        return observed

    def write(self, manifest: Manifest) -> Questions[Admission]:
        """
        Send an applied object to the command, and store it if it is admitted.

        Raises ``Unreported`` if that depends on a field that the command does not report.
        """
        key = ObjectKey.of(manifest)
        current = self._objects.get(key)
        if current is not None and not current.is_stored_form:
            # An apply is merged with what is stored, so the result of this one is unknown.
            raise Unreported("stored")
        whole = applied(current.last_applied, manifest, current.manifest) if current is not None else dict(manifest)
        problems = check(whole, self._schema)
        if problems:
            # An API server rejects it before KServe sees it; that result would be ours, not the command's.
            raise Unreported("schema", rejection_message(whole, problems))
        if key.kind == SERVICE:
            return (yield from self._write_service(key, manifest, whole, current))
        if key.kind in RUNTIME_KINDS:
            return (yield from self._write_runtime(key, manifest, whole))
        return Admission(
            key, stored=self._put(key, StoredObject(whole, manifest)), unreported=frozenset({"stored", "rejected"})
        )

    def _write_service(
        self, key: ObjectKey, given: Manifest, whole: Manifest, current: StoredObject | None
    ) -> Questions[Admission]:
        answer = yield self._about(key, whole, admit=True)
        if answer.rejected is not None:
            return Admission(key, rejected=answer.rejected)
        is_reported = answer.service is not None
        stored = self._put(
            key,
            StoredObject(
                answer.service if answer.service is not None else whole,
                last_applied=given,
                is_stored_form=is_reported,
                is_reported=is_reported,
                had_pod=has_pod(answer) or (current is not None and current.had_pod),
            ),
        )
        self._fresh = key, answer
        return Admission(
            key, stored=stored, unreported=frozenset() if is_reported else frozenset({"stored", "rejected"})
        )

    def _write_runtime(self, key: ObjectKey, given: Manifest, whole: Manifest) -> Questions[Admission]:
        """Send a runtime to the runtime webhook, along with all stored runtimes, its own previous state included."""
        runtimes = self._runtimes
        answer = yield PendingQuestion(
            {
                "namespace": key.namespace or "default",
                "runtimes": [*runtimes, self._stamped(key, whole)],
                "admit": True,
                "validateRuntime": len(runtimes),
            }
        )
        verdict = answer.runtime_admission
        if verdict is not None and not verdict.allowed:
            why = frozenset({"why_rejected"} if verdict.message is None else ())
            return Admission(key, rejected=verdict.message or "", unreported=why)
        stored = self._put(key, StoredObject(whole, given))
        # The stored form of a runtime depends on the schema, which the command does not report.
        return Admission(
            key, stored=stored, unreported=frozenset({"stored"} if verdict is not None else {"stored", "rejected"})
        )

    def _put(self, key: ObjectKey, current: StoredObject) -> Manifest:
        self._fresh = None
        stamped = self._stamped(key, current.manifest)
        self._objects[key] = msgspec.structs.replace(current, manifest=stamped)
        return stamped

    def _stamped(self, key: ObjectKey, manifest: Manifest) -> Manifest:
        current = self._objects.get(key)
        return self._clock.stamped(manifest, current.manifest if current is not None else None)

    @property
    def _runtimes(self) -> list[Manifest]:
        """Every stored runtime of every namespace: the command decides which of them a service sees."""
        return [current.manifest for key, current in self._objects.items() if key.kind in RUNTIME_KINDS]

    def _about(self, key: ObjectKey, service: Manifest, *, admit: bool) -> PendingQuestion:
        question = {
            "namespace": key.namespace or "default",
            "runtimes": self._runtimes,
            "service": service,
            "admit": admit,
        }
        return PendingQuestion(question, key)
