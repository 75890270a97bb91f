"""Expectations of admissions, and the texts of failures."""

from __future__ import annotations

import pytest
from failures import failure
from selection import TEAM, cluster_ref, entry, service
from world_examples import served, world

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.world import Nonconformity
from kserve_conformance.world.summaries import choice_of

R = cluster_ref("r")


class TestAdmissions:
    def test_an_accepted_service(self):
        """
        A stored service was accepted, so a rejection is not met.
        """
        served().expect_service_admission(accepted=True)

        assert failure(served().expect_service_admission, accepted=False).observed == "accepted"
        assert failure(served().expect_service_admission, accepted=False, text="name").expected == "rejected: name"

    def test_a_rejected_service(self):
        """
        A rejection matches with its text, or without any.
        """
        made = world()
        made.apply_service(service(name="Bad"))
        made.expect_service_admission(accepted=False)
        made.expect_service_admission(accepted=False, text="lower case")

        assert failure(made.expect_service_admission, accepted=True).expected == "accepted"
        assert "lower case" in failure(made.expect_service_admission, accepted=False, text="upper case").observed

    def test_a_runtime_is_answered_for_itself(self):
        """
        The answer to the service is not the answer to the runtime.
        """
        made = served()
        failed = failure(made.expect_runtime_admission, accepted=True)
        assert failed.message == "no runtime was applied before this step"

        made.apply_runtime(cluster_ref("s"), {"supportedModelFormats": []})
        made.expect_runtime_admission(accepted=False, text="spec.containers: Required value")
        failure(made.expect_runtime_admission, accepted=True)

    def test_nothing_reported_is_not_a_result(self):
        """
        Before anything is applied nothing was accepted.
        """
        assert failure(world().expect_service_admission, accepted=True).message == (
            "no service was applied before this step"
        )

    def test_a_stored_runtime_has_a_field_or_not(self):
        """
        What the release's schema dropped of the runtime is not there.
        """
        made = world("v0.9.0")
        failure(made.expect_stored_runtime, "spec.containers", present=True)
        made.apply_runtime(R, over={"supportedModelFormats": [entry(priority=1)]})
        made.expect_stored_runtime("spec.supportedModelFormats.sklearn.autoSelect", present=True)
        made.expect_stored_runtime("spec.supportedModelFormats.sklearn.priority", present=False)

        failed = failure(made.expect_stored_runtime, "spec.supportedModelFormats.sklearn.priority", present=True)
        assert failed.observed == "nothing"
        failed = failure(made.expect_stored_runtime, "spec.supportedModelFormats.sklearn.autoSelect", present=False)
        assert failed.observed == "True"


class TestFailures:
    @pytest.mark.parametrize(
        ("parts", "line"),
        [
            ({}, "ClusterServingRuntime r"),
            ({"outcome": Outcome.CUSTOM}, "its own container, no runtime needed"),
            ({"outcome": Outcome.UNMANAGED}, "not managed by this controller"),
            ({"outcome": Outcome.REJECTED}, "rejected"),
            ({"outcome": Outcome.NO_RUNTIME, "reason": "A", "message": "b"}, "no runtime (A): b; no Warning events"),
            (
                {"outcome": Outcome.NO_RUNTIME, "errors": ("a", "b")},
                "no runtime, no failure in the status; Warning events: a | b",
            ),
            (
                {"one_of": (cluster_ref("b"), cluster_ref("a"))},
                "one of ClusterServingRuntime a, ClusterServingRuntime b",
            ),
        ],
    )
    def test_an_observation_is_one_line(self, parts, line):
        """
        Every outcome has its words, and equal observations the same ones.
        """
        assert line == str(choice_of(served(**parts).observation))

    def test_logs_are_evidence(self):
        """
        What the controller logged goes with the failure.
        """
        failed = failure(served(logs=("one", "two"), errors=("bad",)).expect_runtime, cluster_ref("s"))

        assert (failed.evidence["log"], failed.evidence["events"]) == ("one\ntwo", "bad")

    def test_no_model_has_no_story(self):
        """
        If no runtime is needed, the resolver explains nothing.
        """
        made = world()
        made.store_service(service({}, key="sklearn"))

        assert failure(made.expect_runtime, R).explanation == ()

    def test_a_failure_is_reported_whole(self):
        """
        The text has expected, observed and the story below each other.
        """
        whole = Nonconformity("it failed", expected="a", observed="b", explanation=("v1:", "✓ r"))

        assert str(whole) == "it failed\n  expected: a\n  observed: b\n  the reference:\n    v1:\n    ✓ r"
        assert str(Nonconformity("it failed")) == "it failed"

    def test_hints_are_part_of_the_story(self):
        """
        A failure says what would have helped.
        """
        made = world()
        made.add_runtime(R, over={"supportedModelFormats": [entry(auto=False)]})
        made.apply_service(service())
        failed = failure(made.expect_runtime, R)

        assert failed.explanation[-1] == "hint: set runtime: r to select it by name"
        assert made.service == ObjectKey("InferenceService", "fraud", TEAM)
