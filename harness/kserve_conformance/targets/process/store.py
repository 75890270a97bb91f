"""
The objects of a scenario, kept as an API server would, and the questions about them.

Nothing here speaks with a process. What needs an answer is a generator that gives
a question and is sent its answer, so that the questions of many worlds can be on
the line at once.
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
class Question:
    """One question, all but its id, and the service that it is about."""

    fields: Mapping[str, Any]
    about: ObjectKey | None = None


#: What gives questions, is sent their answers, and returns something in the end.
Questions = Generator[Question, Answer, _Result]


class Kept(msgspec.Struct, frozen=True):
    """
    One object in store.

    ``is_stored_form`` says that this is how it is stored, so that questions have it
    unchanged; otherwise the command said nothing of it and admits it anew each
    time. ``is_reported`` says that the form is the command's word. ``had_pod`` says
    that a pod of an earlier choice may exist.
    """

    manifest: Manifest
    last_applied: Manifest | None = None
    is_stored_form: bool = True
    is_reported: bool = False
    had_pod: bool = False


class Store:
    """The objects of one world. ``schema`` is the release whose CRDs check what is written; None checks every field."""

    def __init__(self, schema: str | None) -> None:
        self._schema = schema
        self._kept: dict[ObjectKey, Kept] = {}
        self._clock = Clock()
        #: The answer to the last write, as long as nothing has happened since: it says what a look would.
        self._fresh: tuple[ObjectKey, Answer] | None = None

    def put(self, *objects: Manifest) -> None:
        """Store objects without a question."""
        for manifest in objects:
            key = ObjectKey.of(manifest)
            self._keep(key, Kept(manifest, had_pod=key.kind == SERVICE))

    def delete(self, *keys: ObjectKey) -> None:
        """Forget objects."""
        self._fresh = None
        for key in keys:
            self._kept.pop(key, None)

    def advance_clock(self) -> None:
        """Move the clock by a second."""
        self._clock.advance_clock()

    def look(self, service: ObjectKey, within: timedelta, *, anew: bool = True) -> Questions[Observation]:
        """
        Observe a stored service; unless ``anew``, by the answer to its write if nothing happened since.

        Raises ``NotSettled`` for a service that is not there, and ``NoAnswer``.
        """
        kept = self._kept.get(service)
        if kept is None:
            raise NotSettled(service, within, "no such service")
        if not anew and self._fresh is not None and self._fresh[0] == service:
            answer = self._fresh[1]
        else:
            answer = yield self._about(service, kept.manifest, admit=not kept.is_stored_form)
            if answer.rejected is not None:
                raise bad_answer(f"the answer rejects {service}, which is stored: {answer.rejected}")
        seen = observation(answer, kept.manifest, is_reported=kept.is_reported, had_pod=kept.had_pod)
        if not kept.had_pod and has_pod(answer):
            self._kept[service] = msgspec.structs.replace(kept, had_pod=True)
        return seen

    def write(self, manifest: Manifest) -> Questions[Admission]:
        """
        Put an applied object to the command, and store it if it is admitted.

        Raises ``Unreported`` where it depends on what the command does not report.
        """
        key = ObjectKey.of(manifest)
        kept = self._kept.get(key)
        if kept is not None and not kept.is_stored_form:
            # An apply is merged with what is stored, so the result of this one is unknown.
            raise Unreported("stored")
        whole = applied(kept.last_applied, manifest, kept.manifest) if kept is not None else dict(manifest)
        problems = check(whole, self._schema)
        if problems:
            # An API server rejects it before KServe sees it; that verdict would be ours, not the command's.
            raise Unreported("schema", rejection_message(whole, problems))
        if key.kind == SERVICE:
            return (yield from self._write_service(key, manifest, whole, kept))
        if key.kind in RUNTIME_KINDS:
            return (yield from self._write_runtime(key, manifest, whole))
        return Admission(
            key, stored=self._keep(key, Kept(whole, manifest)), unreported=frozenset({"stored", "rejected"})
        )

    def _write_service(
        self, key: ObjectKey, given: Manifest, whole: Manifest, kept: Kept | None
    ) -> Questions[Admission]:
        answer = yield self._about(key, whole, admit=True)
        if answer.rejected is not None:
            return Admission(key, rejected=answer.rejected)
        is_reported = answer.service is not None
        stored = self._keep(
            key,
            Kept(
                answer.service if answer.service is not None else whole,
                last_applied=given,
                is_stored_form=is_reported,
                is_reported=is_reported,
                had_pod=has_pod(answer) or (kept is not None and kept.had_pod),
            ),
        )
        self._fresh = key, answer
        return Admission(
            key, stored=stored, unreported=frozenset() if is_reported else frozenset({"stored", "rejected"})
        )

    def _write_runtime(self, key: ObjectKey, given: Manifest, whole: Manifest) -> Questions[Admission]:
        """Put a runtime to the runtime webhook. Its own earlier state is among the others, as it is stored."""
        runtimes = self._runtimes
        answer = yield Question(
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
        stored = self._keep(key, Kept(whole, given))
        # What is left of a runtime is the schema's doing, and nothing that the command reports.
        return Admission(
            key, stored=stored, unreported=frozenset({"stored"} if verdict is not None else {"stored", "rejected"})
        )

    def _keep(self, key: ObjectKey, kept: Kept) -> Manifest:
        self._fresh = None
        stamped = self._stamped(key, kept.manifest)
        self._kept[key] = msgspec.structs.replace(kept, manifest=stamped)
        return stamped

    def _stamped(self, key: ObjectKey, manifest: Manifest) -> Manifest:
        kept = self._kept.get(key)
        return self._clock.stamped(manifest, kept.manifest if kept is not None else None)

    @property
    def _runtimes(self) -> list[Manifest]:
        """Every runtime in store, of every namespace: which of them a service sees is for the command to say."""
        return [kept.manifest for key, kept in self._kept.items() if key.kind in RUNTIME_KINDS]

    def _about(self, key: ObjectKey, service: Manifest, *, admit: bool) -> Question:
        question = {
            "namespace": key.namespace or "default",
            "runtimes": self._runtimes,
            "service": service,
            "admit": admit,
        }
        return Question(question, key)
