"""
Plugins and options of pytest together with this plugin: each works with scenarios, or is an error with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO

import pytest

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Verdict, read

#: Each starts pytest with other plugins, which takes seconds.
pytestmark = pytest.mark.slow

FEATURE = """
    Feature: Two
      Scenario: good
        Given a number 1
        Then it is 1
      Scenario: bad
        Given a number 1
        Then it is 2
"""

#: The refused options, and a part of the reason for each.
REFUSED = {
    ("--reruns", "2"): "--reruns does not work with features: a scenario has one verdict",
    ("--force-reruns", "2"): "--force-reruns does not work with features",
    ("-o", "reruns=2"): "reruns in pytest's configuration do not work with features",
    ("--cucumberjson", "c.json"): "report record.ndjson --as messages",
    ("--cucumberjson", "c.json", "-n", "2"): "--cucumberjson does not work with features",
    ("--gherkin-terminal-reporter",): "--gherkin-terminal-reporter does not work with features: it would show no step",
    ("--setup-only",): "--setup-only does not work with features: it runs no step",
    ("--setup-plan",): "--setup-only does not work with features: it runs no step",
    ("-n", "2", "--dist", "each"): "--dist each does not work with features",
}

#: Runs pytest once for each list of arguments, all in one process.
SESSIONS = """
import json, sys, pytest
for arguments in json.loads(sys.argv[1]):
    code = pytest.main(["-p", "no:cacheprovider", "features", *arguments])
    print("ended with", int(code), file=sys.stderr, flush=True)
"""


@pytest.fixture(scope="module")
def two(make_project):
    project = make_project()
    project.write("features/two.feature", FEATURE)
    return project


@pytest.fixture(scope="module")
def plain(two):
    return two.recorded()


def mark_every_scenario(project, marker: str) -> None:
    """Add a conftest that adds a marker to every scenario."""
    project.write(
        "features/conftest.py",
        f"""
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.{marker})
        """,
    )


class TestRefused:
    def test_options_end_with_a_usage_error_and_the_reason(self, two):
        """None of them runs a scenario, or leaves a report that could be taken for a result."""
        done = subprocess.run(
            [sys.executable, "-c", SESSIONS, json.dumps([list(option) for option in REFUSED])],
            cwd=two.path,
            env=two.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        answers = done.stderr.split("ended with ")

        assert len(answers) == len(REFUSED) + 1
        for number, (option, reason) in enumerate(REFUSED.items()):
            assert reason in answers[number], option
            assert answers[number + 1].startswith("4"), option
        assert not (two.path / "c.json").exists()

    def test_a_marker_that_reruns_is_an_error(self, make_project):
        """A conftest cannot rerun a scenario either."""
        project = make_project()
        project.write("features/two.feature", FEATURE)
        mark_every_scenario(project, "flaky(reruns=2)")

        done = project.run()

        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert "test_good: the marker flaky does not work with scenarios: a scenario has one verdict" in done.stderr

    def test_a_plugin_that_runs_a_scenario_twice_changes_no_verdict(self, make_project, plain):
        """The record has the first result of each, and the second try is an error for pytest."""
        project = make_project()
        project.write("features/two.feature", FEATURE)
        project.write(
            "twice.py",
            """
            from _pytest.runner import runtestprotocol

            def pytest_runtest_protocol(item, nextitem):
                runtestprotocol(item, nextitem=nextitem)
                runtestprotocol(item, nextitem=nextitem)
                return True
            """,
        )

        run = project.recorded("-p", "twice")

        assert run.scenarios == plain.scenarios
        assert run.output.count("the scenario already has its verdict") >= len(run.scenarios)
        assert run.code == pytest.ExitCode.TESTS_FAILED


class TestMarkers:
    def test_of_a_conftest_do_not_change_a_failure(self, make_project):
        """An xfail marker does not affect a verdict: the scenario failed, in the record and for pytest."""
        project = make_project()
        project.write("features/two.feature", FEATURE)
        mark_every_scenario(project, "xfail")

        run = project.recorded()

        assert run.scenarios["bad"].verdict == Verdict.FAILED
        assert "1 failed, 1 passed" in run.output
        assert run.code == pytest.ExitCode.TESTS_FAILED


class TestWorks:
    def test_with_random_order_workers_coverage_and_a_page(self, two, plain):
        """pytest-randomly, pytest-xdist, pytest-cov and pytest-html: the record is that of a plain run."""
        run = two.recorded(
            *("-p", "randomly", "-n", "2", "--cov", "steps", "--cov-report", "term"),
            *("--html", "page.html", "--self-contained-html"),
        )
        page = (two.path / "page.html").read_text(encoding="utf-8")

        assert run.ndjson == plain.ndjson
        assert "1 failed, 1 passed" in run.output
        assert "steps/numbers.py" in run.output
        assert "features/two.feature::test_bad" in page
        assert "1 Failed" in page

    def test_without_plugins_of_pytest(self, two, plain):
        """The plugin needs none that pytest or pytest-bdd registers."""
        run = two.recorded("-p", "no:skipping", "-p", "no:pytest-bdd", "-p", "no:rerunfailures", "-p", "no:randomly")

        assert run.ndjson == plain.ndjson

    @pytest.mark.parametrize(
        ("arguments", "names"),
        [
            (("--deselect", "features/two.feature::test_bad"), {"good"}),
            (("-p", "cacheprovider", "--lf"), {"bad"}),
        ],
    )
    def test_with_options_that_narrow_a_run(self, two, arguments, names):
        """The record has what is left, and says that it is a part."""
        if "--lf" in arguments:
            two.run("-p", "cacheprovider")

        run = two.recorded(*arguments)

        assert set(run.scenarios) == names
        assert run.record.header.selection == {"scenarios": "1 of 2"}


@pytest.fixture(scope="module")
def slow(make_project):
    project = make_project()
    project.write("features/slow.feature", "Feature: x\n  Scenario: y\n    When it sleeps\n    Then it ends\n")
    project.write(
        "steps/sleeping.py",
        """
        import time
        from pytest_bdd import when

        @when("it sleeps")
        def sleeps():
            time.sleep(120)
        """,
    )
    return project


class TestTimeout:
    """pytest-timeout ends a step that takes too long."""

    def test_by_a_signal_is_an_error(self, slow):
        """The result is unknown, which is not a failure of the target."""
        run = slow.recorded("--timeout", "1", "--timeout-method", "signal")

        assert run.scenarios["y"].verdict == Verdict.ERRORED
        assert "Timeout" in run.scenarios["y"].reason
        assert run.code == pytest.ExitCode.TESTS_FAILED

    def test_by_a_thread_leaves_a_record_without_a_footer(self, slow):
        """The process dies at once: it exits with an error, and its record is not accepted."""
        done = slow.run("--kserve-record", "killed.ndjson", "--timeout", "1", "--timeout-method", "thread")
        left = slow.path / "killed.ndjson"

        assert done.returncode == 1
        assert "Timeout" in done.stdout + done.stderr
        if left.exists():
            with pytest.raises(RecordError):
                read(BytesIO(left.read_bytes()))

    def test_by_a_thread_in_a_worker_interrupts_the_run(self, slow):
        """The worker dies, and the record says so."""
        run = slow.recorded("--timeout", "1", "--timeout-method", "thread", "-n", "1")

        assert run.record.footer.interrupted.startswith("the worker process died")
        assert run.code == pytest.ExitCode.TESTS_FAILED
