"""What ``resolve`` and ``explain`` print of pods: their faults."""

from __future__ import annotations

import json

import pytest
from manifests_of import OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

GREEDY = SERVICE + "      resources: {requests: {cpu: 2}, limits: {cpu: 1}}\n"

FAULT = "container kserve-container: requests 2 of cpu, above its limit 1: the API server rejects the pod"


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
        assert out == f"⚠ team-a/fraud   ServingRuntime team-a/ours  (all.yaml:1)\n    {FAULT}\n"

    def test_resolve_prints_those_of_the_last_release(self, run):
        """Below the table, with the name of the service."""
        code, out = run("resolve", (GREEDY, OURS), "--then", "v0.16.0")

        assert code == Exit.OK
        assert "\n⚠ team-a/fraud  " in out
        assert out.endswith(f"\n⚠ team-a/fraud   {FAULT}\n")

    def test_explain_prints_what_to_do(self, run):
        """With a hint for each."""
        code, out = run("explain", (GREEDY, OURS))

        assert code == Exit.OK
        assert f"  ⚠ {FAULT}\n    hint: set resources.limits.cpu of the service to 2 or more\n" in out

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
