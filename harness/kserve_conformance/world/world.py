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

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import (
    RUNTIME_KINDS,
    SERVICE,
    Catalogue,
    Manifest,
    Namespace,
    ObjectKey,
    Outcome,
    RuntimeRef,
    at,
)
from kserve_conformance.targets.contract import Admission, Capability, Observation, Target
from kserve_conformance.world.building import default_spec, key_of_runtime, merged, runtime_manifest
from kserve_conformance.world.matching import ABSENT, at_dotted, equal, mismatches
from kserve_conformance.world.nonconformity import Nonconformity
from kserve_conformance.world.story import evidence_of, story_of

#: How long a service may take to show a settled choice.
SETTLES_WITHIN = timedelta(seconds=20)

#: The words of a stored field, and where it lies below ``spec.predictor.model``.
STORED_FIELDS = {
    "runtime": ("runtime",),
    "format": ("modelFormat", "name"),
    "version": ("modelFormat", "version"),
    "protocol": ("protocolVersion",),
    "runtimeVersion": ("runtimeVersion",),
    "storageUri": ("storageUri",),
}

#: What of the metadata of a stored object a client writes; the rest is the server's.
WRITABLE_METADATA = ("name", "namespace", "labels", "annotations")

LEGACY_KEYS = (
    "sklearn",
    "tensorflow",
    "xgboost",
    "pytorch",
    "triton",
    "onnx",
    "huggingface",
    "pmml",
    "lightgbm",
    "paddle",
)


class UnknownObject(SuiteError):
    """A step speaks of an object that its scenario does not have."""

    def __init__(self, key: ObjectKey) -> None:
        super().__init__(f"{key} was not applied before this step")
        self.hint = "name an object that a step before this one has or applies"


