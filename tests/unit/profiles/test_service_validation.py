from __future__ import annotations

from typing import Any

import pytest
from selection import service
from service_rejections import KEDA, OWN, given, legacy, metric, rejection, uris

from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE


class TestComponents:
    @pytest.mark.parametrize("spec", [{}, {"predictor": None}], ids=["no spec", "null"])
    def test_a_service_always_has_a_predictor(self, spec):
        """
        KServe reads a predictor that is absent as one without an implementation.
        """
        one = service()
        one["spec"] = spec

        assert "exactly one of" in (rejection(one, "v0.15.2") or "")

    def test_two_containers_of_one_name_are_two_implementations(self):
        """
        Each container named kserve-container counts; the schema rejects two of them before.
        """
        assert "exactly one of" in (rejection(given(predictor={"containers": [OWN, OWN]}), "v0.15.2") or "")

    def test_a_variable_with_a_source_has_no_value(self):
        """
        KServe reads the value alone, and an empty protocol is none that it knows.
        """
        sourced = {"name": "PROTOCOL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
        one = given(predictor={"containers": [{**OWN, "env": [{"name": "A"}, sourced]}]})

        assert rejection(one) == "invalid protocol v1, v2. Must be one of []"


class TestLegacyKeys:
    @pytest.mark.parametrize(
        ("argument", "expected"),
        [
            ("--workers=1", None),
            ("--workers=-5", None),
            ("--other", None),
            ("--workers=2", "Workers cannot be greater than 1"),
            ("--workersX=3", "Workers cannot be greater than 1"),
            ("--workers=99999999999999999999", "Invalid workers argument"),
            ("--workers=", "Invalid workers argument"),
        ],
    )
    def test_workers_of_pmml(self, argument, expected):
        """
        Any argument with the prefix is read as a number.
        """
        assert legacy("pmml", "v0.11.2", args=[argument]) == expected

    @pytest.mark.parametrize(
        ("uri", "expected"),
        [(None, None), ("gs://a.b/c", None), ("gs://a/.onnx", None), ("m.pt", ".pt"), ("gs://a/m.", ".")],
    )
    def test_extension_of_onnx(self, uri, expected):
        """
        The extension is what follows the last dot of the last part of the path.
        """
        message = legacy("onnx", storageUri=uri)

        assert message == (expected and f"expected storageUri file extension: '.onnx' but got '{expected}'")

    def test_version_fits_gpu(self):
        """
        A version with a GPU's suffix and a GPU belong together.
        """
        limits = {"limits": {"nvidia.com/gpu": "1"}}

        assert legacy("pytorch", runtimeVersion="1-gpu", resources=limits) is None
        assert legacy("tensorflow", runtimeVersion="1") is None

    def test_storage_spec_beside_a_uri(self):
        """
        The scheme of a URI counts, not the type in the storage spec.
        """
        assert legacy("onnx", storage={"parameters": {"type": "gs"}}, storageUri="s3://a") is None
        assert "StorageUri [gs://a] is not supported" in (legacy("onnx", storage={}, storageUri="gs://a") or "")


class TestKeda:
    def test_crash_is_reached_only_past_valid_metrics(self):
        """
        A mistake that is found first is reported instead of the crash.
        """
        missing = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue"}}}
        wrong = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Value", "value": "1"}}}
        fine = {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 1}},
        }

        def message(*metrics: dict[str, Any], **more: Any) -> str | None:
            predictor = {"model": {"modelFormat": {"name": "a"}}, "autoScaling": {"metrics": list(metrics)}, **more}
            return rejection(given({**KEDA, DEPLOYMENT_MODE: "RawDeployment"}, predictor=predictor), "v0.15.2")

        assert "panic" in (message(fine, missing) or "")
        assert message(wrong, missing) == "the cpu target value type should be Utilization"
        assert message(missing, scaleMetric="cpu") == "ScaleMetric is not supported for KEDA"
        assert message(fine) is None

    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ({"type": "Value", "value": 1}, None),
            ({"type": "AverageValue", "value": 1}, "the AverageValue type should be set"),
            ({"type": "Utilization", "value": 1}, "the AverageUtilization type should be set"),
            ({"value": 1}, None),
        ],
    )
    def test_target_of_an_external_metric(self, target, expected):
        """
        The type names the field that must be set; an external metric needs a value in any case.
        """
        assert metric(type="External", external={"metric": {"query": "up"}, "target": target}) == expected

    def test_other_types_are_left_to_the_schema(self):
        """
        The schema rejects a type that KServe does not know.
        """
        assert metric(type="Other") is None

    @pytest.mark.parametrize(
        ("value", "expected"),
        [("1Mi", None), (1048576, None), ("1e6", "greater than 1 MiB"), (None, "greater than 1 MiB")],
    )
    def test_least_memory(self, value, expected):
        """
        An average of memory is at least a mebibyte; since v0.16.0 a missing one counts as 0.
        """
        target = {"type": "AverageValue", "averageValue": value}
        message = metric(type="Resource", resource={"name": "memory", "target": target})

        assert message is None if expected is None else expected in (message or "")


