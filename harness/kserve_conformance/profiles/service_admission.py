"""
What the webhooks do with a service that is written: default it, then accept or reject it.

They run on every create and update of a service and on nothing else. A stored
service stays as an older release left it until it is written again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kserve_conformance.objects import Manifest, at, replaced
from kserve_conformance.profiles.component_defaults import with_component_defaults
from kserve_conformance.profiles.legacy import Legacy, converted, legacy_key
from kserve_conformance.profiles.service_validation.components import Components, component_problem

DEPLOYMENT_MODE = "serving.kserve.io/deploymentMode"
MODEL_FORMAT = "modelFormat"
MODELMESH = "ModelMesh"


class Rejected(Exception):
    """The webhook rejects the object; the text is its message."""


@dataclass(frozen=True, slots=True)
class ModeRead:
    """The deployment mode as the defaulter reads it: the service, perhaps annotated, and the mode in effect."""

    service: Manifest
    mode: str | None


#: Reads (and in some releases writes) the deployment mode; takes the cluster's default mode.
ReadMode = Callable[[Manifest, str], ModeRead]

#: Defaults one thing of a service.
Defaulting = Callable[[Manifest], Manifest]

#: None, or the message with which the validating webhook rejects.
Validating = Callable[[Manifest], str | None]

#: None, or the message with which it rejects a change; takes the written service and the mode in its status.
ValidatingChange = Callable[[Manifest, str], str | None]

#: None, or the message with which it rejects an update; takes the written service and the stored one.
ValidatingUpdate = Callable[[Manifest, Manifest], str | None]


@dataclass(frozen=True, slots=True)
class ServiceAdmission:
    """
    The two webhooks of one era.

    ``before_conversion`` defaults a service that is written with a model,
    ``after_conversion`` one that a legacy key became, ``defaults`` every one
    with a model, ``own_containers`` one that has containers instead.

    The first message rejects: of ``validates_change``, if a controller has
    looked at the service already; of ``validates_update``, if there is one
    already; of ``validates``, ``components`` and ``validates_last``.
    """

    read_mode: ReadMode
    legacy: Legacy
    components: Components
    before_conversion: tuple[Defaulting, ...] = ()
    after_conversion: tuple[Defaulting, ...] = ()
    defaults: tuple[Defaulting, ...] = ()
    own_containers: tuple[Defaulting, ...] = ()
    validates: tuple[Validating, ...] = ()
    validates_last: tuple[Validating, ...] = ()
    validates_change: tuple[ValidatingChange, ...] = ()
    validates_update: tuple[ValidatingUpdate, ...] = ()


def admit(
    service: Manifest,
    admission: ServiceAdmission,
    default_mode: str,
    mode_before: str | None = None,
    before: Manifest | None = None,
) -> Manifest:
    """
    Default and check a service as the webhooks of a release do on a write.

    ``before`` is the service that the write replaces, ``mode_before`` the mode in its status, if there is one.
    The predictor of a service in ModelMesh mode is neither converted nor defaulted, only checked. Raises ``Rejected``.
    """
    read = admission.read_mode(service, default_mode)
    admitted = read.service
    if read.mode != MODELMESH:
        admitted = _defaulted(admitted, admission)
    admitted = with_component_defaults(admitted, admission.components)
    answers = _answers(admitted, admission, mode_before, before)
    message = next((answer for answer in answers if answer is not None), None)
    if message is not None:
        raise Rejected(message)
    return admitted


def _answers(
    service: Manifest, admission: ServiceAdmission, mode_before: str | None, before: Manifest | None
) -> Iterator[str | None]:
    """What each check of the validating webhook answers, in its order."""
    if mode_before is not None:
        yield from (check(service, mode_before) for check in admission.validates_change)
    if before is not None:
        yield from (check(service, before) for check in admission.validates_update)
    yield from (check(service) for check in admission.validates)
    yield component_problem(service, admission.components)
    yield from (check(service) for check in admission.validates_last)


def _defaulted(service: Manifest, admission: ServiceAdmission) -> Manifest:
    if at(service, "spec", "predictor", "model") is not None:
        for default in admission.before_conversion:
            service = default(service)
    if legacy_key(service, admission.legacy.keys) is not None:
        service = converted(service, admission.legacy)
        for default in admission.after_conversion:
            service = default(service)
    for default in _defaults_of(service, admission):
        service = default(service)
    return service


def _defaults_of(service: Manifest, admission: ServiceAdmission) -> tuple[Defaulting, ...]:
    predictor = at(service, "spec", "predictor") or {}
    if predictor.get("model") is not None:
        return admission.defaults
    # A second legacy key makes a second implementation: the defaulter stops, and the validator rejects the service.
    is_own = predictor.get("containers") and legacy_key(service, admission.legacy.keys) is None
    return admission.own_containers if is_own else ()


def _annotated(service: Manifest, key: str, value: str) -> Manifest:
    return replaced(service, {**(at(service, "metadata", "annotations") or {}), key: value}, "metadata", "annotations")


def mode_as_annotated(service: Manifest, default_mode: str) -> ModeRead:
    """
    Only the service's own annotation can set ModelMesh.

    Source: ``DefaultInferenceService``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
    """
    return ModeRead(service, at(service, "metadata", "annotations", DEPLOYMENT_MODE))


def mode_written_then_read(service: Manifest, default_mode: str) -> ModeRead:
    """
    A raw or ModelMesh default is written into the annotations, and then obeyed; without annotations that write crashes.

    Source: ``DefaultInferenceService``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.9.0: an assignment
    to a nil map.
    Raises ``Rejected``.
    """
    annotations = at(service, "metadata", "annotations") or {}
    if DEPLOYMENT_MODE not in annotations and default_mode in (MODELMESH, "RawDeployment"):
        if not annotations:
            raise Rejected(
                'failed calling webhook "inferenceservice.kserve-webhook-server.defaulter": the webhook crashed '
                "(assignment to entry in nil map)"
            )
        service = _annotated(service, DEPLOYMENT_MODE, default_mode)
    return ModeRead(service, at(service, "metadata", "annotations", DEPLOYMENT_MODE))


def mode_read_then_written(raw: str) -> ReadMode:
    """
    The default is written into the annotations, but this write still acts on what was there before.

    So a legacy key is converted on create even where ModelMesh is the cluster's default. ``raw`` is the release's name
    of the mode without Knative.

    Source: ``DefaultInferenceService``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.10.0.
    """

    def read(service: Manifest, default_mode: str) -> ModeRead:
        mode = at(service, "metadata", "annotations", DEPLOYMENT_MODE)
        if mode is None and default_mode in (MODELMESH, raw):
            service = _annotated(service, DEPLOYMENT_MODE, default_mode)
        return ModeRead(service, mode)

    return read


#: The old names of deployment modes and what v0.17.0 and later write in their place.
RENAMED_MODES = {"RawDeployment": "Standard", "Serverless": "Knative"}


def mode_is_kept(service: Manifest, mode_before: str) -> str | None:
    """
    A service's deployment mode may not be changed once its status names one.

    The old and the new name of a mode are one mode here: a controller of the release writes the new one. What is
    rejected before it has written any is not modelled, because it depends on which of two comes first: v0.17.0 compares
    the old name that a controller of before wrote, and v0.19.0 takes a status without a mode for one of Standard.

    Source: ``validateDeploymentMode``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.17.0.
    """
    given = at(service, "metadata", "annotations", DEPLOYMENT_MODE)
    if given is None or RENAMED_MODES.get(given, given) == RENAMED_MODES.get(mode_before, mode_before):
        return None
    return f"update rejected: deploymentMode cannot be changed from '{mode_before}' to '{given}'"


def mode_is_kept_once_noted(service: Manifest, mode_before: str) -> str | None:
    """
    As :func:`mode_is_kept`, but a controller does not note in a status that it leaves the service to ModelMesh.

    Source: ``validateDeploymentMode``, pkg/apis/serving/v1beta1/inference_service_validation.go, and ``Reconcile``,
    which returns before ``updateStatus``, pkg/controller/v1beta1/inferenceservice/controller.go, v0.15.2 to v0.16.0.
    """
    return None if mode_before == MODELMESH else mode_is_kept(service, mode_before)


def mode_renamed(read_mode: ReadMode) -> ReadMode:
    """
    An old name of a mode is replaced by the new one first.

    Source: ``DefaultInferenceService``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.17.0.
    """

    def read(service: Manifest, default_mode: str) -> ModeRead:
        mode = at(service, "metadata", "annotations", DEPLOYMENT_MODE)
        if mode in RENAMED_MODES:
            service = _annotated(service, DEPLOYMENT_MODE, RENAMED_MODES[mode])
        return read_mode(service, default_mode)

    return read


def v2_for_format(format_: str) -> Defaulting:
    """
    A model of exactly this format gets protocol v2 unless it sets another one.

    Source: ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.11.2
    for triton, since v0.20.0 for vLLM.
    """

    def default(service: Manifest) -> Manifest:
        model = service["spec"]["predictor"]["model"]
        if model.get("protocolVersion") is None and at(model, "modelFormat", "name") == format_:
            return replaced(service, "v2", "spec", "predictor", "model", "protocolVersion")
        return service

    return default


def model_format_annotated(service: Manifest) -> Manifest:
    """
    The format's name becomes the annotation ``modelFormat`` unless there is one: it goes stale when the format changes.

    Source: ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.17.0.
    """
    format_ = at(service, "spec", "predictor", "model", "modelFormat", "name")
    if not format_ or MODEL_FORMAT in (at(service, "metadata", "annotations") or {}):
        return service
    return _annotated(service, MODEL_FORMAT, format_)
