"""What an answer shows, and what it leaves untold."""

from __future__ import annotations

import msgspec
import pytest
from command_example import RUNS, service

from kserve_conformance.objects import Outcome
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.contract import BEYOND_CONTROLLERS
from kserve_conformance.targets.process.observations import observation

NEVER = BEYOND_CONTROLLERS | {"errors", "status_runtime", "workload"}
MODEL_MESH = {"serving.kserve.io/deploymentMode": "ModelMesh"}
POD = {"spec": {"containers": []}}


def shown_result(answer, stored=None, *, is_reported=True, had_pod=False):
    return observation(
        msgspec.convert(answer, Answer),
        stored if stored is not None else service(),
        is_reported=is_reported,
        had_pod=had_pod,
    )


def annotated(manifest):
    return manifest | {"metadata": {**manifest["metadata"], "annotations": MODEL_MESH}}


class TestOutcome:
    @pytest.mark.parametrize(
        ("answer", "stored", "outcome"),
        [
            ({"decision": RUNS}, service(), Outcome.RUNS),
            ({"decision": {"noRuntime": {"reason": "RuntimeDisabled"}}}, service(), Outcome.NO_RUNTIME),
            ({"decision": {"noRuntime": {"reason": None}}}, service(), Outcome.NO_RUNTIME),
            ({"decision": {"noRuntime": {}}}, service(containers=[{"name": "a"}]), Outcome.NO_RUNTIME),
            ({"decision": None}, service(containers=[{"name": "a"}]), Outcome.CUSTOM),
            ({"decision": None}, service(sklearn={}), Outcome.CUSTOM),
            ({"decision": None}, annotated(service()), Outcome.UNMANAGED),
            ({"decision": None}, annotated(service(containers=[{"name": "a"}])), Outcome.UNMANAGED),
            ({"decision": None, "pod": POD}, annotated(service(containers=[{"name": "a"}])), Outcome.CUSTOM),
            ({"decision": None}, service(), Outcome.UNMANAGED),
        ],
    )
    def test_follows_from_the_decision(self, answer, stored, outcome):
        """Null means that no runtime is needed; an object without a runtime means that there is none."""
        observed = shown_result(answer, stored)

        assert observed.outcome == outcome
        assert "outcome" not in observed.unreported

    def test_without_a_decision_is_not_reported(self):
        """A response without a decision has no choice, whatever else is in it."""
        observed = shown_result({"service": service(), "pod": POD}, service(containers=[{"name": "a"}]))

        assert {"outcome", "runtime", "reason", "message"} <= observed.unreported


class TestParts:
    def test_that_are_present_are_reported(self):
        """Everything that the protocol has a field for."""
        assert shown_result({"decision": RUNS, "pod": POD}).unreported == NEVER

    def test_that_are_absent_are_not_reported(self):
        """A null reason means that there is none; an absent one is not reported."""
        observed = shown_result({"decision": {"noRuntime": {}}})

        assert {"reason", "message"} <= observed.unreported
        assert (
            not {"reason", "message"}
            & shown_result({"decision": {"noRuntime": {"reason": None, "message": None}}}).unreported
        )

    @pytest.mark.parametrize(
        ("answer", "had_pod", "is_reported"),
        [
            ({"decision": RUNS, "pod": POD}, False, True),
            ({"decision": RUNS}, False, False),
            ({}, False, False),
            ({"decision": {"noRuntime": {}}}, False, True),
            ({"decision": {"noRuntime": {}}}, True, False),
        ],
    )
    def test_the_pod_is_reported_where_it_is_given_or_cannot_be(self, answer, had_pod, is_reported):
        """What never ran has none; what ran before may have the old one."""
        assert ("pod" not in shown_result(answer, had_pod=had_pod).unreported) == is_reported

    def test_the_service_of_the_answer_is_reported_where_nothing_was_reported_before(self):
        """The first answer of an implementation is compared; the object that it reported for a write stays stored."""
        now = service(sklearn={})

        assert shown_result({"service": now}, service(), is_reported=False).service == now
        assert shown_result({"service": now}, service()).service == service()
        assert "service" not in shown_result({"service": now}, is_reported=False).unreported
        assert "service" in shown_result({}, is_reported=False).unreported
