"""
How etcd and kube-apiserver are run with nothing behind them, wherever their processes are.

No scheduler, no kubelet, no controllers: objects are admitted, stored and watched,
and nothing ever runs. One certificate and the random tokens of one run guard it,
etcd included.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.kserve.source import PAST_WEBHOOKS
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoResponse
from kserve_conformance.targets.programs.certificates import Certificate
from kserve_conformance.targets.programs.processes import Started

#: The user that applies, and that KServe's manager runs as: it may do everything.
ADMINISTRATOR = "conformance:administrator"

#: Ready for us: priority classes are retried after a second, and no pod ever needs one.
READY = "/readyz?exclude=poststarthook/scheduling/bootstrap-system-priority-classes"

#: Both allocate much and live for minutes: collecting garbage less often saves a fifth of their time.
LESS_COLLECTING = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}

START_WITHIN = timedelta(seconds=60)

#: Built-in admission that would only be in the way: there are no service accounts, nodes, classes or quotas here.
WITHOUT_PLUGINS = (
    "ServiceAccount",
    "TaintNodesByCondition",
    "Priority",
    "DefaultTolerationSeconds",
    "DefaultStorageClass",
    "StorageObjectInUseProtection",
    "PersistentVolumeClaimResize",
    "RuntimeClass",
    "DefaultIngressClass",
    "PodSecurity",
    "LimitRanger",
    "ResourceQuota",
    "ClusterTrustBundleAttest",
    "CertificateApproval",
    "CertificateSigning",
    "CertificateSubjectRestriction",
)


def wait_ready(client: Client, etcd: Started, api_server: Started) -> None:
    """Return once an API server is ready. Raises ``CannotStart`` with the last lines of the one that is not."""
    deadline = time.monotonic() + START_WITHIN.total_seconds()
    said = ""
    while time.monotonic() < deadline:
        for process in (etcd, api_server):
            if not process.is_alive:
                raise CannotStart(process.exit_report)
        try:
            client.text(READY)
        except (ApiError, NoResponse) as error:
            said = str(error)
            time.sleep(0.05)
        else:
            return
    raise CannotStart(
        f"kube-apiserver was not ready within {START_WITHIN.total_seconds():g} s: {said}\n{api_server.log_end}"
    )


def new_tokens() -> dict[str, str]:
    """A random token for each user."""
    return {name: secrets.token_urlsafe(32) for name in (ADMINISTRATOR, PAST_WEBHOOKS)}


def token_file(tokens: Mapping[str, str]) -> str:
    """What kube-apiserver reads of its users."""
    return "".join(f'{token},{name},{name},"system:masters"\n' for name, token in tokens.items())


def kubeconfig_of(server: str, authority: Path, token: str) -> bytes:
    """A kubeconfig for an API server by its URL."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "conformance",
                "cluster": {"server": server, "certificate-authority": str(authority)},
            }
        ],
        "users": [{"name": "administrator", "user": {"token": token}}],
        "contexts": [{"name": "conformance", "context": {"cluster": "conformance", "user": "administrator"}}],
        "current-context": "conformance",
    }
    return msgspec.json.encode(document)


def etcd_flags(data: Path, client_url: str, peer_url: str, certificate: Certificate) -> list[str]:
    """The flags of etcd: where it stores, where it listens, and whom it trusts."""
    files = {"cert-file": certificate.certificate, "key-file": certificate.key}
    trusted = {"trusted-ca-file": certificate.authority, "client-cert-auth": "true"}
    return _flags(
        {
            "name": "conformance",
            "data-dir": data,
            "listen-client-urls": client_url,
            "advertise-client-urls": client_url,
            "listen-peer-urls": peer_url,
            # A copied folder remembers this one, so it is the same in every run; it is never dialled.
            "initial-advertise-peer-urls": "https://127.0.0.1:1",
            "initial-cluster": "conformance=https://127.0.0.1:1",
            # Everything is thrown away after the run.
            "unsafe-no-fsync": "true",
            "log-level": "warn",
        }
        | files
        | trusted
        | {f"peer-{name}": value for name, value in (files | trusted).items()}
    )


def api_server_flags(
    etcd_url: str, port: int, certificate: Certificate, users: Path, address: str = "127.0.0.1"
) -> list[str]:
    """The flags of kube-apiserver: where it listens, whom it trusts, and what it leaves out."""
    return _flags(
        {
            "etcd-servers": etcd_url,
            "etcd-cafile": certificate.authority,
            "etcd-certfile": certificate.certificate,
            "etcd-keyfile": certificate.key,
            "bind-address": address,
            "secure-port": port,
            "tls-cert-file": certificate.certificate,
            "tls-private-key-file": certificate.key,
            "token-auth-file": users,
            "anonymous-auth": "false",
            "authorization-mode": "AlwaysAllow",
            "service-account-issuer": "https://127.0.0.1",
            "service-account-key-file": certificate.certificate,
            "service-account-signing-key-file": certificate.key,
            "service-cluster-ip-range": "10.0.0.0/16",
            "endpoint-reconciler-type": "none",
            "disable-admission-plugins": ",".join(WITHOUT_PLUGINS),
            "enable-priority-and-fairness": "false",
            # What a scenario leaves is deleted a collection at a time, and one after the other is slow.
            "delete-collection-workers": 4,
            "profiling": "false",
            "shutdown-delay-duration": "0s",
        }
    )


def _flags(values: dict[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items()]
