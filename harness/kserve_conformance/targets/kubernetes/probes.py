"""
Probes: how a status proves that KServe has reconciled a service since its last write.

A reconcile does not report which of our writes it has read. So before a service is read, its status gets a value that
every finished reconcile replaces. The status is written under optimistic locking: a reconcile that had read the service
before the probe cannot write any more and starts again. Hence a reconcile that started after the probe has removed it.
Writing to the status subresource runs no admission webhook and leaves spec and metadata alone.

Which values those are is read from the release's own CRD:

- ``modelStatus.transitionStatus`` (since v0.9.0): ``InProgress`` after a workload was made and ``InvalidSpec`` after a
  failed choice (``UpdateModelRevisionStates`` and ``UpdateModelTransitionStatus``,
  pkg/apis/serving/v1beta1/inference_service_status.go). The probe is ``BlockedByFailedLoad``, which needs pods.
- ``deploymentMode`` (since v0.15.2): written back by every reconcile, failed ones too (``updateStatus``,
  pkg/controller/v1beta1/inferenceservice/controller.go). It shows a failure that is no failed choice. A mode that an
  earlier release recorded is lost by it: the controller records the mode anew, by the annotation.
- ``components.predictor.latestCreatedRevision`` (v0.8.0): replaced once a workload was made (``PropagateStatus``).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from kserve_conformance.objects import Manifest, at

#: A transition that only a failing pod causes: there are no pods here.
PROBE_TRANSITION = "BlockedByFailedLoad"

#: A revision that no controller creates. Each probe has its own number: where a failed reconcile leaves the last one in
#: place, writing the same value would change nothing and trigger no reconcile.
PROBE_REVISION = "conformance-probe-"
_NUMBERS = itertools.count(1)


class ReconcileResult(Enum):
    """Result of the reconcile that a probe triggered, as the status shows it."""

    #: Not finished.
    PENDING = auto()
    #: A workload was created.
    CREATED = auto()
    #: The choice of a runtime failed, and the status says why.
    FAILED = auto()
    #: Finished without a workload, and the status does not say why.
    UNEXPLAINED = auto()


@dataclass(frozen=True, slots=True)
class Probe:
    """The probe that fits a release's status."""

    model_status: bool
    mode: bool
    #: Does the status name the runtime (since v0.16.0)? Not a probe, but it decides how workloads are named.
    names_runtime: bool = False

    @classmethod
    def of(cls, definition: Manifest) -> Probe:
        """Read from the InferenceService CRD which fields a release's status has."""
        for version in definition["spec"]["versions"]:
            if version["name"] == "v1beta1":
                status = at(version, "schema", "openAPIV3Schema", "properties", "status", "properties") or {}
                return cls(
                    model_status="modelStatus" in status,
                    mode="deploymentMode" in status,
                    names_runtime="servingRuntimeName" in status,
                )
        return cls(model_status=False, mode=False)

    @property
    def patch(self) -> dict[str, Any]:
        """The merge patch of the status subresource."""
        if not self.model_status:
            revision = f"{PROBE_REVISION}{next(_NUMBERS)}"
            return {"status": {"components": {"predictor": {"latestCreatedRevision": revision}}}}
        status: dict[str, Any] = {"modelStatus": {"transitionStatus": PROBE_TRANSITION}}
        if self.mode:
            status["deploymentMode"] = None
        return {"status": status}

    def read(self, service: Manifest) -> ReconcileResult:
        """The result that the status of a new or probed service shows."""
        if not self.model_status:
            predictor = at(service, "status", "components", "predictor")
            made = predictor is not None and not str(predictor.get("latestCreatedRevision")).startswith(PROBE_REVISION)
            return ReconcileResult.CREATED if made else ReconcileResult.PENDING
        transition = at(service, "status", "modelStatus", "transitionStatus")
        if transition == "InvalidSpec":
            return ReconcileResult.FAILED
        if transition in ("InProgress", "UpToDate") and (not self.mode or at(service, "status", "deploymentMode")):
            return ReconcileResult.CREATED
        if self.mode and at(service, "status", "deploymentMode"):
            return ReconcileResult.UNEXPLAINED
        return ReconcileResult.PENDING
