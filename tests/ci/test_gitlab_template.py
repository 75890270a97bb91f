"""The template for GitLab, tested by executing its scripts; not on GitLab's own runners."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from fake_gitlab import FakeGitLab
from manifests_of import MINE, MLFLOW
from schemas import program

from kserve_conformance.suite import ROOT

TEMPLATE = ROOT / "templates/kserve-conformance.yml"

pytestmark = pytest.mark.skipif(not TEMPLATE.is_file(), reason="the template is only in a checkout")

OBJECTS = MINE.replace("name: sklearn", "name: mine") + "---\n" + MLFLOW


@pytest.fixture
def run(tmp_path):
    """Run the script of a job with inputs; the program is that of the tests."""
    (tmp_path / "objects.yaml").write_text(OBJECTS)

    def call(job: str, inputs: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
        jobs = filled(**inputs)
        definition = {**jobs[jobs[job]["extends"]], **jobs[job]}
        everything = {**jobs[jobs[job]["extends"]]["variables"], **jobs[job]["variables"], **variables}
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **{name: str(value) for name, value in everything.items()},
        }
        script = "\n".join(definition["script"])
        # GitLab's runner runs a script with this shell if an image has no bash.
        return subprocess.run(
            ["sh", "-ec", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return call


def filled(**inputs: str) -> dict:
    """The jobs with inputs, which GitLab interpolates into the text before it reads it."""
    text = TEMPLATE.read_text(encoding="utf-8")
    header, _, jobs = text.partition("\n---\n")
    defaults = {name: each["default"] for name, each in yaml.safe_load(header)["spec"]["inputs"].items()}
    values = {**defaults, **{name.replace("_", "-"): value for name, value in inputs.items()}}
    assert values.keys() == defaults.keys()

    def value(match: re.Match[str]) -> str:
        given = values[match[1]]
        return json.dumps(given)[1:-1] if isinstance(given, str) else str(given).lower()

    return yaml.safe_load(re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", value, jobs))


class TestLint:
    def test_reports_and_fails(self, run, tmp_path):
        """The job fails by its findings, and leaves Code Quality and JUnit."""
        done = run("kserve-lint", {"release": "v0.15.2", "shipped": True})

        assert done.returncode == 1, done.stderr
        quality = json.loads((tmp_path / "kserve-quality.json").read_text())
        assert {(each["check_name"], each["severity"]) for each in quality} == {
            ("NEVER_SELECTED", "minor"),
            ("PROTOCOL_NOT_LISTED", "major"),
        }
        assert {each["location"]["path"] for each in quality} == {"objects.yaml"}
        assert len({each["fingerprint"] for each in quality}) == len(quality)
        root = ET.parse(tmp_path / "kserve-lint.xml").getroot()  # noqa: S314 - our own output
        assert root.find("testsuite").get("failures") == "2"

    def test_passes(self, run):
        """With another limit the job passes."""
        assert run("kserve-lint", {"fail-on": "none", "shipped": True}).returncode == 0

    def test_a_broken_file_fails(self, run, tmp_path):
        """A file that cannot be read fails the job with 2."""
        (tmp_path / "broken.yaml").write_text(OBJECTS + "status: [")

        assert run("kserve-lint", {"fail-on": "none", "shipped": True}).returncode == 2


class TestUpgrade:
    def test_writes_one_note_and_updates_it(self, run):
        """The second run updates the note of the first, and leaves one of another author with the same mark."""
        inputs = {"from": "v0.11.0", "to": "v0.11.1", "shipped": True}
        mark = "<!-- kserve-conformance upgrade -->"
        with FakeGitLab() as gitlab:
            gitlab.notes = [{"id": 1, "author": {"id": 7}, "body": mark}]
            gitlab.notes += [{"id": number, "author": {"id": 7}, "body": "hi"} for number in range(2, 103)]
            variables = {"CI_API_V4_URL": gitlab.url, "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "7"}
            for _ in range(2):
                done = run("kserve-upgrade", inputs, **variables, KSERVE_TOKEN="secret-token")  # noqa: S106
                assert done.returncode == 1, done.stderr
                assert "no note was written" not in done.stdout, done.stderr

        assert gitlab.writes == ["POST", "PUT"]
        assert gitlab.notes[0]["body"] == mark
        assert gitlab.notes[-1]["body"].startswith(f"{mark}\n")
        assert "kserve-mlserver" in gitlab.notes[-1]["body"]

    def test_the_verdict_does_not_depend_on_the_note(self, run):
        """Without a token, and with an API that cannot be reached, the exit code is that of the upgrade."""
        inputs = {"from": "v0.11.0", "to": "v0.11.1", "shipped": True}
        variables = {"CI_API_V4_URL": "http://127.0.0.1:1", "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "7"}

        assert run("kserve-upgrade", inputs).returncode == 1
        done = run("kserve-upgrade", inputs, **variables, KSERVE_TOKEN="secret-token")  # noqa: S106
        assert done.returncode == 1
        assert "warning: no note was written" in done.stdout
        assert "secret-token" not in done.stdout + done.stderr


class TestTemplate:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["paths", "release", "package"])
    def test_an_input_is_never_executed(self, name, run, tmp_path):
        """No script contains an input, and what an input contains is not run."""
        run("kserve-lint", {name: '$(touch pwned) `touch pwned`; touch pwned "; touch pwned; "'})

        assert not (tmp_path / "pwned").exists()
        jobs = TEMPLATE.read_text(encoding="utf-8").partition("\n---\n")[2]
        scripts = [
            line
            for job in yaml.safe_load(jobs).values()
            for line in (*job.get("script", ()), *job.get("before_script", ()))
        ]
        assert not [line for line in scripts if "$[[" in line]

    def test_is_valid(self, tmp_path):
        """The jobs are valid by GitLab's schema."""
        check = program("check-jsonschema", "check-jsonschema==0.39.0")
        (tmp_path / "gitlab-ci.yml").write_text(yaml.safe_dump(filled()), encoding="utf-8")

        command = [check, "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", "gitlab-ci.yml"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
