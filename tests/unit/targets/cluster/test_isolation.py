"""What runs on a shared cluster: exactly the scenarios that its own runtimes and our prefix cannot change."""

from __future__ import annotations

from functools import partial

from coded import raises
from hypothesis import given, settings
from hypothesis import strategies as st

from kserve_conformance.objects import Namespace, ObjectKey
from kserve_conformance.targets.cluster.isolation import Isolation
from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kubernetes.names import LABEL, Names
from kserve_conformance.targets.memory import MemoryTarget

NAMES = Names("kc-1a2b-", {LABEL: "kc-1a2b"})
MODEL = ObjectKey("InferenceService", "model", Namespace("team-a"))


def runtime(name, *, namespace=None, format_="sklearn", priority=None, **spec):
    entry = {"name": format_, "version": "1", "autoSelect": True, **({"priority": priority} if priority else {})}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime" if namespace else "ClusterServingRuntime",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "spec": {
            "supportedModelFormats": [entry],
            "containers": [{"name": "kserve-container", "image": f"example.com/{name}:1"}],
            **spec,
        },
    }


def service(format_="sklearn", **model):
    requested = {"modelFormat": {"name": format_}, "storageUri": "gs://example/model", **model}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "model", "namespace": "team-a"},
        "spec": {"predictor": {"model": requested}},
    }


def requested(*applied, others=(), release="v0.15.2"):
    """Apply objects and look at the service, as a target does; raises what isolation raises."""
    isolation = Isolation(partial(MemoryTarget, release), NAMES, others)
    isolation.configure("RawDeployment")
    for manifest in applied:
        isolation.apply(manifest)
    isolation.observe(MODEL)
    return isolation


class TestOtherRuntimes:
    def test_one_that_would_be_chosen_instead_stands_in_the_way(self):
        """
        A user's runtime with a higher priority would be selected: the scenario is skipped with the reason.
        """
        with raises(
            TargetCode.NOT_ISOLATED,
            match=r"ClusterServingRuntimes \(theirs\).*the runtime or the pod of InferenceService team-a/model",
        ):
            requested(runtime("ours"), service(), others=[runtime("theirs", priority=9)])

    def test_one_that_would_serve_where_none_should_stands_in_the_way(self):
        """
        A scenario of a service without a runtime is skipped if a user's runtime would serve it.
        """
        with raises(TargetCode.NOT_ISOLATED):
            requested(service("onnx"), others=[runtime("theirs", format_="onnx")])

    def test_one_that_clashes_at_admission_stands_in_the_way(self):
        """
        A runtime that the webhook would reject only because of a user's runtime is not applied.
        """
        spoken = {"protocolVersions": ["v1"], "priority": 1}
        with raises(TargetCode.NOT_ISOLATED, match="whether ClusterServingRuntime ours is accepted"):
            requested(runtime("ours", **spoken), others=[runtime("theirs", **spoken)])

    def test_one_that_loses_does_not_matter(self):
        """
        A runtime that shares the format but is never selected changes nothing: the scenario runs.
        """
        requested(runtime("ours", priority=9), service(), others=[runtime("theirs", priority=1)])
        requested(runtime("ours"), service(), others=[runtime("theirs", disabled=True)])

    def test_a_namespaces_own_comes_first(self):
        """
        What the rules take from the namespace is the same whatever the cluster has.
        """
        requested(runtime("ours", namespace="team-a"), service(), others=[runtime("theirs", priority=9)])

    def test_a_named_runtime_is_the_renamed_one(self):
        """
        A service that names its runtime means ours, though the user has one of that name.
        """
        requested(runtime("r"), service(runtime="r"), others=[runtime("r", format_="onnx")])

    def test_others_are_restored_after_each_scenario(self):
        """
        A reset forgets what a scenario made, and nothing of the user's.
        """
        isolation = Isolation(partial(MemoryTarget, "v0.15.2"), NAMES, [runtime("theirs", priority=9)])
        isolation.configure("RawDeployment")
        isolation.reset()
        isolation.apply(runtime("ours"))
        isolation.apply(service())

        with raises(TargetCode.NOT_ISOLATED):
            isolation.observe(MODEL)

    def test_what_was_deleted_is_counted_no_more(self):
        """
        Deleting ours leaves theirs, which would then serve.
        """
        isolation = requested(runtime("ours", priority=9), service(), others=[runtime("theirs", priority=1)])
        isolation.delete(ObjectKey("ClusterServingRuntime", "ours"))

        with raises(TargetCode.NOT_ISOLATED):
            isolation.observe(MODEL)

    def test_a_second_that_passed_counts(self):
        """
        Age decides between equals: of the user's runtimes all are older than what is made after a tick.
        """
        isolation = Isolation(partial(MemoryTarget, "v0.15.2"), NAMES, [runtime("a")])
        isolation.configure("RawDeployment")
        isolation.advance_clock()
        isolation.apply(runtime("z"))
        isolation.apply(service())

        isolation.observe(MODEL)


