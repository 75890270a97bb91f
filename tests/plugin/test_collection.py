"""Every scenario of a file becomes a test, and what would lose or change one is an error."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLAIN = """
    @needs-upgrade
    Feature: Plain
      Scenario: The number's double is found
        Given a number 1
        When it is doubled
        Then it is 2

      Rule: Rows
        Scenario Outline: It is <number>
          Given a number <number>
          Then it is <number>
          @documented
          Examples:
            | number |
            | 1      |
            | 2      |
"""


class TestCollecting:
    def test_makes_a_test_of_every_scenario_and_row(self, project):
        """Features are collected as they stand, and their tests are called like their scenarios."""
        project.write("features/plain/plain.feature", PLAIN)

        listed = project.run("--collect-only", "-q").stdout.splitlines()[:3]

        assert listed == [
            "features/plain/plain.feature::test_the_numbers_double_is_found",
            "features/plain/plain.feature::test_it_is_number[1]",
            "features/plain/plain.feature::test_it_is_number[2]",
        ]

    def test_keeps_names_in_any_language(self, project):
        """A localised feature's scenarios keep their names."""
        project.write(
            "features/zh.feature",
            """
            # language: zh-TW
            功能: 數字
              場景: 兩倍
                假如a number 1
                當it is doubled
                那麼it is 2
            """,
        )
        option = "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"

        run = project.recorded("-o", option, "-v")

        assert "test_兩倍 PASSED" in run.output
        assert {"兩倍"} == set(run.scenarios)

    @pytest.mark.parametrize(
        ("arguments", "passed"),
        [
            (("-k", "double"), 1),
            (("-m", "needs-upgrade and plain and not documented"), 1),
            (("--kserve-tags", "documented", "--kserve-words", "double or 2"), 1),
            (("--kserve-scenario", "plain/plain.feature::The number's double is found"), 1),
        ],
    )
    def test_is_narrowed_by_tags_topics_and_words(self, project, arguments, passed):
        """Tags, of Examples too, and topics are markers that strict pytest knows; the record has what is left."""
        project.write("features/plain/plain.feature", PLAIN)

        run = project.recorded("-o", "strict_markers=true", *arguments)

        assert f"{passed} passed" in run.output
        assert passed == len(run.record.header.collected) == len(run.record.scenarios)


class TestRefusing:
    """A suite that contradicts itself is not run at all: pytest ends with its code for bad usage."""

    def test_reports_all_of_it_at_once(self, project):
        """Two problems in two files are one answer, before anything runs."""
        project.write("features/a.feature", "@foo\nFeature: a\n  Scenario: y\n    Then it ends\n")
        project.write("features/b.feature", "Feature: b\n  Scenario: y\n    Then a\n    nonsense\n")

        run = project.run()

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert "2 problems in the suite" in run.stderr
        assert "features/a.feature:1: @foo is not a tag of this suite" in run.stderr
        assert "features/b.feature:4: expected:" in run.stderr

    def test_accepts_tags_that_the_suite_declares(self, project):
        """A suite of one's own may have tags of its own, and a name and a version."""
        project.write("suite.toml", 'name = "ours"\nversion = "7"\ntags = ["smoke"]\n')
        project.write("features/a.feature", "@smoke\nFeature: a\n  Scenario: y\n    Then it ends\n")

        run = project.recorded("-m", "smoke")

        assert (run.record.header.suite.name, run.record.header.suite.version) == ("ours", "7")
        assert "1 passed" in run.output


class TestSteps:
    """Definitions that would change or skip what a step says keep a feature from being collected."""

    def test_that_two_definitions_match_are_ambiguous(self, project):
        """pytest-bdd would take the last one; here both are named with their places."""
        project.write("features/plain.feature", PLAIN)
        project.write(
            "steps/more.py",
            """
            from pytest_bdd import then
            from pytest_bdd.parsers import re

            @then(re("it is (?P<what>.*)"))
            def what(what):
                pass
            """,
        )

        run = project.run()

        assert run.returncode == pytest.ExitCode.INTERRUPTED
        assert "features/plain.feature:7: 'it is 2' matches 'it is (?P<what>.*)' (steps/more.py:5)" in run.stdout
        assert "and 'it is {number:d}' (steps/numbers.py:14)" in run.stdout

    def test_that_are_async_are_rejected(self, project):
        """A coroutine function would be called, never awaited, and pass."""
        project.write("features/x.feature", "Feature: x\n  Scenario: y\n    Then it is awaited\n")
        project.write(
            "steps/waiting.py",
            """
            from pytest_bdd import then

            @then("it is awaited")
            async def awaited():
                assert False
            """,
        )

        run = project.run()

        assert run.returncode == pytest.ExitCode.INTERRUPTED
        assert "the step 'it is awaited' is async" in run.stdout

    def test_of_a_conftest_replace_those_with_the_same_words(self, project):
        """A conftest may redefine a step of the suite, as pytest's fixtures allow; that is not ambiguous."""
        project.write("features/x.feature", "Feature: x\n  Scenario: y\n    Given a number 1\n    Then it is 2\n")
        project.write(
            "features/conftest.py",
            """
            from pytest_bdd import then
            from pytest_bdd.parsers import parse

            @then(parse("it is {number:d}"))
            def is_half(box, number):
                assert box[0] * 2 == number
            """,
        )

        assert "1 passed" in project.run().stdout

    def test_get_arguments_that_no_other_scenario_changed(self, project):
        """A step may change a list that its parser made; a later scenario with the same words gets a new one."""
        scenario = "  Scenario: {}\n    Given the numbers 1 2\n    Then there are 3\n"
        project.write("features/x.feature", f"Feature: x\n{scenario.format('a')}{scenario.format('b')}")
        project.write(
            "steps/lists.py",
            """
            from pytest_bdd import given, then
            from pytest_bdd.parsers import parse

            @given(parse("the numbers {numbers:Words}", extra_types={"Words": str.split}), target_fixture="box")
            def numbers_and_another(numbers):
                numbers.append("3")
                return numbers

            @then(parse("there are {count:d}"))
            def are(box, count):
                assert len(box) == count
            """,
        )

        assert "2 passed" in project.run().stdout

    def test_that_cannot_be_imported_are_reported(self, project):
        """A broken module of steps is named with what broke."""
        project.write("features/plain.feature", PLAIN)
        project.write("steps/broken.py", "import nothing_like_it\n")

        run = project.run()

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert "broken.py: cannot import steps: ModuleNotFoundError: No module named 'nothing_like_it'" in run.stderr

    def test_of_one_suite_can_import_each_other(self, project):
        """The modules of a folder of steps are a package."""
        project.write("features/plain.feature", PLAIN)
        project.write("steps/also.py", "from .numbers import doubled\n\nDOUBLED = doubled\n")

        assert "3 passed" in project.run().stdout


class TestSession:
    def test_without_features_costs_nothing(self, project):
        """A session of unit tests in the same project does not even read the suite, broken as it may be."""
        project.write("features/broken.feature", "no gherkin at all")
        project.write("tests/test_x.py", "def test_x():\n    pass\n")

        alone = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"],
            cwd=project.path,
            env=project.environment,
            capture_output=True,
            text=True,
            check=False,
        )

        assert "1 passed" in alone.stdout
