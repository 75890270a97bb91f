"""
The state of one scenario: what it applied, what the target reported, and what is expected.

A step calls one method and returns. Runtimes are collected and applied together
before the first step that needs them. The target is observed when an expectation needs
it; the observation is kept until the next change.
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
from kserve_conformance.suite.problems import SuiteCode
from kserve_conformance.targets.contract import (
    Admission,
    CannotDo,
    DeletesServices,
    ListsWorkloads,
    Observation,
    Target,
)
from kserve_conformance.world.choice_expectations import ChoiceExpectations
from kserve_conformance.world.evidence import evidence_of, explanation_of
from kserve_conformance.world.expectations import Deletion
from kserve_conformance.world.nonconformity import Nonconformity, SetupRejected
from kserve_conformance.world.objects import default_spec, key_of_runtime, merged, runtime_manifest
from kserve_conformance.world.part_expectations import PartExpectations
from kserve_conformance.world.pod_expectations import PodExpectations
from kserve_conformance.world.summaries import choice_of, rejection_of

#: How long a service may take to show a settled choice.
SETTLES_WITHIN = timedelta(seconds=20)


#: The metadata of a stored object that a client writes; the rest is the server's.
WRITABLE_METADATA = ("name", "namespace", "labels", "annotations")


class World(ChoiceExpectations, PartExpectations, PodExpectations):
    """
    What a scenario's steps act on. Open it with ``with``; leaving it resets the target.

    ``release`` is the release under test, or ``documented``.
    """

    def __init__(self, target: Target, *, release: str, scenario: object = None) -> None:
        self.target = target
        self.release = release
        self.scenario = scenario
        self._choices: list[tuple[ObjectKey, Choice]] = []
        self._pending: dict[ObjectKey, Manifest] = {}
        self._stored: dict[ObjectKey, Manifest] = {}
        self._manifests: dict[ObjectKey, Manifest] = {}
        self._service: ObjectKey | None = None
        self._service_admission: Admission | None = None
        self._runtime_admission: Admission | None = None
        self._observation: Observation | None = None
        self.deletion = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.target.reset()

    # --- objects that exist before the service -----------------------------

    def add_runtime(
        self, ref: ObjectKey, spec: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None
    ) -> None:
        """Collect a runtime; it is applied together with the others before it is needed."""
        whole = merged(spec if spec is not None else default_spec(ref), over or {})
        self._pending[key_of_runtime(ref)] = runtime_manifest(ref, whole)

    def add_to_runtime(self, ref: ObjectKey, over: Mapping[str, Any]) -> None:
        """Merge something into the spec of a collected runtime. Raises ``SuiteError`` for an unknown one."""
        key = key_of_runtime(ref)
        if key not in self._pending:
            raise _unknown(key)
        self._pending[key] = runtime_manifest(ref, merged(self._pending[key]["spec"], over))

    def add_objects(self, *manifests: Manifest) -> None:
        """Collect objects; they are applied with the others before they are needed."""
        for manifest in manifests:
            self._pending[ObjectKey.of(manifest)] = manifest

    def flush(self) -> None:
        """Apply what was collected. A rejection is a failure, because the scenario states that these objects exist."""
        if not self._pending:
            return
        objects, self._pending = tuple(self._pending.values()), {}
        for manifest, admission in zip(objects, self.target.apply(*objects), strict=True):
            self._remember(manifest, admission)
            if admission.rejected is not None:
                raise SetupRejected(
                    f"setup failed: {admission.key} was rejected",
                    expected="accepted",
                    observed=admission.rejected,
                    evidence=evidence_of({**self._stored, admission.key: manifest}, None),
                )

    def wait_a_second(self) -> None:
        """Advance the clock by a second, so that the next object is newer."""
        self.flush()
        self.target.advance_clock()

    def store_service(self, manifest: Manifest) -> None:
        """Store a service without any webhook, as an older release did."""
        self.flush()
        self.target.store(manifest)
        key = ObjectKey.of(manifest)
        self._stored[key] = self._manifests[key] = manifest
        self._service, self._service_admission, self._observation = key, Admission(key, stored=manifest), None

    def run_pods(self, namespace: str) -> None:
        """Allow pods in a namespace."""
        self._runner.run_pods(namespace)

    # --- changes ----------------------------------------------------------

    def apply_service(self, manifest: Manifest) -> None:
        """Apply a service; all following steps refer to it."""
        self.flush()
        (admission,) = self.target.apply(manifest)
        self._remember(manifest, admission)
        self._service, self._service_admission, self._observation = admission.key, admission, None
        if admission.rejected is not None and "rejected" not in admission.unreported:
            self._choices.append((admission.key, rejection_of(admission)))

    def apply_service_again(self, manifest: Manifest | None = None) -> None:
        """Apply the service's manifest once more, or another manifest of the same service."""
        self.apply_service(manifest if manifest is not None else self._manifests[self.service])

    def annotate_service(self, key: str, value: str) -> None:
        """
        Write an annotation to the stored service: an update that the webhooks see.

        Nothing else is written. The last applied manifest is not applied again; :meth:`apply_service_again` still
        repeats it.
        """
        given = self._manifests[self.service]
        stored = self._stored.get(self.service, given)
        metadata = {name: stored["metadata"][name] for name in WRITABLE_METADATA if name in stored["metadata"]}
        # Targets do not report finalizers; without them, this write would remove those that were applied.
        if "finalizers" in given["metadata"]:
            metadata["finalizers"] = given["metadata"]["finalizers"]
        metadata["annotations"] = {**(metadata.get("annotations") or {}), key: value}
        self.apply_service({**{name: stored[name] for name in stored if name != "status"}, "metadata": metadata})
        self._manifests[self.service] = given

    def apply_runtime(
        self, ref: ObjectKey, spec: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None
    ) -> None:
        """Apply one runtime now, and remember whether it was accepted."""
        self.flush()
        given = runtime_manifest(ref, merged(spec if spec is not None else default_spec(ref), over or {}))
        (admission,) = self.target.apply(given)
        self._remember(given, admission)
        self._runtime_admission, self._observation = admission, None

    def change_runtime(self, ref: ObjectKey, over: Mapping[str, Any]) -> None:
        """Apply a runtime again with a changed spec, and remember whether it was accepted."""
        self.flush()
        self.apply_runtime(ref, merged(self._last_applied(key_of_runtime(ref))["spec"], over))

    def delete_runtime(self, ref: ObjectKey, *, recreate: bool = False) -> None:
        """Delete a runtime; ``recreate`` creates it again as it was, a second later."""
        self.flush()
        key = key_of_runtime(ref)
        self.target.delete(key)
        self._stored.pop(key, None)
        self._observation = None
        if recreate:
            self.target.advance_clock()
            self.apply_runtime(ref, self._last_applied(key)["spec"])

    def delete_service(self) -> None:
        """Delete the service."""
        self.target.delete(self.service)
        self._stored.pop(self.service, None)
        self._observation = None

    def request_deletion(self) -> None:
        """Delete the service as a user does, and remember whether it is gone."""
        self.flush()
        if not isinstance(self.target, DeletesServices):
            raise CannotDo(f"{self.target.identity.target} deletes no service as a user does")
        self.deletion = Deletion(self.target.request_deletion(self.service, SETTLES_WITHIN))
        if self.deletion.blocked_by is None:
            self._stored.pop(self.service, None)
        self._observation = None

    def workloads(self, expected: tuple[str, ...]) -> tuple[str, ...]:
        """The workloads of the service's predictor, once they are as expected or settled."""
        self.flush()
        if not isinstance(self.target, ListsWorkloads):
            raise CannotDo(f"{self.target.identity.target} does not list workloads")
        return self.target.workloads(self.service, expected, SETTLES_WITHIN)

    def reconcile(self) -> None:
        """Let the controller reconcile the service with the current objects."""
        self.flush()
        self._observation = None

    def refer_to(self, service: ObjectKey) -> None:
        """Refer to a service that was applied before, and let the controller reconcile it again."""
        self.flush()
        if service not in self._stored:
            raise _unknown(service)
        self._service, self._service_admission = service, Admission(service, stored=self._stored[service])
        self._observation = None

    def install(self, release: str) -> None:
        """Replace the installed KServe by another release; stored objects stay."""
        self.flush()
        self.target.install(release)
        self.release = release
        self._observation = None

    def configure(self, default_mode: str) -> None:
        """Set the default deployment mode."""
        self.target.configure(default_mode)
        self._observation = None

    def replace_runtimes(self, manifests: tuple[Manifest, ...]) -> None:
        """Replace every ClusterServingRuntime of the scenario by others."""
        self.flush()
        gone = tuple(key for key in self._stored if key.kind in RUNTIME_KINDS and key.namespace is None)
        kept = {ObjectKey.of(manifest) for manifest in manifests}
        self.target.delete(*(key for key in gone if key not in kept))
        for key in gone:
            self._stored.pop(key)
        self.add_objects(*manifests)
        self.flush()
        self._observation = None

    # --- what the target reported -------------------------------------------

    @property
    def service(self) -> ObjectKey:
        """The service that the steps refer to. Raises ``Nonconformity`` before there is one."""
        if self._service is None:
            raise Nonconformity("no service was applied before this step")
        return self._service

    @property
    def subject(self) -> ObjectKey | None:
        """The same service; None before there is one."""
        return self._service

    @property
    def observation(self) -> Observation:
        """The settled observation of the service, made when first needed. A rejected service is a failure."""
        if self._observation is None:
            self.flush()
            admission = self._service_admission
            if admission is not None and admission.rejected is not None:
                raise Nonconformity(
                    f"{self.service} should be accepted, but was rejected",
                    expected="accepted",
                    observed=admission.rejected,
                    evidence=evidence_of({**self._stored, self.service: self._manifests[self.service]}, None),
                )
            self._observation = self.target.observe(self.service, SETTLES_WITHIN)
            self._choices.append((self.service, choice_of(self._observation)))
        return self._observation

    def observed(self, *parts: str) -> Observation:
        """The observation, for an expectation that compares these parts. Raises ``Unreported``."""
        self.observation.needs(*parts)
        return self.observation

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every observed choice and rejection of a service, in order; each names its service if there are several."""
        several = len({service for service, _ in self._choices}) > 1
        return tuple(replace(choice, service=service) if several else choice for service, choice in self._choices)

    # --- failures ----------------------------------------------------------

    def nonconformity(self, message: str, expected: str, observed: str) -> Nonconformity:
        """A failure, with the reference's explanation and the objects of the scenario."""
        return Nonconformity(
            message,
            expected=expected,
            observed=observed,
            explanation=self._explanation(),
            evidence=evidence_of(self._stored, self._observation),
        )

    def _explanation(self) -> tuple[str, ...]:
        stored = self._stored.get(self._service) if self._service else None
        return explanation_of(stored, self.catalogue, self.release)

    @property
    def catalogue(self) -> Catalogue:
        """The runtimes of this scenario, as they are stored."""
        return Catalogue.of(manifest for key, manifest in self._stored.items() if key.kind in RUNTIME_KINDS)

    def _last_applied(self, key: ObjectKey) -> Manifest:
        if key not in self._manifests:
            raise _unknown(key)
        return self._manifests[key]

    def _remember(self, manifest: Manifest, admission: Admission) -> None:
        self._manifests[admission.key] = manifest
        if admission.stored is not None:
            self._stored[admission.key] = admission.stored


def _unknown(key: ObjectKey) -> SuiteError:
    return SuiteError(
        f"{key} was not applied before this step",
        code=SuiteCode.UNKNOWN_OBJECT,
        hint="name an object that an earlier step adds or applies",
    )


def namespaced(kind: str, name: str, namespace: str | None) -> ObjectKey:
    """The key of an object that a step names."""
    return ObjectKey(kind, name, Namespace(namespace) if namespace else None)
