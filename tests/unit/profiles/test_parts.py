from __future__ import annotations

from dataclasses import replace

import pytest
from selection import catalogue, cluster, cluster_ref, entry, manifest, namespaced, namespaced_ref, requesting, service

from kserve_conformance.crds import crds_of, new_fields
from kserve_conformance.objects import NoRuntime
from kserve_conformance.profiles import DOCUMENTED_NAME, profile_of, profiles
from kserve_conformance.profiles.checks import none_supports
from kserve_conformance.profiles.filters import agrees_on_nodes, is_auto_selectable, supports_format
from kserve_conformance.profiles.order import lowest_ranked_protocol, priority_of, protocol_rank
from kserve_conformance.profiles.protocols import protocol_by_runtime_name
from kserve_conformance.profiles.releases import V0_8_0, V0_15_2, V0_16_0, V0_20_0, following
from kserve_conformance.rules.releases import NAMES, RELEASES, TABLE, UnknownRelease


class TestFormats:
    @pytest.mark.parametrize(
        ("requested", "listed", "supported"),
        [
            ({}, entry(version="1"), True),
            ({"version": "1"}, entry(version="1"), True),
            ({"version": "1"}, entry(), False),
            ({"version": "1.0"}, entry(version="1"), False),
            ({"version": ""}, entry(version=""), True),
            ({"version": ""}, entry(), False),
            ({"format_": "SKLearn"}, entry(), False),
            ({"format_": "sklearn:1"}, entry(version="1"), True),
            ({"format_": ""}, entry(""), True),
        ],
    )
    def test_names_and_versions_are_exact(self, requested, listed, supported):
        """
        Strings are equal or they are not; a colon in a name can stand for a version.
        """
        assert supports_format(requesting(**requested), cluster("r", listed).formats) == supported

    def test_the_entry_with_the_version_must_be_auto_select_itself(self):
        """
        Another entry's autoSelect does not count for this version.
        """
        runtime = cluster("r", entry(version="0"), entry(version="1", auto=False))

        assert is_auto_selectable(requesting(version="0"), runtime) is None
        assert "autoSelect is not set for" in str(is_auto_selectable(requesting(version="1"), runtime))

    @pytest.mark.parametrize(
        ("runtime", "words"),
        [
            (cluster("r", entry(version="1"), entry()), "supports sklearn '1', no version; '2' requested"),
            (cluster("r", "onnx"), "supports onnx; sklearn requested"),
        ],
    )
    def test_a_wrong_version_is_reported_from_an_unknown_format(self, runtime, words):
        """
        The reason says what the runtime lists.
        """
        assert words in str(is_auto_selectable(requesting(version="2"), runtime))


class TestOrder:
    @pytest.mark.parametrize(
        ("protocols", "rank", "name"),
        [
            (["v2", "v1"], 1, "v1"),
            (["grpc-v2", "v2"], 2, "v2"),
            (["grpc-v1"], 3, "grpc-v1"),
            (["grpc-v2"], 4, "grpc-v2"),
            (["mine"], 5, ""),
            ([], 5, ""),
        ],
    )
    def test_the_lowest_protocol_ranks_a_runtime(self, protocols, rank, name):
        """
        The whole list counts, and an unknown protocol ranks with none at all.
        """
        runtime = cluster("r", protocolVersions=protocols)

        assert (rank, name) == (protocol_rank(runtime), lowest_ranked_protocol(runtime))

    def test_the_first_entry_of_a_name_has_the_priority(self):
        """
        Version and autoSelect do not matter for where a priority is read.
        """
        runtime = cluster("r", entry(version="0", priority=9, auto=False), entry(version="1", priority=1))

        assert priority_of(runtime, "sklearn") == 9
        assert priority_of(runtime, "onnx") is None


class TestNamedProtocol:
    def test_an_explicit_protocol_is_kept(self):
        """
        Server defaults fill a protocol that is missing and no other.
        """
        request = requesting(runtime="kserve-mlserver", protocol="v1")

        assert protocol_by_runtime_name(request) is request

    def test_an_unnamed_runtime_adds_nothing(self):
        """
        An automatic choice has no name to go by.
        """
        assert protocol_by_runtime_name(requesting()).protocol is None


class TestErrors:
    def test_a_version_ends_the_text_before_a_pointer(self):
        """
        KServe prints an address there, which is another one each time.
        """
        assert none_supports(requesting(version="1")).error.endswith("{sklearn 0x")


