"""The reports of ``lint`` and ``upgrade`` against the published schemas of their formats."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from jsonschema import Draft4Validator
from schemas import junit_schema, program, sarif_schema

from kserve_conformance.cli import code_of

OBJECTS = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata:
  name: mine
  namespace: team-a
  annotations: {kserve-conformance/ignore: "DISABLED until 2999-01-01: a spare"}
spec:
  disabled: true
  autoselect: true
  supportedModelFormats: [{name: sklearn, version: "*"}]
  containers: [{name: kserve-container, image: "example.com/mine:1"}]
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: mlflow}, storageUri: "gs://models/fraud"}}}
"""
BASELINE = """\
accepted:
- {object: InferenceService team-a/fraud, finding: PROTOCOL_NOT_LISTED, reason: known, expires: 2999-01-01}
- {object: team-a/fraud, finding: lost, reason: moves next week}
"""
LINT = ("lint", "--release", "v0.15.2", "--shipped", "--baseline", "baseline.yaml")
UPGRADE = ("upgrade", "--from", "v0.11.0", "--to", "v0.11.1", "--shipped", "--baseline", "baseline.yaml")


@pytest.fixture
def printed(tmp_path, monkeypatch, capsys):
    """What a command prints about a file whose name needs quoting."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b/c#d.yaml").write_text(OBJECTS)
    (tmp_path / "baseline.yaml").write_text(BASELINE)

    def call(*arguments: str, path: str = "a b/c#d.yaml") -> str:
        code_of([*arguments, path])
        return str(capsys.readouterr().out)

    return call


class TestSarif:
    @pytest.mark.parametrize("command", [LINT, UPGRADE])
    def test_is_valid(self, command, printed):
        """The log is valid by the schema of OASIS."""
        log = json.loads(printed(*command, "--format", "sarif"))

        validator = Draft4Validator(sarif_schema())
        assert [error.message for error in validator.iter_errors(log)] == []
        assert log["runs"][0]["results"]

    def test_the_schema_can_fail(self, printed):
        """The schema rejects a log with a field that SARIF does not have."""
        log = json.loads(printed(*LINT, "--format", "sarif"))
        log["runs"][0]["results"][0]["severity"] = "high"

        assert not Draft4Validator(sarif_schema()).is_valid(log)

    @pytest.mark.parametrize("command", [LINT, UPGRADE])
    def test_has_what_code_scanning_needs(self, command, printed):
        """Places are relative to the repository, rules are listed, and each finding has a fingerprint of its own."""
        (run,) = json.loads(printed(*command, "--format", "sarif"))["runs"]

        for result in run["results"]:
            place = result["locations"][0]["physicalLocation"]
            assert place["artifactLocation"] == {"uri": "a%20b/c%23d.yaml", "uriBaseId": "%SRCROOT%"}
            assert place["region"]["startLine"] > 0
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        prints = [result["partialFingerprints"]["finding/v1"] for result in run["results"]]
        assert len(set(prints)) == len(prints)

    def test_an_absolute_path_is_relative_to_the_folder(self, printed, tmp_path):
        """A file within the current folder is named relative to it, however it was passed."""
        (run,) = json.loads(printed("lint", "--format", "sarif", path=str(tmp_path / "a b/c#d.yaml")))["runs"]

        places = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
        assert places == {"a%20b/c%23d.yaml"}

    def test_rules_explain_themselves(self, printed):
        """A rule has its guide as help, and the address of KServe's source."""
        (run,) = json.loads(printed(*LINT, "--format", "sarif"))["runs"]

        rule = next(each for each in run["tool"]["driver"]["rules"] if each["id"] == "PROTOCOL_NOT_LISTED")
        assert "requests v1 since v0.11.1" in rule["help"]["markdown"]
        assert re.fullmatch(r"https://github.com/kserve/kserve/blob/v[\d.]+/pkg/[\w/.]+\.go", rule["helpUri"])

    def test_suppressed_findings_are_in_it(self, printed):
        """What an annotation or a baseline accepts is in the log with its reason, so that code scanning closes it."""
        (run,) = json.loads(printed(*LINT, "--format", "sarif"))["runs"]
        suppressed = {each["ruleId"]: each["suppressions"] for each in run["results"] if "suppressions" in each}

        assert suppressed == {
            "DISABLED": [{"kind": "inSource", "status": "accepted", "justification": "a spare"}],
            "PROTOCOL_NOT_LISTED": [{"kind": "external", "status": "accepted", "justification": "known"}],
        }

    def test_accepted_changes_of_an_upgrade_are_in_it(self, printed):
        """The same holds for what the baseline of an upgrade accepts."""
        (run,) = json.loads(printed(*UPGRADE, "--format", "sarif"))["runs"]
        (lost,) = [each for each in run["results"] if each["ruleId"] == "upgrade/lost"]

        assert lost["suppressions"][0]["justification"] == "moves next week"


class TestJunit:
    def test_is_valid(self, printed, tmp_path):
        """The report is valid by the schema of Jenkins' xUnit plugin."""
        (tmp_path / "report.xml").write_text(printed(*LINT, "--format", "junit"), encoding="utf-8")

        validate = program("xmlschema-validate", "xmlschema==4.3.2")
        command = [validate, "--schema", junit_schema(), "report.xml"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_the_schema_can_fail(self, tmp_path):
        """The schema rejects a report with an element that JUnit does not have."""
        (tmp_path / "report.xml").write_text("<testsuites><suite/></testsuites>", encoding="utf-8")

        validate = program("xmlschema-validate", "xmlschema==4.3.2")
        command = [validate, "--schema", junit_schema(), "report.xml"]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


class TestBrokenFiles:
    """A report about files that could not all be read never looks like a pass."""

    def test_sarif_has_an_unsuccessful_invocation(self, printed, tmp_path):
        """SARIF says that the execution was not successful, and why."""
        (tmp_path / "a b/broken.yaml").write_text(OBJECTS + "status: [")
        log = json.loads(printed("lint", "--format", "sarif", path="a b"))

        assert Draft4Validator(sarif_schema()).is_valid(log)
        (invocation,) = log["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] is False
        assert "a b/broken.yaml" in invocation["toolExecutionNotifications"][0]["message"]["text"]

    def test_junit_has_an_error(self, printed, tmp_path):
        """JUnit has an errored case."""
        (tmp_path / "a b/broken.yaml").write_text(OBJECTS + "status: [")

        assert 'errors="1"' in printed("lint", "--format", "junit", path="a b")


class TestAnnotations:
    def test_are_escaped_as_github_requires(self, tmp_path, monkeypatch, capsys):
        """Commas, colons and percent signs in a file name do not end a property, and no line breaks are left."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a,b:c%0Ad.yaml").write_text(OBJECTS)

        code_of(["lint", "--format", "github", "a,b:c%0Ad.yaml"])
        lines = capsys.readouterr().out.splitlines()
        assert lines
        for line in lines:
            assert line.startswith(
                (
                    "::error file=a%2Cb%3Ac%250Ad.yaml,line=",
                    "::warning file=a%2Cb%3Ac%250Ad.yaml,",
                    "::notice file=a%2Cb%3Ac%250Ad.yaml,",
                )
            )
