"""What a scenario's end is called, in a run of one process and in a run of two."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from kserve_conformance.record import Verdict

FEATURE = """
    @since-0.9.0
    Feature: Ways to end
      Every way in which a scenario can end.

      Scenario: passes
        Given a number 1
        When it is doubled
        Then it is 2

      Scenario: does not conform
        Given a number 1
        Then it does not conform
        And it is 1

      Scenario: asserts wrongly
        Given a number 1
        Then it is 2

      Scenario: has an undefined step
        Given a number 1
        When it is doublet
        Then it is 2

      Scenario: breaks in a step
        Given a number 1
        When it breaks
        Then it ends

      Scenario: breaks before
        Given a broken fixture
        Then it ends

      Scenario: breaks after
        Given something that cannot be cleaned up
        Then it ends

      Scenario: fails and breaks after
        Given something that cannot be cleaned up
        Then it does not conform

      Scenario: asserts while cleaning up
        Given something that asserts while it is cleaned up
        Then it ends

      Scenario: calls pytest.fail
        When it is given up
        Then it ends

      Scenario: calls pytest.xfail
        Given a number 1
        Then it is known to be wrong

      Scenario: returns its check
        Given a number 1
        Then it is returned as 2

      Scenario: returns a generator of checks
        Given a number 1
        Then its checks are returned

      Scenario: returns a check in a wrapper
        Given a number 1
        Then it is yielded by a wrapped step

      Scenario: returns without a target fixture
        Given a number that is thrown away
        Then it ends

      Scenario: returns a coroutine
        Given a number 1
        Then it is checked later

      Scenario: provides a coroutine
        Given a number that comes later
        Then it ends

      Scenario: is skipped without a reason
        Given a number 1
        Then it is skipped silently

      Scenario: is skipped by a fixture without a reason
        Given a fixture that skips silently
        Then it ends

      Scenario: is skipped as unittest does
        Given a number 1
        Then it is skipped as in unittest

      Scenario: calls sys.exit
        Given a number 1
        Then Python exits with 0

      Scenario: calls pytest.exit
        Given a number 1
        Then pytest exits with 0

      Scenario: is skipped by a step
        Given a number 1
        When it is skipped
        Then it is 1

      Scenario: asks the target for what it cannot do
        When the target cannot do it
        Then it ends

      @needs-pods
      Scenario: needs what the target cannot do
        Given a number 1
        Then it ends

      @until-0.10.2
      Scenario: is of another release
        Given a number 1
        Then it ends

      Scenario Outline: is <number>
        Given a number <half>
        When it is doubled
        Then it is <number>
        Examples:
          | half | number |
          | 1    | 2      |
        @until-0.9.0
        Examples:
          | half | number |
          | 2    | 4      |
"""

STEPS = """
    import asyncio
    import sys
    import unittest
    from functools import wraps

    import pytest
    from pytest_bdd import given, then, when
    from pytest_bdd.parsers import parse

    from kserve_conformance.targets.contract import CannotDo
    from kserve_conformance.world.nonconformity import Nonconformity

    @then("it does not conform")
    def does_not_conform():
        raise Nonconformity("wrong", expected="this", observed="that", explanation=("because",), evidence={"log": "x"})

    @when("it breaks")
    def breaks():
        raise ZeroDivisionError("by zero")

    @pytest.fixture
    def broken():
        raise ZeroDivisionError("before")

    @given("a broken fixture")
    def with_broken(broken):
        pass

    @given("something that cannot be cleaned up")
    def cannot_be_cleaned():
        yield
        raise ZeroDivisionError("after")

    @given("something that asserts while it is cleaned up")
    def asserts_in_cleaning():
        yield
        assert False, "not clean"

    @when("it is given up")
    def given_up():
        pytest.fail("given up")

    @then("it is known to be wrong")
    def known_to_be_wrong():
        pytest.xfail("known")

    @then(parse("it is returned as {number:d}"), target_fixture="checked")
    def returned(box, number):
        return box[0] == number

    @then("its checks are returned")
    def checks(box):
        return (number == 2 for number in box)

    def wrapped(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)
        return wrapper

    @then("it is yielded by a wrapped step")
    @wrapped
    def yielded(box):
        assert box[0] == 2
        yield

    @given("a number that is thrown away")
    def thrown_away():
        return 1

    @then("it is checked later")
    def later():
        return asyncio.sleep(0)

    @given("a number that comes later", target_fixture="box")
    def number_later():
        async def number():
            return [1]
        return number()

    @then("it is skipped silently")
    def skipped_silently():
        pytest.skip(" ")

    @pytest.fixture
    def skipping():
        pytest.skip()

    @given("a fixture that skips silently")
    def with_skipping(skipping):
        pass

    @then("it is skipped as in unittest")
    def skipped_by_unittest():
        raise unittest.SkipTest("not today")

    @then("Python exits with 0")
    def ended_by_python():
        sys.exit(0)

    @then("pytest exits with 0")
    def ended_by_pytest():
        pytest.exit("enough", returncode=0)

    @when("it is skipped")
    def skipped():
        pytest.skip("not today")

    @when("the target cannot do it")
    def cannot():
        raise CannotDo("it cannot")
