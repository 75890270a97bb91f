"""What an API server with KServe's webhook returns of a service, as a dry run on a real one showed."""

from __future__ import annotations

from typing import Any

import pytest

from kserve_conformance.objects import Manifest
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.stored_form import stored_form
from kserve_conformance.resolver import admitted
from kserve_conformance.rules.releases import release_named

SIZED = {"limits": {"cpu": "1", "memory": "2Gi"}, "requests": {"cpu": "1", "memory": "2Gi"}}
MODEL = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/model"}


def stored(spec: Manifest, release: str = "v0.15.2", annotations: Manifest | None = None) -> dict[str, Any]:
    """The spec of a service as it is stored."""
    written = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "fraud", "namespace": "team-a", "annotations": annotations or {}},
        "spec": spec,
    }
    profile = profile_of(release)
    keeps_zeros = release_named(release).keeps_zeros
    return stored_form(written, admitted(written, profile), profile.crds, keeps_zeros=keeps_zeros)["spec"]


class TestPredictor:
    @pytest.mark.parametrize("release", ["v0.10.2", "v0.15.2", "v0.20.0"])
    def test_a_container_has_a_name_and_resources(self, release: str) -> None:
        """Go writes both fields even if they are empty."""
        assert stored({"predictor": {"model": MODEL}}, release)["predictor"]["model"] == {
            **MODEL,
            "name": "",
            "resources": {},
        }

    def test_quantities_are_canonical(self) -> None:
        """Numbers become texts."""
        resources = {"limits": {"cpu": 2, "memory": "2048Mi"}, "requests": {"cpu": "1000m"}}
        model = stored({"predictor": {"model": {**MODEL, "resources": resources}}})["predictor"]["model"]

        assert model["resources"] == {"limits": {"cpu": "2", "memory": "2Gi"}, "requests": {"cpu": "1"}}

    def test_ports_have_the_protocol_of_the_crds(self) -> None:
        """A default of the schema."""
        model = stored({"predictor": {"model": {**MODEL, "ports": [{"containerPort": 80}]}}})["predictor"]["model"]

        assert model["ports"] == [{"containerPort": 80, "protocol": "TCP"}]

    @pytest.mark.parametrize(("release", "is_kept"), [("v0.10.2", False), ("v0.15.2", False), ("v0.20.0", True)])
    def test_zeros_are_kept_since_v0_16_0(self, release: str, is_kept: bool) -> None:
        """Until then the webhook removes what Go does not write."""
        given = {"maxReplicas": 0, "labels": {}, "model": {**MODEL, "command": []}}
        predictor = stored({"predictor": given}, release)["predictor"]

        assert ("maxReplicas" in predictor, "labels" in predictor) == (is_kept, is_kept)
        assert ("command" in predictor["model"]) is is_kept

    @pytest.mark.parametrize(("release", "is_kept"), [("v0.15.2", False), ("v0.20.0", True)])
    def test_zeros_in_a_list_are_kept_since_v0_16_0(self, release: str, is_kept: bool) -> None:
        """Each element of a list is compared with the one that was written."""
        side = {"name": "side", "image": "side:1", "command": []}
        (container,) = stored({"predictor": {"model": MODEL, "containers": [side]}}, release)["predictor"]["containers"]

        assert ("command" in container) is is_kept

    def test_workers_are_a_pod_spec_too(self) -> None:
        """Their containers have resources, and the fields of KServe stay."""
        worker = {"pipelineParallelSize": 2, "containers": [{"name": "worker-container", "image": "own:1"}]}
        model = {**MODEL, "storageUri": "pvc://models/fraud"}
        annotations = {"serving.kserve.io/autoscalerClass": "none", "serving.kserve.io/deploymentMode": "RawDeployment"}
        predictor = stored({"predictor": {"model": model, "workerSpec": worker}}, annotations=annotations)["predictor"]

        assert predictor["workerSpec"] == {
            "pipelineParallelSize": 2,
            "containers": [{"name": "worker-container", "image": "own:1", "resources": {}}],
        }

    def test_zeros_of_a_converted_key_are_not(self) -> None:
        """They were written at another place."""
        given = {"predictor": {"sklearn": {"storageUri": "gs://example/model", "command": []}}}

        assert stored(given, "v0.20.0")["predictor"] == {"model": {**MODEL, "name": "", "resources": {}}}


class TestOtherComponents:
    @pytest.mark.parametrize("component", ["transformer", "explainer"])
    def test_the_first_container_is_named_and_sized(self, component: str) -> None:
        """The others only get resources."""
        containers = [{"name": "own", "image": "own:1"}, {"name": "side", "image": "side:1"}]
        spec = stored({"predictor": {"model": MODEL}, component: {"containers": containers}})

        assert spec[component]["containers"] == [
            {"name": "kserve-container", "image": "own:1", "resources": SIZED},
            {"name": "side", "image": "side:1", "resources": {}},
        ]

    def test_an_explainer_of_kserve_has_the_version_of_the_configuration(self) -> None:
        """It is a container, too."""
        spec = stored({"predictor": {"model": MODEL}, "explainer": {"art": {"type": "SquareAttack"}}})

        assert spec["explainer"]["art"] == {
            "type": "SquareAttack",
            "name": "kserve-container",
            "resources": SIZED,
            "runtimeVersion": "latest",
        }
