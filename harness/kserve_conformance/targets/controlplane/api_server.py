"""
An API server without a cluster: etcd and kube-apiserver as two processes on the loopback interface.

No scheduler, no kubelet, no controllers: objects are admitted, stored and watched, and nothing ever runs. A certificate
and random tokens, made for each run, protect it and etcd.
"""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from kserve_conformance.targets.kserve.api_server import (
    ADMINISTRATOR,
    LESS_COLLECTING,
    api_server_flags,
    etcd_flags,
    kubeconfig_of,
    new_tokens,
    token_file,
    wait_ready,
)
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.connection import connect_local
from kserve_conformance.targets.programs import cache
from kserve_conformance.targets.programs.binaries import Assets
from kserve_conformance.targets.programs.certificates import Certificate
from kserve_conformance.targets.programs.processes import Guard, Process, free_ports

STOP_WITHIN = timedelta(seconds=10)


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
        Start both without waiting (see :meth:`wait`). ``data`` is a prepared etcd folder, which is copied first.
        """
        self._certificate = certificate
        self.data = folder / "etcd"
        if data is not None:
            cache.copy_folder(data, self.data)
        self.etcd_port, peer_port, self.port = free_ports(3)
        self.tokens = new_tokens()
        users = folder / "tokens.csv"
        users.write_text(token_file(self.tokens), encoding="utf-8")
        users.chmod(0o600)
        etcd_url = f"https://127.0.0.1:{self.etcd_port}"
        peer_url = f"https://127.0.0.1:{peer_port}"
        environment = {**os.environ, **LESS_COLLECTING}
        self.etcd = Process(
            "etcd",
            [
                assets.etcd,
                *etcd_flags(self.data, etcd_url, peer_url, certificate),
            ],
            log=logs / "etcd.log",
            guard=guard,
            environment=environment,
        )
        self.process = Process(
            "kube-apiserver",
            [
                assets.api_server,
                *api_server_flags(etcd_url, self.port, certificate, users),
            ],
            log=logs / "kube-apiserver.log",
            guard=guard,
            environment=environment,
        )
        self.admin = self.client(ADMINISTRATOR)

    @property
    def url(self) -> str:
        """Its URL."""
        return f"https://127.0.0.1:{self.port}"

    def client(self, user: str) -> Client:
        """A client that authenticates as one of its users."""
        return connect_local(self.port, self.tokens[user], self._certificate.authority)

    def wait(self) -> None:
        """Wait until it is ready. Raises ``CannotStart`` with the end of the log of the process that is not."""
        wait_ready(self.admin, self.etcd, self.process)

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.admin.get("/version")["gitVersion"])

    @property
    def dead(self) -> Process | None:
        """The first of the two processes that has exited, if any."""
        return next((process for process in (self.etcd, self.process) if not process.is_alive), None)

    def stop(self) -> None:
        """Kill both; their data is not used again."""
        self.admin.close()
        self.process.stop()
        self.etcd.stop()

    def save(self, target: Path) -> None:
        """Stop both in order and move their data to a folder that another run can start from."""
        self.admin.close()
        self.process.stop(STOP_WITHIN)
        self.etcd.stop(STOP_WITHIN)
        cache.copy_folder(self.data, target)
        shutil.rmtree(self.data)


def kubeconfig(server: ApiServer, certificate: Certificate, path: Path) -> None:
    """Write the kubeconfig for KServe's manager."""
    path.touch(mode=0o600)
    path.write_bytes(kubeconfig_of(server.url, certificate.authority, server.tokens[ADMINISTRATOR]))
