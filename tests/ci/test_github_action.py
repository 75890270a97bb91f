"""The GitHub Action, tested by executing its steps as a runner does; not on GitHub's own runners."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from github_runner import FakeGitHub, Runner
from manifests_of import MINE, MLFLOW

from kserve_conformance.suite import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "action.yml").is_file(), reason="the action is only in a checkout")

UPGRADE = {"command": "upgrade", "from": "v0.11.0", "to": "v0.11.1", "shipped": "true", "paths": "service.yaml"}
TOKEN = {"token": "secret-token"}
MARK = "<!-- kserve-conformance upgrade default -->"


@pytest.fixture
def runner(tmp_path):
    """A runner in a repository with a runtime and a service. The program is that of the tests."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "runtime.yaml").write_text(MINE)
    (workspace / "service.yaml").write_text(MLFLOW)
    runner = Runner(ROOT, tmp_path / "runner", workspace)
    program = runner.temporary / "kserve-conformance/bin/python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return runner


def run(runner, **inputs):
    return runner.run(("Install",), **inputs)


class TestCommands:
    def test_lint_annotates_summarizes_and_fails(self, runner):
        """A finding is an annotation with its line, is in the summary and in SARIF, and fails the job at the end."""
        outcome = run(runner, paths="runtime.yaml")

        assert [step.name for step in outcome.steps] == ["Check", "Conclude"]
        assert [step.code for step in outcome.steps] == [0, 1]
        assert "\n::warning file=runtime.yaml,line=" in outcome.log
        assert "NEVER_SELECTED" in outcome.summary
        assert outcome.outputs["exit-code"] == "1"
        sarif = json.loads(Path(outcome.outputs["sarif"]).read_text())
        assert sarif["runs"][0]["results"][0]["ruleId"] == "NEVER_SELECTED"

    def test_lint_passes(self, runner):
        """Without findings every step passes."""
        outcome = run(runner, paths="runtime.yaml", fail_on="none")

        assert (outcome.code, outcome.outputs["exit-code"]) == (0, "0")

    def test_upgrade_has_markdown(self, runner):
        """The report of an upgrade is its Markdown, in the summary too."""
        outcome = run(runner, **UPGRADE)

        assert outcome.code == 1
        assert "v0.11.1" in outcome.summary
        assert "kserve-mlserver" in outcome.summary
        assert Path(outcome.outputs["report"]).read_text() in outcome.summary

    def test_run_keeps_the_record(self, runner):
        """A run leaves its folder as an output, and its summary is the job's."""
        outcome = run(runner, command="run", target="memory:v0.15.2", tags="@rule-explicit-namespace-first")

        assert outcome.code == 0, outcome.log
        assert "memory:v0.15.2" in outcome.summary
        assert (runner.temporary / outcome.outputs["out"] / "record.ndjson").is_file()

    @pytest.mark.parametrize(
        ("inputs", "message"),
        [
            ({"command": "reset"}, "command: expected lint, upgrade, run, convert-check; got 'reset'"),
            ({"shipped": "yes"}, "shipped: expected true or false, got 'yes'"),
            ({"command": "run", "from": "v0.9.0"}, "from: run does not have this input"),
        ],
    )
    def test_an_invalid_input_fails(self, inputs, message, runner):
        """An input without a meaning is an error with exit code 2."""
        outcome = run(runner, **inputs)

        assert outcome.code == 2
        assert f"::error title=kserve-conformance::{message}" in outcome.log

    def test_a_broken_file_fails(self, runner):
        """A file that cannot be read ends the job with 2, and without a SARIF file that looks clean."""
        (runner.workspace / "broken.yaml").write_text(MLFLOW + "status: [")

        outcome = run(runner)
        assert outcome.code == 2
        assert outcome.outputs["sarif"] == ""

    def test_a_crash_fails(self, runner):
        """Without an exit code of the command the job fails."""
        (runner.temporary / "kserve-conformance/bin/python").write_text("#!/bin/sh\nexit 0\n")

        assert run(runner).code == 3


class TestSafety:
    @pytest.mark.parametrize("name", ["paths", "release", "namespace", "arguments", "comment-id", "command"])
    def test_an_input_is_never_executed(self, name, runner):
        """Inputs are data: nothing in them is run by a shell."""
        run(runner, **{**TOKEN, name: '$(touch pwned) `touch pwned`; touch pwned "; touch pwned; "'})

        assert not (runner.workspace / "pwned").exists()

    @pytest.mark.parametrize("name", ["paths", "release"])
    def test_an_input_is_never_an_option(self, name, runner):
        """No path or value is taken for an option of the command."""
        assert "Usage:" not in run(runner, **{name: "--help"}).log

    def test_scripts_have_no_expressions(self):
        """No script of a step contains an expression, which would be run as code."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())

        assert [step["name"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")] == []

    def test_other_actions_are_pinned(self):
        """Every action that is used is pinned by a commit."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        pins = [step["uses"].partition("@")[2] for step in action["runs"]["steps"] if "uses" in step]

        assert pins
        assert all(len(pin) == 40 and set(pin) <= set("0123456789abcdef") for pin in pins)

    def test_a_module_of_the_repository_is_not_imported(self, runner):
        """Python files of the checked repository, which anyone can send in a pull request, are never run."""
        (runner.workspace / "click.py").write_text("open('pwned', 'w')")
        (runner.workspace / "kserve_conformance").mkdir()
        (runner.workspace / "kserve_conformance/__init__.py").write_text("open('pwned', 'w')")

        assert run(runner, paths="runtime.yaml", fail_on="none").code == 0
        assert not (runner.workspace / "pwned").exists()

    def test_the_report_cannot_command_the_runner(self, runner):
        """Everything in the log but annotations is between a pair of stop-commands."""
        log = run(runner, paths="runtime.yaml").steps[0].output
        start, _, rest = log.partition("\n")

        assert start.startswith("::stop-commands::")
        report, _, annotations = rest.partition(f"::{start.rpartition('::')[2]}::\n")
        assert "NEVER_SELECTED" in report
        assert all(line.startswith("::warning file=") for line in annotations.splitlines())


