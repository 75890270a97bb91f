"""What each faulty target does, and what a run makes of it on the steps that ship."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.record import Verdict, conforms
from kserve_conformance.targets.contract import NotSettled, Unreachable
from kserve_conformance.targets.faulty import (
    AnswersWrong,
    CannotDiagnose,
    DiagnosesEverything,
    DiesAfter,
    LeavesThingsBehind,
    NeverSettles,
    RejectsEverything,
)
from kserve_conformance.targets.memory import MemoryTarget

SOON = timedelta(seconds=1)

SERVICE = {
    "apiVersion": "serving.kserve.io/v1beta1",
    "kind": "InferenceService",
    "metadata": {"name": "model", "namespace": "team-a"},
    "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://models/model"}}},
}

KEY = ObjectKey.of(SERVICE)


def memory() -> MemoryTarget:
    return MemoryTarget("v0.15.2")


class TestFault:
    def test_of_one_that_dies_comes_after_so_many_applications(self):
        """It answers until then, and to nothing after."""
        with DiesAfter(memory(), 1) as target:
            target.apply(SERVICE)

            with pytest.raises(Unreachable):
                target.apply(SERVICE)
            with pytest.raises(Unreachable):
                target.observe(KEY, SOON)
            with pytest.raises(Unreachable):
                target.reset()

    def test_of_one_that_never_settles_is_in_observing(self):
        """It takes everything."""
        with NeverSettles(memory()) as target:
            assert target.apply(SERVICE)[0].rejected is None
            with pytest.raises(NotSettled):
                target.observe(KEY, SOON)

    def test_of_one_that_answers_wrong_is_a_runtime_that_does_not_exist(self):
        """Whatever the rules say."""
        with AnswersWrong(memory()) as target:
            target.apply(SERVICE)
            observed = target.observe(KEY, SOON)

            assert observed.outcome == Outcome.RUNS
            assert str(observed.runtime) == "ClusterServingRuntime wrong"

    def test_of_one_that_rejects_is_in_applying(self):
        """Nothing gets into store."""
        with RejectsEverything(memory()) as target:
            assert target.apply(SERVICE)[0].rejected

    def test_of_one_that_leaves_things_behind_shows_after_a_reset(self):
        """The old objects are still there."""
        with LeavesThingsBehind(memory()) as target:
            target.apply(SERVICE)
            target.reset()

            assert target.observe(KEY, SOON).service["metadata"]["name"] == "model"

    def test_of_one_that_leaves_things_behind_is_admitted(self):
        """It reports what is left until it is deleted."""
        with LeavesThingsBehind(memory()) as target:
            target.apply(SERVICE)
            target.reset()

            assert target.leftovers(thorough=False) == ("InferenceService team-a/model",)

            target.delete(KEY)

            assert target.leftovers(thorough=True) == ()

    def test_of_one_that_cannot_diagnose_is_in_diagnosing(self):
        """Everything else works."""
        with CannotDiagnose(memory()) as target:
            target.apply(SERVICE)

            assert target.observe(KEY, SOON).outcome == Outcome.NO_RUNTIME
            with pytest.raises(RuntimeError, match="no evidence of InferenceService team-a/model"):
                target.diagnose(KEY)

    def test_of_none_reports_no_more_than_what_it_wraps(self):
        """If the wrapped target reports no evidence, there is none."""
        assert AnswersWrong(memory()).diagnose(KEY) == {}
        assert AnswersWrong(AnswersWrong(DiagnosesEverything(memory()))).diagnose(KEY)["log"].startswith("looked at")
        assert NeverSettles(memory()).leftovers(thorough=True) == ()


class TestRun:
    FEATURE = """
        Feature: One
          Scenario: one
            Given a ClusterServingRuntime "ours"
              | format  | version | autoSelect |
              | sklearn | 1       | true       |
            When a service in namespace "team-a" requests "sklearn"
            Then it runs on ClusterServingRuntime "ours"
    """

    @pytest.mark.parametrize(
        ("fault", "verdict"),
        [
            ("NeverSettles", Verdict.ERRORED),
            ("AnswersWrong", Verdict.FAILED),
            ("RejectsEverything", Verdict.FAILED),
            ("Wrapped", Verdict.PASSED),
        ],
    )
    def test_reports_a_wrong_answer_from_none(self, project, fault, verdict):
        """A wrong answer is a failure, no answer is not a verdict, and without a fault the scenario passes."""
        run = run_on(project, self.FEATURE, f'{fault}(MemoryTarget("v0.15.2"))')

        assert run.scenarios["one"].verdict == verdict


def run_on(project, feature: str, target: str, *arguments: str):
    """The record of a run against a target, which is written as Python has it."""
    project.write("conftest.py", 'pytest_plugins = ["kserve_conformance.pytest_plugin"]\n')
    project.write("features/one.feature", feature)
    project.write(
        "own.py",
        f"""
        from kserve_conformance.targets.faulty import *
        from kserve_conformance.targets.memory import MemoryTarget

        def opened():
            return {target}
        """,
    )
    return project.recorded("--kserve-target", "python:own:opened", *arguments)


TWO = """
    Feature: Two
      Background:
        Given a ClusterServingRuntime "ours"
          | format  | version | autoSelect |
          | sklearn | 1       | true       |
        When a service "fraud" in namespace "team-a" requests "sklearn"
      Scenario: holds
        Then it runs on ClusterServingRuntime "ours"
      Scenario: does not hold
        Then it runs on ClusterServingRuntime "theirs"
