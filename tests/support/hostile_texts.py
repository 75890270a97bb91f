"""Texts that act on terminals and CI servers, manifests full of them, and a call of the command line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

#: Escape sequences of a terminal, reordering, invisible characters, forged lines, commands of CI servers.
HOSTILE = (
    "x\x1b[31m\x1b]0;t\x07\x9b1m\u202e\u200b\u2028\n::error::forged\r\n##vso[task]\n"
    "##[group]\n##teamcity[x]\nsection_start:1:x"
)

#: What must not be in any output: controls, reordering and invisible characters, and commands.
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|##(?:vso|teamcity)?\\[|"
    "(?m:^\\s*::[a-z]|^\\s*section_start:)"
)


def service(**fields: object) -> dict[str, object]:
    """A service with fields of its model replaced."""
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://m/x", **fields}
    metadata = {"name": "fraud", "namespace": "team-a"}
    spec = {"predictor": {"model": model}}
    return {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata, "spec": spec}


def runtime(name: str, model_format: str = "sklearn", **spec: object) -> dict[str, object]:
    """A cluster runtime for a format."""
    formats = [{"name": model_format, "version": "1", "autoSelect": True}]
    containers = [{"name": "kserve-container", "image": "own:1"}]
    whole = {"supportedModelFormats": formats, "containers": containers, **spec}
    version = "serving.kserve.io/v1alpha1"
    return {"apiVersion": version, "kind": "ClusterServingRuntime", "metadata": {"name": name}, "spec": whole}


MANIFESTS = {
    "format": [service(modelFormat={"name": HOSTILE}), runtime("ours")],
    "version": [service(modelFormat={"name": "sklearn", "version": HOSTILE}), runtime("ours")],
    "protocol": [service(protocolVersion=HOSTILE), runtime("ours", protocolVersions=[HOSTILE])],
    "runtime": [service(runtime=HOSTILE), runtime("ours")],
    "storage": [service(storageUri=HOSTILE), runtime("ours")],
    "unknown-field": [service(**{HOSTILE: 1}), runtime("ours")],
    "name": [{**service(), "metadata": {"name": HOSTILE, "namespace": HOSTILE}}, runtime(HOSTILE)],
    "labels": [{**service(), "metadata": {"name": "a", "labels": {HOSTILE: HOSTILE}, "annotations": {HOSTILE: 1}}}],
    "kind": [{**service(), "kind": HOSTILE}, service()],
    "format-of-runtime": [service(), runtime("ours", HOSTILE)],
    "template": [
        service(),
        runtime("ours", containers=[{"name": "kserve-container", "args": [f"{{{{.{HOSTILE}}}}}"]}]),
    ],
    "fields-of-runtime": [service(), runtime("ours", **{HOSTILE: {}})],
}


def run(*words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a command without a terminal; its exit code, and stdout and stderr together."""
    done = subprocess.run(
        [sys.executable, "-m", "kserve_conformance", *words],
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=300,
    )
    return done.returncode, (done.stdout + done.stderr).decode()
