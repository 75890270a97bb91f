"""
The target ``process``: a world's objects kept here, and whatever is decided about them asked of a command.

What an API server does is done here: merging what is applied, checking types,
names and times. Everything that a KServe decides is asked: whether a service or a
runtime is admitted, how a service is stored, what it runs on. What the command
leaves out of an answer is not filled in. It is marked as not told, and an
expectation that needs it has no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import msgspec

from kserve_conformance.manifests import check, refusal
from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Manifest, ObjectKey, at, replaced
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.applying import applied
from kserve_conformance.targets.contract import (
    Admission,
    CannotDo,
    Capability,
    Identity,
    NotGiven,
    NotSettled,
    Observation,
)
from kserve_conformance.targets.memory import EPOCH
from kserve_conformance.targets.process.command import Command
from kserve_conformance.targets.process.failures import BadAnswer, OutOfStep
from kserve_conformance.targets.process.observing import has_pod, observation
from kserve_conformance.targets.process.reading import read_answer

#: The profile that is no release: no CRDs of its own, so every field is checked.
DOCUMENTED = "documented"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Kept:
    """
    One object in store.

    ``is_stored_form`` says that this is how it is stored, so that it is asked about
    as it stands; otherwise the command said nothing of it and admits it anew each
    time. ``is_told`` says that the form is the command's word. ``had_pod`` says
    that a pod of an earlier choice may exist.
    """

    manifest: Manifest
    last_applied: Manifest | None = None
    is_stored_form: bool = True
    is_told: bool = False
    had_pod: bool = False


class ProcessTarget:
    """Anyone's implementation, held against a release. Open it with ``with``."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, command: Command, release: str) -> None:
        self._command = command
        self._schema = None if release == DOCUMENTED else release
        self.identity = Identity(
            target=f"process:{command.name}",
            release=release,
            observed_through="the answers of a command to questions about a world, one line of JSON each",
            digests=command.digests,
        )
        self._questions = 0
        self._forget()

    def _forget(self) -> None:
        self._kept: dict[ObjectKey, Kept] = {}
        self._seconds = 0

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """
        Ask about each object in order and store what is admitted.

        Raises ``NotGiven`` where it depends on what the command does not tell, and ``NoAnswer``.
        """
        return tuple(self._write(manifest) for manifest in objects)

    def store(self, *objects: Manifest) -> None:
        """Put objects in store; nobody is asked."""
        for manifest in objects:
            key = ObjectKey.of(manifest)
            self._keep(key, Kept(manifest, had_pod=key.kind == SERVICE))

    def delete(self, *keys: ObjectKey) -> None:
        """Forget objects."""
        for key in keys:
            self._kept.pop(key, None)

    def tick(self) -> None:
        """Move the clock by a second."""
        self._seconds += 1

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """
        Ask about a service in store. An answer is settled; how long one may take is the command's own limit.

        Raises ``NotSettled`` for a service that is not there, and ``NoAnswer``.
        """
        kept = self._kept.get(service)
        if kept is None:
            raise NotSettled(service, within, "no such service")
        answer = self._ask_about(service, kept.manifest, admit=not kept.is_stored_form)
        if answer.rejected is not None:
            raise BadAnswer(f"the answer rejects {service}, which is in store: {answer.rejected}")
        seen = observation(answer, kept.manifest, is_told=kept.is_told, had_pod=kept.had_pod)
        self._kept[service] = replace(kept, had_pod=kept.had_pod or has_pod(answer))
        return seen

    def install(self, release: str) -> None:
        """Never possible. Raises ``CannotDo``."""
        raise CannotDo(f"{self.identity.target} cannot become {release}: the command decides which release it is")

    def configure(self, default_mode: str) -> None:
        """Never possible. Raises ``CannotDo``."""
        raise CannotDo(f"no question asks for the default deployment mode {default_mode}")

    def reset(self) -> None:
        """Forget everything. The process goes on: no question depends on an earlier one."""
        self._forget()

    def close(self) -> None:
        """End the process."""
        self._command.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- writing ----------------------------------------------------------

    def _write(self, manifest: Manifest) -> Admission:
        key = ObjectKey.of(manifest)
        kept = self._kept.get(key)
        if kept is not None and not kept.is_stored_form:
            # An apply is merged with what is stored, so nobody knows what this one would write.
            raise NotGiven("stored")
        whole = applied(kept.last_applied, manifest, kept.manifest) if kept is not None else dict(manifest)
        problems = check(whole, self._schema)
        if problems:
            # An API server refuses it before any KServe is asked; to say so here would be our word, not the command's.
            raise NotGiven("schema", refusal(whole, problems))
        if key.kind == SERVICE:
            return self._write_service(key, manifest, whole, kept)
        if key.kind in RUNTIME_KINDS:
            return self._write_runtime(key, manifest, whole)
        return Admission(key, stored=self._keep(key, Kept(whole, manifest)), not_told=frozenset({"stored", "rejected"}))

    def _write_service(self, key: ObjectKey, given: Manifest, whole: Manifest, kept: Kept | None) -> Admission:
        answer = self._ask_about(key, whole, admit=True)
        if answer.rejected is not None:
            return Admission(key, rejected=answer.rejected)
        is_told = answer.service is not None
        stored = self._keep(
            key,
            Kept(
                answer.service if answer.service is not None else whole,
                last_applied=given,
                is_stored_form=is_told,
                is_told=is_told,
                had_pod=has_pod(answer) or (kept is not None and kept.had_pod),
            ),
        )
        return Admission(key, stored=stored, not_told=frozenset() if is_told else frozenset({"stored", "rejected"}))

    def _write_runtime(self, key: ObjectKey, given: Manifest, whole: Manifest) -> Admission:
        """Ask the runtime webhook's verdict. An earlier state of itself is among the others, as in store."""
        runtimes = self._runtimes
        answer = self._ask(
            namespace=key.namespace or "default",
            runtimes=[*runtimes, self._stamped(key, whole)],
            admit=True,
            validate_runtime=len(runtimes),
        )
        verdict = answer.runtime_admission
        if verdict is not None and not verdict.allowed:
            why = frozenset({"why_rejected"} if verdict.message is None else ())
            return Admission(key, rejected=verdict.message or "", not_told=why)
        stored = self._keep(key, Kept(whole, given))
        # What is left of a runtime is the schema's doing, and nothing that the command tells.
        return Admission(
            key, stored=stored, not_told=frozenset({"stored"} if verdict is not None else {"stored", "rejected"})
        )

    def _keep(self, key: ObjectKey, kept: Kept) -> Manifest:
        stamped = self._stamped(key, kept.manifest)
        self._kept[key] = replace(kept, manifest=stamped)
        return stamped

    def _stamped(self, key: ObjectKey, manifest: Manifest) -> Manifest:
        before = self._kept.get(key)
        now = (EPOCH + timedelta(seconds=self._seconds)).isoformat().replace("+00:00", "Z")
        created = at(before.manifest, "metadata", "creationTimestamp") if before is not None else None
        return replaced(manifest, created or now, "metadata", "creationTimestamp")

    # --- asking -----------------------------------------------------------

    @property
    def _runtimes(self) -> list[Manifest]:
        """Every runtime in store, of every namespace: which of them a service sees is for the command to say."""
        return [kept.manifest for key, kept in self._kept.items() if key.kind in RUNTIME_KINDS]

    def _ask_about(self, key: ObjectKey, service: Manifest, *, admit: bool) -> Answer:
        return self._ask(
            key, namespace=key.namespace or "default", runtimes=self._runtimes, service=service, admit=admit
        )

    def _ask(self, about: ObjectKey | None = None, **question: Any) -> Answer:
        self._questions += 1
        said: Mapping[str, Any] = {"id": self._questions, **question}
        line = self._command.ask(_encode(said) + b"\n")
        try:
            return read_answer(line, self._questions, about, self._schema)
        except OutOfStep as failure:
            self._command.distrust(failure)
            raise
