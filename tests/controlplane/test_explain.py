"""``explain --context`` on services that KServe's own controller has handled."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

#: Creates a service that runs and one that has no runtime, waits for their statuses, and explains both.
CLIENT = """
import os, subprocess, sys, time
from pathlib import Path
from kserve_conformance.targets.kubernetes.connection import connect
client = connect("conformance", Path(os.environ["KUBECONFIG"]))
services = "/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices"
kind = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}
for name, format_ in (("fraud", "sklearn"), ("lost", "SKLearn")):
    model = {"modelFormat": {"name": format_}, "storageUri": "gs://example/models/model"}
    client.post(services, {**kind, "metadata": {"name": name}, "spec": {"predictor": {"model": model}}})
for _ in range(300):
    failed = (client.get(f"{services}/lost").get("status") or {}).get("modelStatus", {}).get("lastFailureInfo")
    if failed and client.get("/apis/apps/v1/namespaces/default/deployments")["items"]:
        break
    time.sleep(0.1)
explain = [sys.executable, "-m", "kserve_conformance", "explain", "--context", "conformance", "--release", RELEASE]
sys.exit(subprocess.run([*explain, "--format", "json", "fraud", "lost"], check=False).returncode)
"""


@pytest.mark.parametrize("release", ["v0.15.2", "v0.16.0"])
def test_the_status_of_a_real_controller_agrees(release):
    """The service that runs and the one without a runtime stand as the rules say, by workload or by status."""
    sandbox = [sys.executable, "-m", "kserve_conformance", "sandbox", release, "--shipped"]
    client = CLIENT.replace("RELEASE", repr(release))
    done = subprocess.run(
        [*sandbox, "--default-mode", "RawDeployment", "--", sys.executable, "-c", client],
        capture_output=True,
        text=True,
        check=False,
    )
    explained = json.loads(done.stdout)["services"]

    assert done.returncode == 1, done.stderr
    assert [(one["name"], one["outcome"], one["status"]["standing"]) for one in explained] == [
        ("fraud", "runs", "agrees"),
        ("lost", "no-runtime", "no-runtime"),
    ]
    assert explained[0]["status"]["runtimes"] == [{"kind": "ClusterServingRuntime", "name": "kserve-sklearnserver"}]
    assert explained[1]["status"]["modelStatus"]["lastFailureInfo"]["reason"] == "NoSupportingRuntime"
    assert "set modelFormat.name: sklearn to select kserve-sklearnserver" in explained[1]["explanation"]["hints"]
    assert all(one["notRead"] == [] for one in explained)
