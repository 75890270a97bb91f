"""Deviations that are listed for a release, in a run of pytest: each must occur, and no error is one."""

from __future__ import annotations

import pytest

from kserve_conformance.record import Verdict

DEVIATING = """
    @claim-d9
    Feature: Deviations
      Scenario: does not hold
        Given a number 1
        Then it is 2
      Scenario: holds all the same
        Given a number 1
        Then it is 1
      Scenario: breaks
        Then an undefined step
"""


@pytest.fixture(scope="module")
def listed(make_project):
    """A run on the one release whose documentation has priorities before the code has them (claim d9)."""
    project = make_project()
    project.write("features/deviations.feature", DEVIATING)
    return project.recorded("--kserve-target", "memory:v0.11.0")


class TestDeviations:
    def test_that_are_listed_are_no_failures(self, listed):
        """A scenario that fails where its release is known to deviate deviates, and says from what."""
        scenario = listed.scenarios["does not hold"]

        assert scenario.verdict == Verdict.DEVIATES
        assert scenario.deviation.id == "priority-documented-before-it-exists"
        assert scenario.finding.message == "assert 1 == 2"

    def test_that_no_longer_happen_are_failures(self, listed):
        """A list that is out of date is found out."""
        scenario = listed.scenarios["holds all the same"]

        assert scenario.verdict == Verdict.FAILED
        assert scenario.finding.message == "the known deviation priority-documented-before-it-exists did not occur"

    def test_do_not_excuse_what_broke(self, listed):
        """An error is not a deviation."""
        assert listed.scenarios["breaks"].verdict == Verdict.ERRORED

    def test_are_counted_alike_by_pytest(self, listed):
        """Pytest counts the deviation as expected, and fails the scenario that passed all the same."""
        assert "2 failed, 1 xfailed" in listed.output