class World:
    """
    What a scenario's steps talk to. Open it with ``with``; leaving it resets the target.

    ``release`` is the release under test, or ``documented``. ``chosen`` has every
    choice that was observed, in order, for records that are compared later.
    """

    def __init__(self, target: Target, *, release: str, scenario: object = None) -> None:
        self.target = target
        self.release = release
        self.scenario = scenario
        self.chosen: list[str] = []
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
        self, ref: RuntimeRef, spec: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None
    ) -> None:
        """Have a runtime, applied with the others before it is needed."""
        whole = merged(spec if spec is not None else default_spec(ref), over or {})
        self._pending[key_of_runtime(ref)] = runtime_manifest(ref, whole)

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
        self.target.tick()

    def store_service(self, manifest: Manifest) -> None:
        """Have a service in store that no webhook has seen."""
        self.flush()
        self.target.store(manifest)
        key = ObjectKey.of(manifest)
        self._known[key] = self._given[key] = manifest
        self._service, self._service_answer, self._observation = key, Admission(key, stored=manifest), None

    # --- what is done ----------------------------------------------------

    def apply_service(self, manifest: Manifest) -> None:
        """Apply a service; it is the one that all following steps speak of."""
        self.flush()
        (answer,) = self.target.apply(manifest)
        self._remember(manifest, answer)
        self._service, self._service_answer, self._observation = answer.key, answer, None

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
        metadata["annotations"] = {**(metadata.get("annotations") or {}), key: value}
        self.apply_service({**{name: stored[name] for name in stored if name != "status"}, "metadata": metadata})
        self._given[self.service] = given

    def apply_runtime(
        self, ref: RuntimeRef, spec: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None
    ) -> None:
        """Apply one runtime now and keep the answer."""
        self.flush()
        given = runtime_manifest(ref, merged(spec if spec is not None else default_spec(ref), over or {}))
        (answer,) = self.target.apply(given)
        self._remember(given, answer)
        self._runtime_answer, self._observation = answer, None

    def change_runtime(self, ref: RuntimeRef, over: Mapping[str, Any]) -> None:
        """Apply a runtime again with a changed spec and keep the answer."""
        self.flush()
        self.apply_runtime(ref, merged(self._applied(key_of_runtime(ref))["spec"], over))

    def delete_runtime(self, ref: RuntimeRef, *, and_create_again: bool = False) -> None:
        """Delete a runtime; perhaps create it again as it was, a second later."""
        self.flush()
        key = key_of_runtime(ref)
        self.target.delete(key)
        self._known.pop(key, None)
        self._observation = None
        if and_create_again:
            self.target.tick()
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
            self.chosen.append(told(self._observation))
        return self._observation

    def seen(self, *parts: str) -> Observation:
        """The observation, for an expectation that rests on these parts. Raises ``NotGiven`` if one is not told."""
        self.observation.needs(*parts)
        return self.observation

    def expect_runtime(self, ref: RuntimeRef) -> None:
        """The chosen runtime is this one, and the rules leave no other."""
        seen = self.seen("outcome", "runtime")
        if seen.outcome == Outcome.RUNS and seen.runtime == ref and not seen.one_of:
            return
        raise self.nonconformity(f"{self.service} does not run on {ref}", str(ref), told(seen))

    def expect_one_of(self, *refs: RuntimeRef) -> None:
        """The chosen runtime is one of these; where the target knows what is open, exactly these are."""
        seen = self.seen("outcome", "runtime")
        asked = ", ".join(sorted(map(str, refs)))
        knows = Capability.OPEN_CHOICES in self.target.capabilities
        if seen.outcome != Outcome.RUNS or seen.runtime not in refs or (knows and set(seen.one_of) != set(refs)):
            raise self.nonconformity(
                f"{self.service} does not run on one of the runtimes", f"one of {asked}", told(seen)
            )

    def expect_refusal(self, cause: str) -> None:
        """The service has no runtime for this cause, however it is reported, and the rules leave no other end."""
        seen = self.seen("outcome")
        found = seen.reason or cause_of(seen.errors)
        if seen.outcome == Outcome.REFUSED and found is None:
            seen.needs("reason", "errors")
        if seen.outcome != Outcome.REFUSED or seen.one_of or found != cause:
            raise self.nonconformity(
                f"{self.service} is not refused because {cause}", f"no runtime, {cause}", told(seen)
            )

    def expect_outcome(self, outcome: Outcome, words: str) -> None:
        """The predictor came to this."""
        seen = self.seen("outcome")
        if seen.outcome != outcome:
            raise self.nonconformity(f"{self.service} {words}: it does not", words, told(seen))

    def expect_no_word(self) -> None:
        """The service has no runtime, and neither its status nor any event says why."""
        seen = self.observation
        if seen.outcome != Outcome.REFUSED or seen.reason or seen.errors:
            raise self.nonconformity(
                f"{self.service} is not left without a word", "no runtime, and nothing that says why", told(seen)
            )

    def expect_status(self, reason: str | None, message: str | None) -> None:
        """The status has this failure, or none."""
        seen = self.observation
        both = [("reason", seen.reason, reason), ("message", seen.message, message)]
        if any(found != asked and part not in seen.not_told for part, found, asked in both):
            raise self.nonconformity(
                f"the status of {self.service} tells something else",
                _failure(reason, message),
                _failure(seen.reason, seen.message),
            )
        seen.needs("reason", "message")

    def expect_event(self, text: str) -> None:
        """A Warning event of the service has this text in it."""
        seen = self.seen("errors")
        if not any(text in error for error in seen.errors):
            raise self.nonconformity(
                f"no event of {self.service} says so", text, " | ".join(seen.errors) or "no Warning event"
            )

    def expect_status_name(self, kind: str | None, name: str | None) -> None:
        """The status names this runtime, or none."""
        named = self.seen("status_runtime").status_runtime
        found = (named.kind, named.name) if named else (None, None)
        if found != (kind, name):
            raise self.nonconformity(
                f"the status of {self.service} names another runtime",
                f"{kind} {name}" if kind else "none",
                str(named or "none"),
            )

    def expect_workload(self, ref: RuntimeRef) -> None:
        """The workload that exists was made of this runtime."""
        seen = self.seen("workload")
        if seen.workload != ref:
            raise self.nonconformity(
                f"the workload of {self.service} is not of {ref}", str(ref), str(seen.workload or "no workload")
            )

    def expect_no_workload(self) -> None:
        """Nothing was made for the service."""
        if self.observation.pod is not None:
            raise self.nonconformity(f"{self.service} has a workload", "no workload", told(self.observation))

    def expect_service_answer(self, accepted: bool, text: str = "") -> None:
        """The service was accepted, or refused with this text."""
        self._expect_answer(self._service_answer, "the service", accepted, text)

    def expect_runtime_answer(self, accepted: bool, text: str = "") -> None:
        """The runtime was accepted, or refused with this text."""
        self._expect_answer(self._runtime_answer, "the runtime", accepted, text)

    def _expect_answer(self, answer: Admission | None, what: str, accepted: bool, text: str) -> None:
        if answer is None:
            raise Nonconformity(f"{what} was not applied before this step")
        answer.needs("rejected", *(["why_rejected"] if text else []))
        if accepted == (answer.rejected is None) and text in (answer.rejected or ""):
            return
        expected = "accepted" if accepted else f"refused{f': {text}' if text else ''}"
        raise self.nonconformity(
            f"{answer.key} is {'refused' if accepted else 'not refused so'}", expected, answer.rejected or "accepted"
        )

    def expect_stored_runtime(self, path: str, *, is_there: bool) -> None:
        """The last applied runtime was stored with something at a dotted path, or without it."""
        answer = self._runtime_answer
        if answer is None or answer.stored is None:
            raise Nonconformity("no runtime was stored before this step")
        answer.needs("stored")
        found = at_dotted(answer.stored, path)
        if (found is not ABSENT) != is_there:
            raise self.nonconformity(
                f"the runtime is stored with{'out' if is_there else ''} {path}",
                path if is_there else f"no {path}",
                repr(found),
            )

    def expect_stored(self, field: str, value: str | None) -> None:
        """A field of the stored model has this value, or is not there."""
        service = self.seen("service").service
        if field == "legacy key":
            predictor = at(service, "spec", "predictor") or {}
            found = next((key for key in LEGACY_KEYS if predictor.get(key) is not None), None)
        else:
            found = at(service, "spec", "predictor", "model", *STORED_FIELDS[field])
        if found != value:
            raise self.nonconformity(
                f"{self.service} is stored with another {field}", f"{field} {value!r}", f"{field} {found!r}"
            )

    def expect_part(self, where: str, expected: Any) -> None:
        """What is asked for is part of the pod, the container or the stored service."""
        found = list(mismatches(expected, self._part(where)))
        if found:
            raise self.nonconformity(f"the {where} of {self.service} differs", "as in the step", "; ".join(found))

    def expect_absent(self, where: str, path: str) -> None:
        """There is nothing at a dotted path of the pod, the container or the stored service."""
        found = at_dotted(self._part(where), path)
        if found is not ABSENT:
            raise self.nonconformity(f"the {where} of {self.service} has {path}", "nothing", repr(found))

    def expect_at(self, where: str, path: str, value: Any) -> None:
        """There is this value at a dotted path of the pod, the container or the stored service."""
        found = at_dotted(self._part(where), path)
        if not equal(value, found):
            raise self.nonconformity(f"the {where} of {self.service} has another {path}", repr(value), repr(found))

    def expect_in_pod_metadata(self, part: str, key: str, value: str) -> None:
        """The pod has this label or annotation."""
        found = at(self._part("pod"), "metadata", part, key)
        if found != value:
            raise self.nonconformity(
                f"the pod of {self.service} has other {part}", f"{key}: {value}", f"{key}: {found}"
            )

    def expect_env(self, name: str, value: str | None, times: int | None = None) -> None:
        """The container has an environment variable with this value, so many times, or not at all."""
        found = [item.get("value") for item in self._part("container").get("env") or () if item.get("name") == name]
        expected = (
            f"{name} {times} times"
            if times is not None
            else f"{name} is {value!r}"
            if value is not None
            else f"no {name}"
        )
        holds = len(found) == times if times is not None else found[-1:] == [value] if value is not None else not found
        if not holds:
            raise self.nonconformity(f"the environment of {self.service} differs", expected, f"{name}: {found}")

    def expect_containers(self, *names: str) -> None:
        """The pod has exactly these containers, in any order."""
        found = [item.get("name") for item in at(self._part("pod"), "spec", "containers") or ()]
        if sorted(map(str, found)) != sorted(names):
            raise self.nonconformity(
                f"the pod of {self.service} has other containers", ", ".join(names), ", ".join(map(str, found))
            )

    def _part(self, where: str) -> Any:
        if where == "stored manifest":
            return self.seen("service").service
        seen = self.seen("pod")
        if seen.pod is None:
            raise self.nonconformity(f"{self.service} has no pod", f"a {where}", told(seen))
        if where == "pod":
            return seen.pod
        containers = at(seen.pod, "spec", "containers") or ()
        named = [item for item in containers if item.get("name") == "kserve-container"]
        return (named or list(containers) or [{}])[0]

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


