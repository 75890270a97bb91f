"""``run`` and ``report`` from end to end, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from command_line import call

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

FEATURE = """\
@core
Feature: Ours
  Scenario: holds
    Given a ClusterServingRuntime "ours"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "ours"
"""

FAILING = """\
@extended @rule-format-exact
Feature: Theirs
  Scenario: does not hold
    Given a ClusterServingRuntime "ours"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "theirs"
"""

#: A target that behaves as the reference, under a name of its own.
OURS = """\
from dataclasses import replace

from kserve_conformance.targets.faulty import Wrapped
from kserve_conformance.targets.memory import MemoryTarget


class Ours(Wrapped):
    @property
    def identity(self):
        return replace(super().identity, target="python:ours:opened")


def opened():
    return Ours(MemoryTarget("v0.15.2"))
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ours")
    (folder / "features/basics").mkdir(parents=True)
    (folder / "features/basics/ours.feature").write_text(FEATURE)
    (folder / "features/basics/theirs.feature").write_text(FAILING)
    return folder


class TestRun:
    def test_that_conforms_is_0_and_writes_every_report(self, suite, tmp_path):
        """The table, the conclusion and the files on stdout; nothing on stderr."""
        run = call(tmp_path, "run", "--suite", str(suite), "--target", "memory:v0.15.2", "--tags", "core")

        assert (run.returncode, run.stderr) == (Exit.OK, "")
        assert "basics" in run.stdout
        assert "memory:v0.15.2" in run.stdout
        files = {"record.ndjson", "report.html", "junit.xml", "conformance-report.yaml", "summary.md"}
        assert files <= {file.name for file in (tmp_path / "reports").iterdir()}
        assert all(file in run.stdout for file in files)

    def test_that_does_not_is_1_and_names_the_rule_first(self, suite, tmp_path):
        """A failure shows the broken rule, expected, observed, the explanation and how to reproduce it."""
        run = call(tmp_path, "run", "--suite", str(suite), "--target", "memory:v0.15.2", "--format", "text")

        assert run.returncode == Exit.NO
        output = [line.strip() for line in run.stdout.splitlines()]
        start = output.index("✗ failed basics/theirs.feature::does not hold")
        assert output[start + 1].startswith("rule  format-exact: ")
        assert any(line.startswith("expected") for line in output[start:])
        assert any(line.startswith("observed") for line in output[start:])
        assert "failed basics/theirs.feature::does not hold" in run.stderr

    @pytest.mark.parametrize("options", [(), ("--timings",)], ids=["by default", "--timings"])
    def test_has_times_only_on_request(self, suite, tmp_path, options):
        """Without timings two runs write equal records."""
        arguments = ("run", "--suite", str(suite), "--target", "memory:v0.15.2", "--tags", "core", *options)
        assert call(tmp_path, *arguments).returncode == Exit.OK

        lines = [json.loads(line) for line in (tmp_path / "reports/record.ndjson").read_bytes().splitlines()]
        assert any("seconds" in line for line in lines) is bool(options)

    def test_prints_only_json_on_stdout(self, suite, tmp_path):
        """Stdout has only JSON, and two processes print the same result as one."""
        arguments = ("run", "--suite", str(suite), "--target", "memory:v0.15.2", "--format", "json", "--out", "out")
        one = call(tmp_path, *arguments)
        record = (tmp_path / "out/record.ndjson").read_bytes()
        two = call(tmp_path, *arguments, "--jobs", "2")

        output = json.loads(one.stdout)
        assert one.stdout == two.stdout
        assert record == (tmp_path / "out/record.ndjson").read_bytes()
        assert not output["conforms"]
        assert [failure["id"] for failure in output["failures"]] == ["basics/theirs.feature::does not hold"]

    def test_that_stops_early_is_3(self, tmp_path):
        """Fewer scenarios ran than were collected, so the run is incomplete."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/a.feature").write_text(FAILING)
        (tmp_path / "features/b.feature").write_text(FEATURE)

        run = call(tmp_path, "run", "--suite", ".", "--fail-fast", "--format", "json")

        assert run.returncode == Exit.BROKEN
        assert any("interrupted" in reason for reason in json.loads(run.stdout)["reasons"])

    def test_of_a_target_that_does_not_start_is_not_0(self, suite, tmp_path):
        """Every scenario is errored, so there is no result."""
        (tmp_path / "own.py").write_text(
            "from kserve_conformance.targets.contract import CannotStart\ndef opened():\n    raise CannotStart('no')\n"
        )

        run = call(tmp_path, "run", "--suite", str(suite), "--target", "python:own:opened", "--format", "json")

        assert run.returncode == Exit.BROKEN
        assert json.loads(run.stdout)["counts"]["errored"] == 2

    def test_of_a_target_that_does_not_start_prints_the_reason_once(self, tmp_path):
        """The reason is printed once, however many scenarios there are."""
        (tmp_path / "own.py").write_text(
            "from kserve_conformance.targets.contract import CannotStart\n"
            "def opened():\n    raise CannotStart('no such luck')\n"
        )

        run = call(tmp_path, "run", "--tags", "rule-explicit-disabled", "--target", "python:own:opened")

        assert "more scenarios for the same reason" in run.stdout
        assert (run.stdout.count("no such luck"), run.stderr.count("no such luck")) == (1, 1)

    def test_of_steps_that_contradict_each_other_is_2(self, tmp_path):
        """The error of a feature that cannot be collected is printed, without a result."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/a.feature").write_text(FEATURE)
        (tmp_path / "steps").mkdir()
        (tmp_path / "steps/x.py").write_text(
            "from pytest_bdd import then\nfrom pytest_bdd.parsers import parse\n\n"
            "@then(parse('it runs on {what}'))\ndef anything(what):\n    pass\n"
        )

        run = call(tmp_path, "run", "--suite", ".")

        assert (run.returncode, run.stdout) == (Exit.USAGE, "")
        assert "matches" in run.stderr
        assert "steps/x.py:4" in run.stderr

    def test_ignores_pytest_settings_of_the_user(self, suite, tmp_path):
        """Options in the environment do not narrow it."""
        run = call(tmp_path, "run", "--suite", str(suite), "--format", "json", PYTEST_ADDOPTS="-k ours")

        assert sum(json.loads(run.stdout)["counts"].values()) == 2

    def test_that_loses_scenarios_is_3(self, tmp_path):
        """If a conftest deselects scenarios, the run is incomplete, even if the rest passed."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/a.feature").write_text(FEATURE)
        (tmp_path / "features/b.feature").write_text(FEATURE)
        (tmp_path / "conftest.py").write_text("def pytest_collection_modifyitems(items):\n    del items[1:]\n")

        run = call(tmp_path, "run", "--suite", ".")

        assert run.returncode == Exit.BROKEN
        assert "1 of 2 selected scenarios were not collected, for example 'b.feature::holds'" in run.stderr

    def test_that_is_interrupted_is_3(self, tmp_path):
        """The results so far are reported, without a conclusion."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/a.feature").write_text("Feature: a\n  Scenario: waits\n    Then the step waits\n")
        (tmp_path / "steps").mkdir()
        (tmp_path / "steps/x.py").write_text(
            "import os, signal\nfrom pytest_bdd import then\n\n"
            "@then('the step waits')\ndef waits():\n    os.kill(os.getpid(), signal.SIGINT)\n"
        )

        run = call(tmp_path, "run", "--suite", ".", "--format", "json")

        assert run.returncode == Exit.BROKEN
        assert not json.loads(run.stdout)["conforms"]

    def test_that_cannot_write_is_2(self, suite, tmp_path):
        """It fails before the run rather than after it."""
        (tmp_path / "file").write_text("not a folder")

        run = call(tmp_path, "run", "--suite", str(suite), "--out", "file/reports")

        assert run.returncode == Exit.USAGE
        assert "choose another folder with --out" in run.stderr

    def test_has_no_color_in_a_pipe(self, suite, tmp_path):
        """A pipe gets plain text."""
        run = call(tmp_path, "run", "--suite", str(suite))

        assert "\x1b" not in run.stdout + run.stderr

    def test_names_its_publisher(self, suite, tmp_path):
        """The header has the implementation from the options, and real times only with --timings."""
        (tmp_path / "ours.py").write_text(OURS)
        given = ("--organization", "Example", "--contact", "a@example.com", "--timings")
        call(
            tmp_path,
            "run",
            "--target",
            "python:ours:opened",
            "--suite",
            str(suite),
            *given,
            SOURCE_DATE_EPOCH="0",
        )
        header = json.loads((tmp_path / "reports/record.ndjson").read_text().splitlines()[0])

        assert header["implementation"] == {"organization": "Example", "contact": ["a@example.com"]}
        assert header["started"] == "1970-01-01T00:00:00Z"

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--organization", "Example"),
            ("--project", "example-serving"),
            ("--implementation-version", "4.2.0"),
            ("--url", "https://example.com"),
            ("--contact", "a@example.com"),
        ],
    )
    def test_in_memory_is_not_published(self, tmp_path, monkeypatch, capsys, option, value):
        """No KServe ran, so no organization can publish the result; nothing is written."""
        monkeypatch.chdir(tmp_path)

        assert code_of(["run", "--target", "memory:v0.15.2", option, value]) == Exit.USAGE
        assert f"a run in memory cannot be published: no KServe runs (got {option})" in capsys.readouterr().err
        assert not list(tmp_path.iterdir())


