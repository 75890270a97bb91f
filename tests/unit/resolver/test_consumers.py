from __future__ import annotations

import pytest
from selection import catalogue, cluster, cluster_ref, entry, service

from kserve_conformance.objects import replaced
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import resolve_stored
from kserve_conformance.resolver.consumers import canaries_of, graph_protocol_of

V0_15, V0_16, V0_20 = profile_of("v0.15.2"), profile_of("v0.16.0"), profile_of("v0.20.0")
V2_ONLY = catalogue(cluster("r", protocolVersions=["grpc-v2", "v2"]), cluster("grpc", protocolVersions=["grpc-v2"]))


def naming(runtime):
    return service({"modelFormat": {"name": "sklearn"}, "runtime": runtime})


class TestGraphs:
    @pytest.mark.parametrize(("profile", "protocol"), [(V0_15, "v1"), (V0_16, "v2")])
    def test_a_named_runtime_decides_from_v0_16_on(self, profile, protocol):
        """Earlier releases use only the fields of the service."""
        assert graph_protocol_of(naming("r"), V2_ONLY, profile) == protocol

    def test_a_runtime_without_a_protocol_of_graphs_cannot_be_called(self):
        """If the named runtime supports neither v1 nor v2 there is no protocol."""
        assert graph_protocol_of(naming("grpc"), V2_ONLY, V0_16) is None

    def test_a_predictor_without_a_model_requests_nothing(self):
        """
        A container of the user's own has no protocol that KServe knows.
        """
        own = service([{"name": "kserve-container", "image": "a"}], key="containers")

        assert graph_protocol_of(own, V2_ONLY, V0_16) is None


def with_canary(**model):
    entries = [{"trafficPercent": 10, "predictor": {"name": "next", "model": model}}]
    return replaced(service(), entries, "spec", "canary")


class TestCanaries:
    RUNTIMES = catalogue(cluster("r"), cluster("o", entry("onnx")))

    def canaries(self, stored, profile=V0_20, runtimes=RUNTIMES):
        return canaries_of(stored, resolve_stored(stored, runtimes, profile), runtimes, profile)

    def test_the_chosen_runtime_is_inherited(self):
        """
        A canary without a runtime has that of its service named.
        """
        ((name, decision),) = self.canaries(with_canary(modelFormat={"name": "sklearn"}))

        assert (name, decision.runtime) == ("next", cluster_ref("r"))

    def test_another_format_is_rejected_by_it(self):
        """
        Nothing is chosen for a canary.
        """
        ((_, decision),) = self.canaries(with_canary(modelFormat={"name": "onnx"}))

        assert decision.no_runtime.cause == "NoSupportingRuntime"

    @pytest.mark.parametrize(
        ("stored", "profile", "runtimes"),
        [
            (service(), V0_20, RUNTIMES),
            (with_canary(modelFormat={"name": "sklearn"}), V0_15, RUNTIMES),
            (with_canary(modelFormat={"name": "sklearn"}), V0_20, catalogue()),
        ],
    )
    def test_there_are_none_without_a_stable_predictor_that_runs(self, stored, profile, runtimes):
        """
        No canary, a release that knows none, or nothing to lay it over.
        """
        assert self.canaries(stored, profile, runtimes) == ()
