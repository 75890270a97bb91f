from __future__ import annotations

from typing import Any

import pytest
from selection import service

from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, Rejected
from kserve_conformance.resolver import admitted

MODELMESH = {DEPLOYMENT_MODE: "ModelMesh"}
KEDA = {DEPLOYMENT_MODE: "Standard", "serving.kserve.io/autoscalerClass": "keda"}
OWN = {"name": "kserve-container", "image": "example.com/own:1"}


def given(annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A service with this spec; without a predictor, with a model."""
    whole = service(annotations=annotations or {})
    whole["spec"] = {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}, **spec}
    return whole


def rejection(one: dict[str, Any], release: str = "v0.20.0", before: dict[str, Any] | None = None) -> str | None:
    """Why a release rejects a service; None if it does not."""
    try:
        admitted(one, profile_of(release), before=before)
    except Rejected as rejected:
        return str(rejected)
    return None


def legacy(key: str, release: str = "v0.20.0", **spec: Any) -> str | None:
    """Why a release rejects a legacy key in ModelMesh mode."""
    return rejection(given(MODELMESH, predictor={key: spec}), release)


def metric(release: str = "v0.20.0", mode: str = "Standard", **parts: Any) -> str | None:
    """Why a release rejects a metric of KEDA."""
    predictor = {"model": {"modelFormat": {"name": "a"}}, "autoScaling": {"metrics": [parts]}}
    return rejection(given({**KEDA, DEPLOYMENT_MODE: mode}, predictor=predictor), release)


def uris(*paths: str | None, scheme: str = "gs", **spec: Any) -> str | None:
    """Why a list of storage URIs with these paths is rejected."""
    listed = [{"uri": f"{scheme}://a", **({} if path is None else {"mountPath": path})} for path in paths]
    return rejection(given(predictor={"model": {"modelFormat": {"name": "a"}}, "storageUris": listed, **spec}))


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


MODEL = {"modelFormat": {"name": "sklearn"}}
KNATIVE_HPA = {DEPLOYMENT_MODE: "Knative", "autoscaling.knative.dev/class": "hpa.autoscaling.knative.dev"}
PERCENTAGE = "the target utilization percentage should be a [1-100] integer"
TRANSFORMER = {"name": "transformer-container", "env": [{"name": "STORAGE_URI", "value": "gs://a"}]}


class TestMessages:
    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({"minReplicas": -1}, "'MinReplicas' cannot be less than 0"),
            ({"maxReplicas": -1}, "'MaxReplicas' cannot be less than 0"),
            ({"minReplicas": 2, "maxReplicas": 1}, "'MinReplicas' cannot be greater than MaxReplicas"),
            ({"containerConcurrency": -1}, "parallelism cannot be less than 0"),
            ({"logger": {}}, "invalid logger type"),
            ({"logger": {"mode": "all", "storage": {"path": "a"}}}, "invalid logger storage configuration"),
            ({"logger": {"mode": "all", "storage": {"path": "a", "key": "b", "parameters": {}}}}, None),
            ({"containers": [TRANSFORMER]}, "storage uri should not be specified in transformer container"),
            ({"containers": [{"name": "transformer-container"}]}, None),
            ({"storageUris": [{"uri": "gs://a", "mountPath": "/a/.."}]}, "storage path cannot contain"),
        ],
    )
    def test_settings_of_a_predictor(self, settings, expected):
        """
        Settings that make no sense are rejected with KServe's own message.
        """
        message = rejection(given({DEPLOYMENT_MODE: "Standard"}, predictor={"model": MODEL, **settings}))

        assert message is None if expected is None else (message or "").startswith(expected)

    @pytest.mark.parametrize(
        ("mode", "settings", "expected"),
        [
            ({DEPLOYMENT_MODE: "Knative"}, {"scaleMetric": "cpu"}, "[cpu] is not a supported metric"),
            ({DEPLOYMENT_MODE: "Knative"}, {"scaleMetric": "rps", "scaleTarget": 1}, None),
            (
                {DEPLOYMENT_MODE: "Knative"},
                {"scaleMetric": "rps", "scaleTarget": 0},
                "the target for rps should be greater than 1",
            ),
            (
                {DEPLOYMENT_MODE: "Knative"},
                {"deploymentStrategy": {}},
                "customizing deploymentStrategy is only supported for raw deployment mode",
            ),
            (KNATIVE_HPA, {"scaleTarget": 0}, PERCENTAGE),
            (
                KNATIVE_HPA,
                {"scaleMetric": "memory", "scaleTarget": 0},
                "the target memory should be greater than 1 MiB",
            ),
            (KNATIVE_HPA, {"scaleTarget": 100}, None),
            (
                KNATIVE_HPA,
                {"autoScaling": {"metrics": [{"type": "External"}]}},
                "invalid HPA metric source type with value [External],valid metric source types are Resource",
            ),
            (
                KNATIVE_HPA,
                {"autoScaling": {"metrics": [{"type": "Resource"}]}},
                "metricSpec.Resource is not set for resource metric source type",
            ),
            (KNATIVE_HPA, {"autoScaling": {"metrics": [{"type": "Resource", "resource": {}}]}}, None),
        ],
    )
    def test_scaling_of_a_predictor(self, mode, settings, expected):
        """
        The annotations choose the autoscaler, and with it what is valid.
        """
        assert rejection(given(mode, predictor={"model": MODEL, **settings})) == expected

    @pytest.mark.parametrize(
        ("part", "expected"),
        [
            ({"type": "Resource"}, "metricSpec.Resource is not set for resource metric source type"),
            (
                {"type": "Resource", "resource": {"name": "memory", "target": {"type": "Value"}}},
                "the memory target value type should be AverageValue or Utilization",
            ),
            (
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 0}},
                },
                PERCENTAGE,
            ),
            ({"type": "PodMetric"}, "metricSpec.PodMetric is not set for pod metric source type"),
            ({"type": "External"}, "metricSpec.External is not set for external metric source type"),
            ({"type": "External", "external": {"target": {"value": 1}}}, "the query should not be empty"),
            ({"type": "PodMetric", "podmetric": {"target": {"value": 1}}}, "the query should not be empty"),
            (
                {"type": "External", "external": {"metric": {"query": "up"}}},
                "the target threshold value should not be empty",
            ),
        ],
    )
    def test_metrics_of_keda(self, part, expected):
        """
        Each metric has the part that its type names.
        """
        assert metric(**part) == expected

    @pytest.mark.parametrize(
        ("key", "value", "expected"),
        [
            ("autoscalerClass", "own", "[own] is not a supported autoscaler class type."),
            ("metrics", "rps", "[rps] is not a supported metric."),
            ("metrics", "cpu", None),
            ("targetUtilizationPercentage", "0", "The target utilization percentage should be a [1-100] integer."),
            ("targetUtilizationPercentage", "+50", None),
        ],
    )
    def test_annotations_of_an_early_release(self, key, value, expected):
        """
        Up to v0.14.1 annotations set the metric and its target.
        """
        annotations = {"serving.kserve.io/autoscalerClass": "hpa", f"serving.kserve.io/{key}": value}

        assert rejection(given(annotations), "v0.10.2") == expected

    @pytest.mark.parametrize("component", ["predictor", "transformer", "explainer"])
    @pytest.mark.parametrize("uri", ["ftp://a", "http://a.blob.core.windows.net/b"])
    def test_schemes_of_an_early_release(self, component, uri):
        """
        Up to v0.10.2 the storage URI of every component is checked.
        """
        container = {**OWN, "env": [{"name": "STORAGE_URI", "value": uri}]}
        message = rejection(given(**{component: {"containers": [container]}}), "v0.10.2")

        assert f"StorageUri [{uri}] is not supported." in (message or "")

    @pytest.mark.parametrize("uri", ["gs://a", "/mnt/a", "https://a.blob.core.windows.net/b/c"])
    def test_supported_uris_of_an_early_release(self, uri):
        """
        A known scheme, none, and a path in Azure are accepted.
        """
        assert rejection(given(predictor={"model": {**MODEL, "storageUri": uri}}), "v0.10.2") is None

    def test_storage_spec_of_another_type(self):
        """
        The type in a storage spec is one of three.
        """
        explainer = {"art": {"type": "SquareAttack", "storage": {"parameters": {"type": "gs"}}}}

        assert "storage.spec.type [gs] is not supported" in (rejection(given(explainer=explainer)) or "")

    def test_versions_that_do_not_fit_the_gpu(self):
        """
        Each of the two keys has a message for each mistake.
        """
        limits = {"limits": {"nvidia.com/mig-1g.5gb": "1"}}

        assert "Tensorflow RuntimeVersion is GPU" in (legacy("tensorflow", runtimeVersion="1-gpu") or "")
        assert "PyTorch RuntimeVersion is GPU" in (legacy("pytorch", runtimeVersion="1-gpu") or "")
        assert "PyTorch RuntimeVersion is not" in (legacy("pytorch", runtimeVersion="1", resources=limits) or "")

    @pytest.mark.parametrize(
        ("confidential", "uri", "expected"),
        [
            ({"enabled": True}, None, "confidential model serving requires storageUri to be set"),
            ({"enabled": True}, "gs://a", None),
            ({"enabled": True, "resourceId": "kbs:///a/b/c"}, "gs://a", None),
            ({"enabled": False}, None, None),
        ],
    )
    def test_confidential_models(self, confidential, uri, expected):
        """
        A confidential model is somewhere.
        """
        model = {**MODEL, "storageUri": uri, "confidential": confidential}

        assert rejection(given(predictor={"model": model})) == expected

    def test_volume_claims_at_one_path(self):
        """
        Volume claims are compared next to two other URIs only.
        """
        claims = [{"uri": "pvc://a", "mountPath": "/a"}, {"uri": "pvc://b", "mountPath": "/a"}]
        others = [{"uri": "gs://a"}, {"uri": "gs://b"}]

        assert rejection(given(predictor={"model": MODEL, "storageUris": claims})) is None
        message = rejection(given(predictor={"model": MODEL, "storageUris": claims + others}))
        assert message == "PVC storage paths must be unique"

    def test_old_explainers_are_defaulted(self):
        """
        An explainer of KServe's gets a name, a version and a size.
        """
        one = given(explainer={"alibi": {"type": "AnchorTabular"}})
        server = admitted(one, profile_of("v0.12.1"))["spec"]["explainer"]["alibi"]

        assert (server["name"], server["runtimeVersion"], server["resources"]["limits"]["cpu"]) == (
            "kserve-container",
            "latest",
            "1",
        )


class TestCanaries:
    @pytest.mark.parametrize(
        ("canaries", "expected"),
        [
            ([{"trafficPercent": 10, "predictor": {"name": "a", "model": MODEL, "minReplicas": 1}}], None),
            ([{"predictor": {"model": MODEL}}], "canary[0] predictor.name is required"),
            ([{}], "canary[0] predictor.name is required"),
            ([{"predictor": {"name": "main", "model": MODEL}}], "conflicts with stable predictor name"),
            ([{"predictor": {"name": "a", "model": MODEL}}] * 2, 'canary predictor.name "a" is duplicated'),
            ([{"predictor": {"name": "a"}}], 'canary "a" predictor: exactly one of [Name'),
            ([{"predictor": {"name": "a", "model": MODEL, "logger": {}}}], 'canary "a" predictor: invalid logger'),
            ([{"predictor": {"name": "a", "model": MODEL, "workerSpec": {}}}], "must not set workerSpec"),
            ([{"predictor": {"name": "a", "model": MODEL, "maxReplicas": 1}}], "must not set maxReplicas"),
            ([{"predictor": {"name": "a", "model": MODEL, "scaleTarget": 1}}], "must not set scaleTarget"),
            ([{"predictor": {"name": "a", "model": MODEL, "minReplicas": 3}}], "minReplicas (3) must not exceed"),
            (
                [{"trafficPercent": 60, "predictor": {"name": name, "model": MODEL}} for name in "ab"],
                "sum of canary trafficPercent values (120) must be <= 100",
            ),
        ],
    )
    def test_canaries(self, canaries, expected):
        """
        A canary has a name of its own, one implementation and a fixed size.
        """
        predictor = {"name": "main", "model": MODEL}
        message = rejection(given({DEPLOYMENT_MODE: "Standard"}, predictor=predictor, canary=canaries))

        assert message is None if expected is None else expected in (message or "")

    def test_stable_predictor(self):
        """
        Canaries need raw mode, and a model or a storage URI to be a canary of.
        """
        canary = [{"predictor": {"name": "a", "model": MODEL}}]

        assert "Standard deployment mode" in (rejection(given({DEPLOYMENT_MODE: "Knative"}, canary=canary)) or "")
        own = given({DEPLOYMENT_MODE: "Standard"}, predictor={"minReplicas": 2, "containers": [OWN]}, canary=canary)
        assert "requires a stable predictor" in (rejection(own) or "")
        stored_elsewhere = {**OWN, "env": [{"name": "STORAGE_URI", "value": "gs://a"}]}
        own["spec"]["predictor"]["containers"] = [stored_elsewhere]
        assert rejection(own) is None
