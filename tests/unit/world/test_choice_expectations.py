"""Expectations of the runtime that a service gets."""

from __future__ import annotations

import pytest
from failures import failure
from selection import cluster_ref, entry, namespaced_ref, service
from world_examples import Showing, served, unserved, world

from kserve_conformance.objects import Outcome
from kserve_conformance.record.choice import ChoiceOutcome
from kserve_conformance.targets.contract import Admission, Capability
from kserve_conformance.targets.faulty import AnswersWrong
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import World
from kserve_conformance.world.summaries import cause_of, rejection_of

R = cluster_ref("r")
NONE = "No runtime found to support specified framework/version"
NO_MODEL = "no runtime found to support predictor with model type: {sklearn <nil>}"


class TestRuntime:
    def test_the_chosen_one_is_expected(self):
        """
        A service that runs on the runtime passes.
        """
        served().expect_runtime(R)

    @pytest.mark.parametrize("ref", [cluster_ref("s"), namespaced_ref("r")])
    def test_another_one_is_not(self, ref):
        """
        Name, kind and namespace must match; a failure has what was expected, observed and explained.
        """
        failed = failure(served().expect_runtime, ref)

        assert (failed.expected, failed.observed) == (str(ref), "ClusterServingRuntime r")
        assert failed.explanation == (
            "v0.16.0:",
            "requests sklearn, protocol v1 (default)",
            "✓ ClusterServingRuntime r   selected",
        )
        assert {"service", "runtimes", "pod"} == set(failed.evidence)

    def test_no_runtime_is_none(self):
        """
        A service without a runtime does not run on it, and the events are evidence.
        """
        failed = failure(unserved().expect_runtime, R)

        assert failed.observed == f"no runtime (NoSupportingRuntime): {NONE}; Warning events: {NO_MODEL}"
        assert failed.evidence["events"] == NO_MODEL

    @pytest.mark.parametrize("outcome", [Outcome.NO_RUNTIME, Outcome.CUSTOM, Outcome.UNMANAGED])
    def test_a_runtime_that_does_not_run_is_none(self, outcome):
        """
        A target that names a runtime and says that nothing runs on it has shown no choice.
        """
        failure(served(outcome=outcome).expect_runtime, R)

    def test_an_open_choice_is_not_a_certain_one(self):
        """
        Where the rules leave another runtime open, running on this one is luck.
        """
        failed = failure(served(one_of=(R, cluster_ref("a"))).expect_runtime, R)

        assert failed.observed == "one of ClusterServingRuntime a, ClusterServingRuntime r"

    def test_a_target_that_answers_wrong_is_caught(self):
        """
        The wrong runtime fails, wherever it is observed.
        """
        with World(AnswersWrong(MemoryTarget("v0.16.0")), release="v0.16.0") as wrong:
            wrong.apply_service(service())

            failure(wrong.expect_runtime, R)

    def test_a_rejected_service_runs_nowhere(self):
        """
        A rejected service has no decision: the failure has the rejection and the rejected manifest.
        """
        made = served()
        made.apply_service(service(name="Bad"))
        failed = failure(made.expect_runtime, R)

        assert failed.expected == "accepted"
        assert "must consist of lower case" in failed.observed
        assert "name: Bad" in failed.evidence["service"]

    def test_a_rejected_service_is_a_choice(self):
        """
        A record keeps the rejection with its text, and names the services where there are several.
        """
        made = served()
        made.expect_runtime(R)
        made.apply_service(service(name="Bad"))
        first, second = made.choices

        assert (first.outcome, first.service.name) == (ChoiceOutcome.RUNS, "fraud")
        assert (second.outcome, second.service.name) == (ChoiceOutcome.REJECTED, "Bad")
        assert "must consist of lower case" in second.message

    def test_a_rejection_without_a_known_text_has_none(self):
        """
        What a target does not report of a rejection is not in the record.
        """
        admission = Admission(R, rejected="?", unreported=frozenset({"why_rejected"}))

        assert rejection_of(admission).message is None

    def test_without_a_service_nothing_runs(self):
        """
        A step that speaks of a service before there is one fails.
        """
        assert failure(world().expect_runtime, R).message == "no service was applied before this step"

    def test_the_target_is_observed_once(self):
        """
        Consecutive expectations share one observation; a change discards it.
        """
        made = served()
        made.expect_runtime(R)
        made.expect_status(None, None)
        assert made.target.requested == 1

        made.reconcile()
        made.expect_runtime(R)
        assert made.target.requested == 2
        assert list(map(str, made.choices)) == ["ClusterServingRuntime r"] * 2