"""


class TestDiagnosis:
    def test_is_collected_for_a_failure_and_redacted(self, project):
        """A failed scenario has the target's evidence about its service; for a passed one none is collected."""
        run = run_on(project, TWO, 'DiagnosesEverything(MemoryTarget("v0.15.2"))')
        evidence = run.scenarios["does not hold"].finding.evidence

        assert run.scenarios["holds"].verdict == Verdict.PASSED
        assert evidence["log"] == "looked at InferenceService team-a/fraud, number 1; password: [redacted]"
        assert {"service", "runtimes"} <= set(evidence)

    def test_is_collected_for_an_error(self, project):
        """A service that shows nothing is looked at too."""
        run = run_on(project, TWO, 'NeverSettles(DiagnosesEverything(MemoryTarget("v0.15.2")))')

        assert {scenario.verdict for scenario in run.record.scenarios} == {Verdict.ERRORED}
        assert [one.finding.evidence["log"][:45] for one in run.record.scenarios] == [
            "looked at InferenceService team-a/fraud, numb"
        ] * 2

    def test_that_breaks_changes_no_verdict(self, project):
        """A failure stays a failure, and the reason why there is no evidence is shown."""
        run = run_on(project, TWO, 'CannotDiagnose(MemoryTarget("v0.15.2"))')
        scenario = run.scenarios["does not hold"]

        assert (run.scenarios["holds"].verdict, scenario.verdict) == (Verdict.PASSED, Verdict.FAILED)
        assert scenario.finding.evidence["unavailable"] == (
            "RuntimeError: no evidence of InferenceService team-a/fraud, on purpose"
        )


class TestLeftovers:
    @pytest.mark.parametrize(
        "arguments",
        [pytest.param((), id="alone"), pytest.param(("-n", "2"), id="with workers", marks=pytest.mark.slow)],
    )
    def test_are_reported_and_limit_the_conclusion(self, project, arguments):
        """What is left after a reset is reported with its scenario and at the end, also from a worker."""
        run = run_on(project, TWO, 'LeavesThingsBehind(MemoryTarget("v0.15.2"))', *arguments)
        left = ("ClusterServingRuntime ours", "InferenceService team-a/fraud")

        assert run.scenarios["holds"].leftovers == left
        assert run.record.footer.leftovers == left
        assert "2 objects left behind by the run" in conforms(run.record).notes

    def test_are_none_of_a_target_that_clears_away(self, project):
        """Nothing is reported if nothing is left."""
        run = run_on(project, TWO, 'Wrapped(MemoryTarget("v0.15.2"))')

        assert run.record.footer.leftovers == ()
        assert {scenario.leftovers for scenario in run.record.scenarios} == {()}
