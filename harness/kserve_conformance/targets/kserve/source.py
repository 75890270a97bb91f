"""
What a KServe release installs besides its manager: CRDs, its own and those that it needs, configuration, webhooks.

All of it is read from the release's own folder (a Go module, or ``--source``), with the objects of a vendor's overlay
in place of the folder's. As little as possible is changed: see :func:`aimed` and :func:`configured`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from kserve_conformance.objects import Manifest, at, without
from kserve_conformance.targets.kserve import overlay as overlays
from kserve_conformance.targets.kserve import source_files
from kserve_conformance.targets.kserve.overlay import Overlay
from kserve_conformance.targets.kserve.source_files import CONFIGURATION, DEFINITION, WEBHOOKS, bad_source

#: The namespace that KServe runs in.
KSERVE_NAMESPACE = "kserve"

#: The service of KServe's webhooks: an overlay may have those of other controllers too.
WEBHOOK_SERVICE = "kserve-webhook-server-service"

#: Who writes past the webhooks: what an older release left in store, and a deletion that a webhook would hinder.
PAST_WEBHOOKS = "conformance:past-webhooks"

#: The admission webhook of pods: no pods run here, and it would only slow others down.
POD_MUTATOR = "/mutate-pods"

#: The folder of CRDs, and the groups of other projects' CRDs, that only the controller of LLMInferenceService needs:
#: since v0.16.0 a manager of its own (cmd/llmisvc), which chooses no runtime and does not run here.
NOT_ASKED_FOR = "llmisvc"
NOT_ASKED_FOR_KINDS = ("llminferenceservices.", "llminferenceserviceconfigs.")
NOT_ASKED_FOR_GROUPS = (
    "inference.networking.k8s.io",
    "inference.networking.x-k8s.io",
    "leaderworkerset.x-k8s.io",
    "llm-d.ai",
    "llmd.ai",
)

_DOCUMENTS = re.compile(r"^---[ \t]*$", re.MULTILINE)
_IS_CRD = re.compile(r"^kind:[ \t]*[\"']?CustomResourceDefinition[\"']?[ \t]*$", re.MULTILINE)
_GROUP = re.compile(r"^  group:[ \t]*[\"']?([^\s\"']+)", re.MULTILINE)
_HAS_VERSIONS = re.compile(r"^  versions:", re.MULTILINE)
_NAME = re.compile(r"^  name:[ \t]*[\"']?([^\s\"']+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Definition:
    """One CustomResourceDefinition as its file has it: the API server reads YAML, so we need not."""

    name: str
    text: str


#: The CRDs of other projects that KServe's installation guide requires, by the name of the project.
KNATIVE = "Knative Serving"
PREREQUISITES = {KNATIVE: "services.serving.knative.dev", "Istio": "virtualservices.networking.istio.io"}


@dataclass(frozen=True)
class Source:
    """The folder of one release, and the overlay on it."""

    folder: Path
    overlay: Overlay = overlays.NONE

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The prerequisites whose CRDs neither the folder nor the overlay has."""
        there = {definition.name for definition in self.definitions}
        return tuple(project for project, name in PREREQUISITES.items() if name not in there)

    def problems(self) -> Iterator[str]:
        """
        What will be missing, a line each. Raises ``CannotStart`` if KServe cannot be installed from here at all.

        Called before anything is built or started.
        """
        self.configuration("RawDeployment")
        if not any(manifest.get("webhooks") for manifest in self._webhook_configurations):
            raise bad_source(f"{self._webhooks_file} has no webhook configurations")
        if self.missing:
            skipped = (
                ": scenarios that observe services in Serverless mode are skipped" if KNATIVE in self.missing else ""
            )
            yield f"{self.folder} has no CRDs of {' and '.join(self.missing)} (test/crds){skipped}"

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """
        Every whole CustomResourceDefinition that the manager needs, KServe's own first.

        LLMInferenceService and what it needs are left out: their schemas are larger than all
        others together, and installing them takes an API server longer than everything else.
        ``test/crds`` has those of Knative, Istio and others, without which a manager fails
        to start, and copies of KServe's own, which may be older: left out.
        """
        crds = self.folder / "config" / "crd"
        own = crds / "full" if (crds / "full").is_dir() else crds
        overlaid = {name: overlaid_definition(one) for (_, name), one in self.overlay.of(DEFINITION).items()}
        if not own.is_dir() and not overlaid:
            raise bad_source(f"{self.folder} has no config/crd")
        found: dict[str, Definition] = {}
        for path in sorted(own.rglob("*.yaml")):
            if not {"patches", "minimal", NOT_ASKED_FOR} & set(path.relative_to(own).parts):
                found |= {one.name: one for one in _definitions(path)}
        found |= {name: one for name, one in overlaid.items() if not name.startswith(NOT_ASKED_FOR_KINDS)}
        if not any(name.startswith("inferenceservices.") for name in found):
            raise bad_source(f"{own} has no CustomResourceDefinition of InferenceService")
        for path in sorted((self.folder / "test" / "crds").glob("*.yaml")):
            for one in _definitions(path):
                if not one.name.endswith((".serving.kserve.io", *(f".{group}" for group in NOT_ASKED_FOR_GROUPS))):
                    found.setdefault(one.name, one)
        return tuple(found.values())

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of everything that is installed."""
        hashed = hashlib.sha256()
        for definition in self.definitions:
            hashed.update(definition.name.encode() + b"\0" + definition.text.encode() + b"\0")
        for path in (self._configuration_file, self._webhooks_file):
            # An overlay may have what the folder lacks.
            hashed.update(
                (source_files.text(path).encode() if path.is_file() or not self.overlay.objects else b"") + b"\0"
            )
        if self.overlay.objects:
            hashed.update(self.overlay.digest.encode())
        return f"sha256:{hashed.hexdigest()}"

    @property
    def _configuration_file(self) -> Path:
        return self.folder / "config" / "configmap" / "inferenceservice.yaml"

    @property
    def _webhooks_file(self) -> Path:
        return self.folder / "config" / "webhook" / "manifests.yaml"

    def configuration(self, default_mode: str) -> dict[str, Any]:
        """The release's own ConfigMap, with the default deployment mode and without ingress: see :func:`configured`."""
        if self.overlay.configuration is not None:
            return configured(self.overlay.configuration, default_mode)
        for manifest in source_files.manifests(self._configuration_file):
            if manifest.get("kind") == "ConfigMap":
                return configured(manifest, default_mode)
        raise bad_source(f"{self._configuration_file} has no ConfigMap")

    def webhooks(self, url: str, authority: bytes) -> tuple[dict[str, Any], ...]:
        """The release's webhook configurations, pointed at a manager by its URL: see :func:`aimed`."""
        found = tuple(aimed(manifest, url, authority) for manifest in self._webhook_configurations)
        return tuple(manifest for manifest in found if manifest["webhooks"])

    @cached_property
    def _webhook_configurations(self) -> tuple[Manifest, ...]:
        """
        The webhook configurations, those of the overlay in place of the folder's.

        Of the overlay, only the webhooks of KServe's own controller are kept: those of its service, and those with the
        path of a webhook of the folder, since a vendor may have renamed the service.
        """
        overlaid = self.overlay.of(*WEBHOOKS)
        own: dict[tuple[str, str], Manifest] = {}
        if self._webhooks_file.is_file() or not overlaid:
            own = {
                (manifest["kind"], manifest["metadata"]["name"]): manifest
                for manifest in source_files.manifests(self._webhooks_file)
                if manifest.get("kind") in WEBHOOKS
            }
        paths = {path for manifest in own.values() for webhook in manifest["webhooks"] if (path := path_of(webhook))}
        kept = {
            name: {**manifest, "webhooks": [one for one in manifest["webhooks"] if _is_own(one, paths)]}
            for name, manifest in overlaid.items()
        }
        return tuple((own | kept).values())

    @property
    def has_runtime_webhooks(self) -> bool:
        """Are runtimes checked on admission (since v0.11.1)?"""
        return any(
            str(path_of(webhook)).startswith("/validate-serving-kserve-io-v1alpha1-servingruntime")
            for manifest in self._webhook_configurations
            for webhook in manifest["webhooks"]
        )


