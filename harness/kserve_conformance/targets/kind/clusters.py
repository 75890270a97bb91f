"""
kind's command line: create clusters, load images, export logs, delete clusters.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart, TargetCode

#: Prefix of the names of created clusters, which identifies those that were left behind.
PREFIX = "kserve-conformance"

#: How long kind waits for a node to be ready.
READY_WITHIN = "240s"

#: Time limit of a call, generous enough to pull an image over a slow connection.
CALL_WITHIN = 1800

LAST_LINES = 15


class KindFailed(CannotStart):
    """A ``kind`` command failed."""


@dataclass(frozen=True, slots=True)
class KindCluster:
    """One kind cluster; only ``kubeconfig`` is written, never the user's own."""

    name: str
    kubeconfig: Path

    @property
    def context(self) -> str:
        """The name of its context."""
        return f"kind-{self.name}"

    def create(self, node_image: str | None, config: Path) -> None:
        """Create it and wait for its node. Raises ``KindFailed`` with the end of kind's output, leaving nothing."""
        image = ["--image", node_image] if node_image else []
        try:
            self._call(
                *("create", "cluster", "--name", self.name, "--kubeconfig", str(self.kubeconfig)),
                *("--config", str(config), "--wait", READY_WITHIN, *image),
            )
        except BaseException:
            self.delete()
            raise
        self.kubeconfig.chmod(0o600)

    def is_there(self) -> bool:
        """Does the cluster exist?"""
        return self.name in self._call("get", "clusters").split()

    def write_kubeconfig(self) -> None:
        """Write the kubeconfig of an existing cluster."""
        self.kubeconfig.touch(mode=0o600)
        self._call("export", "kubeconfig", "--name", self.name, "--kubeconfig", str(self.kubeconfig))

    def load(self, archive: Path) -> None:
        """Load the images of an archive on every node."""
        self._call("load", "image-archive", str(archive), "--name", self.name)

    def export_logs(self, folder: Path) -> None:
        """Export the logs of nodes and pods to a folder. Never raises, because an error is already being handled."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._call("export", "logs", str(folder), "--name", self.name)
        except KindFailed as error:
            (folder / "not-exported.txt").write_text(f"{error}\n", encoding="utf-8")

    def delete(self) -> None:
        """Delete it; a missing cluster is not an error. Raises ``KindFailed``."""
        self._call("delete", "cluster", "--name", self.name, "--kubeconfig", str(self.kubeconfig))

    def _call(self, *arguments: str) -> str:
        return call(arguments)


def call(arguments: Sequence[str]) -> str:
    """Run ``kind`` and return its output. Raises ``CannotStart`` and ``KindFailed``."""
    program = shutil.which("kind")
    if program is None:
        raise CannotStart(
            "kind is not on the PATH",
            code=TargetCode.NO_KIND,
            hint="install kind (kind.sigs.k8s.io) and Docker; without a registry: scripts/airgapped/README.md",
        )
    # In its own session, so that Ctrl-C reaches only the harness, which cleans up.
    try:
        done = subprocess.run(  # noqa: S603 - The user's own kind, no shell.
            [program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=CALL_WITHIN,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise KindFailed(f"kind {arguments[0]} {arguments[1]} did not finish within {CALL_WITHIN} s") from error
    if done.returncode:
        words = "\n".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise KindFailed(f"kind {' '.join(arguments[:2])} failed with exit code {done.returncode}:\n{words}")
    return done.stdout


def config_of(folder: Path) -> Path:
    """
    The kind configuration: one node without CoreDNS, with the API server on the loopback interface.

    The API server finds webhooks through their Services, so nothing in a run needs cluster DNS.
    kind itself skips the phase ``preflight`` (pkg/cluster/internal/kubeadm/config.go), which a patch replaces.
    """
    path = folder / "cluster.yaml"
    path.write_text(
        "kind: Cluster\n"
        "apiVersion: kind.x-k8s.io/v1alpha4\n"
        'networking: {apiServerAddress: "127.0.0.1", podSubnet: "10.244.0.0/16"}\n'
        "nodes: [{role: control-plane}]\n"
        'kubeadmConfigPatches: ["{kind: InitConfiguration, skipPhases: [preflight, addon/coredns]}"]\n',
        encoding="utf-8",
    )
    return path
