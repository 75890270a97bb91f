"""
Deployment modes: what the controller records in the status of a service, and which updates the webhook accepts.

An annotation sets the mode of a service; without one it gets the cluster's default. Since v0.15.2 the status records
the mode, and takes precedence over the annotation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH, RENAMED_MODES

#: The mode that v0.19.0 assumes if the status has none.
STANDARD = "Standard"

#: Takes the stored service, the mode in its status ("" if there is none), and the cluster's default.
RecordedMode = Callable[[Manifest, str, str], str]

#: Maps the default mode in the cluster's configuration to its effective name.
ConfiguredMode = Callable[[str], str]

#: The modes that an annotation can set, with their effective names: until v0.15.2, and since v0.16.0.
OLD_NAMES: Mapping[str, str] = MappingProxyType({mode: mode for mode in (*RENAMED_MODES, MODELMESH)})
BOTH_NAMES: Mapping[str, str] = MappingProxyType(
    {**RENAMED_MODES, **{mode: mode for mode in (*RENAMED_MODES.values(), MODELMESH)}}
)


def default_as_configured(mode: str) -> str:
    """
    The default mode is used under its configured name.

    Source: ``NewDeployConfig``, pkg/apis/serving/v1beta1/configmap.go, until v0.15.2.
    """
    return mode


def default_by_new_name(mode: str) -> str:
    """
    An old name of the default mode is replaced with the new one.

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
    The controller records the annotated mode once, or the default if that mode is unknown, and keeps it.

    ``names`` maps the known modes to the recorded names.

    Source: ``GetDeploymentMode``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, and ``updateStatus``,
    pkg/controller/v1beta1/inferenceservice/controller.go, since v0.15.2.
    """

    def record(stored: Manifest, recorded: str, default_mode: str) -> str:
        annotated = at(stored, "metadata", "annotations", DEPLOYMENT_MODE)
        return recorded or names.get(annotated, default_mode)

    return record


def modelmesh_not_recorded(record: RecordedMode) -> RecordedMode:
    """
    ModelMesh is only recorded for services with a transformer: for all others the controller returns earlier.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/controller.go, v0.15.2 and v0.16.0.
    """

    def record_others(stored: Manifest, recorded: str, default_mode: str) -> str:
        mode = record(stored, recorded, default_mode)
        is_skipped = mode == MODELMESH and at(stored, "spec", "transformer") is None
        return recorded if is_skipped else mode

    return record_others


def record_renamed(record: RecordedMode) -> RecordedMode:
    """
    An old name in the status is replaced with the new one.

    Source: ``GetDeploymentMode``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.19.0.
    """

    def renamed(stored: Manifest, recorded: str, default_mode: str) -> str:
        mode = record(stored, recorded, default_mode)
        return RENAMED_MODES.get(mode, mode)

    return renamed


def mode_is_kept(service: Manifest, recorded: str) -> str | None:
    """
    The annotation must be exactly the recorded mode.

    So a service is locked if the controller recorded another mode than its annotation, for example the new name of the
    mode in v0.16.0.

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
    The annotation must be the new name of the recorded mode, or Standard if the status has none.

    So the controller cannot add its finalizer to a new service that is annotated with another mode.

    Source: ``validateDeploymentMode``, pkg/apis/serving/v1beta1/inference_service_validation.go, and
    ``ParseDeploymentMode``, pkg/constants/constants.go, v0.19.0.
    """
    return mode_is_kept_by_new_name(service, recorded or STANDARD)