@pytest.mark.slow
class TestComments:
    def test_comments_once_and_updates_its_own(self, runner):
        """The second run updates the comment of the first; one of another author with the same mark stays."""
        runner.event = {"pull_request": {"number": 7}}
        with FakeGitHub() as github:
            runner.environment["GITHUB_API_URL"] = github.url
            github.comments = [{"id": 1, "user": {"login": "eve"}, "body": MARK}]
            for _ in range(2):
                assert run(runner, **TOKEN, **UPGRADE).code == 1
            run(runner, **TOKEN, comment_id="other", **UPGRADE)

        assert [method for method, path in github.requests if path != "/user" and method != "GET"] == [
            "POST",
            "PATCH",
            "POST",
        ]
        assert github.comments[0]["body"] == MARK
        assert github.comments[1]["body"].startswith(f"{MARK}\n")
        assert "kserve-mlserver" in github.comments[1]["body"]

    def test_finds_its_comment_on_a_later_page(self, runner):
        """A pull request with more comments than a page has still has only one of ours."""
        runner.event = {"pull_request": {"number": 7}}
        with FakeGitHub() as github:
            runner.environment["GITHUB_API_URL"] = github.url
            github.comments = [{"id": n, "user": {"login": "eve"}, "body": "hi"} for n in range(1, 151)]
            for _ in range(2):
                run(runner, **TOKEN, **UPGRADE)

        assert len(github.comments) == 151

    def test_a_token_that_may_not_write_is_a_warning(self, runner):
        """In a pull request from a fork the verdict is that of the command, and the report is in the summary."""
        runner.event = {"pull_request": {"number": 7, "from": "eve/manifests"}}
        with FakeGitHub(status=403) as github:
            runner.environment["GITHUB_API_URL"] = github.url
            outcome = run(runner, **TOKEN, upload_sarif="true", **UPGRADE)

        assert "::warning title=kserve-conformance::no comment: the token may not write comments" in outcome.log
        assert [step.code for step in outcome.steps] == [0, 0, 1]
        assert "github/codeql-action/upload-sarif" not in outcome.uses
        assert "secret-token" not in outcome.log

    def test_an_unreachable_api_is_a_warning(self, runner):
        """The verdict does not depend on GitHub's API."""
        runner.event = {"pull_request": {"number": 7}}
        runner.environment["GITHUB_API_URL"] = "http://127.0.0.1:1"

        outcome = run(runner, **TOKEN, **UPGRADE)
        assert "::warning title=kserve-conformance::no comment:" in outcome.log
        assert [step.code for step in outcome.steps] == [0, 0, 1]

    @pytest.mark.parametrize(("event", "token"), [({}, "secret-token"), ({"pull_request": {"number": 7}}, "")])
    def test_no_comment_without_pull_request_or_token(self, event, token, runner):
        """Without a pull request or a token no comment is written."""
        runner.event = event

        assert "Comment" not in [step.name for step in run(runner, token=token, **UPGRADE).steps]


class TestSarif:
    def test_is_uploaded_by_the_official_action(self, runner):
        """The SARIF file goes to the action that uploads it."""
        runner.event = {"pull_request": {"number": 7}}
        outcome = run(runner, paths="runtime.yaml", upload_sarif="true")

        uploaded = outcome.uses["github/codeql-action/upload-sarif"]
        assert uploaded == {"sarif_file": outcome.outputs["sarif"], "category": "kserve-conformance-lint"}


class TestScripts:
    def test_options_exist(self):
        """Every option that an input sets is one of the command."""
        import importlib.util

        from kserve_conformance.cli import COMMANDS, cli

        spec = importlib.util.spec_from_file_location("github_check", ROOT / "ci/github_check.py")
        check = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(check)
        for command, options in check.OPTIONS.items():
            name = check.words_of(command)[0]
            if name not in COMMANDS:
                pytest.skip(f"there is no command {name}")
            known = {option for each in cli.get_command(None, name).params for option in each.opts}
            assert set(options.values()) <= known, name

    def test_a_long_comment_is_cut_at_a_line(self):
        """A report that GitHub would reject is cut, and says so."""
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT / 'ci')!r})\n"
            "from github_comment import body_of, BODY_LIMIT\n"
            "body = body_of('<!-- m -->', 'line\\n' * 40_000)\n"
            "assert len(body) <= BODY_LIMIT\n"
            "assert body.endswith('line\\n\\n… The rest is in the job summary.'), body[-80:]\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
class TestInstall:
    def test_installs_the_wheel_and_runs(self, runner, tmp_path):
        """The whole action, from an empty environment with the locked dependencies and the wheel of this checkout."""
        import shutil

        shutil.rmtree(runner.temporary / "kserve-conformance")
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

        outcome = runner.run(package=str(next(tmp_path.glob("*.whl"))), paths="runtime.yaml")
        if "No matching distribution" in outcome.log or "connection" in outcome.log.lower():
            pytest.skip("no package registry can be reached")
        assert [(step.name, step.code) for step in outcome.steps] == [("Install", 0), ("Check", 0), ("Conclude", 1)]
        assert outcome.uses["actions/setup-python"] == {"python-version": "3.13"}
