"""
Faults of a deployment mode: a runtime is selected, but the service is locked, never deployed, or deployed twice.

They follow from what the controller records in the status; see :mod:`~kserve_conformance.profiles.deployment_modes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kserve_conformance.objects import Manifest, at, replaced
from kserve_conformance.profiles.deployment_modes import OLD_NAMES
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH, RENAMED_MODES, Rejected
from kserve_conformance.profiles.workloads import DEPLOYMENT, KNATIVE_SERVICE, raw_annotation
from kserve_conformance.rules.releases import RAW


class ModeFaultCode(StrEnum):
    """What is wrong with a deployment mode; stable, so that scripts can match it."""

    #: The webhook rejects every update of the service, because its annotation differs from the mode in its status.
    UPDATES_REJECTED = "UPDATES_REJECTED"
    #: The webhook rejects the controller's first update of the service, so it is never deployed.
    NEVER_RECONCILED = "NEVER_RECONCILED"
    #: The service is in raw mode, but annotated with another or an unknown mode, so each reconcile of it fails.
    NOT_DEPLOYED = "NOT_DEPLOYED"
    #: The status has the old name RawDeployment, and the controller creates a Knative Service next to the Deployment.
    DEPLOYED_TWICE = "DEPLOYED_TWICE"


@dataclass(frozen=True, slots=True)
class ModeFault:
    """One fault: its code, what is wrong, and what to do."""

    code: ModeFaultCode
    text: str
    hint: str

    @property
    def container(self) -> None:
        """None: a mode is not part of a container."""
        return

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class StoredMode:
    """
    The deployment mode of a stored service under the release that reconciles it.

    ``recorded`` is the mode in its status before, or ""; ``default_mode`` is the cluster's default, under the name that
    the release uses. ``is_new`` is set until a controller has added its finalizer.
    """

    service: Manifest
    profile: Profile
    default_mode: str
    recorded: str = ""
    is_new: bool = False

    @property
    def reconciled(self) -> str:
        """The mode in the status after a reconcile, or ""."""
        return "" if self._first_rejection is not None else self._next

    @property
    def workload_kind(self) -> str | None:
        """
        As what the controller deploys the predictor; None if it cannot, or if the webhook rejects its finalizer.

        Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.8.0: every mode
        but the release's own name of RawDeployment gets a Knative Service.
        """
        if self._first_rejection is not None:
            return None
        annotated = at(self.service, "metadata", "annotations", DEPLOYMENT_MODE)
        mode = self._next or OLD_NAMES.get(str(annotated), self.default_mode)
        if mode != self.profile.configured_mode(RAW):
            return KNATIVE_SERVICE
        return DEPLOYMENT if self.profile.deploys_raw(self.service) else None

    def faults(self) -> Iterator[ModeFault]:
        """What is wrong with the mode."""
        annotated = at(self.service, "metadata", "annotations", DEPLOYMENT_MODE)
        mode = self.reconciled
        first = self._first_rejection
        if first is not None:
            text = f"the service is never deployed: the webhook rejects the controller's finalizer ({first})"
            record = RENAMED_MODES.get(str(annotated), self._next)
            yield ModeFault(ModeFaultCode.NEVER_RECONCILED, text, self._record(record))
            return
        if mode == RAW and self.profile.configured_mode(RAW) != RAW:
            text = f"status.deploymentMode is {RAW}, so a Knative Service is created next to the Deployment"
            hint = self._record(RENAMED_MODES[RAW], ", and then delete the Knative Service")
            yield ModeFault(ModeFaultCode.DEPLOYED_TWICE, text, hint)
        elif self.workload_kind is None:
            kind = raw_annotation(self.service)
            text = f"no change of the service is deployed: unsupported deployment mode for workload: {kind}"
            own = at(self.service, "spec", "predictor", "annotations", DEPLOYMENT_MODE)
            hint = self._way_out(mode) if own is None else f"remove {DEPLOYMENT_MODE} from spec.predictor.annotations"
            yield ModeFault(ModeFaultCode.NOT_DEPLOYED, text, hint)
        rejection = self._rejection(self.service, mode)
        if rejection is not None:
            deletion = ", and it cannot be deleted" if self._blocks_deletion else ""
            text = f"every update of the service is rejected{deletion} ({rejection})"
            yield ModeFault(ModeFaultCode.UPDATES_REJECTED, text, self._way_out(mode or self.default_mode))

    @property
    def _next(self) -> str:
        return self.profile.recorded_mode(self.service, self.recorded, self.default_mode)

    @property
    def _first_rejection(self) -> str | None:
        """Why the webhook rejects the finalizer of a new service. ModelMesh services get no finalizer."""
        if not self.is_new or self._next == MODELMESH:
            return None
        return self._rejection(self.service, self.recorded)

    @property
    def _blocks_deletion(self) -> bool:
        return self.profile.service_admission.checks_change_on_deletion

    def _rejection(self, service: Manifest, recorded: str) -> str | None:
        """Why the webhook rejects an update that changes nothing."""
        admission = self.profile.service_admission
        try:
            written = admission.read_mode(service, self.default_mode).service
        except Rejected as rejection:
            return str(rejection)
        messages = (check(written, recorded) for check in admission.validates_change)
        return next((message for message in messages if message is not None), None)

    def _way_out(self, mode: str) -> str:
        annotated = replaced(self.service, mode, "metadata", "annotations", DEPLOYMENT_MODE)
        if self._rejection(annotated, mode) is None:
            return f"set the annotation {DEPLOYMENT_MODE} to {mode}: that update is accepted"
        return self._record(RENAMED_MODES.get(mode, mode))

    def _record(self, mode: str, then: str = "") -> str:
        """How to change the mode in a status: updates of the status subresource do not go through the webhook."""
        name = at(self.service, "metadata", "name")
        namespace = at(self.service, "metadata", "namespace") or "default"
        patch = f'{{"status":{{"deploymentMode":"{mode}"}}}}'
        command = f"kubectl patch isvc {name} -n {namespace} --subresource=status --type=merge -p '{patch}'"
        return f"change the mode in the status with {self.profile.name} installed{then}: {command}"