def configured(manifest: Manifest, default_mode: str) -> dict[str, Any]:
    """
    KServe's ConfigMap for a control plane without a network.

    Two values of it are changed and no other: the mode of services that name none,
    and that no Istio or ingress objects are made, of which nothing here would
    serve any request.
    """
    data = {key: value for key, value in manifest["data"].items() if key != "_example"}
    data["deploy"] = _changed(data, "deploy", {"defaultDeploymentMode": default_mode})
    ingress = _decoded(data, "ingress")
    off = {key: True for key in ("disableIngressCreation", "disableIstioVirtualHost") if key in ingress}
    data["ingress"] = _changed(data, "ingress", off)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONFIGURATION, "namespace": KSERVE_NAMESPACE},
        "data": data,
    }


def _changed(data: Mapping[str, str], key: str, values: Mapping[Any, Any]) -> str:
    return msgspec.json.encode({**_decoded(data, key), **values}).decode()


def _decoded(data: Mapping[str, str], key: str) -> dict[str, Any]:
    """The JSON object of a key of the ConfigMap, which was checked when it was read."""
    return msgspec.json.decode(data.get(key, "{}"), type=dict[str, Any])


def path_of(webhook: Manifest) -> str | None:
    """The path of a webhook that a service serves; None for one that a URL does."""
    service = at(webhook, "clientConfig", "service")
    return None if service is None else str(service.get("path", "/"))


