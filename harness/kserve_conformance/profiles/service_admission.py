"""
Admission of services: the webhooks set defaults, then accept or reject the service.

They only run when a service is created or updated. A stored service stays as an older release stored it until the next
write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

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

#: None, or the message with which it rejects an update; takes the written service and the mode that its status
#: records, "" if there is none.
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

    The first message rejects: of ``validates_change`` and ``validates_update``, if
    there is a service already; of ``validates``, ``components`` and ``validates_last``.

    The removal of a finalizer is an update too. ``checks_change_on_deletion`` and
    ``checks_deletion`` say what is checked then: the change of the mode, and the
    rest. What is rejected then is never deleted.
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
    checks_change_on_deletion: bool = True
    checks_deletion: bool = True


def admit(
    service: Manifest,
    admission: ServiceAdmission,
    default_mode: str,
    recorded_mode: str | None = None,
    before: Manifest | None = None,
    *,
    is_deleted: bool = False,
) -> Manifest:
    """
    Default and check a service as the webhooks of a release do on a write.

    ``before`` is the service that the write replaces, ``recorded_mode`` the mode in its status, "" if there is none;
    both are None for a new service. ``is_deleted``: it is being deleted, and only its finalizers change.

    The predictor of a service in ModelMesh mode is neither converted nor defaulted, only checked. Raises ``Rejected``.
    """
    read = admission.read_mode(service, default_mode)
    admitted = read.service
    if read.mode != MODELMESH:
        admitted = _defaulted(admitted, admission)
    admitted = with_component_defaults(admitted, admission.components)
    checks_mode = recorded_mode is not None and (admission.checks_change_on_deletion or not is_deleted)
    answers = chain(
        _answers_to_change(admitted, admission, recorded_mode if checks_mode else None),
        _answers(admitted, admission, before) if admission.checks_deletion or not is_deleted else (),
    )
    message = next((answer for answer in answers if answer is not None), None)
    if message is not None:
        raise Rejected(message)
    return admitted


def _answers_to_change(
    service: Manifest, admission: ServiceAdmission, recorded_mode: str | None
) -> Iterator[str | None]:
    """What the webhook's checks of the deployment mode answer, which come first; nothing without a recorded mode."""
    if recorded_mode is not None:
        yield from (check(service, recorded_mode) for check in admission.validates_change)


def _answers(service: Manifest, admission: ServiceAdmission, before: Manifest | None) -> Iterator[str | None]:
    """What each other check of the validating webhook answers, in its order."""
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
