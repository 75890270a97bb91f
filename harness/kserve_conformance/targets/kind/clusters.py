"""
kind's own command line: clusters made, filled with images, looked into and deleted.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart, TargetCode

#: The first part of the name of every cluster that we make, by which one that was left behind is known.
PREFIX = "kserve-conformance"

#: How long kind waits for a node to be ready.
READY_WITHIN = "240s"

#: Far above what any call takes, with an image to be pulled on a slow line.
CALL_WITHIN = 1800

LAST_LINES = 15


class KindFailed(CannotStart):
    """A call of ``kind`` ended with an error."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One cluster of kind, by its name; ``kubeconfig`` is where its access is written, and nobody else's is changed."""

    name: str
    kubeconfig: Path

    @property
    def context(self) -> str:
        """The name of its context."""
        return f"kind-{self.name}"

    def create(self, node_image: str | None, config: Path) -> None:
        """Make it and wait for its node. Raises ``KindFailed`` with kind's last words; nothing is left then."""
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
        """Does kind know the cluster?"""
        return self.name in self._call("get", "clusters").split()

    def write_kubeconfig(self) -> None:
        """Write the access to a cluster that was there before."""
        self.kubeconfig.touch(mode=0o600)
        self._call("export", "kubeconfig", "--name", self.name, "--kubeconfig", str(self.kubeconfig))

    def load(self, archive: Path) -> None:
        """Put the images of an archive on every node."""
        self._call("load", "image-archive", str(archive), "--name", self.name)

    def export_logs(self, folder: Path) -> None:
        """Copy everything that nodes and pods wrote into a folder. Never raises: something is wrong already."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._call("export", "logs", str(folder), "--name", self.name)
        except KindFailed as error:
            (folder / "not-exported.txt").write_text(f"{error}\n", encoding="utf-8")

    def delete(self) -> None:
        """Delete it; one that is not there is no error. Raises ``KindFailed``."""
        self._call("delete", "cluster", "--name", self.name, "--kubeconfig", str(self.kubeconfig))

    def _call(self, *arguments: str) -> str:
        return call(arguments)


def call(arguments: Sequence[str]) -> str:
    """Call ``kind``; what it printed. Raises ``CannotStart`` and ``KindFailed``."""
    program = shutil.which("kind")
    if program is None:
        raise CannotStart(
            "kind is not on the PATH",
            code=TargetCode.NO_KIND,
            hint="install kind (kind.sigs.k8s.io) and Docker; without a registry: scripts/airgapped/README.md",
        )
    # In a session of its own: Ctrl-C is for us, and we end what is to be ended.
    try:
        done = subprocess.run(  # noqa: S603 - the user's own kind, no shell.
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
    One node without CoreDNS, whose API server listens on this machine only.

    The API server finds webhooks by their Services, so nothing in a run resolves a name of the cluster.
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
