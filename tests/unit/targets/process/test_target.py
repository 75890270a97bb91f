"""What the target sends, what it stores, and how it reads responses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from coded import raises
from command_example import RUNS, SERVICE, answering, runtime, service, target_of

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, ObjectKey, Outcome
from kserve_conformance.targets.contract import CannotDo, NotSettled, TargetCode, Unreported
from kserve_conformance.targets.process.failures import OutOfStep

SOON = timedelta(seconds=1)
RUNTIME = ObjectKey(NAMESPACED_RUNTIME, "server", "team-a")


def full(question):
    """Admits everything as it is and runs every service."""
    if "validateRuntime" in question:
        return {"runtimeAdmission": {"allowed": True}}
    return {"service": question["service"], "decision": RUNS, "pod": {"spec": {"containers": []}}}


class TestApplyingAService:
    def test_the_question_is_that_of_a_write(self):
        """The question has the namespace, every runtime in store, and admit."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime(), runtime("elsewhere", "team-b"), runtime("shared", None))
        target.apply(service())

        requested = command.questions[-1]
        assert requested["admit"] is True
        assert requested["namespace"] == "team-a"
        assert [each["metadata"]["name"] for each in requested["runtimes"]] == ["server", "elsewhere", "shared"]
        assert "validateRuntime" not in requested

    def test_it_is_stored_as_answered(self):
        """The implementation reports what admission stores."""
        admitted = service() | {"metadata": {"name": "model", "namespace": "team-a", "labels": {"a": "b"}}}
        (answer,) = target_of(answering({"service": admitted})).apply(service())

        assert answer.rejected is None
        assert answer.stored["metadata"]["labels"] == {"a": "b"}
        assert answer.unreported == frozenset()

    def test_a_rejection_is_passed_on_and_nothing_is_stored(self):
        """The implementation's text is unchanged."""
        target = target_of(answering({"rejected": "no such luck"}))
        (answer,) = target.apply(service())

        assert answer.rejected == "no such luck"
        with pytest.raises(NotSettled):
            target.observe(SERVICE, SOON)

    def test_without_admission_neither_acceptance_nor_storage_is_reported(self):
        """A decision is not an admission."""
        (answer,) = target_of(answering({"decision": RUNS})).apply(service())

        assert answer.unreported == {"stored", "rejected"}

    def test_without_a_word_it_is_admitted_anew_when_it_is_observed(self):
        """Its stored form is unknown, so it is not marked as stored."""
        command = answering({"decision": RUNS})
        target = target_of(command)
        target.apply(service())
        target.observe(SERVICE, SOON)

        assert [question["admit"] for question in command.questions] == [True, True]

    def test_without_admission_it_cannot_be_reapplied(self):
        """An apply is merged with what is stored, which is not known."""
        target = target_of(answering({"decision": RUNS}))
        target.apply(service())

        with pytest.raises(Unreported, match="does not report stored objects"):
            target.apply(service())

    def test_reapplied_it_is_merged_with_what_is_stored(self):
        """What admission added is kept, and what was applied before and is now absent is removed."""
        command = answering(
            lambda question: {
                "service": question["service"] | {"metadata": {**question["service"]["metadata"], "x": 1}}
            }
        )
        target = target_of(command)
        first = service()
        target.apply(first | {"metadata": {**first["metadata"], "labels": {"old": "1"}}})
        target.apply(first | {"metadata": {**first["metadata"], "labels": {"new": "1"}}})

        written = command.questions[-1]["service"]["metadata"]
        assert written["labels"] == {"new": "1"}
        assert written["x"] == 1

    def test_an_invalid_object_is_not_sent(self):
        """The harness's own type check is not the implementation's: the result is unreported."""
        command = answering(full)
        wrong = service(model={"modelFormat": {"name": "sklearn", "version": 1}})

        with pytest.raises(Unreported, match=r"does not report schema validation of the API server: .*version"):
            target_of(command).apply(wrong)
        assert command.questions == []


class TestApplyingARuntime:
    def test_its_webhook_sees_the_other_runtimes(self):
        """The written runtime is the one of the index."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime("first"), runtime("second"))

        requested = command.questions[-1]
        assert requested["validateRuntime"] == 1
        assert [each["metadata"]["name"] for each in requested["runtimes"]] == ["first", "second"]
        assert "service" not in requested

    def test_its_earlier_state_is_among_the_others(self):
        """An update is compared with what is in store, itself included."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime(disabled=True))
        target.apply(runtime())

        old, new = command.questions[-1]["runtimes"]
        assert old["spec"]["disabled"] is True
        assert "disabled" not in new["spec"]
        assert command.questions[-1]["validateRuntime"] == 1

    def test_a_rejection_is_passed_on_and_what_was_there_stays(self):
        """A rejected update changes nothing."""
        verdicts = iter([True, False])
        command = answering(lambda _: {"runtimeAdmission": {"allowed": next(verdicts, True), "message": "no"}})
        target = target_of(command)
        target.apply(runtime())
        (answer,) = target.apply(runtime(disabled=True))
        target.apply(runtime("other"))

        assert answer.rejected == "no"
        assert "disabled" not in command.questions[-1]["runtimes"][0]["spec"]

    def test_a_rejection_without_a_text_does_not_report_why(self):
        """The rejection is still reported."""
        (answer,) = target_of(answering({"runtimeAdmission": {"allowed": False}})).apply(runtime())

        assert answer.rejected is not None
        assert answer.unreported == {"why_rejected"}

    def test_without_a_word_it_is_there_and_not_reported_whether_it_is_accepted(self):
        """Most implementations are only about services."""
        command = answering(lambda question: {} if "validateRuntime" in question else full(question))
        target = target_of(command)
        (answer,) = target.apply(runtime())
        target.apply(service())

        assert answer.unreported == {"stored", "rejected"}
        assert len(command.questions[-1]["runtimes"]) == 1

    def test_how_it_is_stored_is_never_reported(self):
        """An implementation of the choice does not report which fields a schema drops."""
        (answer,) = target_of(answering(full)).apply(runtime())

        assert answer.unreported == {"stored"}


