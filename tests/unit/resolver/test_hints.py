from __future__ import annotations

import pytest
from selection import catalogue, cluster, entry, service

from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver.hints import hints_for

V0_15 = profile_of("v0.15.2")


def requesting(**model):
    return service({"modelFormat": {"name": "sklearn"}, **model})


class TestHints:
    def test_a_served_service_needs_none(self):
        """
        There is nothing to hint at where a runtime is found.
        """
        assert hints_for(requesting(), catalogue(cluster("r")), V0_15) == ()

    @pytest.mark.parametrize(
        ("stored", "runtimes", "hint"),
        [
            (requesting(), (), "there are no runtimes: install the ones that KServe ships, or create one"),
            (requesting(), (cluster("r", protocolVersions=["v2"]),), "set protocolVersion: v2 to select r"),
            (
                requesting(modelFormat={"name": "sklearn", "version": "2"}),
                (cluster("r"),),
                "remove version from modelFormat to select r",
            ),
            (requesting(modelFormat={"name": "SKLearn"}), (cluster("r"),), "set modelFormat.name: sklearn to select r"),
            (requesting(modelFormat={"name": "sklaern"}), (cluster("r"),), "set modelFormat.name: sklearn to select r"),
            (requesting(runtime="kserve-r"), (cluster("kserve-rr"),), "did you mean runtime: kserve-rr?"),
            (requesting(runtime="gone"), (cluster("r"),), "remove runtime to select r"),
            (requesting(), (cluster("r", entry(auto=False)),), "set runtime: r to select it by name"),
            (requesting(runtime="r"), (cluster("kserve-rserver"),), "did you mean runtime: kserve-rserver?"),
            (
                requesting(runtime="kserve-q"),
                (cluster("kserve-r", entry(auto=False)),),
                "set runtime: kserve-r to select it by name",
            ),
            (
                requesting(modelFormat={"name": "SKLearn"}),
                (cluster("r", protocolVersions=["v2"]),),
                "set modelFormat.name: sklearn and set protocolVersion: v2 to select r",
            ),
            (
                requesting(modelFormat={"name": "SKLearn", "version": "2"}),
                (cluster("r"),),
                "remove version from modelFormat and set modelFormat.name: sklearn to select r",
            ),
            (
                requesting(),
                (cluster("r", disabled=True),),
                "enable ClusterServingRuntime r (spec.disabled: false) to select it",
            ),
        ],
    )
    def test_each_hint_was_tried(self, stored, runtimes, hint):
        """
        A hint is a change with which the resolver selects a runtime.
        """
        assert hint in hints_for(stored, catalogue(*runtimes), V0_15)

    def test_a_similar_name_that_cannot_serve_is_not_suggested(self):
        """
        A runtime of a similar name that does not support the format would not help, nor would the same name.
        """
        runtimes = catalogue(cluster("kserve-rr", "onnx"), cluster("kserve-r", "onnx"))

        assert hints_for(requesting(runtime="kserve-r"), runtimes, V0_15) == ()

    def test_the_named_runtime_is_not_suggested(self):
        """A named runtime that exists and cannot serve the model is not suggested again."""
        assert not any(
            "did you mean" in hint
            for hint in hints_for(requesting(runtime="r"), catalogue(cluster("r", "onnx")), V0_15)
        )

    def test_nothing_helps_a_format_that_no_runtime_supports(self):
        """If no small change helps there is no hint."""
        assert hints_for(requesting(protocolVersion="v1"), catalogue(cluster("r", "onnx")), V0_15) == ()

    def test_a_common_prefix_makes_no_name_alike(self):
        """Names that share no more than what most runtimes' names share are not taken for each other."""
        hints = hints_for(requesting(runtime="kserve-ovms"), catalogue(cluster("kserve-sklearnserver")), V0_15)

        assert not any("did you mean" in hint for hint in hints)

    def test_a_disabled_runtime_that_would_not_help_is_not_suggested(self):
        """Enabling a runtime of another format changes nothing."""
        assert hints_for(requesting(), catalogue(cluster("r", "onnx", disabled=True)), V0_15) == ()
