"""
Probes: how a status proves that KServe has looked at a service since it was last written.

A reconcile does not say which of our writes it has seen. So before a service is
read, a value is put into its status that every finished reconcile replaces. The
status is written under optimistic locking: a reconcile that had read the service
before the probe cannot write any more and starts again. Hence a probe that is
gone was removed by a reconcile that began after it. Writing to the status
subresource runs no admission webhook and leaves spec and metadata alone.

Which values those are is read from the release's own CRD:

- ``modelStatus.transitionStatus`` (since v0.9.0): ``InProgress`` after a workload was made and ``InvalidSpec`` after a
  failed choice (``UpdateModelRevisionStates`` and ``UpdateModelTransitionStatus``,
  pkg/apis/serving/v1beta1/inference_service_status.go). The probe is ``BlockedByFailedLoad``, which needs pods.
- ``deploymentMode`` (since v0.15.0): written back by every reconcile, failed ones too (``updateStatus``,
  pkg/controller/v1beta1/inferenceservice/controller.go). It shows a failure that is no failed choice.
- ``components.predictor.latestCreatedRevision`` (v0.8.0): replaced once a workload was made (``PropagateStatus``).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from kserve_conformance.objects import Manifest, at

#: A transition that only a failing pod brings about: there are none here.
PROBE_TRANSITION = "BlockedByFailedLoad"

#: A revision that no controller creates. Each probe has its own number: where a reconcile fails and leaves the last
#: one in place, the same value again would be no change, and would not have KServe look.
PROBE_REVISION = "conformance-probe-"
_NUMBERS = itertools.count(1)


class Seen(Enum):
    """What a status says of the reconcile that a probe caused."""

    #: It has not finished.
    NOT_YET = auto()
    #: A workload was made.
    MADE = auto()
    #: The choice of a runtime failed, and the status says why.
    FAILED = auto()
    #: It finished, made nothing, and the status does not say why.
    SILENT = auto()


@dataclass(frozen=True, slots=True)
class Probe:
    """The probe that fits a release's status."""

    model_status: bool
    mode: bool
    #: Does the status name the runtime (since v0.16.0)? No probe, but it decides how workloads are named.
    names_runtime: bool = False

    @classmethod
    def of(cls, definition: Manifest) -> Probe:
        """Read which values a release's status has from the CRD of InferenceService."""
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

    def read(self, service: Manifest) -> Seen:
        """What the status of a new or a probed service says."""
        if not self.model_status:
            predictor = at(service, "status", "components", "predictor")
            made = predictor is not None and not str(predictor.get("latestCreatedRevision")).startswith(PROBE_REVISION)
            return Seen.MADE if made else Seen.NOT_YET
        transition = at(service, "status", "modelStatus", "transitionStatus")
        if transition == "InvalidSpec":
            return Seen.FAILED
        if transition in ("InProgress", "UpToDate") and (not self.mode or at(service, "status", "deploymentMode")):
            return Seen.MADE
        if self.mode and at(service, "status", "deploymentMode"):
            return Seen.SILENT
        return Seen.NOT_YET