class TestTime:
    def test_what_is_created_after_a_tick_is_a_second_younger(self):
        """An update keeps its time."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime("old"))
        target.advance_clock()
        target.apply(runtime("new"), runtime("old", disabled=True))
        target.apply(service())

        times = {
            each["metadata"]["name"]: each["metadata"]["creationTimestamp"]
            for each in command.questions[-1]["runtimes"]
        }
        assert times == {"old": "2024-01-01T00:00:00Z", "new": "2024-01-01T00:00:01Z"}

    def test_what_is_deleted_and_recreated_is_young(self):
        """Nothing remembers it."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime())
        target.delete(RUNTIME)
        target.advance_clock()
        target.apply(runtime())

        assert command.questions[-1]["runtimes"][0]["metadata"]["creationTimestamp"] == "2024-01-01T00:00:01Z"


class TestObserving:
    def test_the_question_about_a_stored_service_does_not_admit_it(self):
        """No webhook runs on an object that is not written."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime(), service())
        observed = target.observe(SERVICE, SOON)

        assert command.questions[-1]["admit"] is False
        assert command.questions[-1]["service"]["metadata"]["creationTimestamp"]
        assert (observed.outcome, observed.runtime) == (Outcome.RUNS, ObjectKey(NAMESPACED_RUNTIME, "server", "team-a"))

    def test_a_cluster_runtime_has_no_namespace(self):
        """A runtime is named by its kind and name."""
        decision = {"runtime": {"kind": CLUSTER_RUNTIME, "name": "shared"}}
        target = target_of(answering(lambda question: {"service": question["service"], "decision": decision}))
        target.apply(service())

        assert target.observe(SERVICE, SOON).runtime == ObjectKey(CLUSTER_RUNTIME, "shared")

    def test_what_was_stored_past_the_webhooks_is_sent_unchanged(self):
        """Its stored form is only reported if the answer has it."""
        command = answering({"decision": None})
        target = target_of(command)
        target.store(service(sklearn={"storageUri": "gs://example/m"}))
        observed = target.observe(SERVICE, SOON)

        assert [question["admit"] for question in command.questions] == [False]
        assert "service" in observed.unreported

    def test_a_service_that_is_rejected_in_store_is_an_error(self):
        """Only a write can be rejected."""
        answers = iter([{"service": service()}, {"rejected": "now I see"}])
        target = target_of(answering(lambda _: next(answers)))
        target.apply(service())

        with raises(TargetCode.BAD_ANSWER, match="rejects InferenceService team-a/model, which is stored: now I see"):
            target.observe(SERVICE, SOON)

    def test_a_service_that_is_not_there_does_not_settle(self):
        """As on every target."""
        with pytest.raises(NotSettled):
            target_of(answering(full)).observe(SERVICE, SOON)

    def test_the_pod_of_an_earlier_choice_may_still_be_there(self):
        """A rejection reports no pod; if nothing was stored before, there is none."""
        is_rejected = {"decision": {"noRuntime": {"reason": "NoSupportingRuntime"}}}
        answers = iter([{"service": service(), **is_rejected}, is_rejected, {"decision": RUNS}, is_rejected])
        target = target_of(answering(lambda _: next(answers)))
        target.apply(service())
        never, runs, after = (target.observe(SERVICE, SOON) for _ in range(3))

        assert "pod" not in never.unreported
        assert never.pod is None
        assert "pod" in runs.unreported
        assert "pod" in after.unreported


class TestAnswers:
    def test_of_another_question_end_the_run(self):
        """A process that is out of step gets no more questions."""
        command = answering({"id": 99})

        with pytest.raises(OutOfStep, match="expected an answer to question 1, got one to 99"):
            target_of(command).apply(service())
        assert len(command.distrusted) == 1

    def test_that_are_an_error_end_no_run(self):
        """The next question may well be answered."""
        command = answering({"error": "cannot be decided"})

        with raises(TargetCode.CANNOT_ANSWER, match="the implementation reports an error: cannot be decided"):
            target_of(command).apply(service())
        assert command.distrusted == []


class TestTarget:
    def test_names_the_command_without_its_path(self):
        """The command's name, the release it is held against, and no capability."""
        target = target_of(answering(full))

        assert target.identity.target == "process:answering"
        assert target.identity.release == "v0.15.2"
        assert target.capabilities == frozenset()

    def test_cannot_be_another_release_or_mode(self):
        """The protocol has no field for either."""
        target = target_of(answering(full))

        with pytest.raises(CannotDo):
            target.install("v0.16.0")
        with pytest.raises(CannotDo):
            target.configure("Serverless")

    def test_forgets_everything(self):
        """Objects and time."""
        command = answering(full)
        target = target_of(command)
        target.apply(runtime())
        target.advance_clock()
        target.reset()
        target.apply(runtime("other"))

        (only,) = command.questions[-1]["runtimes"]
        assert only["metadata"]["creationTimestamp"] == "2024-01-01T00:00:00Z"

    def test_ends_its_command(self):
        """Leaving it closes it."""
        command = answering(full)
        with target_of(command):
            assert not command.is_closed
        assert command.is_closed
