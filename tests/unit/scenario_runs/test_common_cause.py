"""When a run stops because nothing runs, and when it never does."""

from __future__ import annotations

import pytest

from kserve_conformance.record.model import Scenario, Verdict
from kserve_conformance.scenario_runs.common_cause import ENOUGH, FEWEST, CommonCause


def line(verdict: Verdict, reason: str | None = None) -> Scenario:
    return Scenario(id="a", name="a", feature="f", path="f.feature", verdict=verdict, reason=reason)


def errored(number: int, what: str = "did not settle") -> Scenario:
    return line(Verdict.ERRORED, f"InferenceService team-{number}/model-{number} {what} within {number}.5 s")


class TestCommonCause:
    def test_scenarios_that_error_alike_have_a_cause(self):
        """Messages that differ only in names and numbers are one cause, in the words of the last one."""
        cause = CommonCause()
        for number in range(ENOUGH - 1):
            cause.note(errored(number))
        assert cause.message is None

        cause.note(errored(99))

        assert cause.message == errored(99).reason
        assert cause.count == ENOUGH

    def test_a_pass_before_or_between_is_proof_of_the_target(self):
        """Once anything passed, errors are what they are, however many there are."""
        for passed_at in (0, ENOUGH - 1):
            cause = CommonCause()
            for number in range(3 * ENOUGH):
                cause.note(line(Verdict.PASSED) if number == passed_at else errored(number))

            assert cause.message is None

    def test_failed_expectations_are_results(self):
        """A target that chooses wrongly in every scenario gets a verdict on each of them."""
        cause = CommonCause()
        for _ in range(10 * ENOUGH):
            cause.note(line(Verdict.FAILED, "the same message"))

        assert cause.message is None

    def test_scenarios_that_did_not_run_do_not_count(self):
        """Skipped and unsupported scenarios are neither errors nor passes."""
        cause = CommonCause()
        for number in range(ENOUGH):
            cause.note(line(Verdict.SKIPPED, "requires pods"))
            cause.note(line(Verdict.UNSUPPORTED, "until v0.8.0"))
            cause.note(errored(number))

        assert cause.message is not None

    def test_different_errors_are_different_causes(self):
        """No cause has enough scenarios of its own."""
        cause = CommonCause()
        for number in range(ENOUGH - 1):
            for what in ("did not settle", "was lost", "had no status"):
                cause.note(errored(number, what))

        assert cause.message is None

    @pytest.mark.parametrize(("targets", "enough"), [(1, ENOUGH), (2, 10), (3, 7), (100, FEWEST)])
    def test_targets_in_parallel_share_the_number(self, targets, enough):
        """Each of several targets sees a part of the scenarios."""
        cause = CommonCause(targets)
        for number in range(enough):
            assert cause.message is None
            cause.note(errored(number))

        assert cause.message is not None
