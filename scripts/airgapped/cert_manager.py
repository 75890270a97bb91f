"""
cert-manager in a kind cluster: its controller and its cainjector, built from its Go module.

::

    python scripts/airgapped/cert_manager.py v1.11.5 CLUSTER KUBECONFIG

Returns once a self-signed certificate was issued and injected into a webhook. Two parts
of cert-manager's Helm chart are missing: the webhook that validates its resources, and
narrow roles. The service accounts are cluster administrators, which is acceptable in a
test cluster and nowhere else.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import yaml
from programs import built, folder, say

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.objects import Manifest
from kserve_conformance.targets.kind.cert_manager import CERTIFICATES, GROUP, INJECT_FROM, wait_injected, wait_issued
from kserve_conformance.targets.kind.clusters import KindCluster
from kserve_conformance.targets.kind.installer import ControllerWorkload, apply, wait_available
from kserve_conformance.targets.kserve import prerequisites
from kserve_conformance.targets.kserve.source import Definition
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.connection import connect
from kserve_conformance.targets.programs import archive, cache, go
from kserve_conformance.targets.programs.archive import Image

MODULE = "github.com/cert-manager/cert-manager"
NAMESPACE = "cert-manager"

#: A user as a number: a kubelet cannot tell whether a name is root.
NONROOT = "65532"

#: The objects of the final check: a self-signed certificate, and a webhook that is never called.
TRIAL = "kserve-conformance-trial"

WEBHOOK_CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@dataclass(frozen=True, slots=True)
class Part:
    """One of cert-manager's programs: the folder of its package, and how it runs in a cluster."""

    program: str
    name: str
    arguments: tuple[str, ...]

    @property
    def controller(self) -> ControllerWorkload:
        """The workload that an installation waits for."""
        return ControllerWorkload(
            f"cert-manager's {self.program}", NAMESPACE, self.name, self.program, f"app={self.name}"
        )


#: One pod each, so there is no leader election, which takes a minute after a restart.
PARTS = (
    Part("controller", "cert-manager", ("--leader-elect=false", f"--cluster-resource-namespace={NAMESPACE}")),
    Part("cainjector", "cert-manager-cainjector", ("--leader-elect=false",)),
)


def program(part: Part, version: str) -> Path:
    """A program of cert-manager, from the cache or built from its module. Raises what a build raises."""

    def make(output: Path) -> None:
        go.build(
            f"./cmd/{part.program}",
            output,
            folder=Path(go.download(MODULE, version).Dir),
            what=f"cert-manager's {part.program}",
            link={f"{MODULE}/pkg/util.AppVersion": version},
            system="linux",
        )

    return built(f"cert-manager-{part.program}", version, make)


def images(version: str) -> dict[str, Image]:
    """An image of each part, by the part's name."""
    return {
        part.name: Image(
            f"kserve-conformance.invalid/cert-manager-{part.program}:{version}",
            {f"/{part.program}": program(part, version)},
            (f"/{part.program}",),
            user=NONROOT,
        )
        for part in PARTS
    }


def written(version: str, made: dict[str, Image]) -> Path:
    """The archive of these images, from the cache or written now."""
    made_of = hashlib.sha256(f"1 {made}".encode()).hexdigest()[:12]
    entry = folder() / f"cert-manager-{version}-{made_of}.tar"
    return cache.made(entry, lambda output: archive.write(output, *made.values()))


def definitions(crds: Path) -> Iterator[Definition]:
    """The CRDs in a folder of a Helm chart, without the labels that are templates."""
    for path in sorted(crds.glob("crd-*.yaml")):
        manifest = filled(yaml.safe_load(path.read_text(encoding="utf-8")))
        yield Definition(manifest["metadata"]["name"], msgspec.json.encode(manifest).decode())


def filled(manifest: Manifest) -> dict[str, Any]:
    """A manifest without labels and annotations that are templates. Raises ``HarnessError`` if other fields are."""
    metadata = dict(manifest["metadata"])
    for field in ("labels", "annotations"):
        metadata[field] = {key: value for key, value in (metadata.get(field) or {}).items() if "{{" not in value}
    whole = {**manifest, "metadata": metadata}
    if b"{{" in msgspec.json.encode(whole):
        name = f"{manifest['kind']} {metadata.get('name')}"
        raise HarnessError(f"{name} has templates outside its labels and annotations, which only Helm can fill in")
    return whole


