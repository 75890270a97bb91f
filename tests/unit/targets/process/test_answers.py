"""Which lines are answers."""

from __future__ import annotations

import json

import pytest
from coded import raises
from command_example import RUNS, SERVICE, service

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.process.answers import read_answer
from kserve_conformance.targets.process.failures import OutOfStep


def read(answer, **about):
    line = answer if isinstance(answer, bytes) else json.dumps({"id": 7, **answer}).encode()
    return read_answer(line, 7, **({"service": SERVICE, "release": "v0.15.2"} | about))


class TestAnswer:
    def test_of_the_question_is_believed(self):
        """Unknown fields are ignored."""
        answer = read({"decision": RUNS, "mood": "good"})

        assert answer.decision.runtime.name == "server"

    @pytest.mark.parametrize(
        "line",
        [b"", b"nonsense", b"\xff", b'{"id": 7} {"id": 8}', b"[7]", b"null", b"[" * 100_000],
        ids=["empty", "words", "bytes", "two", "list", "null", "deep"],
    )
    def test_that_is_not_an_object_is_out_of_step(self, line):
        """Without an id it need not be an answer at all."""
        with pytest.raises(OutOfStep):
            read(line)

    @pytest.mark.parametrize("identity", [8, "7", None, 7.5, True])
    def test_to_another_question_is_out_of_step(self, identity):
        """An id is a number here, and comes back as it was."""
        with pytest.raises(OutOfStep):
            read({"id": identity})

    def test_without_an_id_is_out_of_step(self):
        """It is unknown which question it answers."""
        with pytest.raises(OutOfStep):
            read(b"{}")

    @pytest.mark.parametrize("identity", [7, None])
    def test_that_is_an_error_is_one(self, identity):
        """Also where the question could not be read far enough to know its id."""
        with raises(TargetCode.CANNOT_ANSWER, match="too hard"):
            read({"id": identity, "error": "too hard"})

    @pytest.mark.parametrize(
        "answer",
        [
            {"decision": "server"},
            {"decision": {"runtime": "server"}},
            {"decision": {"runtime": {"kind": "ServingRuntime"}}},
            {"decision": {}},
            {"decision": {"noRuntime": {"reason": 1}}},
            {"decision": {"runtime": {"kind": "Deployment", "name": "server"}}},
            {"decision": {**RUNS, "noRuntime": {"reason": "NoSupportingRuntime"}}},
            {"rejected": True},
            {"rejected": "no", "decision": RUNS},
            {"rejected": "no", "decision": None},
            {"rejected": "no", "service": service()},
            {"runtimeAdmission": {"allowed": "yes"}},
            {"supporting": [None]},
            {"service": {}},
            {"service": {"kind": "InferenceService", "metadata": []}},
            {"service": service() | {"metadata": {"name": "other", "namespace": "team-a"}}},
            {"service": service(model={"modelFormat": {"name": 1}})},
            {"pod": {}},
            {"pod": {"spec": {"containers": ["server"]}}},
            {"pod": {"metadata": [], "spec": {"containers": []}}},
            {"pod": {"spec": {"containers": [{"env": {"A": "b"}}]}}},
        ],
        ids=str,
    )
    def test_that_makes_no_sense_is_an_error(self, answer):
        """Of the wrong type, or against itself or the question."""
        with raises(TargetCode.BAD_ANSWER):
            read(answer)

    def test_with_a_service_to_a_question_without_one_is_bad(self):
        """The question was not about it."""
        with raises(TargetCode.BAD_ANSWER, match="about no service"):
            read({"service": service()}, service=None)
