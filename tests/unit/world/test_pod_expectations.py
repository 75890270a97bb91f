"""What a scenario expects of pods that run, and that it fails when they are otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kserve_conformance.objects import Namespace, ObjectKey
from kserve_conformance.targets.contract import CannotDo, NotSettled
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import Nonconformity, World
from kserve_conformance.world.objects import model_server_spec, service_manifest

OURS = ObjectKey("ServingRuntime", "ours", Namespace("team-a"))
THEIRS = ObjectKey("ServingRuntime", "theirs", Namespace("team-a"))
MARK = "ServingRuntime/team-a/ours"


class Running(MemoryTarget):
    """A memory target with canned answers about its pods."""

    def __init__(self, *, pod=None, answer=None) -> None:
        super().__init__("v0.15.2")
        self._pod = pod
        self._answer = answer
        self.requested: list[str] = []
        self.running_in: list[str] = []

    def run_pods(self, namespace):
        self.running_in.append(namespace)

    def running(self, service, within):
        if self._pod is None:
            raise NotSettled(service, within, "kserve-container waiting ImagePullBackOff")
        return self._pod

    def predict(self, service, path, body):
        assert body
        self.requested.append(path)
        if self._answer is None:
            raise NotSettled(service, timedelta(seconds=1), f"POST {path} answered 404")
        return self._answer


def world_of(target):
    world = World(target, release="v0.15.2")
    spec = {**model_server_spec(), "supportedModelFormats": [{"name": "sklearn", "autoSelect": True}]}
    world.add_runtime(OURS, spec)
    world.apply_service(service_manifest("model", "team-a", {"modelFormat": {"name": "sklearn"}}))
    return world


class TestReady:
    def test_holds_of_a_pod_that_is(self):
        """The ready pod is returned."""
        assert world_of(Running(pod={"spec": {}})).expect_ready() == {"spec": {}}

    def test_fails_with_what_keeps_the_pod(self):
        """What the cluster says of the pod is what was observed."""
        with pytest.raises(Nonconformity) as caught:
            world_of(Running()).expect_ready()
        assert "ImagePullBackOff" in caught.value.observed

    def test_is_skipped_by_a_target_without_pods(self):
        """Neither right nor wrong."""
        with pytest.raises(CannotDo):
            world_of(MemoryTarget("v0.15.2")).expect_ready()


class TestAnswers:
    @pytest.mark.parametrize(
        ("protocol", "path"), [("v1", "/v1/models/model:predict"), ("v2", "/v2/models/model/infer")]
    )
    def test_hold_of_the_runtime_that_answers(self, protocol, path):
        """The server reports its runtime over the protocol of the step."""
        target = Running(pod={}, answer={"served_by": {"runtime": MARK}})

        world_of(target).expect_prediction(protocol, OURS)

        assert target.requested == [path]

    @pytest.mark.parametrize("answer", [{"served_by": {"runtime": MARK}}, {"served_by": {}}, {"predictions": [1]}, {}])
    def test_fail_of_any_other(self, answer):
        """A response that does not identify its server proves nothing."""
        with pytest.raises(Nonconformity, match="from ServingRuntime team-a/theirs, but they come from"):
            world_of(Running(pod={}, answer=answer)).expect_prediction("v1", THEIRS)

    def test_fail_without_a_response(self):
        """The server's error is what was observed."""
        with pytest.raises(Nonconformity) as caught:
            world_of(Running(pod={})).expect_prediction("v2", OURS)
        assert "answered 404" in caught.value.observed


POD = {"spec": {"nodeSelector": {"a": "b"}, "tolerations": [{"key": "x", "operator": "Exists"}]}}


class TestPod:
    def test_has_what_is_part_of_it(self):
        """Whatever a cluster adds besides."""
        world = world_of(Running(pod=POD))

        world.expect_running_part({"spec": {"nodeSelector": {"a": "b"}}})
        world.expect_toleration({"key": "x", "operator": "Exists"})

    def test_lacks_what_is_not(self):
        """The first difference is reported."""
        world = world_of(Running(pod=POD))

        with pytest.raises(Nonconformity):
            world.expect_running_part({"spec": {"nodeSelector": {"a": "c"}}})
        with pytest.raises(Nonconformity):
            world.expect_toleration({"key": "x", "operator": "Exists", "effect": "NoSchedule"})


def test_pods_run_where_a_scenario_requires_it():
    """And nowhere else."""
    target = Running()

    World(target, release="v0.15.2").run_pods("team-b")

    assert target.running_in == ["team-b"]
