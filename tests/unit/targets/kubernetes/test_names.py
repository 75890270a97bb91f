"""Names of a run on a shared cluster: prefixed when they are written, and restored when they are reported."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kserve_conformance.objects import Namespace, ObjectKey, Outcome
from kserve_conformance.targets.contract import Admission, Observation
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, LABEL, Names

NAMES = Names("kc-1a2b-", {LABEL: "kc-1a2b"})

CLUSTER = ObjectKey("ClusterServingRuntime", "sklearn")
OWN = ObjectKey("ServingRuntime", "sklearn", Namespace("team-a"))
SERVICE = ObjectKey("InferenceService", "model", Namespace("team-a"))
CONFIG = ObjectKey("ConfigMap", "settings", Namespace("team-a"))


def manifest(key, **spec):
    namespace = {"namespace": key.namespace} if key.namespace else {}
    return {"kind": key.kind, "metadata": {"name": key.name, **namespace}, "spec": spec}


def requesting(runtime):
    return manifest(SERVICE, predictor={"model": {"modelFormat": {"name": "sklearn"}, "runtime": runtime}})


class TestWriting:
    def test_namespaces_and_runtimes_get_the_prefix(self):
        """
        Every namespace and every runtime is renamed; a service keeps its name, which is in a namespace of our own.
        """
        assert NAMES.key(CLUSTER) == ObjectKey("ClusterServingRuntime", "kc-1a2b-sklearn")
        assert NAMES.key(OWN) == ObjectKey("ServingRuntime", "kc-1a2b-sklearn", Namespace("kc-1a2b-team-a"))
        assert NAMES.key(SERVICE) == ObjectKey("InferenceService", "model", Namespace("kc-1a2b-team-a"))
        assert NAMES.key(CONFIG) == ObjectKey("ConfigMap", "settings", Namespace("kc-1a2b-team-a"))

    def test_only_what_is_outside_of_our_namespaces_is_labelled(self):
        """
        A cluster runtime is found by its label when everything is deleted; labels that it has stay.
        """
        labelled = manifest(CLUSTER)
        labelled["metadata"]["labels"] = {"mine": "1"}

        assert NAMES.manifest(labelled)["metadata"]["labels"] == {"mine": "1", LABEL: "kc-1a2b"}
        assert "labels" not in NAMES.manifest(manifest(OWN))["metadata"]
        assert labelled["metadata"]["labels"] == {"mine": "1"}

    def test_a_service_names_the_renamed_runtime(self):
        """
        The runtime that a service names is renamed with it; one that names none, or an empty one, is left so.
        """
        assert NAMES.manifest(requesting("sklearn"))["spec"]["predictor"]["model"]["runtime"] == "kc-1a2b-sklearn"
        assert NAMES.manifest(requesting(""))["spec"]["predictor"]["model"]["runtime"] == ""
        assert "runtime" not in NAMES.manifest(manifest(SERVICE, predictor={"model": {}}))["spec"]["predictor"]["model"]

    def test_an_invalid_name_is_left_for_the_schema_to_reject(self):
        """
        A runtime that is named by a number reaches the API server as it is.
        """
        assert NAMES.manifest(requesting(7))["spec"]["predictor"]["model"]["runtime"] == 7

    def test_formats_keep_their_names(self):
        """
        Formats are part of the request: only the runtime of a service's spec is changed.
        """
        spec = {"supportedModelFormats": [{"name": "sklearn"}], "containers": [{"name": "kserve-container"}]}

        assert NAMES.manifest(manifest(CLUSTER, **spec))["spec"] == spec

    def test_the_order_of_names_is_kept(self):
        """
        One prefix before all of them changes no order, where a rule goes by names.
        """
        names = ["b", "a-1", "a", "c"]

        renamed = sorted(NAMES.key(ObjectKey("ClusterServingRuntime", name)).name for name in names)

        assert [NAMES.text(name) for name in renamed] == sorted(names)


class TestTelling:
    def test_an_admission_is_reported_in_the_scenarios_words(self):
        """
        The key, the stored object without the run's label, and the text of a rejection have no prefix.
        """
        there = NAMES.manifest(manifest(CLUSTER))

        reported = NAMES.admission(
            CLUSTER, Admission(NAMES.key(CLUSTER), there, "in the runtimes kc-1a2b-b and kc-1a2b-a")
        )

        assert reported.key == CLUSTER
        assert reported.stored == {**manifest(CLUSTER), "metadata": {"name": "sklearn", "labels": {}}}
        assert reported.rejected == "in the runtimes b and a"

    def test_an_observation_is_reported_in_the_scenarios_words(self):
        """
        Runtimes, texts, logs and whole manifests have no prefix, however deep it stands.
        """
        there = ObjectKey("ServingRuntime", "kc-1a2b-r", Namespace("kc-1a2b-team-a"))
        observed = Observation(
            service=NAMES.manifest(requesting("r")),
            outcome=Outcome.RUNS,
            runtime=there,
            one_of=(there,),
            workload=there,
            status_runtime=ObjectKey("ClusterServingRuntime", "kc-1a2b-r"),
            message="no kc-1a2b-r",
            errors=("kc-1a2b-r is disabled",),
            logs=('{"namespace":"kc-1a2b-team-a"}',),
            pod={"metadata": {}, "spec": {"containers": [{"args": ["--of=kc-1a2b-team-a", 3]}]}},
        )

        reported = NAMES.observation(observed)

        here = ObjectKey("ServingRuntime", "r", Namespace("team-a"))
        assert (reported.runtime, reported.one_of, reported.workload) == (here, (here,), here)
        assert reported.status_runtime == ObjectKey("ClusterServingRuntime", "r")
        assert (reported.message, reported.errors) == ("no r", ("r is disabled",))
        assert reported.logs == ('{"namespace":"team-a"}',)
        assert reported.pod == {"metadata": {}, "spec": {"containers": [{"args": ["--of=team-a", 3]}]}}
        assert reported.service == requesting("r")

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text("abc-/ ", max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=4), inner, max_size=3),
            max_leaves=8,
        ),
        st.sampled_from((CLUSTER, OWN, SERVICE, CONFIG)),
    )
    def test_what_is_written_is_reported_as_it_was(self, value, key):
        """Any manifest that is written and reported is the same as before, except for the label."""
        whole = manifest(key, any=value)

        reported = NAMES.admission(key, Admission(NAMES.key(key), NAMES.manifest(whole))).stored

        reported["metadata"].pop("labels", None)
        assert reported == whole


class TestAClusterOfOnesOwn:
    def test_nothing_is_renamed(self):
        """Without a prefix every value is the same object."""
        whole = manifest(CLUSTER)
        answer = Admission(CLUSTER, whole)

        assert AS_WRITTEN.key(CLUSTER) == CLUSTER
        assert AS_WRITTEN.manifest(whole) is whole
        assert AS_WRITTEN.admission(CLUSTER, answer) is answer
        assert AS_WRITTEN.text("kc-1a2b-x") == "kc-1a2b-x"
        assert AS_WRITTEN.selector == ""
        assert NAMES.selector == f"{LABEL}=kc-1a2b"
