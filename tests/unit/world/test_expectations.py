"""What a scenario expects: each expectation holds where it should, and fails where it should not."""

from __future__ import annotations

import pytest
from selection import TEAM, cluster_ref, entry, namespaced_ref, service
from showing import Showing, served, unserved, world

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.record.choice import ChoiceOutcome
from kserve_conformance.targets.contract import Admission, Capability, Unreported
from kserve_conformance.targets.faulty import AnswersWrong
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import Nonconformity, World
from kserve_conformance.world.summaries import cause_of, choice_of, rejection_of

R = cluster_ref("r")
NONE = "No runtime found to support specified framework/version"
NO_MODEL = "no runtime found to support predictor with model type: {sklearn <nil>}"


def failure(expect, *arguments, **more) -> Nonconformity:
    with pytest.raises(Nonconformity) as caught:
        expect(*arguments, **more)
    return caught.value


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

    def test_an_open_choice_is_no_certain_one(self):
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

    def test_the_target_is_requested_once(self):
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


class TestRefusal:
    def test_the_cause_is_expected(self):
        """
        A service without a runtime for the stated reason passes.
        """
        unserved().expect_no_runtime("NoSupportingRuntime")

    def test_it_is_read_from_events_where_the_status_has_none(self):
        """
        v0.8.0 tells in its events alone.
        """
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
        """
        A status without a failure is one, and no failure is no other.
        """
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


class TestWhatIsNotTold:
    @pytest.mark.parametrize(
        ("untold", "expect", "arguments"),
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
    def test_is_neither_right_nor_wrong(self, untold, expect, arguments):
        """
        An expectation that rests on what a target keeps to itself does not hold, and does not fail either.
        """
        made = served(unreported=frozenset({untold}))
        with pytest.raises(Unreported) as silence:
            getattr(made, expect)(*arguments)

        assert silence.value.part == untold

    def test_is_reported_as_such(self):
        """
        A list of choices does not guess.
        """
        assert choice_of(served(unreported=frozenset({"outcome"})).observation).outcome is ChoiceOutcome.UNKNOWN


class TestAnswers:
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

    def test_nothing_is_no_answer(self):
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


class TestTelling:
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
