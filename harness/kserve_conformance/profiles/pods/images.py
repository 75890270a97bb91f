"""The image of the serving container: what a runtime version and a GPU do to its tag."""

from __future__ import annotations

import re
from collections.abc import Callable

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.completion import SERVER_TYPE_ANNOTATION

#: The image of a container; takes the container, ``runtimeVersion``, the runtime's name and its annotations.
TagImage = Callable[[Manifest, str | None, str, Manifest], str]

_TAG = re.compile(r":[0-9A-Za-z_.\-]*\Z")

_DIGEST = "@sha256:"

#: The runtimes that have a ``-gpu`` image of the same tag.
_GPU_RUNTIMES_V0_10 = frozenset({"kserve-tensorflow-serving", "kserve-torchserve"})
_GPU_RUNTIMES_V0_15 = _GPU_RUNTIMES_V0_10 | {"kserve-huggingfaceserver"}

#: The server types that have a ``-gpu`` image of the same tag.
_GPU_SERVER_TYPES = frozenset({"huggingfaceserver", "tensorflow-serving", "torchserve"})

#: Source: ``GetServerTypeFromRuntimeName``, pkg/constants/constants.go, since v0.20.0.
_SERVER_TYPES_BY_NAME = {
    "kserve-huggingfaceserver": "huggingfaceserver",
    "kserve-mlserver": "mlserver",
    "kserve-tensorflow-serving": "tensorflow-serving",
    "kserve-torchserve": "torchserve",
    "kserve-tritonserver": "tritonserver",
    "kserve-vllmserver": "vllmserver",
}

#: The images that have a GPU image of their own: TensorFlow's, and none, as PyTorch's is not found there.
#: Source: ``predictors``, config/configmap/inferenceservice.yaml, v0.9.0.
_GPU_IMAGES_V0_9 = {"tensorflow/serving": "tensorflow/serving:2.6.2-gpu", "": ":"}


def tag_after_first_colon(container: Manifest, version: str | None, runtime: str, annotations: Manifest) -> str:
    """
    A runtime version replaces all that follows the first colon, the rest of a registry with a port included.

    A GPU changes no image: it is compared with those of the ConfigMap, which has none, so only no image is one of them.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.8.0.
    """
    image = _image(container)
    repository = image.split(":")[0]
    if version is not None:
        return f"{repository}:{version}"
    return ":" if has_gpu(container) and not repository else image


def tag_or_configured_gpu_tag(container: Manifest, version: str | None, runtime: str, annotations: Manifest) -> str:
    """
    A runtime version replaces the tag; without one, a GPU replaces the tag of the ConfigMap's TensorFlow image.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.9.0. PyTorch's image is not
    found in the ConfigMap, whose nesting the Go type does not have.
    """
    image = _image(container)
    if version is not None:
        return _retagged(image, version)
    configured = _GPU_IMAGES_V0_9.get(image.split(":")[0]) if has_gpu(container) else None
    return image if configured is None else configured


def tag_or_gpu_suffix_again(container: Manifest, version: str | None, runtime: str, annotations: Manifest) -> str:
    """
    Without a runtime version, a GPU appends ``-gpu`` to the tag of two built-in runtimes, even a second time.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.10.0.
    """
    image = _image(container)
    if version is not None:
        return _retagged(image, version)
    return f"{image}-gpu" if has_gpu(container) and _TAG.search(image) and runtime in _GPU_RUNTIMES_V0_10 else image


def tag_or_gpu_suffix(container: Manifest, version: str | None, runtime: str, annotations: Manifest) -> str:
    """
    Without a runtime version, a GPU appends ``-gpu`` to the tag of two built-in runtimes, once.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.10.1 to v0.14.1.
    """
    return _versioned_or_suffixed(_image(container), version, has_gpu(container) and runtime in _GPU_RUNTIMES_V0_10)


def tag_or_gpu_suffix_of_huggingface(
    container: Manifest, version: str | None, runtime: str, annotations: Manifest
) -> str:
    """
    The Hugging Face runtime has a ``-gpu`` image too.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.15.0 to v0.15.2.
    """
    return _versioned_or_suffixed(_image(container), version, has_gpu(container) and runtime in _GPU_RUNTIMES_V0_15)


def digest_kept(container: Manifest, version: str | None, runtime: str, annotations: Manifest) -> str:
    """
    An image with a digest stays as it is; a slice of an Nvidia GPU counts as a GPU.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, and ``IsGPUEnabled``,
    pkg/utils/utils.go, v0.16.0 to v0.19.0.
    """
    image = _image(container)
    if _DIGEST in image:
        return image
    return _versioned_or_suffixed(image, version, has_gpu_or_slice(container) and runtime in _GPU_RUNTIMES_V0_15)


def tag_by_server_type(container: Manifest, version: str | None, runtime: str, annotations: Manifest) -> str:
    """
    The runtime's annotation, or else its name, selects the images; vLLM's image without a GPU is ``…-cpu``.

    Source: ``UpdateImageTag``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.20.0. An empty
    annotation counts as none here.
    """
    image = _image(container)
    if _DIGEST in image:
        return image
    if version is not None:
        return _retagged(image, version)
    server_type = annotations.get(SERVER_TYPE_ANNOTATION) or _SERVER_TYPES_BY_NAME.get(runtime)
    tag = _TAG.search(image)
    if server_type is None or tag is None:
        return image
    if has_gpu_or_slice(container):
        return f"{image}-gpu" if server_type in _GPU_SERVER_TYPES and not image.endswith("-gpu") else image
    repository = image[: tag.start()]
    return f"{repository}-cpu{tag[0]}" if server_type == "vllmserver" and not repository.endswith("-cpu") else image


_NVIDIA_GPU = "nvidia.com/gpu"


def has_gpu(container: Manifest) -> bool:
    """
    Does it have a limit of Nvidia GPUs, be it zero?

    Source: ``IsGPUEnabled``, pkg/utils/utils.go, v0.8.0 to v0.15.2.
    """
    return _NVIDIA_GPU in (at(container, "resources", "limits") or {})


def has_gpu_or_slice(container: Manifest) -> bool:
    """
    Does it have a limit of Nvidia GPUs, or of slices of one (MIG)?

    Source: ``IsGPUEnabled``, pkg/utils/utils.go, since v0.16.0.
    """
    limits = at(container, "resources", "limits") or {}
    return has_gpu(container) or any(name.startswith("nvidia.com/mig") for name in limits)


def _image(container: Manifest) -> str:
    return container.get("image") or ""


def _versioned_or_suffixed(image: str, version: str | None, suffixed: bool) -> str:
    if version is not None:
        return _retagged(image, version)
    return f"{image}-gpu" if suffixed and _TAG.search(image) and not image.endswith("-gpu") else image


def _retagged(image: str, version: str) -> str:
    return f"{_TAG.sub('', image, count=1)}:{version}"