#: The texts by which a Warning event tells the cause, for releases whose status does not.
CAUSES = (
    ("No ServingRuntimes or ClusterServingRuntimes with the name", "RuntimeNotRecognized"),
    ("is disabled", "RuntimeDisabled"),
    ("does not support specified", "NoSupportingRuntime"),
    ("no runtime found to support predictor", "NoSupportingRuntime"),
    ("placeholders", "InvalidPredictorSpec"),
    ("container", "InvalidPredictorSpec"),
)


def cause_of(errors: tuple[str, ...]) -> str | None:
    """The cause that the newest of some error texts tells, in the words of the releases that report one."""
    for error in reversed(errors):
        for text, cause in CAUSES:
            if text.lower() in error.lower():
                return cause
    return None


def told(seen: Observation) -> str:
    """One line for an observation."""
    if "outcome" in seen.not_told:
        return "not told"
    if seen.one_of:
        return f"one of {', '.join(sorted(map(str, seen.one_of)))}"
    if seen.outcome == Outcome.RUNS:
        return str(seen.runtime)
    if seen.outcome == Outcome.REFUSED:
        return f"no runtime: {_failure(seen.reason, seen.message)}; {' | '.join(seen.errors) or 'no Warning event'}"
    return {Outcome.CUSTOM: "its own container, no runtime", Outcome.LEFT_ALONE: "left alone by the controller"}.get(
        seen.outcome, str(seen.outcome)
    )


def _failure(reason: str | None, message: str | None) -> str:
    return f"{reason}: {message}" if reason or message else "no failure in the status"


def namespaced(kind: str, name: str, namespace: str | None) -> RuntimeRef:
    """A reference from the words of a step."""
    return RuntimeRef(kind, name, Namespace(namespace) if namespace else None)


__all__ = ["SERVICE", "World", "cause_of", "namespaced", "told"]
