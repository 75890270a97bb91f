"""
Faults of a rendered pod: KServe selects a runtime and reports no error, but the pod fails or is not what was intended.

A fault says what is wrong with one container and what to do. It changes no decision. The API server and kubelet decide
whether a pod with a fault is rejected, fails or only behaves unexpectedly; the text says which.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kserve_conformance.objects import Manifest, Runtime, at
from kserve_conformance.profiles.pods.containers import SERVING
from kserve_conformance.profiles.pods.image_references import is_reference, repository_of
from kserve_conformance.profiles.pods.quantities import value_of
from kserve_conformance.profiles.service_validation.components import LEGACY_KEYS


class PodFaultCode(StrEnum):
    """What is wrong with a pod; stable, so that scripts can match it."""

    #: A container has no image.
    NO_IMAGE = "NO_IMAGE"
    #: The image of a container is not a valid reference.
    INVALID_IMAGE = "INVALID_IMAGE"
    #: KServe appended `-gpu` to a digest.
    GPU_SUFFIX_ON_DIGEST = "GPU_SUFFIX_ON_DIGEST"
    #: KServe appended `-gpu` to a tag that ends with it.
    GPU_SUFFIX_TWICE = "GPU_SUFFIX_TWICE"
    #: A GPU is requested, but the image is not the server's GPU variant.
    GPU_IMAGE_MISSING = "GPU_IMAGE_MISSING"
    #: `runtimeVersion` replaced the tag of the service's own image, or more than the tag of an image.
    TAG_REPLACED = "TAG_REPLACED"
    #: The arguments of a container have a flag more than once.
    FLAG_REPEATED = "FLAG_REPEATED"
    #: The environment of a container has a variable more than once.
    VARIABLE_REPEATED = "VARIABLE_REPEATED"
    #: KServe overwrote the value of a variable of the service.
    VARIABLE_REPLACED = "VARIABLE_REPLACED"
    #: No container is named `kserve-container`.
    NO_SERVING_CONTAINER = "NO_SERVING_CONTAINER"
    #: A container requests more of a resource than its limit.
    REQUEST_ABOVE_LIMIT = "REQUEST_ABOVE_LIMIT"
    #: A container requests GPUs, or another extended resource, without the same limit.
    LIMIT_NOT_EQUAL = "LIMIT_NOT_EQUAL"
    #: A quantity is negative, or a fraction of a resource that has none, such as a GPU.
    INVALID_QUANTITY = "INVALID_QUANTITY"
    #: A container mounts a volume that the pod does not have.
    UNKNOWN_VOLUME = "UNKNOWN_VOLUME"
    #: The name of a volume is not a valid name.
    INVALID_VOLUME = "INVALID_VOLUME"
    #: A pod has more than one volume of the same name.
    VOLUME_REPEATED = "VOLUME_REPEATED"
    #: A container mounts more than one volume at the same path.
    MOUNT_REPEATED = "MOUNT_REPEATED"
    #: The number, name or protocol of a port is not valid.
    INVALID_PORT = "INVALID_PORT"
    #: The name of a container is not a valid name.
    INVALID_CONTAINER_NAME = "INVALID_CONTAINER_NAME"
    #: A pod has more than one container of the same name.
    CONTAINER_REPEATED = "CONTAINER_REPEATED"
    #: The controller does not support the scheme of the storage URI, and creates no pod.
    UNSUPPORTED_SCHEME = "UNSUPPORTED_SCHEME"
    #: The selected runtime has fields because of which strict validation rejects it; the pod is that without them.
    RUNTIME_REJECTED = "RUNTIME_REJECTED"


@dataclass(frozen=True, slots=True)
class PodFault:
    """One fault: its code, the container that has it, what is wrong, and what to do."""

    code: PodFaultCode
    container: str | None
    text: str
    hint: str

    def __str__(self) -> str:
        return f"container {self.container}: {self.text}" if self.container else self.text


#: Images that have a variant for GPUs: the end of their repository.
#: Source: ``predictors``, config/configmap/inferenceservice.yaml, v0.9.0; ``UpdateImageTag``,
#: pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.10.0.
_WITH_GPU_TAG = re.compile(r"(^|/)(tensorflow/serving|torchserve-kfs|huggingfaceserver)\Z")

#: Resources that Kubernetes does not overcommit. Source: ``IsOvercommitAllowed``, k8s.io/kubernetes,
#: pkg/apis/core/v1/helper/helpers.go.
_NATIVE = re.compile(r"[^/]*\Z|([^/]*\.)?kubernetes\.io/")

_FLAG = re.compile(r"--?[A-Za-z][^=\s]*")

_DIGEST = "@sha256:"

#: The names of the flags or of the variables in a field of a container.
_Names = Callable[[Any], list[str]]


def faults_of(pod: Manifest | None, service: Manifest | None, runtime: Runtime | None) -> tuple[PodFault, ...]:
    """The faults in the pod of a stored service; none if it has no pod. ``runtime`` is None for custom containers."""
    if pod is None or service is None:
        return ()
    return tuple(_faults(_Rendered(pod, service, runtime)))


@dataclass(frozen=True, slots=True)
class _Rendered:
    pod: Manifest
    service: Manifest
    runtime: Runtime | None

    @property
    def model(self) -> Manifest:
        """The service's model, which KServe merges into the runtime's container, or an unconverted legacy key."""
        model: Manifest = at(self.service, "spec", "predictor", self.legacy_key or "model") or {}
        return model

    @property
    def legacy_key(self) -> str | None:
        """The legacy key that the webhook has not converted to ``model``."""
        predictor = at(self.service, "spec", "predictor") or {}
        return next((key for key in LEGACY_KEYS if predictor.get(key) is not None), None)

    @property
    def containers(self) -> list[Manifest]:
        """Every container of the pod."""
        spec = self.pod["spec"]
        return [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]

    def origins(self, field: str, names: _Names, name: str) -> str:
        """Both sources of a repeated flag or variable, as a clause; empty if they are the same."""
        ours = names(self.model.get(field)).count(name)
        containers = () if self.runtime is None else self.runtime.spec.get("containers") or ()
        theirs = sum(names(container.get(field)).count(name) for container in containers)
        if ours and theirs:
            return ", from the runtime and from the service"
        # If neither repeats it, KServe added it.
        return ", from the service and from KServe" if ours == 1 else ""


def _faults(rendered: _Rendered) -> Iterator[PodFault]:
    for container in rendered.containers:
        yield from _image_faults(rendered, container)
        yield from _repetitions(rendered, container)
        yield from _resource_faults(container)
    names = [container["name"] for container in rendered.pod["spec"].get("containers") or ()]
    # An unsupported legacy key results in an empty container, which is reported as a fault of its own.
    if SERVING not in names and rendered.legacy_key is None:
        is_renamed = bool(rendered.model.get("name"))
        yield PodFault(
            PodFaultCode.NO_SERVING_CONTAINER,
            None,
            f"no container is named {SERVING}, so no model is downloaded (containers: {', '.join(names)})",
            "remove name from the model of the service" if is_renamed else f"name the container {SERVING}",
        )


# --- Images -----------------------------------------------------------------------------------------------------------


def _image_faults(rendered: _Rendered, container: Manifest) -> Iterator[PodFault]:
    name, image = container["name"], container.get("image") or ""
    digest = image.partition(_DIGEST)[2]
    if not image:
        yield PodFault(PodFaultCode.NO_IMAGE, name, "no image, so the API server rejects the pod", _imaged(rendered))
    elif digest.endswith("-gpu"):
        yield PodFault(
            PodFaultCode.GPU_SUFFIX_ON_DIGEST,
            name,
            f"KServe appended -gpu to the digest of the image {image}",
            "use an image with a tag in the runtime; KServe v0.16.0 and later leave digests unchanged",
        )
    elif not is_reference(image):
        hint = "remove runtimeVersion, which also replaces digests" if digest else _imaged(rendered)
        yield PodFault(PodFaultCode.INVALID_IMAGE, name, f"invalid image {image!r}, which cannot be pulled", hint)
    elif image.endswith("-gpu-gpu"):
        yield PodFault(
            PodFaultCode.GPU_SUFFIX_TWICE,
            name,
            f"KServe appended a second -gpu to the tag of the image: {image}",
            "remove -gpu from the image of the service or the runtime; KServe v0.10.1 and later append it only once",
        )
    if name == SERVING and image:
        yield from _replaced_tag(rendered, image)
        yield from _missing_gpu_image(container, image)


def _imaged(rendered: _Rendered) -> str:
    key = rendered.legacy_key
    if key is not None:
        return f"apply the service again, so that the webhook converts {key} to model; no runtime is used until then"
    return "set the image in the container of the runtime or the service"


def _replaced_tag(rendered: _Rendered, image: str) -> Iterator[PodFault]:
    version = rendered.model.get("runtimeVersion")
    own = rendered.model.get("image")
    if version is None or rendered.legacy_key is not None:
        return
    shipped = "" if rendered.runtime is None else _serving_image(rendered.runtime)
    source = own or shipped
    if repository_of(image) != repository_of(source) and is_reference(source) and "{{" not in source:
        text = f"runtimeVersion {version} replaced more than the tag of the image {source}: {image}"
    elif own and image != own and _DIGEST not in own and ":" in own.rpartition("/")[2]:
        text = f"runtimeVersion {version} replaced the tag of the service's own image {own}: {image}"
    else:
        return
    yield PodFault(PodFaultCode.TAG_REPLACED, SERVING, text, "remove runtimeVersion, or make it the tag of the image")


def _serving_image(runtime: Runtime) -> str:
    containers = runtime.spec.get("containers") or [{}]
    serving = next((one for one in containers if one.get("name") == SERVING), containers[0])
    return serving.get("image") or ""


def _missing_gpu_image(container: Manifest, image: str) -> Iterator[PodFault]:
    limits = at(container, "resources", "limits") or {}
    has_gpu = any(key.startswith("nvidia.com/") and value_of(limits[key]) for key in limits)
    if not has_gpu or "@" in image:
        return
    repository = repository_of(image)
    tag = image[len(repository) :]
    if repository.endswith("-cpu"):
        text, hint = f"requests a GPU, but its image {image} is for CPUs", f"use {repository.removesuffix('-cpu')}"
    elif _WITH_GPU_TAG.search(repository) and "gpu" not in tag:
        text = f"requests a GPU, but its image {image} has no GPU support"
        hint = f"set runtimeVersion: {tag.removeprefix(':') or 'latest'}-gpu, or an image for GPUs"
    else:
        return
    yield PodFault(PodFaultCode.GPU_IMAGE_MISSING, container["name"], text, hint)


# --- Flags and variables ----------------------------------------------------------------------------------------------


def _repetitions(rendered: _Rendered, container: Manifest) -> Iterator[PodFault]:
    for flag, count in Counter(_flags(container.get("args"))).items():
        if count > 1:
            yield PodFault(
                PodFaultCode.FLAG_REPEATED,
                container["name"],
                f"flag {flag} appears {_times(count)}{rendered.origins('args', _flags, flag)}",
                "keep one: KServe appends the arguments of the service to those of the runtime, "
                "and the server decides which one counts",
            )
    for variable, count in Counter(_variables(container.get("env"))).items():
        if count > 1:
            yield PodFault(
                PodFaultCode.VARIABLE_REPEATED,
                container["name"],
                f"variable {variable} appears {_times(count)}{rendered.origins('env', _variables, variable)}",
                "keep one: only the last one has an effect",
            )
    if container["name"] == SERVING:
        yield from _replaced_variables(rendered, container)


def _replaced_variables(rendered: _Rendered, container: Manifest) -> Iterator[PodFault]:
    names = Counter(_variables(container.get("env")))
    values = {one.get("name"): one.get("value") for one in container.get("env") or ()}
    for one in rendered.model.get("env") or ():
        name, value = one.get("name"), one.get("value")
        if value and "{{" not in value and names[name] == 1 and values[name] not in (value, None):
            yield PodFault(
                PodFaultCode.VARIABLE_REPLACED,
                SERVING,
                f"variable {name} is overwritten by KServe; the value in the service has no effect",
                "remove it from the service; KServe v0.10.0 and later keep the service's value",
            )


def _flags(arguments: list[str] | None) -> list[str]:
    return [match[0] for one in arguments or () if (match := _FLAG.match(str(one)))]


def _variables(env: list[Manifest] | None) -> list[str]:
    return [one.get("name", "") for one in env or ()]


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


# --- Resources --------------------------------------------------------------------------------------------------------


def _resource_faults(container: Manifest) -> Iterator[PodFault]:
    """
    The requests that the API server rejects because of their limits.

    Source: ``validateContainerResourceRequirements``, k8s.io/kubernetes, pkg/apis/core/validation/validation.go.
    """
    requests, limits = (at(container, "resources", part) or {} for part in ("requests", "limits"))
    yield from _quantity_faults(container["name"], "requests", requests)
    yield from _quantity_faults(container["name"], "limits", limits)
    for resource, request in requests.items():
        limit, name = limits.get(resource), container["name"]
        if _NATIVE.match(resource) is None:
            if limit is None or value_of(limit) != value_of(request):
                yield PodFault(
                    PodFaultCode.LIMIT_NOT_EQUAL,
                    name,
                    f"requests {request} of {resource} {'without a limit' if limit is None else f'with limit {limit}'}"
                    ", so the API server rejects the pod",
                    f"set resources.limits and resources.requests of {resource} to the same value",
                )
        elif limit is not None and value_of(request) > value_of(limit):
            yield PodFault(
                PodFaultCode.REQUEST_ABOVE_LIMIT,
                name,
                f"requests {request} of {resource}, above its limit {limit}, so the API server rejects the pod",
                f"set resources.limits.{resource} of the service to {request} or more",
            )


def _quantity_faults(name: str, part: str, quantities: Manifest) -> Iterator[PodFault]:
    """
    The quantities that are not valid by themselves.

    Source: ``ValidateResourceQuantityValue``, k8s.io/kubernetes, pkg/apis/core/validation/validation.go.
    """
    for resource, quantity in quantities.items():
        value = value_of(quantity)
        if value < 0:
            wrong = "is negative"
        elif _NATIVE.match(resource) is None and value % 1:
            wrong = "is not a whole number"
        else:
            continue
        yield PodFault(
            PodFaultCode.INVALID_QUANTITY,
            name,
            f"{part}.{resource}: {quantity} {wrong}: the API server rejects the pod",
            f"set resources.{part} of {resource} to a whole number"
            if value > 0
            else f"set resources.{part} of {resource} to 0 or more",
        )
