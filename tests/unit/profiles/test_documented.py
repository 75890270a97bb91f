"""The profile that follows the documentation: what the page says, and what it leaves open."""

from __future__ import annotations

import pytest
from selection import catalogue, cluster, cluster_ref, entry, namespaced, namespaced_ref, requesting, service

from kserve_conformance.objects import Catalogue, Outcome, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.resolver import admitted, resolve, select

DOCUMENTED = profile_of("documented")


def choose(request, *runtimes):
    """What may be chosen, or the cause why nothing is."""
    choice = select(request, catalogue(*runtimes), DOCUMENTED)
    return {runtime.key for runtime in choice.one_of} or choice.no_runtime.cause


class TestNamed:
    def test_the_namespace_comes_before_the_cluster(self):
        """
        A named runtime is looked up in the namespace first, and only then in the cluster.
        """
        assert choose(requesting(runtime="r"), cluster("r"), namespaced("r")) == {namespaced_ref("r")}
        assert choose(requesting(runtime="r"), cluster("r")) == {cluster_ref("r")}

    def test_it_must_list_format_and_version(self):
        """The format is verified, and a requested version has to match."""
        assert choose(requesting("onnx", runtime="r"), cluster("r")) == "NoSupportingRuntime"
        assert choose(requesting(version="2", runtime="r"), cluster("r", entry(version="1"))) == "NoSupportingRuntime"
        assert choose(requesting(version="1", runtime="r"), cluster("r", entry(version="1"))) == {cluster_ref("r")}

    def test_it_need_not_be_auto_select(self):
        """
        AutoSelect is about choices that are left to KServe.
        """
        assert choose(requesting(runtime="r"), cluster("r", entry(auto=False))) == {cluster_ref("r")}

    def test_a_disabled_one_is_never_selected(self):
        """
        The attribute's description has no exception.
        """
        assert choose(requesting(runtime="r"), cluster("r", disabled=True)) == "RuntimeDisabled"

    def test_protocols_are_not_mentioned(self):
        """
        The page lists no protocols among what is verified.
        """
        assert choose(requesting(runtime="r", protocol="v2"), cluster("r", protocolVersions=["v1"])) == {
            cluster_ref("r")
        }


class TestAutomatic:
    def test_it_needs_a_format_that_is_auto_select(self):
        """
        Another format, another version and an entry that is not autoSelect are all passed over.
        """
        assert choose(requesting(), cluster("r"), cluster("s", "onnx"), cluster("t", entry(auto=False))) == {
            cluster_ref("r")
        }
        assert choose(requesting(version="2"), cluster("r", entry(version="1"))) == "NoSupportingRuntime"

    def test_a_disabled_one_is_passed_over(self):
        """
        The other one is chosen.
        """
        assert choose(requesting(), cluster("r", disabled=True), cluster("s")) == {cluster_ref("s")}

    def test_a_missing_protocol_requests_none(self):
        """A missing protocol has no default, and protocols filter nothing."""
        runtimes = (cluster("r", protocolVersions=["v2"]), cluster("s", protocolVersions=["v1"]))

        assert choose(requesting(), *runtimes) == {cluster_ref("r"), cluster_ref("s")}
        assert choose(requesting(protocol="v1"), *runtimes) == {cluster_ref("r"), cluster_ref("s")}

    def test_several_are_no_guarantee(self):
        """
        Equal runtimes are open, whatever their ages, names and scopes.
        """
        assert choose(requesting(), cluster("a", created=1), namespaced("b"), cluster("c")) == {
            cluster_ref("a"),
            namespaced_ref("b"),
            cluster_ref("c"),
        }

    @pytest.mark.parametrize("other", [entry(), entry(priority=1)])
    def test_the_higher_priority_wins_across_scopes(self, other):
        """
        A priority beats a lower one and none, and the page knows no order of scopes to beat it.
        """
        assert choose(requesting(), namespaced("a", other), cluster("b", entry(priority=2))) == {cluster_ref("b")}

    def test_many_are_ordered_too(self):
        """
        The page knows no list that is too long to be ordered.
        """
        many = [cluster(f"r{number}", entry(priority=1)) for number in range(20)]

        assert choose(requesting(), *many, cluster("best", entry(priority=2))) == {cluster_ref("best")}


class TestLegacy:
    @pytest.mark.parametrize(
        ("key", "protocol", "pinned"),
        [
            ("sklearn", None, "kserve-sklearnserver"),
            ("sklearn", "v2", "kserve-mlserver"),
            ("tensorflow", None, "kserve-tensorflow-serving"),
            ("triton", None, "kserve-tritonserver"),
        ],
    )
    def test_a_key_names_its_runtime(self, key, protocol, pinned):
        """
        The equivalent new schema of the page has the runtime set, and it is served by that one.
        """
        given = service({"storageUri": "gs://x", **({"protocolVersion": protocol} if protocol else {})}, key=key)
        stored = admitted(given, DOCUMENTED)
        decision = resolve(given, Catalogue.of(shipped("documented")), DOCUMENTED)

        assert at(stored, "spec", "predictor", "model", "runtime") == pinned
        assert (decision.outcome, decision.runtime) == (Outcome.RUNS, cluster_ref(pinned))
