"""
KServe's own manager as a process: start, readiness, end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kserve_conformance.rules.releases import FIXED_WEBHOOK_PORT
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kserve.source import KSERVE_NAMESPACE, Source
from kserve_conformance.targets.kserve.webhooks import install_webhooks
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.programs.certificates import Certificate
from kserve_conformance.targets.programs.processes import Guard, Process, free_ports, is_free

START_WITHIN = timedelta(seconds=60)
STOP_WITHIN = timedelta(seconds=5)

#: A program that does not know ``--help`` may run forever instead.
USAGE_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Ports:
    """The port flags of a manager, and the port of its webhooks."""

    webhook: int
    arguments: tuple[str, ...]


def ports(program: Path, environment: Mapping[str, str]) -> Ports:
    """Find out which port flags a manager has, and choose ports. Raises ``CannotStart``."""
    known = _usage(program, environment)
    arguments = ["--metrics-addr=0"] if "metrics-addr" in known else []
    if "health-probe-addr" in known:
        arguments.append("--health-probe-addr=0")
    if "webhook-port" in known:
        (webhook,) = free_ports(1)
        arguments.append(f"--webhook-port={webhook}")
    else:
        webhook = FIXED_WEBHOOK_PORT
        if not is_free(webhook):
            raise CannotStart(
                f"port {webhook} is in use, and this release's manager cannot use another",
                code=TargetCode.PORT_TAKEN,
                hint="stop the process that listens on it; later releases use any free port",
            )
    return Ports(webhook, tuple(arguments))


def _usage(program: Path, environment: Mapping[str, str]) -> str:
    """
    The output of a manager's ``--help``.

    Some releases parse flags only after they have found a cluster (v0.10.0 to v0.11.2), so it needs the environment of
    a run. Go prints the usage to standard error and exits with 0 or 2, depending on the release.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a program that we built or that the user names.
            [program, "--help"], capture_output=True, text=True, check=False, timeout=USAGE_WITHIN, env=environment
        )
    except subprocess.TimeoutExpired:
        return ""
    except OSError as error:
        raise CannotStart(f"KServe's manager cannot be run: {error}") from error
    return done.stdout + done.stderr


class Controller:
    """A running manager, and the webhook configurations that point to it."""

    def __init__(
        self, program: Path, *, folder: Path, log: Path, kubeconfig: Path, certificate: Certificate, guard: Guard
    ) -> None:
        """Start it. The webhooks are not installed: see :meth:`install_webhooks`."""
        self._certificate = certificate
        # controller-runtime reads the webhook certificate from there, so each run has its own TMPDIR.
        served = folder / "k8s-webhook-server" / "serving-certs"
        served.mkdir(parents=True, mode=0o700, exist_ok=True)
        for name, file in (("tls.crt", certificate.certificate), ("tls.key", certificate.key)):
            shutil.copyfile(file, served / name)
            (served / name).chmod(0o600)
        keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        environment = {
            **keep,
            "KUBECONFIG": str(kubeconfig),
            "POD_NAMESPACE": KSERVE_NAMESPACE,
            "TMPDIR": str(folder),
            # The manager must reach its API server without the user's proxy.
            "NO_PROXY": "127.0.0.1,localhost",
        }
        chosen = ports(program, environment)
        self.webhook_port = chosen.webhook
        self.process = Process(
            "KServe's manager",
            [program, *chosen.arguments],
            log=log,
            guard=guard,
            folder=folder,
            environment=environment,
        )

    def wait(self) -> None:
        """Wait until its webhooks listen. Raises ``CannotStart`` with the end of its log."""
        import socket

        deadline = time.monotonic() + START_WITHIN.total_seconds()
        while time.monotonic() < deadline:
            if not self.process.is_alive:
                raise CannotStart(self.process.exit_report)
            try:
                socket.create_connection(("127.0.0.1", self.webhook_port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise CannotStart(
            f"KServe's manager did not listen on port {self.webhook_port} within {START_WITHIN.total_seconds():g} s:\n"
            f"{self.process.log_end}"
        )

    def install_webhooks(self, client: Client, source: Source) -> None:
        """Point the API server at its webhooks, replacing those of an earlier manager."""
        install_webhooks(
            client, source, f"https://127.0.0.1:{self.webhook_port}", self._certificate.authority.read_bytes()
        )

    def stop(self) -> None:
        """Stop it as Kubernetes would."""
        self.process.stop(STOP_WITHIN)
