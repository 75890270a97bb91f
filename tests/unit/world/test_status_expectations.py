"""Expectations of status, events and consumers, and of parts that a target does not report."""

from __future__ import annotations

import pytest
from failures import failure
from selection import cluster_ref
from world_examples import served, unserved

from kserve_conformance.objects import Outcome
from kserve_conformance.record.choice import ChoiceOutcome
from kserve_conformance.targets.contract import Unreported
from kserve_conformance.world.summaries import choice_of

R = cluster_ref("r")
NONE = "No runtime found to support specified framework/version"
NO_MODEL = "no runtime found to support predictor with model type: {sklearn <nil>}"


class TestStatus:
    def test_reason_and_message_are_compared(self):
        """
        Both must be equal.
        """
        unserved().expect_status("NoSupportingRuntime", NONE)

    @pytest.mark.parametrize(
        ("reason", "message"), [(None, None), ("RuntimeDisabled", NONE), ("NoSupportingRuntime", "x")]
    )
    def test_either_may_be_wrong(self, reason, message):
        """
        A failure that is not there, another reason and another message all fail.
        """
        failed = failure(unserved().expect_status, reason, message)

        assert failed.observed == f"NoSupportingRuntime: {NONE}"

    def test_no_failure_is_expected_as_nothing(self):
        """A status without a failure matches, and one with a failure does not."""
        served().expect_status(None, None)
        failed = failure(served().expect_status, "NoSupportingRuntime", NONE)

        assert failed.observed == "no failure in the status"

    def test_an_event_has_a_text_or_not(self):
        """
        Part of a Warning event's message is enough, letter by letter.
        """
        unserved().expect_event("no runtime found")

        assert failure(unserved().expect_event, "No runtime found").observed == NO_MODEL
        assert failure(served().expect_event, "no runtime found").observed == "no Warning event"

    def test_the_status_names_a_runtime(self):
        """
        Kind and name are compared, and no name is a name of its own.
        """
        served().expect_status_name("ClusterServingRuntime", "r")
        served("v0.15.2").expect_status_name(None, None)

        assert failure(served().expect_status_name, None, None).observed == "ClusterServingRuntime r"
        assert failure(served().expect_status_name, "ServingRuntime", "r").expected == "ServingRuntime r"
        assert failure(served("v0.15.2").expect_status_name, "ClusterServingRuntime", "r").observed == "none"

    def test_the_workload_is_of_a_runtime(self):
        """
        The runtime that the workload was made of is compared, whatever the choice is now.
        """
        served().expect_workload(R)

        assert failure(served().expect_workload, cluster_ref("s")).observed == "ClusterServingRuntime r"
        assert failure(unserved().expect_workload, R).observed == "no workload"

    def test_nothing_was_made(self):
        """
        A service without a pod has no workload; one with a pod has.
        """
        unserved().expect_no_workload()

        assert failure(served().expect_no_workload).observed == "ClusterServingRuntime r"

    def test_a_failure_without_a_word(self):
        """
        No runtime, no reason and no event; any reason, event or runtime fails.
        """
        silent = {"reason": None, "message": None, "errors": ()}
        unserved(**silent).expect_no_runtime_without_reason()

        failure(served(**silent).expect_no_runtime_without_reason)
        failure(unserved(**{**silent, "reason": "NoSupportingRuntime"}).expect_no_runtime_without_reason)
        failure(unserved(**{**silent, "errors": ("no",)}).expect_no_runtime_without_reason)
        failure(unserved(**silent, one_of=(R, cluster_ref("a"))).expect_no_runtime_without_reason)


class TestConsumers:
    def test_a_graph_calls_by_a_protocol_or_cannot(self):
        """
        Another protocol, and none where one is expected, both fail.
        """
        served(graph_protocol="v1").expect_graph_protocol("v1")
        served(graph_protocol=None).expect_graph_protocol(None)

        assert failure(served(graph_protocol="v1").expect_graph_protocol, "v2").observed == "v1"
        assert failure(served(graph_protocol="v1").expect_graph_protocol, None).expected == "cannot be called"
        assert failure(served(graph_protocol=None).expect_graph_protocol, "v1").observed == "cannot be called"

    def test_a_canary_runs_on_a_runtime_or_has_none_for_a_cause(self):
        """
        Runtime and cause are compared, and a canary that is not there has neither.
        """
        made = served(canaries={"next": R, "bad": "RuntimeDisabled"})
        made.expect_canary("next", R)
        made.expect_canary("bad", "RuntimeDisabled")

        assert failure(made.expect_canary, "next", cluster_ref("s")).observed == "ClusterServingRuntime r"
        assert failure(made.expect_canary, "bad", R).observed == "RuntimeDisabled"
        assert failure(made.expect_canary, "gone", R).observed == "no such canary"


class TestUnreported:
    @pytest.mark.parametrize(
        ("unreported", "expect", "arguments"),
        [
            ("runtime", "expect_runtime", (R,)),
            ("outcome", "expect_runtime", (R,)),
            ("runtime", "expect_one_of", (R,)),
            ("outcome", "expect_no_runtime", ("NoSupportingRuntime",)),
            ("outcome", "expect_outcome", (Outcome.RUNS, "runs")),
            ("reason", "expect_status", (None, None)),
            ("message", "expect_status", (None, None)),
            ("errors", "expect_event", ("x",)),
            ("errors", "expect_no_runtime_without_reason", ()),
            ("reason", "expect_no_runtime_without_reason", ()),
            ("outcome", "expect_no_runtime_without_reason", ()),
            ("status_runtime", "expect_status_name", (None, None)),
            ("workload", "expect_workload", (R,)),
            ("pod", "expect_no_workload", ()),
            ("graph_protocol", "expect_graph_protocol", (None,)),
            ("canaries", "expect_canary", ("next", R)),
            ("service", "expect_stored", ("runtime", None)),
            ("service", "expect_absent", ("stored manifest", "x")),
            ("pod", "expect_absent", ("pod", "x")),
            ("pod", "expect_part", ("container", {})),
            ("pod", "expect_env", ("A", None)),
            ("pod", "expect_containers", ()),
        ],
    )
    def test_is_neither_right_nor_wrong(self, unreported, expect, arguments):
        """
        An expectation that rests on what a target keeps to itself does not hold, and does not fail either.
        """
        made = served(unreported=frozenset({unreported}))
        with pytest.raises(Unreported) as silence:
            getattr(made, expect)(*arguments)

        assert silence.value.part == unreported

    def test_is_reported_as_such(self):
        """
        A list of choices does not guess.
        """
        assert choice_of(served(unreported=frozenset({"outcome"})).observation).outcome is ChoiceOutcome.UNKNOWN
