"""
Deployment modes: what the controller records of them in a service's status, and what the webhook accepts afterwards.

A service's own mode is an annotation; without one it gets the cluster's default. Since
v0.15.2 the status records the mode, and that record wins over the annotation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH, RENAMED_MODES

#: The mode that a status without one stands for in v0.19.0.
STANDARD = "Standard"

#: Takes the stored service, the mode in its status ("" if there is none), and the cluster's default.
RecordedMode = Callable[[Manifest, str, str], str]

#: What a default mode in the cluster's configuration means.
ConfiguredMode = Callable[[str], str]

#: What an annotation means, until v0.15.2 and since v0.16.0.
OLD_NAMES: Mapping[str, str] = MappingProxyType({mode: mode for mode in (*RENAMED_MODES, MODELMESH)})
BOTH_NAMES: Mapping[str, str] = MappingProxyType(
    {**RENAMED_MODES, **{mode: mode for mode in (*RENAMED_MODES.values(), MODELMESH)}}
)


def default_as_configured(mode: str) -> str:
    """
    The default mode means itself.

    Source: ``NewDeployConfig``, pkg/apis/serving/v1beta1/configmap.go, until v0.15.2.
    """
    return mode


def default_by_new_name(mode: str) -> str:
    """
    The old name of a default mode means the new one.

    Source: ``NewDeployConfig``, pkg/apis/serving/v1beta1/configmap.go, since v0.16.0.
    """
    return RENAMED_MODES.get(mode, mode)


def no_mode_recorded(stored: Manifest, recorded: str, default_mode: str) -> str:
    """
    The status has no mode.

    Source: ``InferenceServiceStatus``, pkg/apis/serving/v1beta1/inference_service_status.go, until v0.15.1 (not read).
    """
    return ""


def first_mode_recorded(names: Mapping[str, str]) -> RecordedMode:
    """
    The controller records the annotated mode once, or the default if it does not know that mode, and keeps the record.

    ``names`` are the modes that it knows, and what it records for each.

    Source: ``GetDeploymentMode``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, and ``updateStatus``,
    pkg/controller/v1beta1/inferenceservice/controller.go, since v0.15.2.
    """

    def record(stored: Manifest, recorded: str, default_mode: str) -> str:
        annotated = at(stored, "metadata", "annotations", DEPLOYMENT_MODE)
        return recorded or names.get(annotated, default_mode)

    return record


def modelmesh_not_recorded(record: RecordedMode) -> RecordedMode:
    """
    ModelMesh is recorded only for a service with a transformer: for any other the controller returns before.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/controller.go, v0.15.2 and v0.16.0.
    """

    def record_others(stored: Manifest, recorded: str, default_mode: str) -> str:
        mode = record(stored, recorded, default_mode)
        is_skipped = mode == MODELMESH and at(stored, "spec", "transformer") is None
        return recorded if is_skipped else mode

    return record_others


def record_renamed(record: RecordedMode) -> RecordedMode:
    """
    An old name in the status is replaced by the new one.

    Source: ``GetDeploymentMode``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.19.0.
    """

    def renamed(stored: Manifest, recorded: str, default_mode: str) -> str:
        mode = record(stored, recorded, default_mode)
        return RENAMED_MODES.get(mode, mode)

    return renamed


def mode_is_kept(service: Manifest, recorded: str) -> str | None:
    """
    The annotation must be the recorded mode, to the letter.

    So a service is locked whose annotation is not what the controller recorded for it, for example because v0.16.0
    recorded the new name of the mode.

    Source: ``validateDeploymentMode``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.15.2.
    """
    annotated = at(service, "metadata", "annotations", DEPLOYMENT_MODE)
    if not recorded or annotated in (None, recorded):
        return None
    return f"update rejected: deploymentMode cannot be changed from '{recorded}' to '{annotated}'"


def mode_is_kept_by_new_name(service: Manifest, recorded: str) -> str | None:
    """
    The annotation must be the new name of the recorded mode.

    Source: ``validateDeploymentMode``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.20.0.
    """
    return mode_is_kept(service, RENAMED_MODES.get(recorded, recorded))


def mode_is_standard_until_recorded(service: Manifest, recorded: str) -> str | None:
    """
    The annotation must be the new name of the recorded mode; a status without one stands for Standard.

    So the controller cannot add its finalizer to a new service that is annotated with another mode.

    Source: ``validateDeploymentMode``, pkg/apis/serving/v1beta1/inference_service_validation.go, and
    ``ParseDeploymentMode``, pkg/constants/constants.go, v0.19.0.
    """
    return mode_is_kept_by_new_name(service, recorded or STANDARD)