def _is_own(webhook: Manifest, paths: Collection[str]) -> bool:
    """Is a webhook of an overlay one of KServe's controller?"""
    return at(webhook, "clientConfig", "service", "name") == WEBHOOK_SERVICE or path_of(webhook) in paths


def overlaid_definition(manifest: Manifest) -> Definition:
    """
    A CRD of an overlay as the API server gets it.

    Its conversion webhook is left out: the service that it names is that of a cluster, and no release serves a
    resource of KServe in two versions that differ.
    """
    plain = {**manifest, "spec": without(manifest["spec"], "conversion")}
    return Definition(str(manifest["metadata"]["name"]), msgspec.json.encode(plain).decode())


def aimed(manifest: Manifest, url: str, authority: bytes) -> dict[str, Any]:
    """
    A webhook configuration with a URL in place of a service.

    The pod mutator is left out. Requests of :data:`PAST_WEBHOOKS` are exempt, by the
    API server's own means (``matchConditions``), so that objects carry no sign of it.
    """
    import base64

    bundle = base64.b64encode(authority).decode()
    kept = []
    for webhook in manifest.get("webhooks") or ():
        path = path_of(webhook)
        if path is None or path == POD_MUTATOR:
            continue
        kept.append(
            {
                **webhook,
                "clientConfig": {"url": f"{url}{path}", "caBundle": bundle},
                "matchConditions": [
                    *(webhook.get("matchConditions") or ()),
                    {"name": "not-past-webhooks", "expression": f"request.userInfo.username != '{PAST_WEBHOOKS}'"},
                ],
            }
        )
    metadata = {"name": manifest["metadata"]["name"], "labels": {"app.kubernetes.io/part-of": "kserve-conformance"}}
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "metadata": metadata, "webhooks": kept}


def _definitions(path: Path) -> Iterator[Definition]:
    for text in _DOCUMENTS.split(source_files.text(path)):
        name = _NAME.search(text)
        # A patch has the kind and the name too, but never all versions of a group.
        if _IS_CRD.search(text) and name and _GROUP.search(text) and _HAS_VERSIONS.search(text):
            yield Definition(_metadata_name(text) or name.group(1), text)


def _metadata_name(text: str) -> str | None:
    section = re.search(r"^metadata:[ \t]*\n((?:[ \t]+.*\n|\n)+)", text, re.MULTILINE)
    name = _NAME.search(section.group(1)) if section else None
    return name.group(1) if name else None
