"""What each faulty target does, and what a run makes of it on the steps that ship."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.record import Verdict
from kserve_conformance.targets.contract import NotSettled, Unreachable
from kserve_conformance.targets.faulty import (
    AnswersWrong,
    DiesAfter,
    LeavesThingsBehind,
    NeverSettles,
    RefusesEverything,
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

    def test_of_one_that_answers_wrong_is_a_runtime_that_nobody_has(self):
        """Whatever the rules say."""
        with AnswersWrong(memory()) as target:
            target.apply(SERVICE)
            observed = target.observe(KEY, SOON)

            assert observed.outcome == Outcome.RUNS
            assert str(observed.runtime) == "ClusterServingRuntime wrong"

    def test_of_one_that_refuses_is_in_applying(self):
        """Nothing gets into store."""
        with RefusesEverything(memory()) as target:
            assert target.apply(SERVICE)[0].rejected

    def test_of_one_that_leaves_things_behind_shows_after_a_reset(self):
        """What was there is still there."""
        with LeavesThingsBehind(memory()) as target:
            target.apply(SERVICE)
            target.reset()

            assert target.observe(KEY, SOON).service["metadata"]["name"] == "model"


class TestRun:
    FEATURE = """
        Feature: One
          Scenario: one
            Given a ClusterServingRuntime "ours"
              | format  | version | autoSelect |
              | sklearn | 1       | true       |
            When a service in namespace "team-a" asks for "sklearn"
            Then it runs on ClusterServingRuntime "ours"
    """

    @pytest.mark.parametrize(
        ("fault", "verdict"),
        [
            ("NeverSettles", Verdict.ERRORED),
            ("AnswersWrong", Verdict.FAILED),
            ("RefusesEverything", Verdict.FAILED),
            ("Wrapped", Verdict.PASSED),
        ],
    )
    def test_tells_a_wrong_answer_from_none(self, project, fault, verdict):
        """A wrong answer is a failure; no answer is no verdict on anybody; without a fault it is a pass."""
        project.write("conftest.py", 'pytest_plugins = ["kserve_conformance.pytest_plugin"]\n')
        project.write("features/one.feature", self.FEATURE)
        project.write(
            "own.py",
            f"""
            from kserve_conformance.targets.faulty import {fault}
            from kserve_conformance.targets.memory import MemoryTarget

            def opened():
                return {fault}(MemoryTarget("v0.15.2"))
            """,
        )

        run = project.recorded("--kserve-target", "python:own:opened")

        assert run.scenarios["one"].verdict == verdict
