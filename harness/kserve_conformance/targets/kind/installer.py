"""
Installation of a release into a kind cluster, over any KServe that is already installed.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from kserve_conformance.objects import SERVICE, Manifest, at, replaced
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kind import cert_manager, manifests
from kserve_conformance.targets.kserve import prerequisites
from kserve_conformance.targets.kserve.source import KSERVE_NAMESPACE, WEBHOOK_SERVICE, Source
from kserve_conformance.targets.kserve.source_files import CONFIGURATION
from kserve_conformance.targets.kserve.webhooks import wait_for_webhooks
from kserve_conformance.targets.kubernetes.beacons import beacon_service
from kserve_conformance.targets.kubernetes.client import APPLY_PATCH, ApiError, Client, Resource
from kserve_conformance.targets.kubernetes.namespaces import ensure_namespace
from kserve_conformance.targets.programs.certificates import Certificate

STARTS_WITHIN = timedelta(seconds=180)

_CERTIFICATE_SECRET = Resource("", "v1", "Secret", "secrets").path(KSERVE_NAMESPACE, manifests.CERTIFICATE_SECRET)
_WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/{}"
#: Kinds of a controller: a StatefulSet in v0.8.0, both in v0.9.0, a Deployment since.
_CONTROLLERS = ("/apis/apps/v1/namespaces/{}/deployments/{}", "/apis/apps/v1/namespaces/{}/statefulsets/{}")


@dataclass(frozen=True, slots=True)
class ControllerWorkload:
    """A Deployment or StatefulSet of one pod that an install waits for; ``label`` selects its pods."""

    called: str
    namespace: str
    name: str
    container: str
    label: str

    @property
    def paths(self) -> tuple[str, ...]:
        """Its possible paths."""
        return tuple(path.format(self.namespace, self.name) for path in _CONTROLLERS)


CONTROLLER = ControllerWorkload(
    "KServe's controller",
    KSERVE_NAMESPACE,
    manifests.CONTROLLER,
    manifests.CONTAINER,
    f"control-plane={manifests.CONTROLLER}",
)


def install(
    client: Client,
    source: Source,
    choices: manifests.Choices,
    certificate: Certificate | None,
    before: Source | None,
    progress: Callable[[str], None],
) -> None:
    """
    Apply a release's CRDs and manifests, and wait until its webhooks respond.

    Raises ``CannotStart``. ``before`` is the installed release: its webhooks and controller are deleted first, because
    webhooks without their controller would fail every write. Without a ``certificate``, cert-manager creates one.
    """
    whole = manifests.read(source, choices.release)
    objects = manifests.chosen(whole, choices)
    if before is not None:
        remove(client)
    progress(f"installing the CRDs of KServe {choices.release}")
    prerequisites.define(client, source.definitions, before.definitions if before else ())
    ensure_namespace(client, KSERVE_NAMESPACE)
    served = client.resources()
    if certificate is not None:
        cert_manager.forget(client, whole, manifests.CERTIFICATE_SECRET)
        apply(client, served, _secret(certificate))
    else:
        cert_manager.forget_secret(client, _CERTIFICATE_SECRET, prerequisites.FIELD_MANAGER)
    progress(f"installing KServe {choices.release} with {', '.join(sorted(set(manifests.images_of(objects))))}")
    for manifest in objects:
        apply(client, served, manifest)
    prerequisites.put_config_map(client, prerequisites.KNATIVE_CONFIGURATION)
    if certificate is None:
        cert_manager.wait_issued(client, (one for one in objects if one["kind"] == cert_manager.CERTIFICATES.kind))
    wait_available(client, CONTROLLER)
    if certificate is None:
        _settle_webhooks(client, served, whole, choices)
    _wait_for_webhooks(client, served, choices.mode)


def _settle_webhooks(
    client: Client, served: dict[tuple[str, str], Resource], whole: tuple[Manifest, ...], choices: manifests.Choices
) -> None:
    """
    Once cainjector has injected its CA into the webhooks, write them again with that CA, but without cainjector.

    cainjector writes a configuration back with its own version of the Kubernetes types
    (cert-manager v1.11.5, pkg/controller/cainjector/controller.go, Reconcile): one before
    Kubernetes 1.27 drops ``matchConditions``, and with them our exemption of one user from the webhooks.
    """
    objects = manifests.chosen(whole, choices)
    paths = (
        served[one["apiVersion"], one["kind"]].path(name=one["metadata"]["name"])
        for one in objects
        if one.get("webhooks") and cert_manager.INJECT_FROM in (one["metadata"].get("annotations") or {})
    )
    cert_manager.wait_injected(client, paths, _CERTIFICATE_SECRET)
    authority = client.get(_CERTIFICATE_SECRET)["data"]["ca.crt"]
    for manifest in manifests.chosen(whole, replace(choices, authority=authority)):
        if manifest.get("webhooks"):
            apply(client, served, manifest)


def configure(client: Client, source: Source, choices: manifests.Choices) -> None:
    """Rewrite the install's ConfigMap with another default mode."""
    for manifest in manifests.read(source, choices.release):
        if manifest["kind"] == "ConfigMap" and manifest["metadata"]["name"] == CONFIGURATION:
            prerequisites.put_config_map(client, manifests.changed(manifest, choices))


