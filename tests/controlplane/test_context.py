"""``upgrade --context`` and ``lint --context`` on a real API server whose services KServe's own controller handles."""

from __future__ import annotations

import json
import subprocess
import sys

#: Creates services and the controller's Deployment, which a sandbox does not have, waits for a status, and calls both.
CLIENT = """
import os, subprocess, sys, time
from pathlib import Path
from kserve_conformance.targets.kubernetes.connection import connect
client = connect("conformance", Path(os.environ["KUBECONFIG"]))
services = "/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices"
kind = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}
for name, format_, version in (("fraud", "sklearn", None), ("price", "xgboost", "1"), ("lost", "SKLearn", None)):
    model = {"modelFormat": {"name": format_, **({"version": version} if version else {})},
             "storageUri": "gs://example/models/model"}
    client.post(services, {**kind, "metadata": {"name": name}, "spec": {"predictor": {"model": model}}})
labels = {"control-plane": "kserve-controller-manager"}
container = {"name": "manager", "image": "kserve/kserve-controller:v0.15.2"}
client.post("/apis/apps/v1/namespaces/kserve/deployments", {
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "manager", "labels": labels},
    "spec": {"selector": {"matchLabels": labels},
             "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}}})
for _ in range(300):
    failed = (client.get(f"{services}/lost").get("status") or {}).get("modelStatus", {}).get("lastFailureInfo")
    if failed and len(client.get("/apis/apps/v1/namespaces/default/deployments")["items"]) == 2:
        break
    time.sleep(0.1)
codes = []
for words in (["upgrade", "--to", "v0.17.0", "--shipped"], ["lint"], ["lint", "--release", "v0.15.2..v0.17.0"]):
    call = [sys.executable, "-m", "kserve_conformance", *words, "--context", "conformance", "--format", "json"]
    done = subprocess.run(call, check=False, capture_output=True, text=True)
    print(done.stdout.replace("\\n", " "))
    print(done.stderr, file=sys.stderr)
    codes.append(str(done.returncode))
print(",".join(codes))
"""


def test_what_is_read_from_a_real_api_server():
    """The release and the mode are detected, the upgrade and the findings are those of the stored objects."""
    sandbox = [sys.executable, "-m", "kserve_conformance", "sandbox", "v0.15.2", "--shipped"]
    done = subprocess.run(
        [*sandbox, "--default-mode", "RawDeployment", "--", sys.executable, "-c", CLIENT],
        capture_output=True,
        text=True,
        check=False,
    )
    upgrade, lint, later, codes = done.stdout.splitlines()

    assert codes == "1,1,1", done.stderr
    assert "context conformance: KServe v0.15.2, default mode RawDeployment" in done.stderr
    census = json.loads(upgrade)
    assert census["releases"] == ["v0.15.2", "v0.17.0"]
    assert census["counts"]["lost"] == 1
    assert census["counts"]["broken-before"] == 1
    installation = json.loads(lint)["installation"]
    assert (installation["release"], installation["defaultMode"]) == ("v0.15.2", "RawDeployment")
    assert installation["comparedWith"] == "the manifests of v0.15.2"
    assert installation["notChecked"] == []
    assert installation["counts"] == {"agrees": 2, "differs": 0, "no-runtime": 1, "unknown": 0, "not-compared": 0}
    errors = [(one["code"], one["object"]) for one in json.loads(lint)["findings"] if one["severity"] == "error"]
    assert ("UNKNOWN_FORMAT", "InferenceService default/lost") in errors
    assert {name for _, name in errors} == {"InferenceService default/lost"}
    assert json.loads(later)["releases"] == ["v0.15.2", "v0.16.0", "v0.17.0"]
