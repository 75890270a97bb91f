"""What ``resolve`` and ``explain`` print about deployment modes that lock a service."""

from __future__ import annotations

import json

import pytest

from kserve_conformance.cli import code_of

SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: RawDeployment}%s}
spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: "gs://example/models/fraud"}}}
%s"""
LOCKED = "update rejected: deploymentMode cannot be changed from '%s' to '%s'"
ANNOTATE = "hint: set the annotation serving.kserve.io/deploymentMode to Standard: that update is accepted"


@pytest.fixture
def printed(tmp_path, monkeypatch, capfd):
    """Run a command on one service and return its exit code and what it prints."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, uid: str = "", status: str = "") -> tuple[int, str]:
        (tmp_path / "service.yaml").write_text(SERVICE % (uid, status), encoding="utf-8")
        code = code_of([*arguments, "--shipped", "service.yaml"])
        return code, capfd.readouterr().out

    return run


class TestResolve:
    def test_a_service_that_is_locked_once_created_is_a_warning(self, printed):
        """It has a runtime, so the exit code is 0; the hint names the way out."""
        code, out = printed("resolve", "--release", "v0.16.0")

        assert code == 0
        assert out.startswith("⚠ team-a/fraud   ClusterServingRuntime kserve-sklearnserver")
        assert "every update of the service is rejected, and it cannot be deleted" in out
        assert LOCKED % ("Standard", "RawDeployment") in out
        assert ANNOTATE in out

    @pytest.mark.parametrize("release", ["v0.15.2", "v0.17.0", "v0.20.0", "documented"])
    def test_other_releases_print_no_warning(self, printed, release):
        """v0.15.2 records the old name, v0.17.0 and later replace it in the annotation."""
        assert "⚠" not in printed("resolve", "--release", release)[1]

    def test_an_upgrade_keeps_what_the_first_release_recorded(self, printed):
        """v0.17.0 creates a Knative Service for a service of v0.15.2, and rejects its updates."""
        out = " ".join(printed("upgrade", "--from", "v0.15.2", "--to", "v0.17.0")[1].split())

        assert "a Knative Service is created next to the Deployment" in out
        assert LOCKED % ("RawDeployment", "Standard") in out
        assert "⚠ v0.17.0 ClusterServingRuntime kserve-sklearnserver status.deploymentMode is RawDeployment" in out
        assert (
            "change the mode in the status with v0.17.0 installed: kubectl patch isvc fraud -n team-a "
            """--subresource=status --type=merge -p '{"status":{"deploymentMode":"Standard"}}'"""
        ) in out

    def test_a_fault_is_listed_with_each_release_that_has_it(self, printed):
        """Also one of the way: v0.16.0 locks the service, which v0.17.0 undoes and a downgrade does not."""
        undone = printed("upgrade", "--from", "v0.16.0", "--to", "v0.17.0")[1]
        kept = printed("upgrade", "--from", "v0.16.0", "--to", "v0.15.2")[1]

        assert "\n    ⚠ v0.16.0  ClusterServingRuntime kserve-sklearnserver\n        every update" in undone
        assert "\n    ✓ v0.17.0  ClusterServingRuntime kserve-sklearnserver\n" in undone
        assert "\n    ⚠ v0.16.0" in kept
        assert "\n    ✓" not in kept

    def test_the_command_names_each_service_of_a_fleet(self, printed):
        """They are decided once, by a service that stands for all of them."""
        documents = [
            {
                "apiVersion": "serving.kserve.io/v1beta1",
                "kind": "InferenceService",
                "metadata": {
                    "name": name,
                    "namespace": "team-a",
                    "annotations": {"serving.kserve.io/deploymentMode": "Knative"},
                },
                "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://m/x"}}},
            }
            for name in ("one", "two")
        ]
        others = "".join(f"---\n{json.dumps(document)}\n" for document in documents)
        out = printed("resolve", "--release", "v0.19.0", status=others)[1]
        command = "kubectl patch isvc {} -n team-a --subresource"

        assert [out.count(command.format(name)) for name in ("one", "two")] == [1, 1]

    @pytest.mark.parametrize(("mode", "is_locked"), [("Standard", True), ("RawDeployment", False)])
    def test_a_dump_contains_what_is_recorded(self, printed, mode, is_locked):
        """The mode in the status of a stored service is compared with its annotation."""
        status = f"status: {{deploymentMode: {mode}}}\n"
        out = printed("resolve", "--release", "v0.16.0", uid=", uid: u", status=status)[1]

        assert ("every update" in out) == is_locked


class TestExplain:
    def test_the_warning_comes_with_its_hint(self, printed):
        """The same words as ``resolve``, and a code in JSON."""
        assert ANNOTATE in printed("explain", "--release", "v0.16.0")[1]
        data = json.loads(printed("explain", "--release", "v0.16.0", "--format", "json")[1])
        (fault,) = data["services"][0]["faults"]

        assert (fault["code"], fault["container"]) == ("UPDATES_REJECTED", None)