"""

TARGET = ("--kserve-target", "memory:v0.15.2")


@pytest.fixture(scope="module")
def ways(make_project):
    project = make_project()
    project.write("features/ways/ways.feature", FEATURE)
    project.write("steps/ways.py", STEPS)
    return project


@pytest.fixture(scope="module")
def run(ways):
    return ways.recorded(*TARGET)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("passes", Verdict.PASSED),
        ("does not conform", Verdict.FAILED),
        ("asserts wrongly", Verdict.FAILED),
        ("has an undefined step", Verdict.ERRORED),
        ("breaks in a step", Verdict.ERRORED),
        ("breaks before", Verdict.ERRORED),
        ("breaks after", Verdict.ERRORED),
        ("fails and breaks after", Verdict.ERRORED),
        ("asserts while cleaning up", Verdict.ERRORED),
        ("calls pytest.fail", Verdict.ERRORED),
        ("calls pytest.xfail", Verdict.ERRORED),
        ("returns its check", Verdict.ERRORED),
        ("returns a generator of checks", Verdict.ERRORED),
        ("returns a check in a wrapper", Verdict.ERRORED),
        ("returns without a target fixture", Verdict.ERRORED),
        ("returns a coroutine", Verdict.ERRORED),
        ("provides a coroutine", Verdict.ERRORED),
        ("is skipped without a reason", Verdict.ERRORED),
        ("is skipped by a fixture without a reason", Verdict.ERRORED),
        ("is skipped as unittest does", Verdict.SKIPPED),
        ("calls sys.exit", Verdict.ERRORED),
        ("calls pytest.exit", Verdict.ERRORED),
        ("is skipped by a step", Verdict.SKIPPED),
        ("asks the target for what it cannot do", Verdict.SKIPPED),
        ("needs what the target cannot do", Verdict.SKIPPED),
        ("is of another release", Verdict.UNSUPPORTED),
        ("is 2", Verdict.PASSED),
        ("is 4", Verdict.UNSUPPORTED),
    ],
)
class TestVerdict:
    def test_is_that_of_how_it_ended(self, run, name, verdict):
        """Only a scenario whose every step passed, with nothing broken before, in or after it, is a pass."""
        assert verdict == run.scenarios[name].verdict


class TestRecord:
    @pytest.mark.slow
    def test_of_two_processes_is_that_of_one(self, ways, run):
        """Scenarios that run in workers write the same bytes as in one process."""
        assert run.ndjson == ways.recorded(*TARGET, "-n", "2").ndjson

    def test_does_not_depend_on_the_order_of_running(self, ways, run):
        """The record is in the order of the suite, whatever ran first."""
        ways.write("backwards.py", "def pytest_collection_modifyitems(items):\n    items.reverse()\n")

        assert run.ndjson == ways.recorded(*TARGET, "-p", "backwards").ndjson

    def test_accounts_for_every_scenario_that_was_collected(self, run):
        """What the header says was collected is what has a verdict."""
        assert set(run.record.header.collected) == {scenario.id for scenario in run.record.scenarios}

    def test_names_the_target(self, run):
        """The identity is that of the open target."""
        target = run.record.header.target

        assert (target.target, target.release) == ("memory:v0.15.2", "v0.15.2")

    def test_names_the_suite(self, ways, run):
        """A suite without a description is named after its folder, and its digest distinguishes it."""
        suite = run.record.header.suite

        assert (ways.path.name, "0") == (suite.name, suite.version)
        assert suite.digest.startswith("sha256:")

    def test_counts_what_pytest_counts(self, run):
        """Whatever a step does, pytest's own counts are those of the verdicts."""
        counts = Counter(scenario.verdict for scenario in run.scenarios.values())
        failed = counts[Verdict.FAILED] + counts[Verdict.ERRORED]
        skipped = counts[Verdict.SKIPPED] + counts[Verdict.UNSUPPORTED]

        # A broken cleanup is an error next to the result of the scenario.
        assert f"{failed - 2} failed, {counts[Verdict.PASSED] + 2} passed, {skipped} skipped, 3 errors" in run.output

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("returns its check", r"steps/ways.py:\d+: step 'it is returned as {number:d}' returned a bool"),
            ("returns a coroutine", r"steps/ways.py:\d+: step 'it is checked later' returned a coroutine"),
            (
                "is skipped without a reason",
                r"steps/ways.py:\d+: step 'it is skipped silently' skipped without a reason",
            ),
            ("calls sys.exit", r"steps/ways.py:\d+: step 'Python exits with 0' tried to end the run: SystemExit: 0"),
            ("calls pytest.exit", r"steps/ways.py:\d+: step 'pytest exits with 0' tried to end the run: Exit: enough"),
        ],
    )
    def test_names_the_line_of_a_step_that_proves_nothing(self, run, name, reason):
        """The author of the step finds it by its file and line."""
        assert re.fullmatch(reason, run.scenarios[name].reason)

    def test_fails_pytest(self, run):
        """A run with failures is one for pytest too."""
        assert run.code == pytest.ExitCode.TESTS_FAILED

    def test_has_no_wall_time(self, run):
        """Timings were not requested, so none are written."""
        assert b'"seconds":' not in run.ndjson
        assert run.record.header.started is None


