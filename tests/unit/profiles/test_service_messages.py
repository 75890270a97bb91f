from __future__ import annotations

import pytest
from service_rejections import OWN, given, legacy, metric, rejection

from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE
from kserve_conformance.resolver import admitted

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
