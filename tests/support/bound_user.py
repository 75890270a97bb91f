"""A user of a cluster who may do what one role says, and nothing else."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from kserve_conformance.targets.kubernetes.client import Client

RBAC = "/apis/rbac.authorization.k8s.io/v1"
ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
VERSION = "rbac.authorization.k8s.io/v1"


@contextmanager
def bound(client: Client, admin: Path, context: str, role: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """A kubeconfig, with a context ``bound``, of a new service account that has this ClusterRole until the end."""
    name = f"conformance-test-{secrets.token_hex(3)}"
    reference = {"apiGroup": VERSION.partition("/")[0], "kind": "ClusterRole", "name": name}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": "default"}
    client.post(f"{RBAC}/clusterroles", {**role, "metadata": {"name": name}})
    client.post(ACCOUNTS, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
    client.post(
        f"{RBAC}/clusterrolebindings",
        {
            "apiVersion": VERSION,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": reference,
            "subjects": [subject],
        },
    )
    try:
        yield _kubeconfig(client, admin, context, name, folder)
    finally:
        client.delete(f"{RBAC}/clusterrolebindings/{name}")
        client.delete(f"{RBAC}/clusterroles/{name}")
        client.delete(f"{ACCOUNTS}/{name}")


def _kubeconfig(client: Client, admin: Path, context: str, account: str, folder: Path) -> Path:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 3600},
    }
    token = client.post(f"{ACCOUNTS}/{account}/token", request)["status"]["token"]
    whole = yaml.safe_load(admin.read_text())
    cluster = next(one["context"]["cluster"] for one in whole["contexts"] if one["name"] == context)
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [one for one in whole["clusters"] if one["name"] == cluster],
        "users": [{"name": "bound", "user": {"token": token}}],
        "contexts": [{"name": "bound", "context": {"cluster": cluster, "user": "bound"}}],
    }
    path = folder / f"{account}.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))
    return path
