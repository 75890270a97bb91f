"""What the validating webhook rejects in a service: each check returns None, or KServe's own message."""

from __future__ import annotations

import re

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.custom_predictors import KSERVE_CONTAINER
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH, Validating

#: ``IsvcNameFmt``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.8.0.
NAME_FORMAT = "[a-z]([-a-z0-9]*[a-z0-9])?"

#: The fields of ``PredictorSpec`` as the text about "exactly one" lists them, per era.
#: Source: type ``PredictorSpec``, pkg/apis/serving/v1beta1/predictor.go.
FIELDS_V0_8 = "SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, PMML, LightGBM, Paddle, Model, PodSpec"
FIELDS_V0_12 = FIELDS_V0_8.replace("ONNX, ", "ONNX, HuggingFace, ")
FIELDS_V0_14 = FIELDS_V0_12.replace("Model, PodSpec", "Model, WorkerSpec, PodSpec")
FIELDS_V0_16 = FIELDS_V0_12.replace("Model, PodSpec", "Model, StorageUris, WorkerSpec, PodSpec")
FIELDS_V0_20 = "Name, " + FIELDS_V0_16.replace("StorageUris, ", "StorageUris, StorageContainerName, ")


def name_is_valid(service: Manifest) -> str | None:
    """
    The name of a service consists of lower-case letters, digits and dashes, and starts with a letter.

    Source: ``validateInferenceServiceName``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.8.0.
    """
    name = at(service, "metadata", "name") or ""
    if re.fullmatch(NAME_FORMAT, name):
        return None
    return (
        f'the InferenceService "{name}" is invalid: a InferenceService name must consist of lower case alphanumeric '
        "characters or '-', and must start with alphabetical character. "
        f'(e.g. "my-name" or "abc-123", regex used for validation is \'{NAME_FORMAT}\')'
    )


def _frameworks(service: Manifest) -> int:
    predictor = at(service, "spec", "predictor") or {}
    return sum(predictor.get(key) is not None for key in (*LEGACY_KEYS_V0_12, "model"))


def implementations_with_containers(service: Manifest) -> int:
    """
    Any container of the predictor is one more implementation.

    Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, v0.8.0 to v0.14.1.
    """
    return _frameworks(service) + bool(at(service, "spec", "predictor", "containers"))


def implementations_with_kserve_container(service: Manifest) -> int:
    """
    Only a container named ``kserve-container`` counts as an implementation, or the first one if there is no other.

    Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, since v0.15.0.
    """
    containers = at(service, "spec", "predictor", "containers") or ()
    named = sum(container.get("name") == KSERVE_CONTAINER for container in containers)
    found = _frameworks(service) + named
    return found or int(bool(containers))


def exactly_one_implementation(start: str, fields: str, kserve_container_only: bool = False) -> Validating:
    """
    A predictor has one implementation: a model, one legacy key that could not be converted, or containers.

    Source: ``validateExactlyOneImplementation``, pkg/apis/serving/v1beta1/component.go, since v0.8.0.
    """
    count = implementations_with_kserve_container if kserve_container_only else implementations_with_containers

    def validate(service: Manifest) -> str | None:
        return None if count(service) == 1 else f"{start} of [{fields}] must be specified in PredictorSpec"

    return validate


def predictor_is_not_empty(service: Manifest) -> str | None:
    """
    The defaulter reads the first implementation of a predictor, and crashes where there is none.

    Source: ``setLocalModelLabel``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.18.0.
    Read at v0.19.0, and observed on the controller of v0.20.0.
    """
    if implementations_with_kserve_container(service):
        return None
    return (
        'admission webhook "inferenceservice.kserve-webhook-server.defaulter" denied the request: panic: '
        "runtime error: index out of range [0] with length 0 [recovered]"
    )


def predictor_has_no_name(service: Manifest) -> str | None:
    """
    ``name`` inside a model or a legacy key is rejected.

    Source: ``validatePredictor``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.16.0.
    """
    predictor = at(service, "spec", "predictor") or {}
    if any(at(predictor, key, "name") for key in (*LEGACY_KEYS_V0_12, "model")):
        return "the 'name' field is not allowed in standard predictor"
    return None


def modelmesh_legacy_has_version(service: Manifest) -> str | None:
    """
    In ModelMesh mode a tensorflow or pytorch key without ``runtimeVersion`` crashes the validator.

    Source: ``Validate``, pkg/apis/serving/v1beta1/predictor_tfserving.go, v0.9.0; ``Validate``,
    pkg/apis/serving/v1beta1/predictor_torchserve.go, v0.9.0. A nil pointer is dereferenced, because ModelMesh mode
    skips the default that sets it.
    """
    if at(service, "metadata", "annotations", DEPLOYMENT_MODE) != MODELMESH:
        return None
    predictor = at(service, "spec", "predictor") or {}
    for key in ("tensorflow", "pytorch"):
        if predictor.get(key) is not None and predictor[key].get("runtimeVersion") is None:
            return 'failed calling webhook "inferenceservice.kserve-webhook-server.validator": the webhook crashed'
    return None


def autoscaler_class_is_known(*classes: str) -> Validating:
    """
    The autoscaler class in the annotation must be one that the release supports.

    Source: ``validateInferenceServiceAutoscaler``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.8.0; the classes: ``AutoscalerAllowedClassList``, pkg/constants/constants.go.
    """

    def validate(service: Manifest) -> str | None:
        given = at(service, "metadata", "annotations", "serving.kserve.io/autoscalerClass")
        return None if given is None or given in classes else f"[{given}] is not a supported autoscaler class type"

    return validate
