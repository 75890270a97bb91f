"""A target that settles nothing: the run stops after a few scenarios, and says why once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import Verdict, read

OWN = """\
from dataclasses import replace
from kserve_conformance.targets.faulty import AnswersWrong, NeverSettles
from kserve_conformance.targets.memory import MemoryTarget

def never():
    return NeverSettles(MemoryTarget("v0.15.2"))

def wrong():
    return AnswersWrong(MemoryTarget("v0.15.2"))
"""

#: Scenarios that all need a settled choice, more than a run needs to give up.
PART = ("--tags", "automatic or explicit")


@pytest.fixture
def run(tmp_path):
    (tmp_path / "own.py").write_text(OWN)

    def call(target: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kserve_conformance", "run", "--target", target, *PART, *arguments]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return call


class TestGivingUp:
    @pytest.mark.parametrize("jobs", [pytest.param("1"), pytest.param("2", marks=pytest.mark.slow)])
    def test_the_cause_is_reported_once(self, run, tmp_path, jobs):
        """Exit 3; a few scenarios ran, the rest errored at once, and terminal, summary and page have the cause."""
        done = run("python:own:never", "--jobs", jobs)

        assert done.returncode == Exit.BROKEN, done.stdout + done.stderr
        record = read(tmp_path / "reports/record.ndjson")
        assert "did not settle" in str(record.footer.cause)
        assert sum(bool(scenario.choices) for scenario in record.scenarios) == 0
        verdicts = {scenario.verdict for scenario in record.scenarios}
        assert verdicts <= {Verdict.ERRORED, Verdict.UNSUPPORTED, Verdict.SKIPPED}
        not_run = [one for one in record.scenarios if {step.status for step in one.steps} == {"skipped"}]
        assert len(not_run) > len(record.scenarios) / 2
        assert done.stdout.count("No result") == 1
        assert done.stdout.count("did not settle") == 1
        assert done.stderr.count("errored") < 10
        for report in ("summary.md", "report.html"):
            text = (tmp_path / "reports" / report).read_text(encoding="utf-8")
            assert "the target was given up" in text

    @pytest.mark.slow
    def test_the_result_for_programs_has_it(self, run):
        """The JSON result is a failure with the cause as a reason, and the exit code of ``report`` is the run's."""
        done = run("python:own:never", "--format", "json")

        result = json.loads(done.stdout)
        assert result["result"] == "failure"
        assert "the target was given up" in result["reasons"][0]

    @pytest.mark.slow
    def test_wrong_choices_are_not_a_cause(self, run, tmp_path):
        """A target that answers every scenario wrongly gets a verdict on each: it does not conform."""
        done = run("python:own:wrong")

        assert done.returncode == Exit.NO
        record = read(tmp_path / "reports/record.ndjson")
        assert record.footer.cause is None
        assert not [one for one in record.scenarios if one.verdict is Verdict.ERRORED]
