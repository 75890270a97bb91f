"""
The state of one scenario: what was applied, what was answered, and what is expected.

A step calls one method of it and returns. Runtimes are collected and applied
together before the first step that needs them; an observation is made when an
expectation asks for it and kept until something is done again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from msgspec.structs import replace

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import (
    RUNTIME_KINDS,
    Catalogue,
    Manifest,
    Namespace,
    ObjectKey,
)
from kserve_conformance.record.choice import Choice
from kserve_conformance.targets.contract import Admission, Observation, Target
from kserve_conformance.world.choice_expectations import ChoiceExpectations
from kserve_conformance.world.nonconformity import Nonconformity
from kserve_conformance.world.objects import default_spec, key_of_runtime, merged, runtime_manifest
from kserve_conformance.world.part_expectations import PartExpectations
from kserve_conformance.world.pod_expectations import RunningExpectations
from kserve_conformance.world.story import evidence_of, story_of
from kserve_conformance.world.summaries import choice_of, rejection_of

#: How long a service may take to show a settled choice.
SETTLES_WITHIN = timedelta(seconds=20)


#: What of the metadata of a stored object a client writes; the rest is the server's.
WRITABLE_METADATA = ("name", "namespace", "labels", "annotations")


class UnknownObject(SuiteError):
    """A step speaks of an object that its scenario does not have."""

    def __init__(self, key: ObjectKey) -> None:
        super().__init__(f"{key} was not applied before this step")
        self.hint = "name an object that a step before this one has or applies"


class World(ChoiceExpectations, PartExpectations, RunningExpectations):
    """
    What a scenario's steps talk to. Open it with ``with``; leaving it resets the target.

    ``release`` is the release under test, or ``documented``.
    """

    def __init__(self, target: Target, *, release: str, scenario: object = None) -> None:
        self.target = target
        self.release = release
        self.scenario = scenario
        self._choices: list[tuple[ObjectKey, Choice]] = []
        self._pending: dict[ObjectKey, Manifest] = {}
        self._known: dict[ObjectKey, Manifest] = {}
        self._given: dict[ObjectKey, Manifest] = {}
        self._service: ObjectKey | None = None
        self._service_answer: Admission | None = None
        self._runtime_answer: Admission | None = None
        self._observation: Observation | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.target.reset()

    # --- what there is ---------------------------------------------------

    def add_runtime(
        self, ref: ObjectKey, spec: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None
    ) -> None:
        """Have a runtime, applied with the others before it is needed."""
        whole = merged(spec if spec is not None else default_spec(ref), over or {})
        self._pending[key_of_runtime(ref)] = runtime_manifest(ref, whole)

    def add_to_runtime(self, ref: ObjectKey, over: Mapping[str, Any]) -> None:
        """Lay something over the spec of a runtime that was collected. Raises ``UnknownObject``."""
        key = key_of_runtime(ref)
        if key not in self._pending:
            raise UnknownObject(key)
        self._pending[key] = runtime_manifest(ref, merged(self._pending[key]["spec"], over))

    def add_objects(self, *manifests: Manifest) -> None:
        """Have some objects, applied with the others before they are needed."""
        for manifest in manifests:
            self._pending[ObjectKey.of(manifest)] = manifest

    def flush(self) -> None:
        """Apply what was collected. A refusal here is a failure: the scenario says that these objects are there."""
        if not self._pending:
            return
        objects, self._pending = tuple(self._pending.values()), {}
        for given, answer in zip(objects, self.target.apply(*objects), strict=True):
            self._remember(given, answer)
            if answer.rejected is not None:
                raise Nonconformity(
                    f"{answer.key} was to be there and is refused",
                    expected="accepted",
                    observed=answer.rejected,
                    evidence=evidence_of({**self._known, answer.key: given}, None),
                )

    def a_second_later(self) -> None:
        """What is created from here on is newer than what is there."""
        self.flush()
        self.target.advance_clock()

    def store_service(self, manifest: Manifest) -> None:
        """Have a service in store that no webhook has seen."""
        self.flush()
        self.target.store(manifest)
        key = ObjectKey.of(manifest)
        self._known[key] = self._given[key] = manifest
        self._service, self._service_answer, self._observation = key, Admission(key, stored=manifest), None

    def run_pods(self, namespace: str) -> None:
        """Let pods run in a namespace."""
        self._runner.run_pods(namespace)

    # --- what is done ----------------------------------------------------

    def apply_service(self, manifest: Manifest) -> None:
        """Apply a service; it is the one that all following steps speak of."""
        self.flush()
        (answer,) = self.target.apply(manifest)
        self._remember(manifest, answer)
        self._service, self._service_answer, self._observation = answer.key, answer, None
        if answer.rejected is not None and "rejected" not in answer.unreported:
            self._choices.append((answer.key, rejection_of(answer)))

    def apply_service_again(self, manifest: Manifest | None = None) -> None:
        """Apply the service's manifest once more, or another manifest of the same service."""
        self.apply_service(manifest if manifest is not None else self._given[self.service])

    def annotate_service(self, key: str, value: str) -> None:
        """
        Write an annotation to what is stored: an update that the webhooks see.

        Nothing else is written. What was applied before is not applied again, and stays what the next application
        repeats.
        """
        given = self._given[self.service]
        stored = self._known.get(self.service, given)
        metadata = {name: stored["metadata"][name] for name in WRITABLE_METADATA if name in stored["metadata"]}
        # A target keeps finalizers to itself in what it reports; those that were given are not to go with this write.
        if "finalizers" in given["metadata"]:
            metadata["finalizers"] = given["metadata"]["finalizers"]
        metadata["annotations"] = {**(metadata.get("annotations") or {}), key: value}
        self.apply_service({**{name: stored[name] for name in stored if name != "status"}, "metadata": metadata})
        self._given[self.service] = given

    def apply_runtime(
        self, ref: ObjectKey, spec: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None
    ) -> None:
        """Apply one runtime now and keep the answer."""
        self.flush()
        given = runtime_manifest(ref, merged(spec if spec is not None else default_spec(ref), over or {}))
        (answer,) = self.target.apply(given)
        self._remember(given, answer)
        self._runtime_answer, self._observation = answer, None

    def change_runtime(self, ref: ObjectKey, over: Mapping[str, Any]) -> None:
        """Apply a runtime again with a changed spec and keep the answer."""
        self.flush()
        self.apply_runtime(ref, merged(self._applied(key_of_runtime(ref))["spec"], over))

    def delete_runtime(self, ref: ObjectKey, *, and_create_again: bool = False) -> None:
        """Delete a runtime; perhaps create it again as it was, a second later."""
        self.flush()
        key = key_of_runtime(ref)
        self.target.delete(key)
        self._known.pop(key, None)
        self._observation = None
        if and_create_again:
            self.target.advance_clock()
            self.apply_runtime(ref, self._applied(key)["spec"])

    def delete_service(self) -> None:
        """Delete the service."""
        self.target.delete(self.service)
        self._known.pop(self.service, None)
        self._observation = None

    def look_again(self) -> None:
        """Let the controller decide again on what is there now."""
        self.flush()
        self._observation = None

    def turn_to(self, service: ObjectKey) -> None:
        """Speak of a service that was applied before, and let the controller decide on it again."""
        self.flush()
        if service not in self._known:
            raise UnknownObject(service)
        self._service, self._service_answer = service, Admission(service, stored=self._known[service])
        self._observation = None

    def install(self, release: str) -> None:
        """Replace the KServe that runs; what is stored stays."""
        self.flush()
        self.target.install(release)
        self.release = release
        self._observation = None

    def configure(self, default_mode: str) -> None:
        """Set the default deployment mode."""
        self.target.configure(default_mode)
        self._observation = None

    def replace_runtimes(self, manifests: tuple[Manifest, ...]) -> None:
        """Delete every runtime of the cluster that the scenario has and have others in their place."""
        self.flush()
        gone = tuple(key for key in self._known if key.kind in RUNTIME_KINDS and key.namespace is None)
        kept = {ObjectKey.of(manifest) for manifest in manifests}
        self.target.delete(*(key for key in gone if key not in kept))
        for key in gone:
            self._known.pop(key)
        self.add_objects(*manifests)
        self.flush()
        self._observation = None

    # --- what is expected ------------------------------------------------

    @property
    def service(self) -> ObjectKey:
        """The service that the steps speak of."""
        if self._service is None:
            raise Nonconformity("no service was applied before this step")
        return self._service

    @property
    def subject(self) -> ObjectKey | None:
        """The same, for who must not be told a failure: None before there is one."""
        return self._service

    @property
    def observation(self) -> Observation:
        """The settled choice of the service, made when it is first asked for. A refused service is a failure."""
        if self._observation is None:
            self.flush()
            answer = self._service_answer
            if answer is not None and answer.rejected is not None:
                raise Nonconformity(
                    f"{self.service} is refused",
                    expected="accepted",
                    observed=answer.rejected,
                    evidence=evidence_of({**self._known, self.service: self._given[self.service]}, None),
                )
            self._observation = self.target.observe(self.service, SETTLES_WITHIN)
            self._choices.append((self.service, choice_of(self._observation)))
        return self._observation

    def seen(self, *parts: str) -> Observation:
        """The observation, for an expectation that rests on these parts. Raises ``Unreported`` if one is not told."""
        self.observation.needs(*parts)
        return self.observation

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every observed choice and rejection of a service, in order; each names its service if there are several."""
        several = len({service for service, _ in self._choices}) > 1
        return tuple(replace(choice, service=service) if several else choice for service, choice in self._choices)

    # --- how a failure is told -------------------------------------------

    def nonconformity(self, message: str, expected: str, observed: str) -> Nonconformity:
        """A failure with the reference's story and what was there."""
        return Nonconformity(
            message,
            expected=expected,
            observed=observed,
            explanation=story_of(self._known.get(self._service), self.catalogue, self.release) if self._service else (),
            evidence=evidence_of(self._known, self._observation),
        )

    @property
    def catalogue(self) -> Catalogue:
        """The runtimes of this scenario, as they are stored."""
        return Catalogue.of(manifest for key, manifest in self._known.items() if key.kind in RUNTIME_KINDS)

    def _applied(self, key: ObjectKey) -> Manifest:
        if key not in self._given:
            raise UnknownObject(key)
        return self._given[key]

    def _remember(self, given: Manifest, answer: Admission) -> None:
        self._given[answer.key] = given
        if answer.stored is not None:
            self._known[answer.key] = answer.stored


def namespaced(kind: str, name: str, namespace: str | None) -> ObjectKey:
    """A reference from the words of a step."""
    return ObjectKey(kind, name, Namespace(namespace) if namespace else None)
