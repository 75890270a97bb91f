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
            (asked(), (), "no runtime is there at all; install those that KServe ships, or create one"),
            (asked(), (cluster("r", protocolVersions=["v2"]),), "with protocolVersion v2, r would be chosen"),
            (
                asked(modelFormat={"name": "sklearn", "version": "2"}),
                (cluster("r"),),
                "without a version, r would be chosen",
            ),
            (asked(modelFormat={"name": "SKLearn"}), (cluster("r"),), "with modelFormat sklearn, r would be chosen"),
            (asked(modelFormat={"name": "sklaern"}), (cluster("r"),), "with modelFormat sklearn, r would be chosen"),
            (asked(runtime="kserve-r"), (cluster("kserve-rr", "onnx"),), "did you mean the runtime 'kserve-rr'?"),
            (asked(runtime="gone"), (cluster("r"),), "without naming a runtime, r would be chosen"),
            (asked(), (cluster("r", entry(auto=False)),), "named as the runtime, r would be taken"),
        ],
    )
    def test_each_hint_was_tried(self, stored, runtimes, hint):
        """
        A hint is a change that the resolver itself says would help.
        """
        assert hint in hints_for(stored, catalogue(*runtimes), V0_15)

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
