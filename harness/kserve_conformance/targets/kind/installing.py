"""
Installing a release into a cluster of our own, over whatever KServe is there.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from kserve_conformance.objects import SERVICE, Manifest, at
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.controlplane import seed
from kserve_conformance.targets.controlplane.certificates import Certificate
from kserve_conformance.targets.controlplane.source import CONFIGURATION, KSERVE_NAMESPACE, Source
from kserve_conformance.targets.kind import manifests
from kserve_conformance.targets.kubernetes.beacons import beacon_service
from kserve_conformance.targets.kubernetes.client import APPLY_PATCH, ApiError, Client, Resource

STARTS_WITHIN = timedelta(seconds=180)

_WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/{}"
_CONTROLLERS = "/apis/apps/v1/namespaces/{}/deployments/{}"


class NotReady(CannotStart):
    """The controller of an install does not come up."""


def install(
    client: Client,
    source: Source,
    choices: manifests.Choices,
    certificate: Certificate | None,
    before: Source | None,
    progress: Callable[[str], None],
) -> None:
    """
    Apply a release's CRDs and manifests, and return once its webhooks answer. Raises ``CannotStart``.

    ``before`` is the release that is there already: its webhooks and its controller go
    first, as the dead webhooks of an old controller would refuse every write.
    """
    objects = manifests.chosen(manifests.read(source.folder, choices.release), choices)
    if before is not None:
        remove(client)
    progress(f"installing the CRDs of KServe {choices.release}")
    seed.define(client, source.definitions, before.definitions if before else ())
    seed.ensure_namespace(client, KSERVE_NAMESPACE)
    if certificate is not None:
        _apply(client, {}, _secret(certificate))
    progress(f"installing KServe {choices.release} with {', '.join(sorted(set(manifests.images_of(objects))))}")
    served = client.resources()
    for manifest in objects:
        _apply(client, served, manifest)
    seed.put_config_map(client, seed.KNATIVE_CONFIGURATION)
    _wait_available(client)
    wait_for_webhooks(client, choices.mode)


def configure(client: Client, source: Source, choices: manifests.Choices) -> None:
    """Write the install's ConfigMap again, with another default mode."""
    for manifest in manifests.read(source.folder, choices.release):
        if manifest["kind"] == "ConfigMap" and manifest["metadata"]["name"] == CONFIGURATION:
            seed.put_config_map(client, manifests.changed(manifest, choices))


def remove(client: Client) -> None:
    """Take away a controller and its webhooks; what is stored stays."""
    for plural in ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"):
        for one in client.get(_WEBHOOKS.format(plural))["items"]:
            services = {at(hook, "clientConfig", "service", "name") for hook in one.get("webhooks") or ()}
            if manifests.WEBHOOK_SERVICE in services:
                client.delete(f"{_WEBHOOKS.format(plural)}/{one['metadata']['name']}")
    client.delete(_CONTROLLERS.format(KSERVE_NAMESPACE, manifests.CONTROLLER), propagationPolicy="Foreground")
    deadline = time.monotonic() + STARTS_WITHIN.total_seconds()
    while client.find(_CONTROLLERS.format(KSERVE_NAMESPACE, manifests.CONTROLLER)) is not None:
        if time.monotonic() > deadline:
            raise NotReady(f"the old controller is still there after {STARTS_WITHIN.total_seconds():g} s")
        time.sleep(0.1)


def _secret(certificate: Certificate) -> Manifest:
    encoded = {
        "tls.crt": base64.b64encode(certificate.pem).decode(),
        "tls.key": base64.b64encode(certificate.key.read_bytes()).decode(),
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": manifests.CERTIFICATE_SECRET, "namespace": KSERVE_NAMESPACE},
        "type": "kubernetes.io/tls",
        "data": encoded,
    }


def _apply(client: Client, served: dict[tuple[str, str], Resource], manifest: Manifest) -> None:
    import msgspec

    kind, name = manifest["kind"], manifest["metadata"]["name"]
    resource = served.get((manifest["apiVersion"], kind)) or (
        Resource("", "v1", "Secret", "secrets") if kind == "Secret" else None
    )
    if resource is None:
        raise CannotStart(f"the cluster serves no {kind} of {manifest['apiVersion']}, which this release's install has")
    path = resource.path(manifest["metadata"].get("namespace"), name)
    try:
        client.patch(path, msgspec.json.encode(manifest), APPLY_PATCH, fieldManager=seed.FIELD_MANAGER, force="true")
    except ApiError as error:
        raise CannotStart(f"the cluster refuses {kind} {name} of this release's install: {error}") from error


def _wait_available(client: Client) -> None:
    deadline = time.monotonic() + STARTS_WITHIN.total_seconds()
    while time.monotonic() < deadline:
        found = client.get(_CONTROLLERS.format(KSERVE_NAMESPACE, manifests.CONTROLLER))
        status = found.get("status") or {}
        is_current = status.get("observedGeneration") == found["metadata"]["generation"]
        if is_current and status.get("updatedReplicas") and status.get("availableReplicas"):
            return
        time.sleep(0.2)
    raise NotReady(f"KServe's controller was not available within {STARTS_WITHIN.total_seconds():g} s:\n{_why(client)}")


def _why(client: Client) -> str:
    """What its pods say of themselves, and the last lines of their log."""
    label = f"control-plane={manifests.CONTROLLER}"
    pods = client.get(f"/api/v1/namespaces/{KSERVE_NAMESPACE}/pods", labelSelector=label)["items"]
    told = []
    for pod in pods:
        for status in at(pod, "status", "containerStatuses") or ():
            state = status.get("state") or {}
            told += [f"{status['name']}: {kind} {state[kind].get('message', state[kind])}" for kind in state]
        try:
            log = client.text(
                f"/api/v1/namespaces/{KSERVE_NAMESPACE}/pods/{pod['metadata']['name']}/log"
                f"?container={manifests.CONTAINER}&tailLines=15"
            )
        except ApiError:
            continue
        told.append(log)
    return "\n".join(told) or "it has no pod"


def wait_for_webhooks(client: Client, mode: str) -> None:
    """Return once a dry run of a plain service gets an answer from every webhook. Raises ``NotReady``."""
    seed.ensure_namespace(client, "default")
    path = client.resources()["serving.kserve.io/v1beta1", SERVICE].path("default")
    harmless = beacon_service("ClusterServingRuntime", mode, name="conformance-hello")
    harmless = {**harmless, "metadata": {**harmless["metadata"], "namespace": "default"}}
    deadline = time.monotonic() + STARTS_WITHIN.total_seconds()
    said = ""
    while time.monotonic() < deadline:
        try:
            client.post(path, harmless, dryRun="All")
        except ApiError as error:
            if "failed calling webhook" not in error.message:
                raise CannotStart(f"a webhook of this release refuses a plain service: {error}") from error
            said = str(error)
            time.sleep(0.1)
        else:
            return
    raise NotReady(f"the webhooks did not answer within {STARTS_WITHIN.total_seconds():g} s: {said}")


def archives_of(text: str) -> tuple[Path, ...]:
    """The image archives that a path stands for: itself, or every archive of a folder. Raises ``CannotStart``."""
    path = Path(text).expanduser()
    if path.is_dir():
        return tuple(sorted(path.glob("*.tar")))
    if not path.is_file():
        raise CannotStart(f"there is no archive of images {path}")
    return (path,)
