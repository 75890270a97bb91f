"""The releases of an upgrade, in the order in which they are installed, and what a service is under each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.objects import Catalogue, Decision, Manifest, Outcome, at
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile
from kserve_conformance.profiles.mode_faults import ModeFault, StoredMode
from kserve_conformance.profiles.pods import PodFault, faults_of, scheme_faults, validation_faults
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.resolver import ORDINARY, Surroundings, admitted, default_mode, resolve, resolve_stored


@dataclass(frozen=True, slots=True)
class Installed:
    """A release with the runtimes and surroundings of its cluster."""

    profile: Profile
    catalogue: Catalogue
    surroundings: Surroundings = ORDINARY


#: Releases that are installed one after the other, at least two.
UpgradePath = tuple[Installed, ...]


@dataclass(frozen=True, slots=True)
class State:
    """
    A service under one release: as it is stored, what was decided, the mode in its status, and its faults.

    ``service`` is None if it was never stored.
    """

    service: Manifest | None
    decision: Decision
    mode: str
    faults: tuple[PodFault | ModeFault, ...] = ()

    @property
    def is_served(self) -> bool:
        """Does something serve it: a runtime, its own container or ModelMesh?"""
        return self.decision.rejected is None and self.decision.no_runtime is None

    def without_objects(self) -> State:
        """The same without the stored service and the pod, which take memory."""
        return replace(self, service=None, decision=replace(self.decision, pod=None, service=None))


def states_along(service: Manifest, path: UpgradePath, *, in_store: bool) -> Iterator[State]:
    """
    The service under each release of a path, in order.

    It is written once, under the first release that accepts it, and afterwards only reconciled: every controller
    reconciles all services when it starts. One that is ``in_store`` was written before. Source: the informers of
    ``SetupWithManager``, pkg/controller/v1beta1/inferenceservice/controller.go, since v0.8.0, list all services first.
    """
    stored: Manifest | None = service if in_store else None
    mode = str(at(service, "status", "deploymentMode") or "") if in_store else ""
    for installed in path:
        before = stored
        if stored is None:
            decision = written(service, installed)
            stored = decision.service
        else:
            decision = resolve_stored(
                stored, installed.catalogue, installed.profile, surroundings=installed.surroundings
            )
        state = state_of(stored, decision, installed, mode, is_new=before is None)
        mode = state.mode
        yield state


def written(service: Manifest, installed: Installed) -> Decision:
    """The decision for a new service."""
    problems = check(service, crds=installed.profile.crds)
    if problems:
        return Decision(Outcome.REJECTED, rejected=rejection_message(service, problems))
    return resolve(service, installed.catalogue, installed.profile, surroundings=installed.surroundings)


def state_of(
    stored: Manifest | None,
    decision: Decision,
    installed: Installed,
    recorded: str,
    *,
    is_new: bool = False,
) -> State:
    """The state that a decision leads to; ``recorded`` is the mode in the status before."""
    profile = installed.profile
    mode = None
    if stored is not None and profile.name != DOCUMENTED_NAME:
        mode = StoredMode(stored, profile, default_mode(profile, installed.surroundings), recorded, is_new=is_new)
    faults: list[PodFault | ModeFault] = [] if mode is None else [*mode.faults()]
    if decision.pod is not None:
        runtime = None if decision.runtime is None else installed.catalogue.get(decision.runtime)
        faults += faults_of(decision.pod, decision.service, runtime)
        faults += validation_faults(decision.pod, decision.service)
        faults += scheme_faults(decision.service, profile.name)
    return State(stored, decision, recorded if mode is None else mode.reconciled, tuple(faults))


def update(state: State, edited: Manifest, installed: Installed) -> State:
    """
    The state after an update of a stored service.

    ``state`` is the one before, under the same release. If the update changes nothing, its decision holds.
    The API server ratchets validation: it accepts values that were stored before, so only the webhooks are asked.
    Source: feature ``CRDValidationRatcheting``, on by default since Kubernetes 1.30.
    """
    try:
        stored = admitted(edited, installed.profile, installed.surroundings, state.mode or None, state.service)
    except Rejected as rejection:
        return replace(state, decision=Decision(Outcome.REJECTED, rejected=str(rejection)), faults=())
    decision = state.decision
    if decision.service is None or installed.profile.crds.pruned(stored) != decision.service:
        decision = resolve_stored(stored, installed.catalogue, installed.profile, surroundings=installed.surroundings)
    return state_of(stored, decision, installed, state.mode)


def deletion_rejection(state: State, installed: Installed) -> str | None:
    """Why a stored service cannot be deleted: the webhook rejects the update that removes its finalizer."""
    if state.service is None:
        return None
    try:
        admitted(
            state.service, installed.profile, installed.surroundings, state.mode or None, state.service, is_deleted=True
        )
    except Rejected as rejection:
        return str(rejection)
    return None
