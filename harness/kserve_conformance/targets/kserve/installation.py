"""
Finding the KServe that is installed: its CRDs, its controller, its release and its configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from kserve_conformance.objects import Manifest, at
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kubernetes.client import ApiError, Client
from kserve_conformance.targets.kubernetes.session import SERVICE_DEFINITION

#: How every release labels its controller's Deployment (until v0.20.0; a StatefulSet of this name until v0.10).
CONTROLLER_LABEL = "control-plane=kserve-controller-manager"

#: The kinds that have been a controller's, newest first.
CONTROLLER_KINDS = ("deployments", "statefulsets")

#: The container of the controller's pod that is KServe's own.
CONTAINER = "manager"

CONFIGURATION = "inferenceservice-config"

#: Labels in which installers write an application's version.
VERSION_LABELS = ("app.kubernetes.io/version", "helm.sh/chart")

#: The digest in the ``imageID`` of a container, which some container runtimes report without a repository.
_IMAGE_DIGEST = re.compile(r"sha256:[0-9a-f]{64}$")

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+)(?:\b|$)")


class NotInstalled(CannotStart):
    """There is no KServe, or no controller of it, in the cluster."""

    hint = "install KServe or use another context; kind:RELEASE creates a cluster with KServe"


@dataclass(frozen=True, slots=True)
class Install:
    """A KServe as it was found. ``image_ids`` are those that its pods run, as far as their status says."""

    namespace: str
    controller: str
    release: str
    image: str
    mode: str
    has_runtime_webhooks: bool
    image_ids: tuple[str, ...] = ()


def find(client: Client, release: str | None = None) -> Install:
    """The KServe of a cluster. Raises ``CannotStart``."""
    if client.find(SERVICE_DEFINITION) is None:
        raise NotInstalled("the cluster has no CustomResourceDefinition of InferenceService")
    controller = _controller(client)
    namespace = str(controller["metadata"]["namespace"])
    image = _image(controller)
    return Install(
        namespace=namespace,
        controller=str(controller["metadata"]["name"]),
        release=release or release_of(image, at(controller, "metadata", "labels") or {}),
        image=image,
        mode=default_mode(client, namespace),
        has_runtime_webhooks=_has_runtime_webhooks(client),
        image_ids=tuple(sorted(_image_ids(client, namespace))),
    )


def controller_of(client: Client, release: str | None = None) -> tuple[str, str]:
    """The namespace of a cluster's KServe, and its release. Raises ``CannotStart``."""
    if client.find(SERVICE_DEFINITION) is None:
        raise NotInstalled("the cluster has no CustomResourceDefinition of InferenceService")
    found = _controller(client)
    labels = at(found, "metadata", "labels") or {}
    return str(found["metadata"]["namespace"]), release or release_of(_image(found), labels)


def _controller(client: Client) -> Manifest:
    for kind in CONTROLLER_KINDS:
        found: list[Manifest] = client.get(f"/apis/apps/v1/{kind}", labelSelector=CONTROLLER_LABEL)["items"]
        if len(found) > 1:
            names = ", ".join(f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in found)
            raise NotInstalled(f"the cluster has more than one controller of KServe: {names}")
        if found:
            return found[0]
    raise NotInstalled(f"the cluster has KServe's CRDs but no controller labelled {CONTROLLER_LABEL}")


def _image(controller: Manifest) -> str:
    containers = list(at(controller, "spec", "template", "spec", "containers") or ())
    own = next((one for one in containers if one.get("name") == CONTAINER), containers[0])
    return str(own["image"])


def release_of(image: str, labels: Mapping[str, str]) -> str:
    """
    The release by the tag of an image, else by labels. Raises ``CannotStart``.

    >>> release_of("registry.example.com:5000/kserve/kserve-controller:v0.15.2@sha256:0", {})
    'v0.15.2'
    """
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    for text in (tag, *(labels.get(label, "") for label in VERSION_LABELS)):
        if (found := _VERSION.search(text)) and f"v{found.group(1)}" in RELEASES:
            return f"v{found.group(1)}"
    raise CannotStart(
        f"cannot detect the KServe release from the controller's image {image} or its labels",
        code=TargetCode.UNKNOWN_INSTALLATION,
        hint="set the release: cluster:CONTEXT,release=v0.15.2",
    )


def default_mode(client: Client, namespace: str) -> str:
    """The deployment mode of services that name none, as the install's ConfigMap has it."""
    found = client.find(f"/api/v1/namespaces/{namespace}/configmaps/{CONFIGURATION}")
    if found is None:
        raise NotInstalled(f"the namespace {namespace} has no ConfigMap {CONFIGURATION}")
    try:
        deploy: Any = msgspec.json.decode(at(found, "data", "deploy") or "{}")
    except msgspec.DecodeError as error:
        raise NotInstalled(f"the key deploy of the ConfigMap {CONFIGURATION} is not valid JSON: {error}") from error
    # The default of every release that is known (``NewDeployConfig``, pkg/apis/serving/v1beta1/configmap.go).
    return str(deploy.get("defaultDeploymentMode") or "Serverless")


def _has_runtime_webhooks(client: Client) -> bool:
    try:
        listed = client.get("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations")
    except ApiError as error:
        if error.status == 403:
            return False
        raise
    return any(
        "servingruntimes" in (rule.get("resources") or ())
        for configuration in listed["items"]
        for webhook in configuration.get("webhooks") or ()
        for rule in webhook.get("rules") or ()
    )


def _image_ids(client: Client, namespace: str) -> set[str]:
    pods = client.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector=CONTROLLER_LABEL)["items"]
    return {
        found[0]
        for pod in pods
        for status in at(pod, "status", "containerStatuses") or ()
        if status.get("name") == CONTAINER and (found := _IMAGE_DIGEST.search(str(status.get("imageID"))))
    }
