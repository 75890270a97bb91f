"""
Checks of legacy keys.

Only services in ModelMesh mode still have one when they are validated: the defaulter converts all others.
"""

from __future__ import annotations

import re

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_validation.components import Component, ComponentCheck
from kserve_conformance.profiles.service_validation.texts import Texts

GPU, MIG = "nvidia.com/gpu", "nvidia.com/mig"

#: The largest 64-bit integer: ``ParseInt`` fails beyond it.
_MOST = 2**63 - 1


def legacy_server_has_a_version(component: Component) -> str | None:
    """
    The validator panics on a tensorflow or pytorch key without ``runtimeVersion``.

    Source: ``validateGPU``, pkg/apis/serving/v1beta1/predictor_tfserving.go, v0.9.0; ``validateGPU``,
    pkg/apis/serving/v1beta1/predictor_torchserve.go, v0.9.0. A nil pointer is dereferenced, because ModelMesh mode
    skips the default that sets it.
    """
    implementation = component.implementation
    if implementation.key in ("tensorflow", "pytorch") and implementation.spec.get("runtimeVersion") is None:
        return 'failed calling webhook "inferenceservice.kserve-webhook-server.validator": the webhook crashed'
    return None


def onnx_has_the_extension(texts: Texts) -> ComponentCheck:
    """
    The storage URI of an onnx key must end with ``.onnx`` or have no extension.

    Source: ``Validate``, pkg/apis/serving/v1beta1/predictor_onnxruntime.go, since v0.8.0.
    """

    def check(component: Component) -> str | None:
        if component.implementation.key != "onnx":
            return None
        _, dot, end = (component.implementation.spec.get("storageUri") or "").rpartition("/")[2].rpartition(".")
        extension = dot + end if dot else ""
        return None if extension in ("", ".onnx") else texts.onnx.format(extension=extension)

    return check


def pmml_has_one_worker(component: Component) -> str | None:
    """
    An argument of a pmml key that starts with ``--workers`` must set at most one worker.

    Source: ``ValidateMaxArgumentWorkers``, pkg/apis/serving/v1beta1/component.go, v0.8.0 to v0.11.2.
    """
    arguments = component.implementation.spec.get("args") or () if component.implementation.key == "pmml" else ()
    for argument in arguments:
        if argument.startswith("--workers"):
            number = argument.partition("=")[2]
            if not re.fullmatch("[+-]?[0-9]+", number) or abs(int(number)) > _MOST:
                return "Invalid workers argument"
            if int(number) > 1:
                return "Workers cannot be greater than 1"
    return None


def has_gpu(limits: Manifest) -> bool:
    """
    Does a container request a GPU?

    Source: ``IsGPUEnabled``, pkg/utils/utils.go, v0.8.0 to v0.15.2.
    """
    return GPU in limits


def has_gpu_or_part_of_one(limits: Manifest) -> bool:
    """
    Does a container request a GPU or a GPU instance?

    Source: ``IsGPUEnabled``, pkg/utils/utils.go, since v0.16.0.
    """
    return GPU in limits or any(name.startswith(MIG) for name in limits)


def version_fits_gpu(texts: Texts, *, or_part_of_one: bool = False) -> ComponentCheck:
    """
    The version of a tensorflow or pytorch key contains ``-gpu`` if, and only if, it has a GPU.

    Source: ``validateGPU``, pkg/apis/serving/v1beta1/predictor_tfserving.go, since v0.8.0; ``validateGPU``,
    pkg/apis/serving/v1beta1/predictor_torchserve.go, since v0.8.0.
    """
    is_enabled = has_gpu_or_part_of_one if or_part_of_one else has_gpu

    def check(component: Component) -> str | None:
        implementation = component.implementation
        version = implementation.spec.get("runtimeVersion")
        if implementation.key not in ("tensorflow", "pytorch") or version is None:
            return None
        enabled = is_enabled(at(implementation.spec, "resources", "limits") or {})
        if enabled == ("-gpu" in version):
            return None
        if implementation.key == "tensorflow":
            return texts.tensorflow_without_gpu if enabled else texts.tensorflow_with_gpu
        if enabled:
            return "PyTorch RuntimeVersion is not GPU enabled but GPU resources are requested. "
        return "PyTorch RuntimeVersion is GPU enabled but GPU resources are not requested. "

    return check
