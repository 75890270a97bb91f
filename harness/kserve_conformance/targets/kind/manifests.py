"""
A release's own install manifests, adapted for a conformance run.

``install/<tag>/kserve.yaml`` is applied with these changes: parts that affect no choice of a runtime are left out (the
controllers of local models and of LLMInferenceService, the metrics proxy), the harness creates the certificate unless
cert-manager does, and nothing slows the controller down (:func:`hastened`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from packaging.version import InvalidVersion, Version

from kserve_conformance.objects import Manifest, at, replaced, without
from kserve_conformance.targets.kind import cert_manager
from kserve_conformance.targets.kserve import source_files
from kserve_conformance.targets.kserve.source import (
    KSERVE_NAMESPACE,
    PAST_WEBHOOKS,
    WEBHOOK_SERVICE,
    Source,
    configured,
    path_of,
)
from kserve_conformance.targets.kserve.source_files import CONFIGURATION, DEFINITION, WEBHOOKS, bad_source

#: KServe's controller and its webhooks.
CONTROLLER = "kserve-controller-manager"
CONTAINER = "manager"
#: The Secret with its certificate.
CERTIFICATE_SECRET = "kserve-webhook-server-cert"  # noqa: S105 - A name.

#: Parts of an install that affect no choice of a runtime, by a substring of their names or kinds.
OTHER_PARTS = re.compile(r"localmodel|llmisvc|llminference")

#: The leader election flags of releases.
ELECTIONS = ("--leader-elect", "--enable-leader-election")

#: Sidecars that only protect the controller's metrics.
SIDECARS = frozenset({"kube-rbac-proxy"})

#: Kinds that must be applied first and last; all others come in between.
FIRST = ("Namespace", "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding")
LAST = ("Deployment", "StatefulSet", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


@dataclass(frozen=True, slots=True)
class Choices:
    """
    The choices of an install.

    ``image`` replaces the controller's; ``mode`` is the default deployment mode;
    ``authority`` is the CA bundle of the harness's certificate, None if cert-manager creates it. ``initializer``
    replaces the image that fetches models: the pods of scenarios have nothing to fetch.
    """

    release: str
    mode: str
    image: str | None
    authority: str | None
    initializer: str | None = None


def folder_of(source: Path, release: str) -> Path:
    """
    The install manifests of a release, or of the last release before it that has any.

    The module of v0.10.2 ends with those of v0.10.1: only the image's tag differs then.
    """
    wanted = _version(release)
    known = {version: path for path in (source / "install").glob("v*") if (version := _version(path.name)) is not None}
    fitting = [version for version in known if wanted is None or version <= wanted]
    if not fitting:
        raise bad_source(f"{source} has no install manifests of {release} or before it")
    return known[max(fitting)]


def _version(name: str) -> Version | None:
    try:
        return Version(name.removeprefix("v"))
    except InvalidVersion:
        return None


def read(source: Source, release: str) -> tuple[Manifest, ...]:
    """
    Every object of an install except its CRDs, with the overlay's configuration and webhooks in place of its own.

    Raises ``CannotStart``.
    """
    found = source_files.manifests(folder_of(source.folder, release) / "kserve.yaml")
    own = [one for one in found if one["kind"] != DEFINITION]
    overlaid = source.overlay.of("ConfigMap", *WEBHOOKS)
    replaced_ = [overlaid.pop((one["kind"], one["metadata"]["name"]), one) for one in own]
    return tuple(map(_in_kserve, (*replaced_, *overlaid.values()))) if source.overlay.objects else tuple(own)


def _in_kserve(manifest: Manifest) -> Manifest:
    """A webhook configuration whose webhooks are served in the namespace of the install; anything else as it is."""
    if manifest["kind"] not in WEBHOOKS:
        return manifest
    webhooks = [
        replaced(one, KSERVE_NAMESPACE, "clientConfig", "service", "namespace") if path_of(one) is not None else one
        for one in manifest["webhooks"]
    ]
    return {**manifest, "webhooks": webhooks}


def chosen(manifests: tuple[Manifest, ...], choices: Choices) -> tuple[Manifest, ...]:
    """
    The objects to apply, adapted, in the order of their dependencies.

    v0.9.0's install has two controllers: the StatefulSet only scales down the one that v0.8.0 left, and here earlier
    controllers have been deleted.
    """
    deployed = {one["metadata"]["name"] for one in manifests if one["kind"] == "Deployment"}
    kept = (
        changed(one, choices)
        for one in manifests
        if _is_needed(one, choices) and not (one["kind"] == "StatefulSet" and one["metadata"]["name"] in deployed)
    )
    return tuple(sorted(kept, key=_place))


def _is_needed(manifest: Manifest, choices: Choices) -> bool:
    if any(OTHER_PARTS.search(word.lower()) for word in (manifest["kind"], manifest["metadata"]["name"])):
        return False
    if manifest["kind"] in cert_manager.KINDS:
        return choices.authority is None
    # A custom resource of KServe's own that no choice of a runtime reads; its webhook does not run yet.
    return bool(manifest["kind"] != "ClusterStorageContainer")


def _place(manifest: Manifest) -> int:
    kind = manifest["kind"]
    if kind in FIRST:
        return FIRST.index(kind) - len(FIRST)
    return 1 + LAST.index(kind) if kind in LAST else 0


def changed(manifest: Manifest, choices: Choices) -> Manifest:
    """One object of an install, adapted."""
    name = manifest["metadata"]["name"]
    if manifest["kind"] == "ConfigMap" and name == CONFIGURATION:
        return with_initializer(configured(manifest, choices.mode), choices.initializer)
    if manifest["kind"] in ("Deployment", "StatefulSet") and name == CONTROLLER:
        return hastened(manifest, choices)
    if manifest["kind"].endswith("WebhookConfiguration"):
        return exempting(manifest, choices.authority)
    return manifest


def with_initializer(configuration: Manifest, image: str | None) -> dict[str, Any]:
    """The configuration with another storage initializer image."""
    if image is None:
        return dict(configuration)
    initializer = msgspec.json.decode(at(configuration, "data", "storageInitializer") or "{}")
    text = msgspec.json.encode({**initializer, "image": image}).decode()
    return replaced(configuration, text, "data", "storageInitializer")


def hastened(controller: Manifest, choices: Choices) -> dict[str, Any]:
    """
    The controller with the chosen image and without delays.

    Its CPU limit of 100m, the initial probe delay of half a minute and leader election affect no decision, but make a
    suite slow. An image that was loaded onto a node must not be pulled.
    """
    path = ("spec", "template", "spec", "containers")
    containers = [
        _hastened_container(one, choices) if one.get("name") == CONTAINER else one
        for one in at(controller, *path)
        if one.get("name") not in SIDECARS
    ]
    return replaced(controller, containers, *path)


def _hastened_container(container: Manifest, choices: Choices) -> dict[str, Any]:
    own = container["image"].partition("@")[0].rpartition(":")[0]
    ready = {**(container.get("readinessProbe") or {}), "initialDelaySeconds": 0, "periodSeconds": 1}
    return {
        **without(without(container, "resources", "limits"), "livenessProbe"),
        "args": [one for one in container.get("args") or () if not one.startswith(ELECTIONS)],
        "image": choices.image or f"{own}:{choices.release}",
        "imagePullPolicy": "IfNotPresent",
        **({"readinessProbe": ready} if container.get("readinessProbe") else {}),
    }


def exempting(configuration: Manifest, authority: str | None) -> dict[str, Any]:
    """
    The webhooks of KServe's controller, with its CA, and with one user exempted.

    If cert-manager injects the CA (``authority`` is None), none is set here, not even the placeholder of releases until
    v0.10, since each install would overwrite cert-manager's. If the harness sets it, cert-manager's injection is turned
    off. The API server implements the exemption (``matchConditions``), so objects show no sign of it.
    """
    kept = [
        _exempting(webhook, authority)
        for webhook in configuration.get("webhooks") or ()
        if at(webhook, "clientConfig", "service", "name") == WEBHOOK_SERVICE
    ]
    if authority is not None:
        configuration = without(configuration, "metadata", "annotations", cert_manager.INJECT_FROM)
    return {**configuration, "webhooks": kept}


def _exempting(webhook: Manifest, authority: str | None) -> Mapping[str, Any]:
    condition = {"name": "not-past-webhooks", "expression": f"request.userInfo.username != '{PAST_WEBHOOKS}'"}
    with_condition = {**webhook, "matchConditions": [*(webhook.get("matchConditions") or ()), condition]}
    if authority is None:
        return without(with_condition, "clientConfig", "caBundle")
    return replaced(with_condition, authority, "clientConfig", "caBundle")


def images_of(manifests: tuple[Manifest, ...]) -> Iterator[str]:
    """The images of an install."""
    for manifest in manifests:
        for container in at(manifest, "spec", "template", "spec", "containers") or ():
            yield str(container["image"])