class TestOneOf:
    REFS = (cluster_ref("a"), cluster_ref("r"))

    def test_exactly_the_open_ones_are_expected(self):
        """
        A target that knows the rules must leave open what the scenario says, in any order.
        """
        served(one_of=self.REFS).expect_one_of(*reversed(self.REFS))

    @pytest.mark.parametrize(
        "one_of",
        [
            pytest.param((), id="none"),
            pytest.param((cluster_ref("r"), cluster_ref("b")), id="others"),
            pytest.param((*REFS, cluster_ref("b")), id="more"),
        ],
    )
    def test_fewer_more_or_others_are_not(self, one_of):
        """
        A choice that such a target knows to be certain, or open to others, is another.
        """
        failed = failure(served(one_of=one_of).expect_one_of, *self.REFS)

        assert failed.expected == "one of ClusterServingRuntime a, ClusterServingRuntime r"

    def test_any_of_them_is_enough_for_who_does_not_know(self):
        """
        A real KServe chooses one: it must be among them.
        """

        class Unknowing(Showing):
            capabilities = frozenset(Capability) - {Capability.OPEN_CHOICES}

        for runtime, passes in ((R, True), (cluster_ref("b"), False)):
            made = World(Unknowing(runtime=runtime), release="v0.16.0")
            made.add_runtime(R, over={"supportedModelFormats": [entry()]})
            made.apply_service(service())
            if passes:
                made.expect_one_of(*self.REFS)
            else:
                assert failure(made.expect_one_of, *self.REFS).observed == "ClusterServingRuntime b"

    def test_none_is_not_one(self):
        """
        A service without a runtime has none of them.
        """
        failure(unserved().expect_one_of, *self.REFS)
        failure(served(outcome=Outcome.NO_RUNTIME, one_of=self.REFS).expect_one_of, *self.REFS)


class TestNoRuntime:
    def test_the_cause_is_expected(self):
        """
        A service without a runtime for the stated reason passes.
        """
        unserved().expect_no_runtime("NoSupportingRuntime")

    def test_it_is_read_from_events_where_the_status_has_none(self):
        """v0.8.0 reports it in events only."""
        unserved("v0.8.0").expect_no_runtime("NoSupportingRuntime")

    @pytest.mark.parametrize("made", [unserved, served])
    def test_another_cause_or_none_is_not(self, made):
        """
        Another cause, and a runtime, both fail.
        """
        failed = failure(made().expect_no_runtime, "RuntimeDisabled")

        assert failed.expected == "no runtime, RuntimeDisabled"

    def test_an_end_that_is_open_is_not(self):
        """
        If the rules allow a runtime that serves, "no runtime" is not certain.
        """
        failure(unserved(one_of=(R, cluster_ref("a"))).expect_no_runtime, "NoSupportingRuntime")

    def test_a_rejection_without_any_cause_is_not(self):
        """
        A target that reports nothing reports no reason.
        """
        failed = failure(unserved(reason=None, message=None, errors=()).expect_no_runtime, "NoSupportingRuntime")

        assert failed.observed == "no runtime, no failure in the status; no Warning events"

    @pytest.mark.parametrize(
        ("errors", "cause"),
        [
            (("No ServingRuntimes or ClusterServingRuntimes with the name: r",), "RuntimeNotRecognized"),
            (("specified runtime r is disabled",), "RuntimeDisabled"),
            (("specified runtime r does not support specified protocol version",), "NoSupportingRuntime"),
            ((f"fails to reconcile component: {NO_MODEL}",), "NoSupportingRuntime"),
            (("Failed to replace placeholders in serving runtime Container",), "InvalidPredictorSpec"),
            (("failed to find kserve-container in ServingRuntime containers",), "InvalidPredictorSpec"),
            (("specified runtime r is disabled", NO_MODEL), "NoSupportingRuntime"),
            ((NO_MODEL, "the quota is exceeded"), "NoSupportingRuntime"),
            (("the quota is exceeded",), None),
            ((), None),
        ],
    )
    def test_the_newest_event_that_reports_one_decides(self, errors, cause):
        """
        Each error text of KServe has its cause, in the words of the releases that report one.
        """
        assert cause == cause_of(errors)


class TestOutcome:
    def test_it_is_as_expected_or_not(self):
        """
        The failure repeats the words of the step.
        """
        served().expect_outcome(Outcome.RUNS, "runs")
        failed = failure(served().expect_outcome, Outcome.CUSTOM, "uses no runtime")

        assert (failed.expected, failed.observed) == ("uses no runtime", "ClusterServingRuntime r")
