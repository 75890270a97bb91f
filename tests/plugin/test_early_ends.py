"""Runs that do not come to their end: none of them may be taken for a whole one."""

from __future__ import annotations

import signal

import pytest

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import RecordFault, conforms, read

pytestmark = pytest.mark.slow

STEPS = """
    import os, pathlib, time
    from pytest_bdd import then

    @then("the step waits")
    def waits():
        pathlib.Path("waiting").touch()
        time.sleep(60)

    @then("the step works")
    def works():
        pathlib.Path("waiting").touch()
        time.sleep(3)
        pathlib.Path("went-on").touch()

    @then("the process dies")
    def dies():
        os._exit(9)
"""

WAITING = (
    "Feature: x\n  Scenario: first\n    Then it ends\n"
    "  Scenario: waits\n    Then the step waits\n  Scenario: last\n    Then it ends\n"
)


@pytest.fixture
def waiting(project):
    project.write("steps/waiting.py", STEPS)
    project.write("features/x.feature", WAITING)
    return project


class TestInterrupted:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    @pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "with workers"])
    def test_run_is_marked_in_its_footer(self, waiting, number, arguments):
        """Ctrl-C, SIGTERM and a closed terminal leave a record of what was known, which says so and never conforms."""
        code = waiting.ended_by(number, *arguments)
        record = read(waiting.path / "record.ndjson")

        assert code == pytest.ExitCode.INTERRUPTED
        assert record.footer.interrupted
        assert not conforms(record).conforms
        assert "waits" not in {scenario.name for scenario in record.scenarios}

    def test_run_ends_its_workers_at_once(self, waiting):
        """A signal for the run alone reaches the workers too, though xdist would let them go on for a while."""
        waiting.write("features/x.feature", "Feature: x\n  Scenario: works\n    Then the step works\n")

        waiting.ended_by(signal.SIGTERM, "-n", "2")

        assert read(waiting.path / "record.ndjson").footer.interrupted == "ended by SIGTERM"
        assert not (waiting.path / "went-on").exists()

    def test_run_names_the_signal(self, waiting):
        """The footer has the name of the signal."""
        waiting.ended_by(signal.SIGTERM)

        assert read(waiting.path / "record.ndjson").footer.interrupted == "ended by SIGTERM"

    def test_run_that_is_killed_has_no_footer(self, waiting):
        """A killed process writes no footer."""
        waiting.ended_by(signal.SIGKILL)

        with pytest.raises(RecordError) as caught:
            read(waiting.path / "record.ndjson")
        assert caught.value.code is RecordFault.TRUNCATED

    def test_run_leaves_no_older_record(self, waiting):
        """A record of an earlier run is removed when a run begins."""
        waiting.write("record.ndjson", "old")
        waiting.ended_by(signal.SIGKILL)

        assert "old" not in (waiting.path / "record.ndjson").read_text()


class TestStopped:
    def test_at_the_first_failure_never_conforms(self, project):
        """What was not run after it has no verdict, and the record says why."""
        project.write(
            "features/x.feature",
            "Feature: x\n  Scenario: a\n    Given a number 1\n    Then it is 2\n  Scenario: b\n    Then it ends\n",
        )

        run = project.recorded("-x")

        assert run.record.footer.interrupted == "stopping after 1 failures"
        assert [scenario.name for scenario in run.record.scenarios] == ["a"]


class TestBroken:
    def test_run_names_what_failed(self, project):
        """An error in another plugin ends the run, and its last line is the reason in the record."""
        project.write("features/x.feature", "Feature: x\n  Scenario: a\n    Then it ends\n")
        project.write("features/conftest.py", "def pytest_runtest_logfinish():\n    raise ValueError('no more')\n")

        run = project.recorded()

        assert run.code == pytest.ExitCode.INTERNAL_ERROR
        assert run.record.footer.interrupted == "pytest failed: ValueError: no more"

    def test_start_reports_only_the_reason(self, project):
        """A session that another plugin stops before it starts has no record and no traceback."""
        project.write("features/x.feature", "Feature: x\n  Scenario: a\n    Then it ends\n")
        project.write(
            "features/conftest.py",
            """
            import pytest

            @pytest.hookimpl(trylast=True)
            def pytest_sessionstart():
                raise pytest.UsageError("not today")
            """,
        )

        run = project.run("--kserve-record", "record.ndjson")

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert run.stderr.strip() == "ERROR: not today"
        assert not (project.path / "record.ndjson").exists()


