"""What a scenario does: what exists, what is written, and the result."""

from __future__ import annotations

from dataclasses import replace

import pytest
from selection import TEAM, cluster_ref, entry, manifest, namespaced_ref, service
from world_examples import served, unserved, world

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import CLUSTER_RUNTIME, ObjectKey, Outcome, without
from kserve_conformance.targets.contract import NotSettled
from kserve_conformance.targets.faulty import RejectsEverything
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import Nonconformity, World
from kserve_conformance.world.world import SETTLES_WITHIN, namespaced

SKLEARN = {"supportedModelFormats": [entry()]}
R, S = cluster_ref("r"), cluster_ref("s")


class Listening(MemoryTarget):
    """Keeps the kinds of the objects of each call of ``apply``."""

    def __init__(self, release: str) -> None:
        super().__init__(release)
        self.applications: list[list[str]] = []

    def apply(self, *objects):
        self.applications.append([one["metadata"]["name"] for one in objects])
        return super().apply(*objects)


@pytest.fixture
def listened():
    with World(Listening("v0.16.0"), release="v0.16.0") as made:
        yield made


class TestPending:
    def test_runtimes_are_applied_together_before_they_are_needed(self, listened):
        """
        Nothing is applied until a step needs it; then all of it is, once.
        """
        listened.add_runtime(R, over=SKLEARN)
        listened.add_objects(manifest(CLUSTER_RUNTIME, "s"))
        assert listened.target.applications == []

        listened.apply_service(service())
        listened.reconcile()
        assert listened.target.applications == [["r", "s"], ["fraud"]]

    @pytest.mark.parametrize(
        ("step", "arguments"),
        [
            ("wait_a_second", ()),
            ("store_service", (service(),)),
            ("apply_runtime", (S,)),
            ("delete_runtime", (S,)),
            ("reconcile", ()),
            ("install", ("v0.17.0",)),
            ("replace_runtimes", ((),)),
        ],
    )
    def test_whatever_is_done_comes_after_what_is_there(self, listened, step, arguments):
        """
        Every step that does something finds the runtimes of the steps before it.
        """
        listened.add_runtime(R)
        getattr(listened, step)(*arguments)

        assert listened.target.applications[0] == ["r"]

    def test_a_repeated_runtime_is_replaced(self, listened):
        """
        Before they are applied, equal names are one object.
        """
        listened.add_runtime(R)
        listened.add_runtime(R, over=SKLEARN)
        listened.flush()

        assert listened.target.applications == [["r"]]
        assert len(listened.catalogue.in_cluster[0].formats) == 1

    def test_a_rejected_given_step_is_a_failure(self):
        """
        A scenario fails if one of its runtimes is rejected; the rejected manifest is evidence.
        """
        made = world()
        made.add_runtime(R, {"supportedModelFormats": []})
        with pytest.raises(Nonconformity) as failed:
            made.flush()

        assert failed.value.message == "setup failed: ClusterServingRuntime r was rejected"
        assert "spec.containers: Required value" in failed.value.observed
        assert "name: r" in failed.value.evidence["runtimes"]

    def test_a_target_that_rejects_everything_fails_the_first_given(self):
        """
        No scenario passes on a target that takes nothing.
        """
        made = World(RejectsEverything(MemoryTarget("v0.16.0")), release="v0.16.0")
        made.add_runtime(R)
        with pytest.raises(Nonconformity, match="rejected on purpose"):
            made.apply_service(service())


