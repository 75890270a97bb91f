"""That pytest never drops features that it was pointed to: it collects them, or ends with a usage error."""

from __future__ import annotations

import subprocess

import pytest

#: A feature with one scenario that passes, one that fails, and one of older releases.
FEATURE = """
    Feature: Ours
      Scenario: good
        Given a ClusterServingRuntime "ours"
          | format  | version | autoSelect |
          | sklearn | 1       | true       |
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ClusterServingRuntime "ours"
      Scenario: bad
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ClusterServingRuntime "ours"
      @until-0.9.0
      Scenario: old
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ClusterServingRuntime "ours"
"""

#: A feature of another tool, with its steps in its own test module.
OTHER = """
    @weird
    Feature: Cucumbers
      Scenario: Some are eaten
        Given 5 cucumbers
        Then they are eaten
"""

OTHER_TEST = """
    from pytest_bdd import given, scenarios, then

    scenarios("other.feature")

    @given("5 cucumbers")
    def cucumbers():
        pass

    @then("they are eaten")
    def eaten():
        pass
"""

BINDING = 'from pytest_bdd import scenarios\n\nscenarios("{}")\n'


@pytest.fixture
def workspace(make_project):
    """A project that loads the plugin, with unit tests and without a suite at its root."""
    project = make_project()
    (project.path / "steps/numbers.py").unlink()
    (project.path / "steps").rmdir()
    project.write("conftest.py", 'pytest_plugins = ["kserve_conformance.pytest_plugin"]\n')
    project.write("pytest.ini", "[pytest]\nstrict_markers = true\nmarkers = weird\nfilterwarnings = error\n")
    project.write("tests/test_unit.py", "def test_unit():\n    pass\n")
    return project


def run(project, *arguments):
    """Run pytest with the release that the features are written for."""
    command = project.command(*arguments, "--kserve-target", "memory:v0.15.2")
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class TestFolders:
    @pytest.mark.parametrize(
        "arguments",
        [("tests", "ours/features"), ("tests", "ours"), (), ("ours/features/a.feature", "tests")],
        ids=" ".join,
    )
    def test_with_features_and_unit_tests_run_both(self, workspace, arguments):
        """A failing scenario fails the session, wherever the suite is and however pytest gets there."""
        workspace.write("ours/features/a.feature", FEATURE)

        code, output = run(workspace, *arguments)

        assert "1 failed, 2 passed, 1 skipped" in output
        assert code == pytest.ExitCode.TESTS_FAILED

    def test_that_pytest_does_not_visit_elsewhere_are_visited(self, workspace):
        """A topic may be called like a folder of build products."""
        workspace.write("ours/features/build/a.feature", FEATURE)

        assert "1 failed, 1 passed, 1 skipped" in run(workspace, "ours")[1]

    def test_that_are_reached_through_a_link_are_collected(self, workspace):
        """The suite is the one that the link leads to."""
        workspace.write("ours/features/a.feature", FEATURE)
        (workspace.path / "link").symlink_to("ours")

        assert "1 failed, 1 passed, 1 skipped" in run(workspace, "link/features")[1]

    def test_linked_into_a_suite_are_rejected(self, workspace):
        """The suite does not have them, so they would not be in its record."""
        workspace.write("ours/features/a.feature", FEATURE)
        workspace.write("elsewhere/b.feature", FEATURE)
        (workspace.path / "ours/features/linked").symlink_to("../../elsewhere")

        code, output = run(workspace, "ours")

        assert "b.feature is not a feature of the suite" in output
        assert code == pytest.ExitCode.INTERRUPTED

    @pytest.mark.parametrize("arguments", [("ours", "theirs"), (), ("ours", "--kserve-suite", "theirs")], ids=" ".join)
    def test_of_several_suites_are_rejected(self, workspace, arguments):
        """A record has one suite: both are named, and nothing runs."""
        workspace.write("ours/features/a.feature", FEATURE)
        workspace.write("theirs/features/a.feature", FEATURE)

        code, output = run(workspace, *arguments)

        assert code == pytest.ExitCode.USAGE_ERROR
        assert f"features of 2 suites in one session: {workspace.path}/ours, {workspace.path}/theirs" in output

    def test_of_another_tool_are_left_to_it(self, workspace):
        """A feature without any of our steps runs as pytest-bdd runs it, next to a suite of ours."""
        workspace.write("ours/features/a.feature", FEATURE)
        workspace.write("others/other.feature", OTHER)
        workspace.write("others/test_other.py", OTHER_TEST)

        assert "1 failed, 3 passed, 1 skipped" in run(workspace)[1]