class TestReport:
    @pytest.fixture(scope="class")
    @classmethod
    def record(cls, suite, tmp_path_factory):
        folder = tmp_path_factory.mktemp("record")
        call(folder, "run", "--suite", str(suite))
        return folder / "reports/record.ndjson"

    @pytest.mark.parametrize(
        ("as_", "start"),
        [("html", "<!doctype html>"), ("junit", "<?xml"), ("markdown", "#"), ("svg", "<svg"), ("ndjson", "{")],
    )
    def test_is_rendered_from_a_record(self, record, as_, start):
        """Every format needs only the record, and has the exit code of the run."""
        made = call(record.parent, "report", str(record), "--as", as_)

        assert made.returncode == Exit.NO
        assert made.stdout.lower().startswith(start)

    def test_reads_stdin(self, record):
        """A dash is stdin."""
        with record.open() as stdin:
            made = subprocess.run(
                [sys.executable, "-m", "kserve_conformance", "report", "-", "--format", "json"],
                stdin=stdin,
                capture_output=True,
                text=True,
                check=False,
            )

        assert {key: number for key, number in json.loads(made.stdout)["counts"].items() if number} == {
            "passed": 1,
            "failed": 1,
        }

    def test_of_a_cut_record_is_4(self, record, tmp_path):
        """A record without its footer is incomplete."""
        cut = tmp_path / "cut.ndjson"
        cut.write_text("\n".join(record.read_text().splitlines()[:-1]))

        assert call(tmp_path, "report", str(cut)).returncode == Exit.RECORD
