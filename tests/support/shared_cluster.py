"""A cluster with KServe that runs share: how it is reached, run against, and looked at."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.objects import Manifest
from kserve_conformance.record import Record, Verdict, read
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.names import LABEL

#: Few scenarios that need runtimes of both scopes, services, choices and services without a runtime.
SELECTION = "explicit and core"

CLUSTER_RUNTIMES = "/apis/serving.kserve.io/v1alpha1/clusterservingruntimes"


@dataclass(frozen=True)
class Done:
    """A run that has ended."""

    code: int
    printed: str
    record: Record | None

    @property
    def verdicts(self) -> dict[str, Verdict]:
        assert self.record is not None, self.printed
        return {one.id: one.verdict for one in self.record.scenarios}

    def count(self, *verdicts: Verdict) -> int:
        return sum(one in verdicts for one in self.verdicts.values())


@dataclass(frozen=True)
class Shared:
    """The cluster, as an administrator reaches it."""

    context: str
    kubeconfig: Path
    client: Client

    def target(self, kubeconfig: Path | None = None, context: str | None = None, **parameters: object) -> str:
        pairs = "".join(f",{key}={value}" for key, value in parameters.items())
        return f"cluster:{context or self.context},kubeconfig={kubeconfig or self.kubeconfig}{pairs}"

    def start(self, target: str, out: Path, *arguments: str) -> subprocess.Popen[str]:
        words = ["run", "--target", target, "--out", str(out), *arguments]
        return subprocess.Popen(
            [sys.executable, "-m", "kserve_conformance", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ended(self, run: subprocess.Popen[str], out: Path) -> Done:
        printed, _ = run.communicate(timeout=1500)
        record = out / "record.ndjson"
        return Done(run.returncode, printed, read(record) if record.exists() else None)

    def run(self, out: Path, *arguments: str, target: str | None = None) -> Done:
        return self.ended(self.start(target or self.target(), out, *arguments), out)

    def ours(self) -> list[str]:
        """All existing objects with the label of a run."""
        found = []
        for path in ("/api/v1/namespaces", CLUSTER_RUNTIMES):
            found += [
                f"{path}/{one['metadata']['name']}" for one in self.client.get(path, labelSelector=LABEL)["items"]
            ]
        return found

    def theirs(self) -> dict[str, str]:
        """Every KServe object and namespace that does not belong to a run, with its version."""
        found: dict[str, str] = {}
        for plural in ("clusterservingruntimes", "servingruntimes"):
            found |= self._versions(f"/apis/serving.kserve.io/v1alpha1/{plural}")
        found |= self._versions("/apis/serving.kserve.io/v1beta1/inferenceservices")
        return found | self._versions("/api/v1/namespaces") | self._versions("/api/v1/namespaces/kserve/configmaps")

    def _versions(self, path: str) -> dict[str, str]:
        items: list[Manifest] = self.client.get(path)["items"]
        return {
            f"{path} {one['metadata'].get('namespace', '')}/{one['metadata']['name']}": one["metadata"][
                "resourceVersion"
            ]
            for one in items
            if LABEL not in (one["metadata"].get("labels") or {})
        }