def remove(client: Client) -> None:
    """Delete a controller and its webhooks; stored objects stay."""
    for plural in ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"):
        for one in client.get(_WEBHOOKS.format(plural))["items"]:
            services = {at(hook, "clientConfig", "service", "name") for hook in one.get("webhooks") or ()}
            if WEBHOOK_SERVICE in services:
                client.delete(f"{_WEBHOOKS.format(plural)}/{one['metadata']['name']}")
    for path in CONTROLLER.paths:
        client.delete(path, propagationPolicy="Foreground")
    deadline = time.monotonic() + STARTS_WITHIN.total_seconds()
    while any(client.find(path) is not None for path in CONTROLLER.paths):
        if time.monotonic() > deadline:
            raise CannotStart(
                f"the old controller was not deleted within {STARTS_WITHIN.total_seconds():g} s",
                code=TargetCode.NOT_READY,
            )
        time.sleep(0.1)


def _secret(certificate: Certificate) -> Manifest:
    encoded = {
        "tls.crt": base64.b64encode(certificate.certificate.read_bytes()).decode(),
        "tls.key": base64.b64encode(certificate.key.read_bytes()).decode(),
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": manifests.CERTIFICATE_SECRET, "namespace": KSERVE_NAMESPACE},
        "type": "kubernetes.io/tls",
        "data": encoded,
    }


def apply(client: Client, served: dict[tuple[str, str], Resource], manifest: Manifest) -> None:
    """Apply one object of an install with the harness's field manager. Raises ``CannotStart``."""
    import msgspec

    kind, name = manifest["kind"], manifest["metadata"]["name"]
    resource = served.get((manifest["apiVersion"], kind))
    if resource is None:
        raise CannotStart(f"the cluster does not serve {kind} of {manifest['apiVersion']}, which this release installs")
    path = resource.path(manifest["metadata"].get("namespace"), name)
    try:
        client.patch(
            path, msgspec.json.encode(manifest), APPLY_PATCH, fieldManager=prerequisites.FIELD_MANAGER, force="true"
        )
    except ApiError as error:
        raise CannotStart(f"the cluster rejects {kind} {name} of this release: {error}") from error


def wait_available(client: Client, controller: ControllerWorkload) -> None:
    """Wait until a controller's newest pod is available. Raises ``CannotStart`` with the state of its pods."""
    deadline = time.monotonic() + STARTS_WITHIN.total_seconds()
    while time.monotonic() < deadline:
        for found in filter(None, map(client.find, controller.paths)):
            status = found.get("status") or {}
            is_current = status.get("observedGeneration") == found["metadata"]["generation"]
            if is_current and status.get("updatedReplicas") and status.get("availableReplicas"):
                return
        time.sleep(0.2)
    raise CannotStart(
        f"{controller.called} was not available within {STARTS_WITHIN.total_seconds():g} s:\n"
        f"{_why(client, controller)}",
        code=TargetCode.NOT_READY,
    )


def _why(client: Client, controller: ControllerWorkload) -> str:
    """The state of its pods, and the last lines of their log."""
    path = f"/api/v1/namespaces/{controller.namespace}/pods"
    lines = []
    for pod in client.get(path, labelSelector=controller.label)["items"]:
        for status in at(pod, "status", "containerStatuses") or ():
            state = status.get("state") or {}
            lines += [f"{status['name']}: {kind} {state[kind].get('message', state[kind])}" for kind in state]
        try:
            log = client.text(f"{path}/{pod['metadata']['name']}/log?container={controller.container}&tailLines=15")
        except ApiError:
            continue
        lines.append(log)
    return "\n".join(lines) or "no pod"


def _wait_for_webhooks(client: Client, served: dict[tuple[str, str], Resource], mode: str) -> None:
    ensure_namespace(client, "default")
    harmless = replaced(
        beacon_service("ClusterServingRuntime", mode, name="conformance-hello"), "default", "metadata", "namespace"
    )
    path = served[harmless["apiVersion"], SERVICE].path("default")
    wait_for_webhooks(client, path, harmless, within=STARTS_WITHIN)


def archives_of(text: str) -> tuple[Path, ...]:
    """The image archive at a path, or every archive in a folder. Raises ``CannotStart``."""
    path = Path(text).expanduser()
    if path.is_dir():
        return tuple(sorted(path.glob("*.tar")))
    if not path.is_file():
        raise CannotStart(f"no such image archive: {path}")
    return (path,)