class TestStorageUris:
    def test_absent_path_is_the_default(self):
        """
        The schema's default stands in for a path, so two URIs without one share it.
        """
        assert uris(None, None) is None
        assert uris(None, "/mnt/other") is None
        assert "no common parent" in (uris(None, "/other") or "")

    def test_paths_without_parts_have_no_parent(self):
        """
        KServe crashes on such a path next to another one, and not on such paths alone.
        """
        assert "panic" in (uris("//", "/a") or "")
        assert "no common parent" in (uris("//", "//") or "")

    def test_uri_of_own_containers(self):
        """
        The serving container's variable counts as the predictor's storage URI; that of another one does not.
        """
        variable = [{"name": "STORAGE_URI", "value": "gs://a"}]
        both = "Setting both StorageURI and StorageURIs is not supported."

        def message(*containers: dict[str, Any]) -> str | None:
            listed = [{"uri": "gs://a"}]
            return rejection(given(predictor={"containers": list(containers), "storageUris": listed}))

        assert message({**OWN, "env": variable}) == both
        assert message(OWN, {"name": "side", "env": variable}) is None
        assert message({"name": "a", "env": variable}, {"name": "b"}) is None

    def test_explainer_without_a_uri(self):
        """
        An empty storage URI of an explainer is none.
        """
        explainer = {"art": {"type": "SquareAttack", "storageUri": ""}, "storageUris": [{"uri": "gs://a"}]}

        assert rejection(given(explainer=explainer)) is None

    def test_component_without_an_implementation_comes_later(self):
        """
        A list of URIs is checked before implementations are counted.
        """
        transformer = {"storageUris": [{"uri": "gs://a", "mountPath": "/"}]}

        assert rejection(given(transformer=transformer)) == "storage path cannot be empty"


class TestConfidential:
    def test_id_is_quoted_as_go_quotes_it(self):
        """
        The message repeats the id as a quoted string.
        """
        model = {"storageUri": "gs://a", "confidential": {"enabled": True, "resourceId": 'a"b'}}

        assert 'Invalid value: "a\\"b": must be' in (rejection(given(predictor={"model": model})) or "")


class TestUpdates:
    @pytest.mark.parametrize(
        ("old", "new", "accepted"),
        [
            ({"name": "a", "model": {"storageUri": "gs://a"}}, {"name": "a", "model": {"storageUri": "gs://a"}}, True),
            ({"name": "a", "model": {"storageUri": "gs://a"}}, {"name": "b", "model": {"storageUri": "gs://a"}}, False),
            ({"name": "a", "model": {"storageUri": "gs://a"}}, {"name": "b", "model": {"storageUri": "gs://b"}}, True),
            ({"containers": [OWN]}, {"name": "b", "containers": [OWN]}, False),
            ({}, {"name": "b", "model": {"storageUri": "gs://a"}}, True),
        ],
    )
    def test_name_changes_with_the_model(self, old, new, accepted):
        """
        A predictor is renamed only if its storage URI changes too.
        """
        assert (rejection(given(predictor=new), before=given(predictor=old)) is None) is accepted


class TestMultiNode:
    @pytest.mark.parametrize(
        ("annotation", "expected"),
        [
            ('["example.com/npu"]', None),
            ("", "Unknown GPU resource type"),
            ('["a"]', "Unknown GPU resource type"),
            ('[""]', "invalid GPU format"),
            ("[1]", "invalid GPU format"),
            ("{}", "invalid GPU format"),
        ],
    )
    def test_accelerators_of_an_annotation(self, annotation, expected):
        """
        The annotation is a list of names that is not empty, or it is rejected itself.
        """
        annotations = {
            "serving.kserve.io/autoscalerClass": "none",
            "serving.kserve.io/gpu-resource-types": annotation,
        }
        worker = {"containers": [{"name": "w", "resources": {"limits": {"example.com/npu": "1"}}}]}
        model = {"modelFormat": {"name": "a"}, "storageUri": "pvc://a"}
        message = rejection(given(annotations, predictor={"model": model, "workerSpec": worker}))

        assert message is None if expected is None else expected in (message or "")