class TestServices:
    def test_reapplying_repeats_the_manifest(self):
        """
        The manifest that was applied is, not what it became.
        """
        made = served()
        made.apply_service(service({}, key="sklearn"))
        made.apply_service_again()
        made.expect_stored("format", "sklearn")
        made.apply_service_again(service({"modelFormat": {"name": "onnx"}}))
        made.expect_no_runtime("NoSupportingRuntime")

    def test_a_stored_service_passes_no_webhook(self):
        """
        What is in store is as it was put there, and accepted.
        """
        made = served()
        made.store_service(service({}, key="sklearn"))
        made.expect_service_admission(accepted=True)
        made.expect_stored("legacy key", "sklearn")
        made.expect_outcome(Outcome.CUSTOM, "uses no runtime")

    def test_the_last_service_is_the_one_spoken_of(self):
        """
        Steps speak of the service that was applied last.
        """
        made = served()
        made.apply_service(service(name="other"))

        assert made.service == ObjectKey("InferenceService", "other", TEAM)

    def test_an_earlier_service_can_be_named_later(self):
        """
        Steps that follow are about the service that was turned to, which is decided on anew.
        """
        with World(MemoryTarget("v0.16.0"), release="v0.16.0") as made:
            made.add_runtime(R, over=SKLEARN)
            made.apply_service(service(name="first"))
            made.apply_service(service({"modelFormat": {"name": "onnx"}}, name="second"))
            made.expect_no_runtime("NoSupportingRuntime")
            made.refer_to(ObjectKey("InferenceService", "first", TEAM))

            made.expect_service_admission(accepted=True)
            made.expect_runtime(R)
            made.annotate_service("team", "a")
            made.expect_runtime(R)

    def test_a_service_that_is_not_there_cannot_be_spoken_of(self):
        """
        Turning to a service that no step applied is an error of the scenario.
        """
        made = served()

        with pytest.raises(SuiteError, match="was not applied"):
            made.refer_to(ObjectKey("InferenceService", "other", TEAM))

    def test_a_deleted_service_shows_no_choice(self):
        """A deleted service is not observed: there is no choice, not even a wrong one."""
        made = served()
        made.delete_service()

        with pytest.raises(NotSettled, match="no such service"):
            _ = made.observation

    def test_an_annotation_is_a_write(self):
        """
        The webhooks of the release that runs now see the service.
        """
        made = served()
        made.store_service(service({}, key="sklearn"))
        made.annotate_service("team", "a")
        made.expect_stored("legacy key", None)
        made.expect_part("stored manifest", {"metadata": {"annotations": {"team": "a"}}})
        made.expect_runtime(R)

    def test_an_annotation_writes_nothing_else(self):
        """
        What an earlier release made of the service stays: the manifest is not applied again.
        """
        made = served("v0.8.0")
        made.apply_service(service({}, key="sklearn"))
        made.install("v0.16.0")
        made.annotate_service("team", "a")
        made.expect_stored("runtime", "kserve-sklearnserver")
        made.annotate_service("second", "b")
        made.expect_part("stored manifest", {"metadata": {"annotations": {"team": "a", "second": "b"}}})

    def test_reapplying_repeats_the_last_applied_manifest(self):
        """
        An annotation in between does not become part of the manifest.
        """
        made = served("v0.8.0")
        made.apply_service(service({}, key="sklearn"))
        made.install("v0.16.0")
        made.annotate_service("team", "a")
        made.apply_service_again()
        made.expect_stored("runtime", None)

    def test_an_annotation_takes_no_finalizer_away(self):
        """An existing finalizer is kept, also if a target does not report it."""

        class Quiet(MemoryTarget):
            def apply(self, *objects):
                self.given = objects[-1]
                (answer,) = super().apply(*objects)
                return (replace(answer, stored=without(answer.stored, "metadata", "finalizers")),)

        target = Quiet("v0.16.0")
        made = World(target, release="v0.16.0")
        made.apply_service(service(finalizers=["inferenceservice.finalizers"]))

        made.annotate_service("team", "a")

        assert target.given["metadata"]["finalizers"] == ["inferenceservice.finalizers"]

    def test_a_rejected_service_can_be_annotated(self):
        """
        Where nothing is stored, the annotation goes onto what was applied.
        """
        made = world()
        made.apply_service(service(name="Bad"))
        made.annotate_service("team", "a")
        made.expect_service_admission(accepted=False, text="lower case")