class TestWorker:
    def test_that_dies_makes_its_scenario_errored(self, project):
        """A scenario that takes its process with it is errored; the others have their verdicts from another worker."""
        project.write("steps/waiting.py", STEPS)
        project.write(
            "features/x.feature",
            "Feature: x\n  Scenario: a\n    Then it ends\n  Scenario: dies\n    Then the process dies\n"
            "  Scenario: c\n    Then it ends\n  Scenario: d\n    Then it ends\n",
        )

        run = project.recorded("-n", "2")

        assert run.scenarios["dies"].verdict == "errored"
        assert [run.scenarios[name].verdict for name in "acd"] == ["passed"] * 3

    def test_that_dies_before_anything_is_known_loses_nothing(self, project):
        """The very first scenario ends its process: it is errored once the next worker reports which one it was."""
        project.write("steps/waiting.py", STEPS)
        project.write(
            "features/x.feature",
            "Feature: x\n  Scenario: dies\n    Then the process dies\n"
            "  Scenario: a\n    Then it ends\n  Scenario: b\n    Then it ends\n",
        )

        run = project.recorded("-n", "1")

        assert [(scenario.name, scenario.verdict) for scenario in run.record.scenarios] == [
            ("dies", "errored"),
            ("a", "passed"),
            ("b", "passed"),
        ]
        assert "crashed while running" in str(run.scenarios["dies"].reason)

    def test_that_dies_with_every_scenario_is_reported(self, project):
        """No worker is left to report any scenario: the record has the reason, and never conforms."""
        project.write("steps/waiting.py", STEPS)
        project.write("features/x.feature", "Feature: x\n  Scenario: dies\n    Then the process dies\n")

        run = project.recorded("-n", "2")

        assert "crashed while running" in str(run.record.footer.interrupted)
        assert run.record.header.collected
        assert not conforms(run.record).conforms


class TestNothing:
    def test_matched_is_not_a_pass(self, project):
        """A run without a scenario ends with pytest's code for it, and its record does not conform."""
        project.write("features/x.feature", "Feature: x\n  Scenario: a\n    Then it ends\n")

        run = project.recorded("-k", "zzz")

        assert run.code == pytest.ExitCode.NO_TESTS_COLLECTED
        assert not conforms(run.record).conforms


class TestPlainPytest:
    def test_says_that_only_a_record_is_a_verdict(self, project):
        """Pytest's exit code is none."""
        project.write("features/x.feature", "Feature: x\n  Scenario: a\n    Given a number 1\n    Then it is 1\n")

        assert "no record, no verdict; add --kserve-record FILE" in project.run().stdout
        recorded = project.run("--kserve-record", "record.ndjson").stdout
        assert "`kserve-conformance report record.ndjson`" in recorded

    def test_reports_why_a_target_does_not_start(self, project):
        """One line and what to do, without a traceback."""
        project.write("features/x.feature", "Feature: x\n  Scenario: a\n    Given a number 1\n    Then it is 1\n")
        project.write(
            "own.py",
            """
            from kserve_conformance.targets.contract import CannotStart

            def opened():
                raise CannotStart("no luck")
            """,
        )

        run = project.run("--kserve-target", "python:own:opened")

        assert run.returncode == pytest.ExitCode.TESTS_FAILED
        assert "error: no luck\n  hint: `kserve-conformance doctor`" in run.stdout
        assert "lease.py" not in run.stdout