class TestOurPrefix:
    def test_a_name_that_a_rule_knows_is_skipped(self):
        """
        Until v0.16 servers have defaults by their runtime's exact name, which a prefix takes away.
        """
        with raises(TargetCode.NOT_ISOLATED, match="the name prefix"):
            requested(runtime("kserve-mlserver"), service())

    def test_names_that_no_rule_knows_can_be_tested(self):
        """
        Alone in a cluster a prefix changes nothing, not even the order by names.
        """
        requested(runtime("b"), runtime("a"), service())

    def test_only_a_few_of_many_runtimes_are_named(self):
        """
        The reason names the first runtimes and how many more there are.
        """
        others = [runtime(f"theirs-{number}", priority=number + 1) for number in range(5)]

        with raises(TargetCode.NOT_ISOLATED, match=r"\(theirs-0, theirs-1, theirs-2 and 2 more\)"):
            requested(runtime("ours"), service(), others=others)

    def test_other_kinds_are_no_matter(self):
        """
        A ConfigMap of a scenario changes no choice.
        """
        requested({"kind": "ConfigMap", "metadata": {"name": "c", "namespace": "team-a"}}, runtime("a"), service())


#: Runtimes, with formats that the first set shares with nobody of the second.
ours, theirs = (
    st.lists(
        st.builds(
            runtime,
            st.sampled_from(names),
            format_=st.sampled_from(formats),
            priority=st.sampled_from((None, 1, 2)),
            namespace=namespaces,
            protocolVersions=st.sampled_from(([], ["v1"], ["v2"], ["v1", "v2"])),
            disabled=st.booleans(),
            multiModel=st.booleans(),
        ),
        max_size=4,
    )
    for names, formats, namespaces in (
        (("a", "b", "r"), ("sklearn", "onnx"), st.sampled_from((None, "team-a", "team-b"))),
        (("a", "b", "z"), ("own", "Own", "xgboost"), st.none()),
    )
)

services = st.builds(
    service,
    st.sampled_from(("sklearn", "onnx", "odd")),
    protocolVersion=st.sampled_from((None, "v1", "v2")),
    runtime=st.sampled_from((None, "a", "r", "missing")),
)


@settings(max_examples=60, deadline=None)
@given(ours, theirs, services, st.sampled_from(("v0.8.0", "v0.10.2", "v0.15.2", "v0.17.0", "v0.20.0")))
def test_who_shares_no_format_is_never_in_the_way(own, others, requesting, release):
    """
    A law: if the user's runtimes share no format with a scenario's, the scenario is never skipped.
    """
    model = requesting["spec"]["predictor"]["model"]
    given_ = {key: value for key, value in model.items() if value is not None}
    requested(*own, {**requesting, "spec": {"predictor": {"model": given_}}}, others=others, release=release)
