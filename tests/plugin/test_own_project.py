"""A user's own project: its features in our words, with the plugin loaded by name and no step of its own."""

from __future__ import annotations

import pytest

FEATURE = """
    Feature: Our runtimes
      Scenario: The team's runtime is used
        Given a ServingRuntime "ours" in namespace "team-a"
          | format  | version | autoSelect |
          | sklearn | 1       | true       |
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ServingRuntime "ours" in namespace "team-a"

      Scenario: Another team does not see it
        Given a ServingRuntime "ours" in namespace "team-a"
          | format  | version | autoSelect |
          | sklearn | 1       | true       |
        When a service in namespace "team-b" requests "sklearn"
        Then it runs on ServingRuntime "ours" in namespace "team-a"

      Scenario: The scenario before left nothing behind
        When a service in namespace "team-a" requests "sklearn"
        Then it has no runtime because of "NoSupportingRuntime"
"""


@pytest.fixture(scope="module")
def run(make_project):
    project = make_project()
    project.write("conftest.py", 'pytest_plugins = ["kserve_conformance.pytest_plugin"]\n')
    (project.path / "steps/numbers.py").unlink()
    project.write("features/ours.feature", FEATURE)
    return project.recorded("--kserve-target", "memory:v0.15.2")


class TestOwnFeatures:
    def test_run_on_our_steps(self, run):
        """A feature in the vocabulary of the shipped suite needs nothing else."""
        assert run.scenarios["The team's runtime is used"].verdict == "passed"

    def test_fail_with_the_story(self, run):
        """Expected, observed and the explanation of the reference are in pytest's output and in the record."""
        finding = run.scenarios["Another team does not see it"].finding

        assert finding.expected
        assert finding.observed
        assert finding.explanation
        assert f"  expected: {finding.expected}" in run.output
        assert "features/ours.feature:15  Then it runs on ServingRuntime" in run.output

    def test_do_not_meet_each_other(self, run):
        """What one scenario applied is gone before the next."""
        assert run.scenarios["The scenario before left nothing behind"].verdict == "passed"
