"""What expectations of a scenario come to where an implementation leaves something untold."""

from __future__ import annotations

import pytest
from command_example import RUNS, answering, service, target_of

from kserve_conformance.objects import NAMESPACED_RUNTIME, ObjectKey, Outcome
from kserve_conformance.targets.contract import Unreported
from kserve_conformance.world import Nonconformity, World

SERVER = ObjectKey(NAMESPACED_RUNTIME, "server", "team-a")

EXPECTATIONS = {
    "runtime": lambda world: world.expect_runtime(SERVER),
    "one of": lambda world: world.expect_one_of(SERVER),
    "failure": lambda world: world.expect_no_runtime("RuntimeDisabled"),
    "outcome": lambda world: world.expect_outcome(Outcome.CUSTOM, "uses no runtime"),
    "left alone": lambda world: world.expect_outcome(Outcome.UNMANAGED, "is left alone"),
    "status": lambda world: world.expect_status("RuntimeDisabled", "Specified runtime is disabled"),
    "no status": lambda world: world.expect_status(None, None),
    "event": lambda world: world.expect_event(""),
    "status name": lambda world: world.expect_status_name(None, None),
    "workload": lambda world: world.expect_workload(SERVER),
    "accepted": lambda world: world.expect_service_admission(accepted=True),
    "rejected": lambda world: world.expect_service_admission(accepted=False),
    "stored": lambda world: world.expect_stored("format", "sklearn"),
    "not stored": lambda world: world.expect_stored("runtime", None),
    "legacy key": lambda world: world.expect_stored("legacy key", None),
    "manifest": lambda world: world.expect_part("stored manifest", {}),
    "no manifest": lambda world: world.expect_absent("stored manifest", "spec.x"),
    "pod": lambda world: world.expect_part("pod", {}),
    "no pod": lambda world: world.expect_absent("pod", "spec.x"),
    "container": lambda world: world.expect_at("container", "image", "a"),
    "metadata": lambda world: world.expect_in_pod_metadata("labels", "a", "b"),
    "env": lambda world: world.expect_env("A", None),
    "containers": lambda world: world.expect_containers(),
}


def world_of(answer):
    world = World(target_of(answering(answer)), release="v0.15.2")
    world.apply_service(service())
    return world


class TestExpectations:
    @pytest.mark.parametrize("expectation", EXPECTATIONS.values(), ids=EXPECTATIONS)
    def test_have_no_verdict_on_what_is_not_reported(self, expectation):
        """An implementation that answers without content is neither right nor wrong, whatever is expected."""
        with pytest.raises(Unreported, match="target does not report"):
            expectation(world_of({}))

    def test_of_the_runtime_fail_where_another_is_reported(self):
        """Other unreported fields do not matter."""
        world = world_of({"decision": {"runtime": {"kind": NAMESPACED_RUNTIME, "name": "wrong"}}})

        with pytest.raises(Nonconformity):
            world.expect_runtime(SERVER)

    def test_of_no_runtime_fail_if_something_runs(self):
        """That needs no reason."""
        with pytest.raises(Nonconformity):
            world_of({"decision": RUNS}).expect_no_runtime("RuntimeDisabled")

    def test_of_no_runtime_fail_if_another_reason_is_reported(self):
        """A reported reason is compared."""
        with pytest.raises(Nonconformity):
            world_of({"decision": {"noRuntime": {"reason": "RuntimeDisabled"}}}).expect_no_runtime(
                "NoSupportingRuntime"
            )

    def test_of_no_runtime_have_no_verdict_without_a_reason(self):
        """If a release writes no reason, only an event would show it."""
        with pytest.raises(Unreported, match="report events"):
            world_of({"decision": {"noRuntime": {"reason": None}}}).expect_no_runtime("RuntimeDisabled")

    def test_of_a_status_fail_where_the_reason_is_wrong(self):
        """An unreported message does not hide a wrong reason."""
        world = world_of({"decision": {"noRuntime": {"reason": "NoSupportingRuntime"}}})

        with pytest.raises(Nonconformity):
            world.expect_status("RuntimeDisabled", "Specified runtime is disabled")

    def test_of_a_status_have_no_verdict_where_only_the_reason_is_reported(self):
        """Half of it is not the whole."""
        world = world_of({"decision": {"noRuntime": {"reason": "RuntimeDisabled"}}})

        with pytest.raises(Unreported, match="failure message"):
            world.expect_status("RuntimeDisabled", "Specified runtime is disabled")

    def test_of_a_pod_fail_where_nothing_runs(self):
        """What has no runtime has no pod."""
        with pytest.raises(Nonconformity, match="should have a pod"):
            world_of({"decision": {"noRuntime": {}}}).expect_part("pod", {})
