"""Metadata, pod settings and added variables of a pod template, era by era."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pods import ERAS, container, no_runtime_of, runtime, service, serving

from kserve_conformance.profiles.pods import (
    RENDERING_V0_8,
    RENDERING_V0_9,
    RENDERING_V0_10,
    RENDERING_V0_11,
    RENDERING_V0_15_0,
    RENDERING_V0_16,
    RENDERING_V0_17,
    render,
)


class TestMetadata:
    LABELS: ClassVar = {"serving.kserve.io/inferenceservice": "fraud", "component": "predictor"}

    @staticmethod
    def requested():
        mine = {"labels": {"tier": "service", "s": "1"}, "annotations": {"note": "service", "modelFormat": "sklearn"}}
        return service(None, mine, labels={"tier": "predictor", "p": "1"}, annotations={"note": "predictor"})

    @staticmethod
    def found():
        return runtime(container(), labels={"tier": "runtime", "r": "1"}, annotations={"note": "runtime", "r": "1"})

    @pytest.mark.parametrize("rendering", [RENDERING_V0_8, RENDERING_V0_9])
    def test_until_0_9_only_the_service_labels_its_pods(self, rendering):
        """
        Its own metadata go to the pods, with the labels that KServe finds them by.
        """
        assert render(self.requested(), self.found(), rendering)["metadata"] == {
            "labels": {"tier": "service", "s": "1", **self.LABELS},
            "annotations": {"note": "service", "modelFormat": "sklearn"},
        }

    def test_from_0_10_the_runtime_does_too(self):
        """
        What the service says wins.
        """
        assert render(self.requested(), self.found(), RENDERING_V0_10)["metadata"] == {
            "labels": {"tier": "service", "s": "1", "r": "1", **self.LABELS},
            "annotations": {"note": "service", "modelFormat": "sklearn", "r": "1"},
        }

    def test_from_0_11_the_predictor_does_too(self):
        """
        What the predictor says wins over all.
        """
        assert render(self.requested(), self.found(), RENDERING_V0_11)["metadata"] == {
            "labels": {"tier": "predictor", "s": "1", "r": "1", "p": "1", **self.LABELS},
            "annotations": {"note": "predictor", "modelFormat": "sklearn", "r": "1"},
        }

    def test_from_0_17_the_model_format_stays_with_the_service(self):
        """
        The annotation that the webhook adds is withheld.
        """
        annotations = render(self.requested(), self.found(), RENDERING_V0_17)["metadata"]["annotations"]

        assert annotations == {"note": "predictor", "r": "1"}

    @pytest.mark.parametrize("rendering", ERAS)
    def test_some_annotations_are_withheld_everywhere(self, rendering):
        """Annotations for scaling and kubectl's last-applied configuration are not copied to pods."""
        mine = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "autoscaling.knative.dev/min-scale": "1"}

        assert (
            "annotations"
            not in render(service(None, {"annotations": mine}), runtime(container()), rendering)["metadata"]
        )


class TestPodSettings:
    SETTINGS: ClassVar = {
        "nodeSelector": {"a": "b"},
        "affinity": {"podAffinity": {}},
        "tolerations": [{"key": "k"}],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "imagePullSecrets": [{"name": "s"}],
        "schedulerName": "mine",
        "hostIPC": True,
    }

    @pytest.mark.parametrize(
        ("rendering", "kept"),
        [
            (RENDERING_V0_8, {"nodeSelector", "affinity", "tolerations"}),
            (RENDERING_V0_9, {"nodeSelector", "affinity", "tolerations", "volumes"}),
            (RENDERING_V0_10, {"nodeSelector", "affinity", "tolerations", "volumes", "imagePullSecrets"}),
            (RENDERING_V0_16, {"nodeSelector", "affinity", "tolerations", "volumes", "imagePullSecrets"}),
            (
                RENDERING_V0_17,
                {"nodeSelector", "affinity", "tolerations", "volumes", "imagePullSecrets", "schedulerName"},
            ),
        ],
    )
    def test_each_era_passes_more_of_the_runtime_on(self, rendering, kept):
        """
        ``hostIPC`` never reaches a pod.
        """
        spec = render(service(), runtime(container(), **self.SETTINGS), rendering)["spec"]

        assert {key: spec[key] for key in spec if key != "containers"} == {key: self.SETTINGS[key] for key in kept}

    @pytest.mark.parametrize("rendering", ERAS)
    def test_the_service_has_its_own(self, rendering):
        """The predictor can set any field of a pod's spec; its other fields are not pod settings."""
        requested = service(serviceAccountName="me", minReplicas=2, nodeSelector={"a": "c"}, hostIPC=True)

        spec = render(requested, runtime(container(), nodeSelector={"a": "b", "d": "e"}), rendering)["spec"]

        assert {key: spec[key] for key in spec if key != "containers"} == {
            "serviceAccountName": "me",
            "hostIPC": True,
            "nodeSelector": {"a": "c", "d": "e"},
        }

    def test_0_8_mixes_tolerations_that_stand_at_the_same_place(self):
        """
        What the service's toleration does not mention is still the runtime's.
        """
        found = runtime(container(), tolerations=[{"key": "a", "effect": "NoSchedule"}, {"key": "b"}])

        spec = render(service(tolerations=[{"key": "c"}]), found, RENDERING_V0_8)["spec"]

        assert spec["tolerations"] == [{"key": "c", "effect": "NoSchedule"}]

    def test_from_0_9_tolerations_are_replaced_and_volumes_merged(self):
        """
        Volumes have names to be merged by.
        """
        found = runtime(container(), tolerations=[{"key": "a"}], volumes=[{"name": "v", "emptyDir": {}}])
        requested = service(tolerations=[{"key": "c"}], volumes=[{"name": "w", "emptyDir": {}}])

        spec = render(requested, found, RENDERING_V0_9)["spec"]

        assert spec["tolerations"] == [{"key": "c"}]
        assert [volume["name"] for volume in spec["volumes"]] == ["w", "v"]

    @pytest.mark.parametrize(
        ("rendering", "error", "message"),
        [
            (
                RENDERING_V0_10,
                "failed to consolidate serving runtime PodSpecs: ",
                "Failed to consolidate serving runtime PodSpecs",
            ),
            (RENDERING_V0_15_0, "failed to consolidate serving runtime PodSpecs. Detail: ", None),
        ],
    )
    def test_a_pull_secret_without_name_cannot_be_merged(self, rendering, error, message):
        """
        Kubernetes has nothing to merge it by.
        """
        found = runtime(container(), imagePullSecrets=[{"name": "a"}])

        no_runtime = no_runtime_of(service(imagePullSecrets=[{}]), found, rendering)

        expected = error + "map: map[] does not contain declared merge key: name"
        assert (no_runtime.error, no_runtime.message) == (expected, message or expected)


class TestVariablesOfKServe:
    @pytest.mark.parametrize("rendering", ERAS[:9])
    def test_until_0_16_containers_get_no_variables(self, rendering):
        """
        The pod has the variables of runtime and service alone.
        """
        assert "env" not in serving(service(), runtime(container()), rendering)

    @pytest.mark.parametrize("rendering", ERAS[9:])
    def test_from_0_17_every_container_gets_the_name_of_its_service(self, rendering):
        """
        A variable of that name is overwritten.
        """
        found = runtime(container(env=[{"name": "INFERENCE_SERVICE_NAME", "value": "x"}]), container("side"))

        pod = render(service(), found, rendering)

        expected = [{"name": "INFERENCE_SERVICE_NAME", "value": "fraud"}]
        assert [one["env"] for one in pod["spec"]["containers"]] == [expected, expected]
