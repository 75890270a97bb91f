"""Graphs and canaries: others that depend on the choice of a runtime."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import Runtime
from kserve_conformance.profiles.consumers import (
    NoGraphProtocol,
    canaries,
    graph_path,
    graph_protocol,
    overridden,
    protocol_of_model,
)


def service(model=None, canary=(), **predictor):
    model = {"modelFormat": {"name": "sklearn", "version": "1"}, **(model or {})}
    return {"metadata": {"name": "fraud"}, "spec": {"predictor": {"model": model, **predictor}, "canary": list(canary)}}


def runtime(*protocols):
    return Runtime.from_manifest(
        {"kind": "ClusterServingRuntime", "metadata": {"name": "r"}, "spec": {"protocolVersions": list(protocols)}}
    )


class TestGraphs:
    @pytest.mark.parametrize(
        ("protocols", "spoken"), [(("grpc-v2", "v2", "v1"), "v2"), (("v1", "v2"), "v1"), (("v2",), "v2")]
    )
    def test_a_named_runtime_decides_by_what_it_lists_first(self, protocols, spoken):
        """
        Even against the protocol of the service.
        """
        requested = service({"runtime": "r", "protocolVersion": "v1"})

        assert graph_protocol(requested, runtime(*protocols)) == spoken

    def test_a_named_runtime_of_other_protocols_is_an_error(self):
        """
        A graph cannot speak them.
        """
        with pytest.raises(NoGraphProtocol, match="does not support a protocol compatible with Inference Graphs"):
            graph_protocol(service({"runtime": "r"}), runtime("grpc-v2"))

    @pytest.mark.parametrize(("given", "spoken"), [(None, "v1"), ("v2", "v2")])
    def test_a_chosen_runtime_is_not_looked_at(self, given, spoken):
        """
        Nor is a named one that lists nothing, or is not there.
        """
        requested, naming = (
            service({"protocolVersion": given}),
            service({"protocolVersion": given, "runtime": "r"}),
        )

        assert graph_protocol(requested, runtime("v2")) == spoken
        assert graph_protocol(naming, runtime()) == spoken
        assert graph_protocol(naming, None) == spoken
        assert protocol_of_model(naming) == spoken

    @pytest.mark.parametrize(
        ("protocol", "path"), [("v1", "/v1/models/m:predict"), ("v2", "/v2/models/m/infer"), ("grpc-v2", "")]
    )
    def test_the_protocol_decides_the_path(self, protocol, path):
        """
        A protocol that graphs do not speak has none.
        """
        assert graph_path("m", protocol) == path


class TestCanaries:
    def test_a_canary_inherits_the_runtime_that_was_chosen(self):
        """It requests it explicitly, in its own format and with the version of the stable one."""
        entry = {"predictor": {"name": "next", "model": {"modelFormat": {"name": "xgboost"}}}, "trafficPercent": 10}

        (canary,) = canaries(service({"runtime": "chosen"}, [entry]))

        assert canary.name == "next"
        assert canary.service["spec"]["predictor"]["model"] == {
            "modelFormat": {"name": "xgboost", "version": "1"},
            "runtime": "chosen",
        }

    def test_a_canary_can_name_its_own_runtime(self):
        """Its own fields win."""
        entry = {"predictor": {"name": "next", "model": {"runtime": "own"}}, "trafficPercent": 10}

        (canary,) = canaries(service({"runtime": "chosen"}, [entry]))

        assert canary.service["spec"]["predictor"]["model"]["runtime"] == "own"

    @pytest.mark.parametrize(
        ("stable", "own", "traffic", "replicas"),
        [(None, None, 10, 1), (4, None, 10, 1), (10, None, 25, 3), (4, None, 0, 0), (0, None, 50, 0), (4, 2, 10, 2)],
    )
    def test_it_has_its_share_of_replicas(self, stable, own, traffic, replicas):
        """Rounded up, unless it sets its own; it does not scale."""
        entry = {"predictor": {"name": "next", "minReplicas": own, "maxReplicas": 9}, "trafficPercent": traffic}

        (canary,) = canaries(service(canary=[entry], minReplicas=stable, maxReplicas=9, scaleTarget=1))

        predictor = canary.service["spec"]["predictor"]
        assert predictor["minReplicas"] == replicas
        assert predictor.keys().isdisjoint({"maxReplicas", "scaleTarget"})

    def test_it_runs_on_one_node(self):
        """
        Whatever the stable one does.
        """
        (canary,) = canaries(service(canary=[{"predictor": {"name": "next"}, "trafficPercent": 1}], workerSpec={}))

        assert "workerSpec" not in canary.service["spec"]["predictor"]

    def test_a_service_without_canaries_has_none(self):
        """
        And nothing is made up.
        """
        assert canaries(service()) == ()


class TestOverride:
    @pytest.mark.parametrize(
        ("base", "override", "result"),
        [
            ({"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}, {"a": {"x": 3, "y": 2}}),
            ({"args": ["a", "b"]}, {"args": ["c"]}, {"args": ["c"]}),
            ({"a": "x", "b": 1, "c": [1], "d": {"e": 1}}, {"a": "", "b": 0, "c": [], "d": {}}, None),
            ({}, {"a": "", "b": 0}, {"a": "", "b": 0}),
            ({"port": "http"}, {"port": 8080}, None),
            ({"port": 8080}, {"port": "http"}, {"port": "http"}),
            ({"port": 8080}, {"port": 9000}, {"port": 9000}),
        ],
    )
    def test_what_is_empty_overrides_nothing(self, base, override, result):
        """
        Objects merge, lists are replaced, and a number does not override a port's name.
        """
        assert overridden(base, override) == (base if result is None else result)
