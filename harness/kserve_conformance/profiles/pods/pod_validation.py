"""
Faults for which the API server rejects a pod: of its volumes, its ports and the names of its containers.

The CRDs of KServe do not check them, so a service with such a fault is stored but has no pod.

Source: ``ValidateVolumes``, ``ValidateVolumeMounts``, ``validateContainerPorts``, ``validateContainers`` and
``validateContainerCommon``, k8s.io/kubernetes v1.34.4, pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.pods.faults import PodFault, PodFaultCode

_REJECTS: Final = "so the API server rejects the pod"

#: Source: ``IsDNS1123Label``, k8s.io/apimachinery v0.34.4, pkg/util/validation/validation.go.
_LABEL: Final = re.compile(r"(?=.{1,63}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
#: Source: ``IsValidPortName``, k8s.io/apimachinery v0.34.4, pkg/util/validation/validation.go.
_PORT_NAME: Final = re.compile(r"(?=.{1,15}\Z)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")

_PORTS: Final = range(1, 65536)
_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")


def validation_faults(pod: Manifest | None, service: Manifest | None) -> tuple[PodFault, ...]:
    """The different faults in the predictor's pod, and in the transformer and explainer of a stored service."""
    return () if pod is None or service is None else tuple(dict.fromkeys(_of_service(pod, service)))


def _of_service(pod: Manifest, service: Manifest) -> Iterator[PodFault]:
    yield from _of_pod(pod["spec"], component="")
    for component in ("transformer", "explainer"):
        spec = at(service, "spec", component)
        if spec:
            yield from _of_pod(spec, component)


def _of_pod(spec: Manifest, component: str) -> Iterator[PodFault]:
    volumes = _names(spec.get("volumes"))
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    for name in dict.fromkeys(volumes):
        if not _LABEL.match(name):
            text, hint = f"invalid name {name!r} of a volume", _rename("the volume")
            yield _fault(PodFaultCode.INVALID_VOLUME, component, None, text, hint)
        elif volumes.count(name) > 1:
            text, hint = f"more than one volume is named {name}", "rename or remove all but one of them"
            yield _fault(PodFaultCode.VOLUME_REPEATED, component, None, text, hint)
    yield from _names_of_containers(containers, component)
    for container in containers:
        # The predictor's pod says more about images, whose runtime is known.
        if component and not container.get("image"):
            hint = f"set the image of the container in spec.{component}"
            yield _fault(PodFaultCode.NO_IMAGE, component, container, "no image", hint)
        yield from _of_mounts(container, volumes, component)
        yield from _of_ports(container, component)


def _names_of_containers(containers: Sequence[Manifest], component: str) -> Iterator[PodFault]:
    names = _names(containers)
    for name in dict.fromkeys(names):
        # The webhook names a container without a name.
        if name and not _LABEL.match(name):
            text, hint = f"invalid name {name!r} of a container", _rename("the container")
            yield _fault(PodFaultCode.INVALID_CONTAINER_NAME, component, None, text, hint)
        elif name and names.count(name) > 1:
            text, hint = f"more than one container is named {name}", "rename or remove all but one of them"
            yield _fault(PodFaultCode.CONTAINER_REPEATED, component, None, text, hint)


def _of_mounts(container: Manifest, volumes: Sequence[str], component: str) -> Iterator[PodFault]:
    mounts = container.get("volumeMounts") or ()
    for name in dict.fromkeys(_names(mounts)):
        if name not in volumes:
            listed = f"volumes: {', '.join(dict.fromkeys(volumes))}" if volumes else "the pod has no volumes"
            text = f"mounts the volume {name}, which does not exist ({listed})"
            hint = f"add {name} to volumes of the {component or 'predictor'}, or correct the name in volumeMounts"
            yield _fault(PodFaultCode.UNKNOWN_VOLUME, component, container, text, hint)
    paths = [str(mount.get("mountPath") or "") for mount in mounts]
    for path in dict.fromkeys(paths):
        if paths.count(path) > 1:
            text, hint = f"more than one volume is mounted at {path}", "change or remove all but one of the mounts"
            yield _fault(PodFaultCode.MOUNT_REPEATED, component, container, text, hint)


def _of_ports(container: Manifest, component: str) -> Iterator[PodFault]:
    ports = container.get("ports") or ()
    names = _names(ports)
    for name in dict.fromkeys(names):
        if name and not _PORT_NAME.match(name):
            hint = "use at most 15 lowercase letters, digits and '-', with at least one letter"
            yield _fault(PodFaultCode.INVALID_PORT, component, container, f"invalid name {name!r} of a port", hint)
        elif name and names.count(name) > 1:
            text, hint = f"more than one port is named {name}", "rename or remove all but one of them"
            yield _fault(PodFaultCode.INVALID_PORT, component, container, text, hint)
    for port in ports:
        for key in ("containerPort", "hostPort"):
            number = port.get(key)
            if number not in _PORTS and not (key == "hostPort" and not number):
                text, hint = f"{key}: {number} is not a port", f"set {key} to a number from 1 to {_PORTS[-1]}"
                yield _fault(PodFaultCode.INVALID_PORT, component, container, text, hint)
        protocol = port.get("protocol") or "TCP"
        if protocol not in _PROTOCOLS:
            text, hint = f"invalid protocol {protocol!r} of a port", f"use {', '.join(_PROTOCOLS[:-1])} or UDP"
            yield _fault(PodFaultCode.INVALID_PORT, component, container, text, hint)


def _fault(code: PodFaultCode, component: str, container: Manifest | None, text: str, hint: str) -> PodFault:
    name = None if container is None else container.get("name") or None
    if not component:
        return PodFault(code, name, f"{text}, {_REJECTS}", hint)
    # A container of that name may be in the predictor's pod, too.
    owner = f"{component}, container {name}" if name else component
    return PodFault(code, None, f"{owner}: {text}, {_REJECTS}", hint)


def _names(elements: Sequence[Any] | None) -> list[str]:
    return [str(element.get("name") or "") for element in elements or ()]


def _rename(element: str) -> str:
    return f"rename {element}: at most 63 lowercase letters, digits and '-', starting and ending with a letter or digit"
