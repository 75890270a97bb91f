"""``sandbox``: a real KServe for any command, and its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from leftovers import processes_of, wait_for

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.targets.controlplane.access import end
from kserve_conformance.targets.kubernetes.connection import connect

COMMAND = [sys.executable, "-m", "kserve_conformance", "sandbox"]

#: Applies a service and a runtime that the webhook rejects, and prints what a user of the sandbox sees.
CLIENT = """
import os, sys, time
from pathlib import Path
from kserve_conformance.targets.kubernetes.connection import connect
client = connect("conformance", Path(os.environ["KUBECONFIG"]))
services = "/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices"
model = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model"}
kind = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}
client.post(services, {**kind, "metadata": {"name": "model"}, "spec": {"predictor": {"model": model}}})
for _ in range(300):
    if client.get("/apis/apps/v1/namespaces/default/deployments")["items"]:
        break
    time.sleep(0.1)
print(Path(os.environ["KUBECONFIG"]).parent)
print([one["metadata"]["name"] for one in client.get("/apis/apps/v1/deployments")["items"]])
sys.exit(7)
"""


class TestWithACommand:
    def test_runs_it_against_the_controller_and_ends_with_its_exit_code(self):
        """
        The command finds the shipped runtimes and the controller's Deployment; afterwards nothing is left.
        """
        done = subprocess.run(
            [*COMMAND, "v0.15.2", "--shipped", "--default-mode", "RawDeployment", "--", sys.executable, "-c", CLIENT],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 7, done.stderr
        folder, deployments = done.stdout.splitlines()
        assert deployments == "['model-predictor']"
        assert processes_of(folder) == []
        assert not Path(folder).exists()
        assert "no pods run" in done.stderr
        assert "open on every interface" in done.stderr


class TestWithoutACommand:
    def test_runs_until_a_signal_and_leaves_nothing(self):
        """
        It prints how to reach it, has nothing in store but KServe, and ends with 0 on SIGTERM.
        """
        with subprocess.Popen([*COMMAND, "v0.15.2", "--format", "json"], stdout=subprocess.PIPE, text=True) as running:
            access = json.loads("".join(iter(running.stdout.readline, "}\n")) + "}")
            client = connect("conformance", Path(access["kubeconfig"]))
            services = client.get("/apis/serving.kserve.io/v1beta1/inferenceservices")["items"]
            runtimes = client.get("/apis/serving.kserve.io/v1alpha1/clusterservingruntimes")["items"]
            client.close()
            alive = processes_of(access["folder"])
            running.send_signal(signal.SIGTERM)
            code = running.wait(30)

        assert (services, runtimes) == ([], [])
        assert set(access["pids"].values()) <= set(alive)
        assert set(access["ports"]) == {"etcd", "kube-apiserver", "webhooks"}
        assert code == Exit.OK
        assert processes_of(access["folder"]) == []
        assert not Path(access["folder"]).exists()

    def test_is_broken_once_the_manager_is_gone(self):
        """A sandbox without KServe exits with 3 and reports how the manager ended."""
        with subprocess.Popen(
            [*COMMAND, "v0.15.2", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            access = json.loads("".join(iter(running.stdout.readline, "}\n")) + "}")
            os.kill(access["pids"]["manager"], signal.SIGKILL)
            code = running.wait(30)
            assert "KServe's manager was killed by SIGKILL" in running.stderr.read()

        assert code == Exit.BROKEN
        assert wait_for(lambda: processes_of(access["folder"]) == [])


class TestKeep:
    def test_leaves_the_control_plane_running_until_it_is_ended(self, tmp_path):
        """
        After ``run --keep`` the printed kubeconfig works, and the printed command ends everything.
        """
        arguments = ["run", "--target", "controlplane:v0.15.2", "--tags", "rule-no-equal-priority", "--keep"]
        done = subprocess.run(
            [*COMMAND[:-1], *arguments, "--jobs", "1", "--fail-fast", "--out", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stderr.splitlines()
        kubeconfig = Path(next(line for line in lines if "use it with" in line).partition("KUBECONFIG=")[2])
        ending = next(line for line in lines if "end it with" in line).partition("kserve-conformance ")[2]
        folder = Path(ending.split()[-1])
        try:
            client = connect("conformance", kubeconfig)
            version = client.get("/version")["gitVersion"]
            client.close()
            alive = processes_of(folder)
            ended = subprocess.run([*COMMAND[:-1], *ending.split()], capture_output=True, text=True, check=False)
        finally:
            if folder.exists():
                end(folder)

        assert version.startswith("v1.")
        assert len(alive) >= 3
        assert (ended.returncode, ended.stdout) == (Exit.OK, f"ended the control plane in {folder}\n")
        assert wait_for(lambda: processes_of(folder) == [])
        assert not folder.exists()