class TestRuntimes:
    def test_a_change_lies_over_what_was_applied(self):
        """
        Fields that the change does not name stay.
        """
        made = served()
        made.change_runtime(R, {"disabled": True})
        made.expect_no_runtime("NoSupportingRuntime")
        made.change_runtime(R, {"disabled": False})
        made.expect_runtime_admission(accepted=True)
        made.expect_runtime(R)

    def test_a_deleted_runtime_serves_no_more(self):
        """
        The service is decided anew, and its workload stays.
        """
        made = served()
        made.expect_runtime(R)
        made.delete_runtime(R)
        made.expect_no_runtime("NoSupportingRuntime")
        made.expect_workload(R)
        assert len(made.catalogue) == 0

    def test_a_recreated_one_is_the_newest(self):
        """
        Deleting and creating moves it before its equals; the change of age is the only one.
        """
        made = world()
        made.add_runtime(R, over=SKLEARN)
        made.add_runtime(cluster_ref("a"), over=SKLEARN)
        made.apply_service(service())
        made.expect_runtime(cluster_ref("a"))
        made.delete_runtime(R, recreate=True)
        made.expect_runtime(R)

    def test_a_later_one_is_newer(self):
        """
        What is created a second later wins among equals.
        """
        made = world()
        made.add_runtime(cluster_ref("a"), over=SKLEARN)
        made.wait_a_second()
        made.add_runtime(R, over=SKLEARN)
        made.apply_service(service())

        made.expect_runtime(R)

    def test_those_of_the_cluster_are_replaced(self):
        """Other cluster runtimes are deleted, those of the new set exist, and a namespace keeps its own."""
        own = namespaced_ref("own")
        made = served()
        made.apply_runtime(S)
        made.apply_runtime(own)
        made.replace_runtimes((manifest(CLUSTER_RUNTIME, "s", "onnx"), manifest(CLUSTER_RUNTIME, "t")))

        assert {runtime.key for runtime in made.catalogue} == {own, S, cluster_ref("t")}
        made.expect_runtime(cluster_ref("t"))

    def test_one_that_the_scenario_does_not_have_cannot_be_changed(self):
        """
        The error says that the feature is wrong.
        """
        made = served()
        with pytest.raises(SuiteError, match="ClusterServingRuntime s was not applied before this step"):
            made.change_runtime(S, {})
        with pytest.raises(SuiteError):
            made.delete_runtime(S, recreate=True)


class TestReleases:
    def test_another_release_decides_on_what_is_stored(self):
        """
        Installing swaps the rules; the stored service and the runtimes stay.
        """
        made = unserved("v0.10.2")
        made.apply_runtime(R, over={"supportedModelFormats": [entry()], "protocolVersions": ["v2"]})
        made.expect_runtime(R)
        made.install("v0.11.1")
        made.expect_no_runtime("NoSupportingRuntime")

        assert made.release == "v0.11.1"
        assert str(made.choices[0]) == "ClusterServingRuntime r"

    def test_the_story_is_of_the_release_that_runs(self):
        """
        After an upgrade a failure is explained by the new release.
        """
        made = served("v0.10.2")
        made.install("v0.15.2")
        with pytest.raises(Nonconformity) as failed:
            made.expect_runtime(S)

        assert failed.value.explanation[0] == "v0.15.2:"

    def test_a_default_mode_is_looked_at(self):
        """A service in a default mode that the controller ignores is ignored, observed before or not."""
        made = served("v0.8.0")
        made.expect_runtime(R)
        made.configure("ModelMesh")

        made.expect_outcome(Outcome.UNMANAGED, "is left alone")


class TestEnd:
    def test_leaving_resets_the_target(self):
        """
        The next scenario finds nothing of this one, whether it failed or not.
        """
        made = served()
        made.__exit__(ZeroDivisionError, ZeroDivisionError(), None)

        with pytest.raises(NotSettled):
            made.target.observe(made.service, SETTLES_WITHIN)


def test_a_reference_has_a_namespace_or_none():
    """
    The words of a step name a runtime of either kind.
    """
    assert namespaced("ServingRuntime", "r", "team-a") == namespaced_ref("r")
    assert namespaced(CLUSTER_RUNTIME, "r", None) == R
