"""
The reference target: a release's profile over objects in memory.

It answers in microseconds, installs any release over stored objects, and reports where the rules leave a choice open.
Everything else that a scenario can observe is as on a real cluster: stored objects, rejections, workloads that outlive
a failure, and a clock of whole seconds that only ``advance_clock`` moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from kserve_conformance import __version__
from kserve_conformance.crds import Schema, unknown_fields
from kserve_conformance.crds.structure import pointer as api_server_pointer
from kserve_conformance.exceptions import TargetError
from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.objects import (
    RUNTIME_KINDS,
    SERVICE,
    Catalogue,
    Decision,
    Manifest,
    ObjectKey,
    Outcome,
    Runtime,
)
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile, profile_of
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12, legacy_key
from kserve_conformance.profiles.mode_faults import StoredMode
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.profiles.status import names_none
from kserve_conformance.resolver import Surroundings, admitted, default_mode, resolve_stored
from kserve_conformance.resolver.consumers import canaries_of, graph_protocol_of
from kserve_conformance.targets.clock import Clock
from kserve_conformance.targets.contract import Admission, Capability, Identity, NotSettled, Observation
from kserve_conformance.targets.dry_runs import DryRun
from kserve_conformance.targets.three_way_merge import applied

#: Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/controller.go, since v0.8.0.
FINALIZER = "inferenceservice.finalizers"

#: What a part that the rules do not expect can raise. A search of thousands of objects goes on, and reports it.
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Workload:
    """The last pod that was rendered for a service, the decision behind it, and the deployment mode in its status."""

    pod: Manifest | None = None
    runtime: ObjectKey | None = None
    status_runtime: ObjectKey | None = None
    mode: str = ""
    #: The predictor's Deployments and Knative Services, by kind and name.
    deployed: frozenset[tuple[str, str]] = frozenset()


def _as_converted(message: str, service: Manifest, schema: Schema) -> str:
    """
    What the schema rejects only once the defaulter has replaced a legacy key by ``model``.

    Of several, it replaces the first in its own order, not in that of the manifest. Source:
    ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0.
    """
    known = schema.properties["spec"].properties["predictor"].properties
    keys = tuple(key for key in LEGACY_KEYS_V0_12 if key in known)
    key = legacy_key(service, keys)
    return message if key is None else message.replace(f"spec.predictor.{key}.", "spec.predictor.model.")


class MemoryTarget:
    """
    One KServe release, or a custom profile, that exists only as its rules.

    ``default_mode`` is the deployment mode of services that name none; None means
    the release's own default.
    """

    def __init__(self, release: str | Profile, default_mode: str | None = None) -> None:
        self._opened_with = profile_of(release) if isinstance(release, str) else release
        self._profile = self._opened_with
        self._configured = Surroundings(default_mode)
        self.capabilities = frozenset(
            {
                Capability.UPGRADE,
                Capability.DEFAULT_MODE,
                Capability.DELETION,
                Capability.WORKLOADS,
                Capability.OPEN_CHOICES,
            }
        )
        self.identity = Identity(
            target=f"memory:{self._profile.name}",
            release=self._profile.name,
            observed_through=f"the decision of the reference resolver {__version__}",
        )
        self._forget()

    def _forget(self) -> None:
        self._objects: dict[ObjectKey, Manifest] = {}
        self._last_applied: dict[ObjectKey, Manifest] = {}
        self._workloads: dict[ObjectKey, Workload] = {}
        self._runtimes: dict[ObjectKey, Runtime] = {}
        #: The services that got their finalizer from a release that was installed before.
        self._finalized: set[ObjectKey] = set()
        self._catalogue: Catalogue | None = None
        #: The last decision for a stored service and a catalogue, valid while both are the same objects.
        self._decided: dict[ObjectKey, tuple[Manifest, Catalogue, Decision]] = {}
        self._clock = Clock()
        self._surroundings = self._configured

    @property
    def profile(self) -> Profile:
        """The profile of the installed release."""
        return self._profile

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Admit and store in order; services are reconciled after all writes."""
        answers = tuple(self._write(manifest) for manifest in objects)
        self._reconcile_all(answer.key for answer in answers if answer.stored is not None)
        return answers

    def dry_run(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        """Answer for the creation of each object without storing it; see ``DryRunTarget``."""
        return tuple(map(self._dry_run, manifests))

    def _dry_run(self, manifest: Manifest) -> DryRun:
        schema = self._profile.crds.schema(manifest["kind"])
        unknown = frozenset(api_server_pointer(field.path) for field in unknown_fields(manifest, schema))
        raw = check(manifest, self._schema_release, past_webhooks=True)
        problems = check(manifest, self._schema_release)
        # The API server's own message begins with the field as it writes it.
        invalid = frozenset((problem.rejection or problem.pointer).partition(": ")[0] for problem in raw)
        if problems:
            message = rejection_message(manifest, problems)
            return DryRun(unknown, invalid, message if raw else _as_converted(message, manifest, schema))
        try:
            self._admitted(ObjectKey.of(manifest), manifest)
        except Rejected as rejection:
            return DryRun(unknown, invalid, str(rejection), webhook=True)
        except MALFORMED as error:
            return DryRun(failed=TargetError(f"cannot be decided: {type(error).__name__}: {error}"))
        return DryRun(unknown, invalid)

    def store(self, *objects: Manifest) -> None:
        """Store objects without running any webhook."""
        for manifest in objects:
            key = ObjectKey.of(manifest)
            self._keep(key, self._clock.stamped(manifest, self._objects.get(key)))
            if key.kind == SERVICE:
                self._finalized.add(key)
        self._reconcile_all(ObjectKey.of(manifest) for manifest in objects)

    def delete(self, *keys: ObjectKey) -> None:
        """Delete objects, and the workloads of deleted services."""
        for key in keys:
            for known in (self._objects, self._last_applied, self._workloads, self._runtimes, self._decided):
                known.pop(key, None)
            self._finalized.discard(key)
        self._catalogue = None

    def request_deletion(self, service: ObjectKey, within: timedelta) -> str | None:
        """Delete a service, unless a webhook rejects the removal of its finalizer."""
        if service not in self._objects:
            raise NotSettled(service, within, "no such service")
        stored, mode = self._objects[service], self._workloads[service].mode
        if self._is_finalized(service):
            try:
                admitted(stored, self._profile, self._surroundings, mode, stored, is_deleted=True)
            except Rejected as rejection:
                return str(rejection)
        self.delete(service)
        return None

    def workloads(self, service: ObjectKey, _expected: tuple[str, ...], within: timedelta) -> tuple[str, ...]:
        """The Deployments and Knative Services that were created for a service."""
        if service not in self._objects:
            raise NotSettled(service, within, "no such service")
        self._reconcile(service)
        return tuple(f"{kind} {name}" for kind, name in sorted(self._workloads[service].deployed))

    def _is_finalized(self, service: ObjectKey) -> bool:
        """
        Has the controller added its finalizer?

        That is its first update of a service, which the webhooks can reject. A service in ModelMesh mode gets none.
        Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/controller.go, since v0.8.0.
        """
        stored = self._objects[service]
        if self._had_finalizer(service, stored):
            return True
        if self._reconcile(service).outcome is Outcome.UNMANAGED:
            return False
        try:
            admitted(stored, self._profile, self._surroundings, "", stored)
        except Rejected:
            return False
        return True

    def _had_finalizer(self, service: ObjectKey, stored: Manifest) -> bool:
        """Has a service had its finalizer before this release reconciles it?"""
        return service in self._finalized or FINALIZER in (stored["metadata"].get("finalizers") or ())

    def advance_clock(self) -> None:
        """Advance the clock by a second."""
        self._clock.advance_clock()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """Decide for the stored objects."""
        if service not in self._objects:
            raise NotSettled(service, within, "no such service")
        decision = self._reconcile(service)
        workload = self._workloads[service]
        no_runtime = decision.no_runtime
        return Observation(
            service=self._objects[service],
            outcome=decision.outcome,
            runtime=decision.runtime,
            reason=no_runtime.reason if no_runtime else None,
            message=no_runtime.message if no_runtime else None,
            errors=(no_runtime.error,) if no_runtime and no_runtime.has_event else (),
            pod=workload.pod,
            workload=workload.runtime,
            status_runtime=workload.status_runtime,
            one_of=decision.one_of if decision.is_open else (),
            graph_protocol=graph_protocol_of(self._objects[service], self.catalogue, self._profile),
            canaries={
                name: canary.runtime or (canary.no_runtime.cause if canary.no_runtime else str(canary.outcome))
                for name, canary in canaries_of(self._objects[service], decision, self.catalogue, self._profile)
            },
        )

    def install(self, release: str) -> None:
        """Swap the profile; like a new controller, reconcile everything stored."""
        self._finalized.update(key for key in self._objects if key.kind == SERVICE and self._is_finalized(key))
        self._profile = profile_of(release)
        self._runtimes, self._catalogue = {}, None
        self._reconcile_all(tuple(self._objects))

    def configure(self, default_mode: str) -> None:
        """Set the default deployment mode."""
        self._surroundings = Surroundings(default_mode)
        self._decided = {}

    def reset(self) -> None:
        """Delete everything and return to the opened release."""
        self._profile = self._opened_with
        self._forget()

    def close(self) -> None:
        """Nothing to do."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _schema_release(self) -> str | None:
        """The release whose CRDs validate writes; the documentation has none, so all fields are checked."""
        return None if self._profile.name == DOCUMENTED_NAME else self._profile.name

    @property
    def catalogue(self) -> Catalogue:
        """The stored runtimes, as the installed release's schema shows them."""
        if self._catalogue is None:
            self._catalogue = Catalogue(
                tuple(self._typed(key, one) for key, one in self._objects.items() if key.kind in RUNTIME_KINDS)
            )
        return self._catalogue

    def _typed(self, key: ObjectKey, manifest: Manifest) -> Runtime:
        known = self._runtimes.get(key)
        if known is None:
            known = self._runtimes[key] = Runtime.from_manifest(self._profile.crds.pruned(manifest))
        return known

    def _keep(self, key: ObjectKey, manifest: Manifest, *, is_pruned: bool = False) -> Manifest:
        self._objects[key] = manifest
        if key.kind in RUNTIME_KINDS:
            self._runtimes.pop(key, None)
            if is_pruned:
                self._runtimes[key] = Runtime.from_manifest(manifest)
            self._catalogue = None
        return manifest

    def _write(self, manifest: Manifest) -> Admission:
        key = ObjectKey.of(manifest)
        live = self._objects.get(key)
        whole = applied(self._last_applied.get(key), manifest, live)
        problems = check(whole, self._schema_release)
        if problems:
            return Admission(key, rejected=rejection_message(whole, problems))
        try:
            admitted_ = self._admitted(key, whole, live)
        except Rejected as rejection:
            return Admission(key, rejected=str(rejection))
        self._last_applied[key] = manifest
        stamped = self._clock.stamped(admitted_, live)
        return Admission(key, stored=self._keep(key, stamped, is_pruned=True))

    def _admitted(self, key: ObjectKey, whole: Manifest, live: Manifest | None = None) -> Manifest:
        if key.kind == SERVICE:
            recorded = None if live is None else self._workloads.get(key, Workload()).mode
            return admitted(whole, self._profile, self._surroundings, recorded, live)
        known = self._profile.crds.pruned(whole)
        if key.kind in RUNTIME_KINDS:
            runtime = Runtime.from_manifest(known)
            scope = Scope(other for other in self.catalogue if other.key.namespace == runtime.key.namespace)
            why = rejection_of(runtime, scope, self._profile)
            if why is not None:
                webhook = f"{key.kind.lower()}.kserve-webhook-server.validator"
                raise Rejected(f'admission webhook "{webhook}" denied the request: {why}')
        return known

    def _reconcile_all(self, keys: Any) -> None:
        for key in keys:
            if key.kind == SERVICE and key in self._objects:
                self._reconcile(key)

    def _reconcile(self, key: ObjectKey) -> Decision:
        stored, catalogue = self._objects[key], self.catalogue
        known = self._decided.get(key)
        if known is not None and known[0] is stored and known[1] is catalogue:
            return known[2]
        decision = resolve_stored(stored, catalogue, self._profile, surroundings=self._surroundings)
        before = self._workloads.get(key, Workload())
        mode = self._mode(key, stored)
        made = decision.pod is not None and mode.workload_kind is not None
        # A failed reconcile keeps the workload of an earlier one.
        self._workloads[key] = Workload(
            pod=decision.pod if made else before.pod,
            runtime=decision.runtime if made else before.runtime,
            status_runtime=self._status_runtime(decision, before),
            mode=mode.reconciled,
            deployed=self._deployed(mode, before) if made else before.deployed,
        )
        self._decided[key] = stored, catalogue, decision
        return decision

    def _deployed(self, mode: StoredMode, before: Workload) -> frozenset[tuple[str, str]]:
        """The workloads after a reconcile."""
        kind = mode.workload_kind
        if kind is None:
            return before.deployed
        existing = frozenset(name for other, name in before.deployed if other == kind)
        name = self._profile.workload_name(mode.service, existing)
        return self._profile.workloads_left(kind, name, before.deployed)

    def _mode(self, key: ObjectKey, stored: Manifest) -> StoredMode:
        """The deployment mode of a service, whose status has the mode of the reconcile before."""
        known = self._workloads.get(key)
        default = default_mode(self._profile, self._surroundings)
        recorded = "" if known is None else known.mode
        is_new = not recorded and not self._had_finalizer(key, stored)
        return StoredMode(stored, self._profile, default, recorded, is_new=is_new)

    def _status_runtime(self, decision: Decision, before: Workload) -> ObjectKey | None:
        """The runtime that the status names: kept through a failure, and dropped by CRDs that have no field for it."""
        if self._profile.status_names is names_none:
            return None
        return decision.status_runtime or before.status_runtime
