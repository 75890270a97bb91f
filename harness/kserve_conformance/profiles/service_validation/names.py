"""Checks of the service as a whole: its name, its annotations, and the containers next to the model."""

from __future__ import annotations

import re

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.profiles.service_admission import Validating
from kserve_conformance.profiles.service_validation.components import predictor_with_kserve_container, variable
from kserve_conformance.profiles.service_validation.texts import Texts

#: ``IsvcNameFmt``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.8.0.
NAME_FORMAT = "[a-z]([-a-z0-9]*[a-z0-9])?"

AUTOSCALER_CLASS = "serving.kserve.io/autoscalerClass"
METRIC = "serving.kserve.io/metrics"
TARGET_UTILIZATION = "serving.kserve.io/targetUtilizationPercentage"

#: Source: ``TransformerContainerName``, pkg/constants/constants.go, since v0.11.0.
TRANSFORMER_CONTAINER = "transformer-container"


def name_is_valid(texts: Texts) -> Validating:
    """
    The name of a service must consist of lowercase letters, digits and dashes, and start with a letter.

    Source: ``validateInferenceServiceName``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.8.0.
    """

    def validate(service: Manifest) -> str | None:
        name = at(service, "metadata", "name") or ""
        return None if re.fullmatch(NAME_FORMAT, name) else texts.name.format(name=name, format=NAME_FORMAT)

    return validate


def autoscaler_class_is_known(texts: Texts, *classes: str) -> Validating:
    """
    The autoscaler class in the annotation must be one that the release supports.

    Source: ``validateInferenceServiceAutoscaler``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.8.0; the classes: ``AutoscalerAllowedClassList``, pkg/constants/constants.go.
    """

    def validate(service: Manifest) -> str | None:
        given = at(service, "metadata", "annotations", AUTOSCALER_CLASS)
        return None if given is None or given in classes else texts.autoscaler_class.format(value=given)

    return validate


def metric_is_known(texts: Texts, *metrics: str) -> Validating:
    """
    With the autoscaler class hpa, the metric in the annotation must be one that the release supports.

    Source: ``validateInferenceServiceAutoscaler`` and ``validateHPAMetrics``,
    pkg/apis/serving/v1beta1/inference_service_validation.go, v0.8.0 to v0.14.1; the metrics:
    ``AutoscalerAllowedMetricsList``, pkg/constants/constants.go.
    """

    def validate(service: Manifest) -> str | None:
        annotations = at(service, "metadata", "annotations") or {}
        metric = annotations.get(METRIC)
        if annotations.get(AUTOSCALER_CLASS) != "hpa" or metric is None or metric in metrics:
            return None
        return texts.metric.format(value=metric)

    return validate


def target_utilization_is_a_percentage(texts: Texts) -> Validating:
    """
    The target utilization in the annotation must be an integer from 1 to 100.

    Source: ``validateAutoscalerTargetUtilizationPercentage``,
    pkg/apis/serving/v1beta1/inference_service_validation.go, v0.8.0 to v0.14.1.
    """

    def validate(service: Manifest) -> str | None:
        target = at(service, "metadata", "annotations", TARGET_UTILIZATION)
        if target is None or (re.fullmatch("[+-]?[0-9]+", target) and 1 <= int(target) <= 100):
            return None
        return texts.percentage

    return validate


def transformer_beside_model_has_no_storage(service: Manifest) -> str | None:
    """
    A transformer among the predictor's containers must not set ``STORAGE_URI``.

    Source: ``validateCollocationStorageURI``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.12.0.
    """
    for container in at(service, "spec", "predictor", "containers") or ():
        if container.get("name") == TRANSFORMER_CONTAINER:
            if variable(container, "STORAGE_URI") is None:
                return None
            return "storage uri should not be specified in transformer container"
    return None


def predictor_is_not_empty(service: Manifest) -> str | None:
    """
    The defaulter reads the first implementation of a predictor, and panics if there is none.

    Source: ``setLocalModelLabel``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.18.0.
    Read at v0.19.0, and observed on the controller of v0.20.0.
    """
    if predictor_with_kserve_container(at(service, "spec", "predictor") or {}):
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