class TestReporting:
    def test_v0_8_reports_in_events_only(self):
        """
        Before v0.9.0 no status has a failure.
        """
        reported = V0_8_0.reports(NoRuntime("RuntimeDisabled", "e", "RuntimeDisabled", "m"))

        assert (reported.error, reported.reason, reported.message) == ("e", None, None)

    def test_the_status_names_what_the_name_means(self):
        """
        A namespaced runtime of the chosen one's name is named in its place.
        """
        both = catalogue(cluster("r"), namespaced("r", "onnx"))

        assert V0_16_0.status_names(cluster_ref("r"), "team-a", both) == namespaced_ref("r")
        assert V0_15_2.status_names(cluster_ref("r"), "team-a", both) is None

    def test_a_deleted_runtime_is_not_named(self):
        """
        A name that means nothing any more leaves the status without one.
        """
        assert V0_16_0.status_names(cluster_ref("gone"), "team-a", catalogue()) is None


class TestSchema:
    def test_what_a_release_does_not_know_is_dropped(self):
        """
        v0.8.0 stores a runtime without protocols, priorities and workers.
        """
        given = manifest("ClusterServingRuntime", "r", entry(priority=1), protocolVersions=["v1"], workerSpec={})
        spec = crds_of("v0.8.0").pruned(given)["spec"]

        assert (set(spec), spec["supportedModelFormats"]) == (
            {"supportedModelFormats", "containers"},
            [{"name": "sklearn", "autoSelect": True}],
        )

    def test_a_service_loses_unknown_keys_of_its_predictor(self):
        """
        A legacy key from a later release is not stored.
        """
        assert crds_of("v0.8.0").pruned(service({}, key="huggingface"))["spec"]["predictor"] == {}

    @pytest.mark.parametrize(
        "given",
        [{"kind": "ConfigMap"}, {"kind": "InferenceService", "spec": {}}, {"kind": "ServingRuntime", "spec": {}}],
    )
    def test_what_has_none_of_it_stays(self, given):
        """
        Other kinds and empty objects are left as they are.
        """
        assert crds_of("v0.8.0").pruned(given) == given

    def test_the_newest_release_knows_everything(self):
        """
        v0.20.0 lacks only the field that main adds.
        """
        assert new_fields(crds_of("v0.20.0"), crds_of("main")) == ("ServingRuntime.spec.resourceClaims",)


class TestProfiles:
    def test_every_known_release_has_a_profile(self):
        """
        The registry's releases and the profiles are the same, in order.
        """
        assert [profile.name for profile in profiles()] == list(RELEASES)
        assert [profile_of(name).name for name in NAMES] == list(NAMES)

    def test_a_profile_has_the_default_mode_of_the_table(self):
        """
        A profile is made with what the table says of its release.
        """
        assert [profile_of(release.name).default_mode for release in TABLE] == [one.default_mode for one in TABLE]

    def test_a_copied_profile_of_a_release_that_is_not_in_the_table_is_an_error(self):
        """
        v0.20.0 under another name is not a release.
        """
        with pytest.raises(UnknownRelease, match=r"unknown KServe release 'v0\.21\.0'"):
            following(V0_20_0, "v0.21.0")

    def test_main_sorts_equal_priorities_stably(self):
        """
        The only changes since v0.20.0 are the stable sort, and resource claims of runtimes that reach their pods.
        """
        main = profile_of("main")

        assert main.stable_up_to is None
        assert main.rendering.pod_settings[-1] == "resourceClaims"
        assert (
            replace(
                V0_20_0,
                name="main",
                stable_up_to=None,
                rendering=main.rendering,
                crds=main.crds,
            )
            == main
        )

    def test_documented_is_a_profile_and_no_release(self):
        """
        The page has a profile of its own.
        """
        assert profile_of(DOCUMENTED_NAME).name == "documented"

    def test_an_unknown_release_is_an_error(self):
        """
        A release that is not known is never taken for another.
        """
        with pytest.raises(UnknownRelease):
            profile_of("v0.7.0")


class TestNodes:
    @pytest.mark.parametrize(
        ("request_", "runtime", "words"),
        [
            (requesting(), cluster("r", workerSpec={}), "is multi-node, but the service has no workerSpec"),
            (requesting(multi_node=True), cluster("r"), "is not multi-node, but the service has a workerSpec"),
        ],
    )
    def test_a_worker_spec_on_one_side_alone_is_a_mismatch(self, request_, runtime, words):
        """
        The reason says which side has worker nodes.
        """
        assert str(agrees_on_nodes(request_, runtime)) == words

    def test_both_or_none_agree(self):
        """
        Two worker specs agree, and so do none.
        """
        assert agrees_on_nodes(requesting(), cluster("r")) is None
        assert agrees_on_nodes(requesting(multi_node=True), cluster("r", workerSpec={})) is None