class TestSteps:
    def test_after_the_failed_one_are_skipped(self, run):
        """A step that was not reached is skipped."""
        assert [step.status for step in run.scenarios["does not conform"].steps] == ["passed", "failed", "skipped"]

    def test_without_definition_are_undefined(self, run):
        """A step without a definition is undefined, wherever it is, and the nearest definition is named."""
        scenario = run.scenarios["has an undefined step"]

        assert [step.status for step in scenario.steps] == ["passed", "undefined", "skipped"]
        assert scenario.reason == "no step definition matches When it is doublet"
        assert scenario.finding.explanation == ("hint: did you mean 'it is doubled'?",)

    def test_of_what_was_not_run_are_skipped(self, run):
        """A scenario of another release has its steps in the record, none of them run."""
        assert [step.status for step in run.scenarios["is of another release"].steps] == ["skipped", "skipped"]

    def test_read_as_in_the_feature(self, run):
        """Keyword, text and line are those of the file, with the row's values in place."""
        step = run.scenarios["is 2"].steps[-1]

        assert (step.keyword, step.text) == ("Then", "it is 2")


class TestFinding:
    def test_of_a_nonconformity_is_carried_whole(self, run):
        """Expected, observed, explanation and evidence come from the step to the record."""
        finding = run.scenarios["does not conform"].finding

        assert (finding.message, finding.expected, finding.observed) == ("wrong", "this", "that")
        assert (finding.explanation, finding.evidence) == (("because",), {"log": "x"})

    def test_reports_how_to_rerun(self, run):
        """The command names target, suite and scenario, and no folder of this machine."""
        scenario = run.scenarios["asserts wrongly"]

        assert scenario.finding.reproduce.startswith("kserve-conformance run --target memory:v0.15.2 --suite . ")
        assert scenario.finding.reproduce.endswith(f"--scenario '{scenario.id}'")

    def test_of_a_break_has_the_frames_that_matter(self, run):
        """A traceback ends in the step, and leaves out the runners."""
        trace = run.scenarios["breaks in a step"].finding.evidence["traceback"]

        assert "steps/ways.py" in trace
        assert "_pytest" not in trace

    def test_of_a_failure_that_was_not_cleaned_up_after_says_both(self, run):
        """What broke makes the verdict; nothing is concluded of the failure before it."""
        assert run.scenarios["fails and breaks after"].reason == "ZeroDivisionError: after"


class TestReason:
    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("is skipped by a step", "not today"),
            ("asks the target for what it cannot do", "it cannot"),
            ("needs what the target cannot do", "requires pods, which the target does not support"),
            ("is of another release", "applies to v0.9.0 to v0.10.2; the target is v0.15.2"),
            ("is 4", "applies to v0.9.0 only; the target is v0.15.2"),
        ],
    )
    def test_is_present_for_what_was_not_selected(self, run, name, reason):
        """Every scenario without a result has a reason."""
        assert reason == run.scenarios[name].reason


class TestDocumented:
    def test_is_requested_only_what_it_decides(self, project):
        """For the documentation, what it does not decide is unsupported, whatever the range."""
        project.write(
            "features/page.feature",
            """
            Feature: Page
              @documented @until-0.8.0
              Scenario: told
                Then it ends
              Scenario: not told
                Then it ends
            """,
        )

        run = project.recorded("--kserve-target", "memory:documented")

        assert run.scenarios["told"].verdict == Verdict.PASSED
        assert run.scenarios["not told"].verdict == Verdict.UNSUPPORTED
        assert run.scenarios["not told"].reason == "the documentation does not cover it"