def objects(part: Part, image: str) -> tuple[Manifest, ...]:
    """The objects of a part: a service account that is a cluster administrator, and one pod."""
    place = {"name": part.name, "namespace": NAMESPACE}
    account = {"kind": "ServiceAccount", **place}
    labels = {"app": part.name}
    container = {
        "name": part.program,
        "image": image,
        "imagePullPolicy": "Never",
        "args": list(part.arguments),
        "env": [{"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "serviceAccountName": part.name,
        "securityContext": {"runAsNonRoot": True},
        "containers": [container],
    }
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    return (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": place},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"kserve-conformance-{part.name}"},
            "roleRef": role,
            "subjects": [account],
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**place, "labels": labels},
            "spec": {
                "replicas": 1,
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    )


def trial() -> tuple[Manifest, ...]:
    """An issuer, a self-signed certificate, and a webhook that is never called, for its authority to be injected."""
    place = {"name": TRIAL, "namespace": NAMESPACE}
    hook = {
        "name": f"{TRIAL}.kserve-conformance.invalid",
        "clientConfig": {"service": {"name": TRIAL, "namespace": NAMESPACE}},
        "rules": [],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    issued = {"secretName": TRIAL, "dnsNames": [f"{TRIAL}.invalid"], "issuerRef": {"kind": "Issuer", "name": TRIAL}}
    return (
        {"apiVersion": f"{GROUP}/v1", "kind": "Issuer", "metadata": place, "spec": {"selfSigned": {}}},
        {"apiVersion": f"{GROUP}/v1", "kind": "Certificate", "metadata": place, "spec": issued},
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": TRIAL, "annotations": {INJECT_FROM: f"{NAMESPACE}/{TRIAL}"}},
            "webhooks": [hook],
        },
    )


def tried(client: Client) -> None:
    """Check that a certificate is issued and injected into a webhook; delete both again. Raises ``CannotStart``."""
    served = client.resources()
    secret = f"/api/v1/namespaces/{NAMESPACE}/secrets/{TRIAL}"
    made = trial()
    paths = [
        served[one["apiVersion"], one["kind"]].path(one["metadata"].get("namespace"), one["metadata"]["name"])
        for one in made
    ]
    try:
        for manifest in made:
            apply(client, served, manifest)
        wait_issued(client, (one for one in made if one["kind"] == CERTIFICATES.kind))
        wait_injected(client, (f"{WEBHOOK_CONFIGURATIONS}/{TRIAL}",), secret)
    finally:
        for path in (*reversed(paths), secret):
            client.delete(path)


def install(version: str, kind: KindCluster) -> None:
    """Install cert-manager in a cluster and check that it works. Raises ``CannotStart`` and what a build raises."""
    made = images(version)
    timed("loading its images", partial(kind.load, written(version, made)))
    client = connect(kind.context, kind.kubeconfig)
    crds = Path(go.download(MODULE, version).Dir) / "deploy" / "crds"
    timed("its CRDs", partial(prerequisites.define, client, tuple(definitions(crds))))
    prerequisites.ensure_namespace(client, NAMESPACE)
    served = client.resources()
    for part in PARTS:
        for manifest in objects(part, made[part.name].name):
            apply(client, served, manifest)
    for part in PARTS:
        timed(f"waiting for {part.name}", partial(wait_available, client, part.controller))
    timed("a self-signed certificate, injected into a webhook", partial(tried, client))


def timed(what: str, do: partial[Any]) -> None:
    """Do it, and report how long it took."""
    began = time.monotonic()
    do()
    say(f"{what}: {time.monotonic() - began:.1f} s")


def main() -> int:
    """Install cert-manager in the named cluster."""
    try:
        version, name, kubeconfig = sys.argv[1:]
    except ValueError:
        print("usage: scripts/airgapped/cert-manager CLUSTER KUBECONFIG", file=sys.stderr)
        return 2
    began = time.monotonic()
    print(f"» cert-manager {version} for the kind cluster {name}", file=sys.stderr, flush=True)
    try:
        install(version, KindCluster(name, Path(kubeconfig)))
    except HarnessError as error:
        print(f"» {error}\n»   hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    print(f"» cert-manager {version} works: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
