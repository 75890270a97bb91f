"""What ``resolve`` and ``explain`` print of pods and stored services: faults, templates, differences."""

from __future__ import annotations

import json

import pytest
import yaml
from manifests_of import LEGACY, OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

GREEDY = SERVICE + "      resources: {requests: {cpu: 2}, limits: {cpu: 1}}\n"

FAULT = "container kserve-container: requests 2 of cpu, above its limit 1, so the API server rejects the pod"
HINT = "hint: set resources.limits.cpu of the service to 2 or more"


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Runs a command on some documents: its exit code and its output."""
    monkeypatch.chdir(tmp_path)

    def call(command, documents, *arguments: str) -> tuple[int, str]:
        (tmp_path / "all.yaml").write_text("\n---\n".join(documents))
        code = code_of([command, "all.yaml", "--release", "v0.15.2", *arguments])
        captured = capsys.readouterr()
        assert captured.err == ""
        return code, captured.out

    return call


class TestFaults:
    def test_resolve_prints_them_below_the_service(self, run):
        """The service has a runtime, and its pod a fault: a warning, not a failure."""
        code, out = run("resolve", (GREEDY, OURS))

        assert code == Exit.OK
        assert out == f"⚠ team-a/fraud   ServingRuntime team-a/ours  (all.yaml:1)\n    {FAULT}\n    {HINT}\n"

    def test_explain_prints_what_to_do(self, run):
        """With a hint for each."""
        code, out = run("explain", (GREEDY, OURS))

        assert code == Exit.OK
        assert f"  ⚠ {FAULT}\n    {HINT}\n" in out

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_are_data(self, run, command):
        """A code that scripts can match, and the same texts."""
        _, out = run(command, (GREEDY, OURS), "--format", "json")

        (fault,) = json.loads(out)["services"][0]["faults"]
        assert fault == {
            "code": "REQUEST_ABOVE_LIMIT",
            "container": "kserve-container",
            "text": FAULT.partition(": ")[2],
            "hint": "set resources.limits.cpu of the service to 2 or more",
        }

    def test_a_service_without_a_runtime_has_none(self, run):
        """It has no pod."""
        code, out = run("resolve", (GREEDY.replace("sklearn", "onnx"), THEIRS))

        assert code == Exit.NO
        assert "⚠" not in out


POD = {
    "metadata": {"labels": {"component": "predictor", "serving.kserve.io/inferenceservice": "fraud"}},
    "spec": {"containers": [{"image": "example.com/ours:1", "name": "kserve-container", "resources": {}}]},
}

POD_DIFF = """\
  pod template, compared with its source:
    --- ServingRuntime team-a/ours
    +++ pod of InferenceService team-a/fraud
    @@ -1,4 +1,7 @@
    -metadata: {}
    +metadata:
    +  labels:
    +    component: predictor
    +    serving.kserve.io/inferenceservice: fraud
     spec:
       containers:
       - image: example.com/ours:1
"""

STORED_DIFF = """\
  stored service, compared with the manifest:
    --- all.yaml:1
    +++ stored by KServe v0.15.2
    @@ -5,5 +5,9 @@
       namespace: team-a
     spec:
       predictor:
    -    sklearn:
    +    model:
    +      modelFormat:
    +        name: sklearn
    +      name: ''
    +      resources: {}
           storageUri: gs://example/models/model
"""


class TestPods:
    def test_resolve_prints_yaml_documents(self, run):
        """One for each service, whose comment says which, and why there is none."""
        code, out = run(
            "resolve", (SERVICE, OURS, SERVICE.replace("fraud", "other").replace("sklearn", "onnx")), "--pod"
        )

        assert code == Exit.NO
        assert list(yaml.safe_load_all(out)) == [POD, None]
        assert out.startswith("# ✓ InferenceService team-a/fraud: ServingRuntime team-a/ours\n")
        assert out.endswith("---\n# ✗ InferenceService team-a/other: no runtime (NoSupportingRuntime)\n")

    def test_resolve_has_them_as_data(self, run):
        """They are added to the output; nothing else changes."""
        _, out = run("resolve", (SERVICE, OURS), "--pod", "--format", "json")

        (service,) = json.loads(out)["services"]
        assert service["pod"] == POD
        assert service["runtime"]["name"] == "ours"

    def test_not_in_batches(self):
        """The protocol has no place for them; its answers have the pod already."""
        assert code_of(["resolve", "--batch", "-", "--pod"]) == Exit.USAGE

    def test_explain_prints_one_below_its_service(self, run):
        """Indented, as the rest of the explanation."""
        code, out = run("explain", (SERVICE, OURS), "--pod")

        assert code == Exit.OK
        before, _, template = out.partition("  pod template:\n")
        assert before.startswith("InferenceService team-a/fraud: ")
        assert yaml.safe_load(template) == POD

    def test_explain_compares_it_with_the_template_of_the_runtime(self, run):
        """What the service and KServe add."""
        _, out = run("explain", (SERVICE, OURS), "--pod-diff")

        assert out.endswith(POD_DIFF)

    def test_explain_compares_it_with_the_predictor_where_there_is_no_runtime(self, run):
        """Own containers are the template."""
        own = SERVICE.partition("    model:")[0] + "    containers: [{name: kserve-container, image: own:1}]\n"
        _, out = run("explain", (own,), "--pod-diff")

        assert "    --- spec.predictor of InferenceService team-a/fraud\n" in out

    def test_a_service_without_a_pod(self, run):
        """There is nothing to print or to compare."""
        _, out = run("explain", (SERVICE.replace("sklearn", "onnx"), OURS), "--pod", "--pod-diff")

        assert out.endswith("  pod template: none\n  pod template, compared with its source: none\n")


class TestStored:
    def test_explain_compares_it_with_the_manifest(self, run):
        """The conversion of a legacy key, and what Go's types add."""
        code, out = run("explain", (LEGACY, OURS), "--show-stored")

        assert code == Exit.OK
        assert out.endswith(STORED_DIFF)

    def test_explain_has_it_as_data(self, run):
        """As one text; none if nothing is stored."""
        _, out = run("explain", (LEGACY, OURS), "--show-stored", "--format", "json")
        assert json.loads(out)["services"][0]["storedDiff"].splitlines()[1] == "+++ stored by KServe v0.15.2"

        rejected = SERVICE + "    minReplicas: one\n"
        _, out = run("explain", (rejected, OURS), "--show-stored", "--format", "json")
        assert json.loads(out)["services"][0]["storedDiff"] is None

    def test_a_service_that_is_stored_is_not_changed(self, run):
        """No webhook runs for it."""
        _, out = run("explain", (SERVICE.replace("name: fraud", "name: fraud, uid: a"), OURS), "--show-stored")

        assert out.endswith("  stored service, compared with the manifest: no differences\n")
