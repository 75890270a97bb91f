"""
What a KServe release installs beside its manager: CRDs, its own and those that it needs, configuration, webhooks.

All of it is read from the release's own folder (a Go module, or ``--source``), and
as little as possible is changed: see :func:`webhooks` and :func:`configuration`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import yaml

from kserve_conformance.objects import Manifest
from kserve_conformance.targets.contract import CannotStart, TargetCode

#: The namespace that KServe runs in, and the ConfigMap that it reads there.
KSERVE_NAMESPACE = "kserve"
CONFIGURATION = "inferenceservice-config"

#: Who writes past the webhooks: what an older release left in store, and a deletion that a webhook would hinder.
PAST_WEBHOOKS = "conformance:past-webhooks"

#: The admission webhook of pods: no pods run here, and it would only slow others down.
POD_MUTATOR = "/mutate-pods"

#: The folder of CRDs, and the groups of other projects' CRDs, that only the controller of LLMInferenceService needs:
#: since v0.16.0 a manager of its own (cmd/llmisvc), which chooses no runtime and does not run here.
NOT_ASKED_FOR = "llmisvc"
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


def bad_source(message: str) -> CannotStart:
    """The error for a folder that does not hold what an install of KServe is made of."""
    return CannotStart(
        message,
        code=TargetCode.BAD_SOURCE,
        hint="use the root of a KServe checkout: it has config/crd, config/configmap and config/webhook",
    )


@dataclass(frozen=True, slots=True)
class Definition:
    """One CustomResourceDefinition as its file has it: the API server reads YAML, so we need not."""

    name: str
    text: str


@dataclass(frozen=True)
class Source:
    """The folder of one release."""

    folder: Path

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
        if not own.is_dir():
            raise bad_source(f"{self.folder} has no config/crd")
        found: dict[str, Definition] = {}
        for path in sorted(own.rglob("*.yaml")):
            if not {"patches", "minimal", NOT_ASKED_FOR} & set(path.relative_to(own).parts):
                found |= {one.name: one for one in _definitions(path)}
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
            hashed.update(path.read_bytes() + b"\0")
        return f"sha256:{hashed.hexdigest()}"

    @property
    def _configuration_file(self) -> Path:
        return self.folder / "config" / "configmap" / "inferenceservice.yaml"

    @property
    def _webhooks_file(self) -> Path:
        return self.folder / "config" / "webhook" / "manifests.yaml"

    def configuration(self, default_mode: str) -> dict[str, Any]:
        """The release's own ConfigMap, with the default deployment mode and without ingress: see :func:`configured`."""
        for manifest in _manifests(self._configuration_file):
            if manifest.get("kind") == "ConfigMap":
                return configured(manifest, default_mode)
        raise bad_source(f"{self._configuration_file} has no ConfigMap")

    def webhooks(self, url: str, authority: bytes) -> tuple[dict[str, Any], ...]:
        """The release's webhook configurations, pointed at a manager by its URL: see :func:`aimed`."""
        found = tuple(
            aimed(manifest, url, authority)
            for manifest in _manifests(self._webhooks_file)
            if str(manifest.get("kind")).endswith("WebhookConfiguration")
        )
        if not found:
            raise bad_source(f"{self._webhooks_file} has no webhook configurations")
        return tuple(manifest for manifest in found if manifest["webhooks"])

    @property
    def has_runtime_webhooks(self) -> bool:
        """Are runtimes checked on admission (since v0.11.1)?"""
        return "/validate-serving-kserve-io-v1alpha1-servingruntime" in self._webhooks_file.read_text(encoding="utf-8")


def configured(manifest: Manifest, default_mode: str) -> dict[str, Any]:
    """
    KServe's ConfigMap for a control plane without a network.

    Two values of it are changed and no other: the mode of services that name none,
    and that no Istio or ingress objects are made, of which nothing here would
    serve any request.
    """
    data = {key: value for key, value in manifest["data"].items() if key != "_example"}
    data["deploy"] = _changed(data.get("deploy", "{}"), {"defaultDeploymentMode": default_mode})
    ingress = msgspec.json.decode(data.get("ingress", "{}"))
    off = {key: True for key in ("disableIngressCreation", "disableIstioVirtualHost") if key in ingress}
    data["ingress"] = _changed(data.get("ingress", "{}"), off)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONFIGURATION, "namespace": KSERVE_NAMESPACE},
        "data": data,
    }


def _changed(text: str, values: Mapping[str, Any]) -> str:
    return msgspec.json.encode({**msgspec.json.decode(text), **values}).decode()


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
        path = webhook["clientConfig"]["service"].get("path", "/")
        if path == POD_MUTATOR:
            continue
        kept.append(
            {
                **webhook,
                "clientConfig": {"url": f"{url}{path}", "caBundle": bundle},
                "matchConditions": [
                    *webhook.get("matchConditions", ()),
                    {"name": "not-past-webhooks", "expression": f"request.userInfo.username != '{PAST_WEBHOOKS}'"},
                ],
            }
        )
    metadata = {"name": manifest["metadata"]["name"], "labels": {"app.kubernetes.io/part-of": "kserve-conformance"}}
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "metadata": metadata, "webhooks": kept}


def _definitions(path: Path) -> Iterator[Definition]:
    for text in _DOCUMENTS.split(path.read_text(encoding="utf-8")):
        name = _NAME.search(text)
        # A patch has the kind and the name too, but never all versions of a group.
        if _IS_CRD.search(text) and name and _GROUP.search(text) and _HAS_VERSIONS.search(text):
            yield Definition(_metadata_name(text) or name.group(1), text)


def _metadata_name(text: str) -> str | None:
    section = re.search(r"^metadata:[ \t]*\n((?:[ \t]+.*\n|\n)+)", text, re.MULTILINE)
    name = _NAME.search(section.group(1)) if section else None
    return name.group(1) if name else None


def _manifests(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise bad_source(f"no such file: {path}")
    for manifest in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
        if isinstance(manifest, dict):
            yield manifest
