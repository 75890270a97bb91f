"""
An API server with nothing behind it: etcd and kube-apiserver as two processes on the loopback interface.

No scheduler, no kubelet, no controllers: objects are admitted, stored and
watched, and nothing ever runs. One certificate and random tokens of one run guard
it, etcd included.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from datetime import timedelta
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.controlplane import cache
from kserve_conformance.targets.controlplane.binaries import Assets
from kserve_conformance.targets.controlplane.certificates import Certificate
from kserve_conformance.targets.controlplane.processes import Guard, Process, free_ports
from kserve_conformance.targets.controlplane.source import PAST_WEBHOOKS
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoAnswer

#: The user that applies, and that KServe's manager runs as: it may do everything.
ADMINISTRATOR = "conformance:administrator"

#: Ready for us: priority classes are retried after a second, and no pod ever needs one.
READY = "/readyz?exclude=poststarthook/scheduling/bootstrap-system-priority-classes"

#: Both allocate much and live for minutes: collecting garbage less often saves a fifth of their time.
LESS_COLLECTING = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}

START_WITHIN = timedelta(seconds=60)
STOP_WITHIN = timedelta(seconds=10)

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


class ApiServer:
    """A running etcd and kube-apiserver over one data folder."""

    def __init__(
        self,
        assets: Assets,
        *,
        folder: Path,
        logs: Path,
        certificate: Certificate,
        guard: Guard,
        data: Path | None = None,
    ) -> None:
        """
        Start both; ``data`` is a prepared etcd folder to begin with, copied first.

        Nothing is waited for: see :meth:`wait`.
        """
        self._certificate = certificate
        self.data = folder / "etcd"
        if data is not None:
            cache.copy_folder(data, self.data)
        client_port, peer_port, self.port = free_ports(3)
        self.tokens = {name: secrets.token_urlsafe(32) for name in (ADMINISTRATOR, PAST_WEBHOOKS)}
        users = folder / "tokens.csv"
        users.write_text(
            "".join(f'{token},{name},{name},"system:masters"\n' for name, token in self.tokens.items()),
            encoding="utf-8",
        )
        users.chmod(0o600)
        etcd_url = f"https://127.0.0.1:{client_port}"
        peer_url = f"https://127.0.0.1:{peer_port}"
        files = {"cert-file": certificate.certificate, "key-file": certificate.key}
        trusted = {"trusted-ca-file": certificate.certificate, "client-cert-auth": "true"}
        environment = {**os.environ, **LESS_COLLECTING}
        self.etcd = Process(
            "etcd",
            [
                assets.etcd,
                *_flags(
                    {
                        "name": "conformance",
                        "data-dir": self.data,
                        "listen-client-urls": etcd_url,
                        "advertise-client-urls": etcd_url,
                        "listen-peer-urls": peer_url,
                        # A copied folder remembers this one, so it is the same in every run; nobody dials it.
                        "initial-advertise-peer-urls": "https://127.0.0.1:1",
                        "initial-cluster": "conformance=https://127.0.0.1:1",
                        # Everything is thrown away after the run.
                        "unsafe-no-fsync": "true",
                        "log-level": "warn",
                    }
                    | files
                    | trusted
                    | {f"peer-{name}": value for name, value in (files | trusted).items()}
                ),
            ],
            log=logs / "etcd.log",
            guard=guard,
            environment=environment,
        )
        self.process = Process(
            "kube-apiserver",
            [
                assets.api_server,
                *_flags(
                    {
                        "etcd-servers": etcd_url,
                        "etcd-cafile": certificate.certificate,
                        "etcd-certfile": certificate.certificate,
                        "etcd-keyfile": certificate.key,
                        "bind-address": "127.0.0.1",
                        "secure-port": self.port,
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
                        "profiling": "false",
                        "shutdown-delay-duration": "0s",
                    }
                ),
            ],
            log=logs / "kube-apiserver.log",
            guard=guard,
            environment=environment,
        )
        self.admin = self.client(ADMINISTRATOR)

    def client(self, user: str) -> Client:
        """A client of it as one of its users."""
        return Client.with_token(self.port, self.tokens[user], self._certificate.certificate)

    def wait(self) -> None:
        """Return once it is ready. Raises ``CannotStart`` with the log's last lines of the one that is not."""
        deadline = time.monotonic() + START_WITHIN.total_seconds()
        said = ""
        while time.monotonic() < deadline:
            for process in (self.etcd, self.process):
                if not process.is_alive:
                    raise CannotStart(process.epitaph)
            try:
                self.admin.text(READY)
            except (ApiError, NoAnswer) as error:
                said = str(error)
                time.sleep(0.05)
            else:
                return
        raise CannotStart(
            f"kube-apiserver was not ready within {START_WITHIN.total_seconds():g} s: {said}\n{self.process.last_words}"
        )

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.admin.get("/version")["gitVersion"])

    @property
    def dead(self) -> Process | None:
        """The one of both that has ended, if any."""
        return next((process for process in (self.etcd, self.process) if not process.is_alive), None)

    def stop(self) -> None:
        """End both at once; their data is not used again."""
        self.admin.close()
        self.process.stop()
        self.etcd.stop()

    def save(self, target: Path) -> None:
        """End both in order and move their data to a folder that another run may begin with."""
        self.admin.close()
        self.process.stop(STOP_WITHIN)
        self.etcd.stop(STOP_WITHIN)
        cache.copy_folder(self.data, target)
        shutil.rmtree(self.data)


def kubeconfig(server: ApiServer, certificate: Certificate, path: Path) -> None:
    """Write what KServe's manager connects with."""
    import msgspec

    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "conformance",
                "cluster": {
                    "server": f"https://127.0.0.1:{server.port}",
                    "certificate-authority": str(certificate.certificate),
                },
            }
        ],
        "users": [{"name": "administrator", "user": {"token": server.tokens[ADMINISTRATOR]}}],
        "contexts": [{"name": "conformance", "context": {"cluster": "conformance", "user": "administrator"}}],
        "current-context": "conformance",
    }
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(document))


def _flags(values: dict[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items()]
