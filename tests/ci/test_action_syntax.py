"""The syntax of the GitHub Action, by its schema and by actionlint."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from schemas import go_program, program

from kserve_conformance.suite import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "action.yml").is_file(), reason="the action is only in a checkout")

WORKFLOW = """\
on: pull_request
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: ./
        id: lint
        with: {{{inputs}}}
      - run: echo "$CODE"
        env: {{CODE: "${{{{ steps.lint.outputs.exit-code }}}}"}}
"""


@pytest.fixture
def actionlint(tmp_path):
    """Run actionlint on a workflow that uses the Action with some inputs."""
    check = go_program("github.com/rhysd/actionlint/cmd/actionlint@v1.7.12")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github/workflows").mkdir(parents=True)
    shutil.copy(ROOT / "action.yml", tmp_path)

    def call(inputs: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / ".github/workflows/lint.yml").write_text(WORKFLOW.format(inputs=inputs))
        return subprocess.run([check, "-no-color"], cwd=tmp_path, capture_output=True, text=True, check=False)

    return call


def test_the_action_is_valid():
    """The file is valid by the schema of actions."""
    check = program("check-jsonschema", "check-jsonschema==0.39.0")
    command = [check, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_workflow_that_uses_it_is_valid(actionlint):
    """The linter accepts the action, its inputs and its outputs."""
    done = actionlint("paths: manifests/, upload-sarif: true")
    assert (done.returncode, done.stdout) == (0, "")


def test_an_unknown_input_is_an_error(actionlint):
    """The linter reads the action: an input that it does not have is an error."""
    done = actionlint("pahts: manifests/")
    assert done.returncode == 1
    assert 'input "pahts" is not defined in action' in done.stdout
