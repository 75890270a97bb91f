"""What a real control plane shows of services, runtimes and their admission."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kserve_conformance.objects import ObjectKey, Outcome, at
from kserve_conformance.targets.contract import Capability, NotSettled
from kserve_conformance.targets.kubernetes.marks import VARIABLE

MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=30)

NAMESPACED = ObjectKey("ServingRuntime", "mine", "team-a")
CLUSTER = ObjectKey("ClusterServingRuntime", "everyones")


def has_runtime_webhooks(target) -> bool:
    return target.identity.release not in ("v0.8.0", "v0.9.0", "v0.10.2")


class TestKServesOwnNamespace:
    def test_keeps_its_configuration_when_a_scenario_used_it(self, target, runtime, service):
        """
        Services and runtimes of KServe's namespace go with the reset, and nothing that KServe itself reads there.
        """
        theirs = service()
        target.apply(runtime("mine", "kserve"), {**theirs, "metadata": {"name": "model", "namespace": "kserve"}})
        target.observe(ObjectKey("InferenceService", "model", "kserve"), WITHIN)
        target.reset()

        target.apply(runtime("everyones"), service())

        assert target.observe(MODEL, WITHIN).runtime == CLUSTER
        assert target.leftovers(thorough=True) == ()


class TestChoices:
    def test_a_namespace_comes_before_the_cluster(self, target, runtime, service):
        """
        A service that names no runtime gets the one of its namespace, and its pod is that runtime's.
        """
        target.apply(runtime("everyones"), runtime("mine", "team-a"), service())

        observed = target.observe(MODEL, WITHIN)

        assert observed.outcome is Outcome.RUNS
        assert (observed.runtime, observed.workload) == (NAMESPACED, NAMESPACED)
        assert [one["image"] for one in observed.pod["spec"]["containers"]] == ["example.com/mine:1"]
        assert (observed.reason, observed.message, observed.errors) == (None, None, ())

    def test_a_named_runtime_is_used(self, target, runtime, service):
        """
        A service that names its runtime gets it, although another would have come first.
        """
        target.apply(runtime("everyones"), runtime("mine", "team-a"), service(runtime="everyones"))

        assert target.observe(MODEL, WITHIN).runtime == CLUSTER

    def test_nothing_shows_the_mark(self, target, runtime, service):
        """
        The environment variable by which a runtime is recognized is in no report of the pod and of what is stored.
        """
        (stored, _) = target.apply(runtime("mine", "team-a"), service())

        observed = target.observe(MODEL, WITHIN)

        assert VARIABLE not in repr(stored.stored)
        assert VARIABLE not in repr(observed)

    def test_a_missing_runtime_is_a_failure_with_its_words(self, target, service):
        """
        A missing runtime is reported in status and event, and no workload is created.
        """
        target.apply(service(runtime="nobodys"))

        observed = target.observe(MODEL, WITHIN)

        assert observed.outcome is Outcome.NO_RUNTIME
        assert (observed.reason, observed.message) == (
            "RuntimeNotRecognized",
            "Waiting for runtime to become available",
        )
        assert observed.errors == ("No ServingRuntimes or ClusterServingRuntimes with the name: nobodys",)
        assert (observed.pod, observed.workload) == (None, None)

    def test_a_container_of_the_users_own_uses_no_runtime(self, target, runtime, service):
        """
        A predictor with a container of its own runs it, whatever runtimes there are.
        """
        container = {"name": "kserve-container", "image": "example.com/own:1"}
        target.apply(runtime("mine", "team-a"), service({"containers": [container]}))

        observed = target.observe(MODEL, WITHIN)

        assert (observed.outcome, observed.workload) == (Outcome.CUSTOM, None)
        assert observed.pod["spec"]["containers"][0]["image"] == "example.com/own:1"

    def test_a_model_mesh_service_is_left_alone(self, target, runtime, service):
        """
        A service in ModelMesh mode gets no workload from this controller.
        """
        annotated = service()
        annotated["metadata"]["annotations"] = {"serving.kserve.io/deploymentMode": "ModelMesh"}
        target.apply(runtime("mine", "team-a"), annotated)

        assert target.observe(MODEL, WITHIN).outcome is Outcome.UNMANAGED

    def test_a_service_that_is_not_there_cannot_be_observed(self, target):
        """
        Observing a service that was never applied is an error, not an outcome.
        """
        with pytest.raises(NotSettled, match="no such service"):
            target.observe(MODEL, WITHIN)


class TestLookingAgain:
    def test_a_new_runtime_moves_a_service_once_it_is_looked_at(self, target, runtime, service):
        """
        A runtime that was applied after the service was decided is taken into account when it is observed again.
        """
        target.apply(runtime("everyones"), service())
        before = target.observe(MODEL, WITHIN)
        target.apply(runtime("mine", "team-a"))

        after = target.observe(MODEL, WITHIN)

        assert (before.runtime, after.runtime) == (CLUSTER, NAMESPACED)

    def test_a_failure_leaves_the_earlier_workload(self, target, runtime, service):
        """
        When the only runtime is deleted the service fails, and the workload of the earlier choice is still shown.
        """
        target.apply(runtime("everyones"), service())
        target.observe(MODEL, WITHIN)
        target.delete(ObjectKey("ClusterServingRuntime", "everyones"))

        after = target.observe(MODEL, WITHIN)

        assert (after.outcome, after.reason) == (Outcome.NO_RUNTIME, "NoSupportingRuntime")
        assert (after.runtime, after.workload) == (None, CLUSTER)
        assert any("no runtime found" in text for text in after.errors)

    def test_a_failure_is_forgotten_once_a_runtime_is_there(self, target, runtime, service):
        """
        A service that failed runs when a runtime is applied, and shows no failure then.
        """
        target.apply(service())
        before = target.observe(MODEL, WITHIN)
        target.apply(runtime("everyones"))

        after = target.observe(MODEL, WITHIN)

        assert (before.outcome, after.outcome) == (Outcome.NO_RUNTIME, Outcome.RUNS)
        assert (after.reason, after.message) == (None, None)

    def test_observing_twice_writes_no_spec(self, target, runtime, service):
        """
        Observing twice shows the same service: nothing but its status was written to have it looked at.
        """
        target.apply(runtime("everyones"), service())
        first = target.observe(MODEL, WITHIN)
        second = target.observe(MODEL, WITHIN)

        assert first.service["spec"] == second.service["spec"]
        assert first.service["metadata"] == second.service["metadata"]


class TestAdmission:
    def test_two_legacy_keys_are_rejected(self, target, service):
        """
        The admission is a rejection with the webhook's message, and nothing is stored.
        """
        legacy = {"storageUri": "gs://example/models/model"}
        (answer,) = target.apply(service({"sklearn": legacy, "lightgbm": legacy}))

        assert answer.stored is None
        assert "xactly one of" in answer.rejected

    def test_the_schema_rejects_a_number_as_version(self, target, runtime):
        """
        The API server's schema rejects too.
        """
        formats = [{"name": "sklearn", "version": 1}]
        (answer,) = target.apply(runtime("everyones", supportedModelFormats=formats))

        assert "version" in answer.rejected

    def test_a_kind_that_is_not_served_is_rejected(self, target):
        """An object of an unknown kind has the error that kubectl would print."""
        (answer,) = target.apply(
            {"apiVersion": "example.com/v1", "kind": "Nothing", "metadata": {"name": "x", "namespace": "team-a"}}
        )

        assert answer.rejected == 'no matches for kind "Nothing" in version "example.com/v1"'

    def test_equal_priorities_are_rejected_at_once(self, target, runtime):
        """
        A runtime applied right after another of equal priority is rejected where KServe checks: no cache was stale.
        """
        formats = [{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 1}]
        spec = {"supportedModelFormats": formats, "protocolVersions": ["v1"]}
        answers = [target.apply(runtime(f"r{number}", "team-a", **spec))[0].rejected for number in range(4)]

        assert answers[0] is None
        assert [answer is not None for answer in answers[1:]] == [has_runtime_webhooks(target)] * 3

    def test_the_first_runtime_of_the_cluster_may_differ_in_priorities(self, target, runtime):
        """
        KServe compares a runtime's own priorities only where there are others; no object of ours counts as another.
        """
        formats = [
            {"name": "sklearn", "version": version, "autoSelect": True, "priority": int(version)} for version in "12"
        ]
        (first,) = target.apply(runtime("first", supportedModelFormats=formats))
        (second,) = target.apply(runtime("second", supportedModelFormats=formats))

        assert first.rejected is None
        assert (second.rejected is not None) == has_runtime_webhooks(target)

    def test_reapplying_keeps_what_was_never_applied(self, target, service):
        """
        A legacy manifest applied over its converted self is converted again, from both keys.
        """
        legacy = service({"sklearn": {"storageUri": "gs://example/models/one"}})
        target.apply(legacy)
        again = service({"sklearn": {"storageUri": "gs://example/models/two"}})
        (answer,) = target.apply(again)

        assert at(answer.stored, "spec", "predictor", "sklearn") is None
        assert at(answer.stored, "spec", "predictor", "model", "storageUri") == "gs://example/models/two"


class TestStoring:
    def test_a_stored_legacy_service_uses_no_runtime(self, target, runtime, service):
        """
        A legacy key in store is not converted by the controller's own writes, so that no runtime is looked for.
        """
        target.apply(runtime("mine", "team-a"))
        target.store(service({"sklearn": {"storageUri": "gs://example/models/model"}}))

        observed = target.observe(MODEL, WITHIN)

        assert (observed.outcome, observed.workload) == (Outcome.CUSTOM, None)
        assert "sklearn" in observed.service["spec"]["predictor"]
        assert "finalizers" not in observed.service["metadata"]

    def test_the_next_write_converts_it(self, target, runtime, service):
        """
        When such a service is applied again the webhook makes a model of its key, and a runtime is chosen.
        """
        legacy = service({"sklearn": {"storageUri": "gs://example/models/model"}})
        target.apply(runtime("mine", "team-a"))
        target.store(legacy)
        target.apply(legacy)

        observed = target.observe(MODEL, WITHIN)

        assert (observed.outcome, observed.runtime) == (Outcome.RUNS, NAMESPACED)
        assert at(observed.service, "spec", "predictor", "model", "modelFormat", "name") == "sklearn"


class TestReset:
    def test_nothing_is_left(self, opened, runtime, service):
        """After a reset there is no service, no runtime and no workload, and the same names can be reused."""
        opened.apply(runtime("everyones"), runtime("mine", "team-a"), service())
        opened.observe(MODEL, WITHIN)

        opened.reset()

        admin = opened._plane.admin
        for path in (
            "/apis/serving.kserve.io/v1beta1/namespaces/team-a/inferenceservices",
            "/apis/serving.kserve.io/v1alpha1/namespaces/team-a/servingruntimes",
            "/apis/apps/v1/namespaces/team-a/deployments",
            "/apis/serving.knative.dev/v1/namespaces/team-a/services",
            "/api/v1/namespaces/team-a/services",
            "/api/v1/namespaces/team-a/events",
        ):
            assert admin.get(path)["items"] == []
        opened.apply(service())
        assert opened.observe(MODEL, WITHIN).reason == "NoSupportingRuntime"
        opened.reset()

    def test_a_deleted_service_leaves_no_workload(self, target, runtime, service):
        """
        A service that is deleted and created again does not find the workload of its former self.
        """
        target.apply(runtime("mine", "team-a"), service())
        target.observe(MODEL, WITHIN)
        target.delete(MODEL)
        target.apply(service(runtime="nobodys"))

        observed = target.observe(MODEL, WITHIN)

        assert (observed.outcome, observed.workload) == (Outcome.NO_RUNTIME, None)

    def test_what_is_not_there_is_deleted_without_an_error(self, target):
        """Deleting an object that does not exist is not an error."""
        target.delete(MODEL, ObjectKey("ServingRuntime", "mine", "team-a"), ObjectKey("ClusterServingRuntime", "x"))


class TestInstalling:
    def test_identity_names_what_answered(self, target):
        """
        The identity has release, API server and the digests of every program, and no path.
        """
        identity = target.identity

        assert identity.target == f"controlplane:{identity.release}"
        assert identity.api_server.startswith("v1.")
        assert sorted(identity.binaries) == ["etcd", "kube-apiserver", "manager"]
        assert sorted(identity.digests) == ["crds"]
        assert all(value.startswith("sha256:") for value in (*identity.binaries.values(), *identity.digests.values()))
        assert "/" not in repr(identity)

    def test_another_release_is_installed_over_what_is_stored(self, target, runtime, service):
        """The other release decides on the stored objects, and a reset restores the first one."""
        assert Capability.UPGRADE in target.capabilities
        first = target.identity.release
        other = "v0.15.2" if first == "v0.10.2" else "v0.10.2"
        onnx = {"name": "onnx", "version": "1", "autoSelect": True}
        target.apply(runtime("everyones", supportedModelFormats=[onnx], protocolVersions=["v2"]))
        target.apply(service(modelFormat={"name": "onnx"}))
        here = target.observe(MODEL, WITHIN).outcome

        target.install(other)

        there = target.observe(MODEL, WITHIN).outcome
        # Without a protocol v0.10.2 takes any, and v0.15.2 asks for v1.
        expected = {"v0.10.2": Outcome.RUNS, "v0.15.2": Outcome.NO_RUNTIME}
        assert {first: here, other: there} == expected
        target.reset()
        assert target.observed_release == first

    def test_the_default_mode_can_be_set(self, target, runtime, service):
        """
        With ModelMesh as default mode a service that names none is left alone, until the reset.
        """
        assert Capability.DEFAULT_MODE in target.capabilities
        target.apply(runtime("mine", "team-a"))
        target.configure("ModelMesh")
        target.apply(service())

        assert target.observe(MODEL, WITHIN).outcome is Outcome.UNMANAGED
        target.reset()
        target.apply(runtime("mine", "team-a"), service())
        assert target.observe(MODEL, WITHIN).outcome is Outcome.RUNS
