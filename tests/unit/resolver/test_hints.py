from __future__ import annotations

import pytest
from selection import catalogue, cluster, entry, service

from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver.hints import hints_for

V0_15 = profile_of("v0.15.2")


def asked(**model):
    return service({"modelFormat": {"name": "sklearn"}, **model})


class TestHints:
    def test_a_served_service_needs_none(self):
        """
        There is nothing to hint at where a runtime is found.
        """
        assert hints_for(asked(), catalogue(cluster("r")), V0_15) == ()

    @pytest.mark.parametrize(
        ("stored", "runtimes", "hint"),
        [
            (asked(), (), "there are no runtimes: install the ones that KServe ships, or create one"),
            (asked(), (cluster("r", protocolVersions=["v2"]),), "set protocolVersion: v2 to select r"),
            (
                asked(modelFormat={"name": "sklearn", "version": "2"}),
                (cluster("r"),),
                "remove version from modelFormat to select r",
            ),
            (asked(modelFormat={"name": "SKLearn"}), (cluster("r"),), "set modelFormat.name: sklearn to select r"),
            (asked(modelFormat={"name": "sklaern"}), (cluster("r"),), "set modelFormat.name: sklearn to select r"),
            (asked(runtime="kserve-r"), (cluster("kserve-rr"),), "did you mean runtime: kserve-rr?"),
            (asked(runtime="gone"), (cluster("r"),), "remove runtime to select r"),
            (asked(), (cluster("r", entry(auto=False)),), "set runtime: r to select it by name"),
        ],
    )
    def test_each_hint_was_tried(self, stored, runtimes, hint):
        """
        A hint is a change with which the resolver selects a runtime.
        """
        assert hint in hints_for(stored, catalogue(*runtimes), V0_15)

    def test_a_similar_name_that_cannot_serve_is_no_hint(self):
        """
        A runtime of a similar name that does not support the format would not help, nor would the same name.
        """
        runtimes = catalogue(cluster("kserve-rr", "onnx"), cluster("kserve-r", "onnx"))

        assert hints_for(asked(runtime="kserve-r"), runtimes, V0_15) == ()

    def test_the_asked_name_is_no_hint(self):
        """
        A named runtime that is there and refused is not suggested again.
        """
        assert not any(
            "did you mean" in hint for hint in hints_for(asked(runtime="r"), catalogue(cluster("r", "onnx")), V0_15)
        )

    def test_nothing_helps_a_format_that_nobody_serves(self):
        """
        Where no small change helps there is no hint.
        """
        assert hints_for(asked(protocolVersion="v1"), catalogue(cluster("r", "onnx")), V0_15) == ()

    def test_an_unnameable_runtime_is_no_hint(self):
        """
        A disabled runtime would not be accepted by name either.
        """
        assert hints_for(asked(), catalogue(cluster("r", disabled=True)), V0_15) == ()