class TestFile:
    def test_that_is_named_is_collected(self, workspace):
        """Only the scenarios of the file run."""
        workspace.write("ours/features/a.feature", FEATURE)
        workspace.write("ours/features/b.feature", FEATURE)

        assert "1 failed, 1 passed, 1 skipped" in run(workspace, "ours/features/a.feature")[1]

    def test_beside_other_files_is_collected_when_it_is_named(self, workspace):
        """A feature need not be in a folder of that name."""
        workspace.write("a.feature", FEATURE)

        assert "1 failed, 1 passed, 1 skipped" in run(workspace, "a.feature")[1]

    def test_of_another_tool_is_read_as_ours_when_it_is_named(self, workspace):
        """A feature that is named is run or its problems are reported; it is never left out."""
        workspace.write("others/other.feature", OTHER)

        code, output = run(workspace, "tests", "others/other.feature")

        assert "other.feature:2: @weird is not a tag of this suite" in output
        assert code == pytest.ExitCode.USAGE_ERROR

    @pytest.mark.parametrize(("scenario", "code"), [("test_good", 0), ("test_bad", 1), ("test_none", 4)])
    def test_with_the_name_of_a_scenario_runs_that_one(self, workspace, scenario, code):
        """An unknown name is a usage error."""
        workspace.write("ours/features/a.feature", FEATURE)

        assert run(workspace, f"ours/features/a.feature::{scenario}")[0] == code


class TestBinding:
    """Scenarios that a test module binds with pytest-bdd."""

    @pytest.mark.parametrize("feature", ["a.feature", "features/a.feature"])
    def test_finds_the_shipped_steps_and_keeps_to_releases(self, workspace, feature):
        """A scenario of older releases is skipped, as if its feature file was collected."""
        workspace.write(feature, FEATURE)
        workspace.write("test_a.py", BINDING.format(feature))

        code, output = run(workspace, "test_a.py", "-rs")

        assert "1 failed, 1 passed, 1 skipped" in output
        assert "applies to v0.9.0 and earlier; the target is v0.15.2" in output
        assert code == pytest.ExitCode.TESTS_FAILED

    @pytest.mark.parametrize("feature", ["a.feature", "features/a.feature"])
    def test_runs_a_scenario_once(self, workspace, feature):
        """Its feature file is in the same session, and is not run a second time."""
        workspace.write(feature, FEATURE)
        workspace.write("test_a.py", BINDING.format(feature))

        assert "1 failed, 2 passed, 1 skipped" in run(workspace, ".")[1]

    def test_is_selected_by_tags(self, workspace):
        """The options of the plugin mean the same."""
        workspace.write("a.feature", FEATURE)
        workspace.write("test_a.py", BINDING.format("a.feature"))

        assert "1 skipped, 2 deselected" in run(workspace, "test_a.py", "--kserve-tags", "until-0.9.0")[1]

    def test_writes_the_record_of_its_suite(self, workspace):
        """The record is that of the feature files."""
        workspace.write("features/a.feature", FEATURE)
        workspace.write("test_a.py", BINDING.format("features/a.feature"))

        run(workspace, "test_a.py", "--kserve-record", "bound.ndjson")
        run(workspace, "features", "--kserve-record", "collected.ndjson")

        assert (workspace.path / "bound.ndjson").read_bytes() == (workspace.path / "collected.ndjson").read_bytes()

    def test_uses_the_steps_and_runs_the_body_of_its_module(self, workspace):
        """A test function of a scenario may have steps, fixtures and checks of its own."""
        workspace.write(
            "a.feature",
            """
            Feature: Mixed
              Scenario: both
                When a service in namespace "team-a" requests "sklearn"
                Then our own check holds
              Scenario: checked twice
                When a service in namespace "team-a" requests "sklearn"
                Then our own check holds
            """,
        )
        workspace.write(
            "test_a.py",
            """
            import pytest
            from pytest_bdd import scenario, scenarios, then

            @pytest.fixture
            def number():
                return 1

            @then("our own check holds")
            def holds(number):
                assert number == 1

            @scenario("a.feature", "checked twice")
            def test_checked_twice(number):
                assert number == 2

            scenarios("a.feature")
            """,
        )

        code, output = run(workspace, ".")

        assert "1 failed, 2 passed" in output
        assert "test_checked_twice - assert 1 == 2" in output
        assert code == pytest.ExitCode.TESTS_FAILED

    def test_rejects_a_step_that_proves_nothing(self, workspace):
        """pytest-bdd alone would pass a Then that returns its check."""
        workspace.write(
            "a.feature",
            """
            Feature: x
              Scenario: y
                When a service in namespace "team-a" requests "sklearn"
                Then it is returned
            """,
        )
        own = "\nfrom pytest_bdd import then\n\n@then('it is returned')\ndef returned():\n    return False\n"
        workspace.write("test_a.py", BINDING.format("a.feature") + own)

        code, output = run(workspace, "test_a.py")

        assert "step 'it is returned' returned a bool" in output
        assert code == pytest.ExitCode.TESTS_FAILED

    def test_in_two_modules_is_rejected(self, workspace):
        """Each could have steps of its own, and a scenario has one verdict."""
        workspace.write("a.feature", FEATURE)
        for name in ("test_a.py", "test_b.py"):
            workspace.write(name, BINDING.format("a.feature"))

        code, output = run(workspace, ".")

        assert "a.feature::good: bound by test_a.py::test_good and by test_b.py::test_good" in output
        assert code == pytest.ExitCode.USAGE_ERROR
