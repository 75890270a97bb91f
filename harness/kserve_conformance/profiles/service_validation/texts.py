"""The messages of rejections that KServe has reworded in later releases."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Texts:
    """
    The messages of an era, a range of releases.

    KServe ends ``autoscaler_class`` and ``metric`` with a line break before v0.14.0; it is left out here.
    """

    name: str
    autoscaler_class: str
    metric: str
    percentage: str
    memory: str
    requests: str
    min_above_max: str
    min_below_zero: str
    max_below_zero: str
    concurrency: str
    logger: str
    storage_uri: str
    storage_type: str
    protocol: str
    onnx: str
    tensorflow_without_gpu: str
    tensorflow_with_gpu: str


#: The texts about GPUs have a format verb of Go without a value.
#: Source: ``ValidateCreate``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.8.0; ``Validate``,
#: pkg/apis/serving/v1beta1/component.go, v0.8.0; ``validateGPU``, pkg/apis/serving/v1beta1/predictor_tfserving.go,
#: v0.8.0; ``validateAutoScalingCompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.9.0.
TEXTS_V0_8 = Texts(
    name=(
        'The InferenceService "{name}" is invalid: a InferenceService name must consist of lower case alphanumeric '
        "characters or '-', and must start with alphabetical character. "
        '(e.g. "my-name" or "abc-123", regex used for validation is \'{format}\')'
    ),
    autoscaler_class="[{value}] is not a supported autoscaler class type.",
    metric="[{value}] is not a supported metric.",
    percentage="The target utilization percentage should be a [1-100] integer.",
    memory="The target memory should be greater than 1 MiB",
    requests="The target for rps should be greater than 1",
    min_above_max="MinReplicas cannot be greater than MaxReplicas.",
    min_below_zero="MinReplicas cannot be less than 0.",
    max_below_zero="MaxReplicas cannot be less than 0.",
    concurrency="Parallelism cannot be less than 0.",
    logger="Invalid logger type",
    storage_uri=(
        "storageUri, must be one of: [{prefixes}] or match https://{{}}.blob.core.windows.net/{{}}/{{}} or be an "
        "absolute or relative local path. StorageUri [{uri}] is not supported."
    ),
    storage_type="storage.spec.type, must be one of: [{prefixes}]. storage.spec.type [{type}] is not supported.",
    protocol="Invalid protocol v1, v2. Must be one of [{protocol}]",
    onnx="Expected storageUri file extension: '.onnx' but got '{extension}'",
    tensorflow_without_gpu=(
        "Tensorflow RuntimeVersion is not GPU enabled but GPU resources are requested. "
        "Tensorflow RuntimeVersion must be one of %!s(MISSING)"
    ),
    tensorflow_with_gpu=(
        "Tensorflow RuntimeVersion is GPU enabled but GPU resources are not requested. "
        "Tensorflow RuntimeVersion must be one of %!s(MISSING)"
    ),
)

#: Source: ``validateScalingKPACompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.12.0.
TEXTS_V0_12 = replace(TEXTS_V0_8, requests="the target for rps should be greater than 1")

#: Source: ``validateInferenceService``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.14.0;
#: ``Validate``, pkg/apis/serving/v1beta1/component.go, v0.14.0.
TEXTS_V0_14 = replace(
    TEXTS_V0_12,
    name=TEXTS_V0_8.name.replace("The Inf", "the Inf"),
    autoscaler_class="[{value}] is not a supported autoscaler class type",
    metric="[{value}] is not a supported metric",
    percentage="the target utilization percentage should be a [1-100] integer",
    memory="the target memory should be greater than 1 MiB",
    min_above_max="'MinReplicas' cannot be greater than MaxReplicas",
    min_below_zero="'MinReplicas' cannot be less than 0",
    max_below_zero="'MaxReplicas' cannot be less than 0",
    concurrency="parallelism cannot be less than 0",
    logger="invalid logger type",
    storage_uri=TEXTS_V0_8.storage_uri.removesuffix("."),
    storage_type=TEXTS_V0_8.storage_type.removesuffix("."),
    protocol=TEXTS_V0_8.protocol.replace("Invalid", "invalid"),
    onnx=TEXTS_V0_8.onnx.replace("Expected", "expected"),
    tensorflow_without_gpu="Tensorflow RuntimeVersion is not GPU enabled but GPU resources are requested",
    tensorflow_with_gpu="Tensorflow RuntimeVersion is GPU enabled but GPU resources are not requested",
)
