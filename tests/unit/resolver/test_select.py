from __future__ import annotations

import pytest
from selection import catalogue, cluster, cluster_ref, entry, namespaced, namespaced_ref, requesting

from kserve_conformance.profiles import ExclusionReason, profile_of
from kserve_conformance.resolver import Explanation, select

V0_8, V0_9, V0_15 = profile_of("v0.8.0"), profile_of("v0.9.0"), profile_of("v0.15.2")
DOCUMENTED = profile_of("documented")


def chosen(request, runtimes, profile=V0_15):
    choice = select(request, runtimes, profile)
    return choice.runtime.key if choice.runtime else choice.no_runtime.cause


class TestNamed:
    def test_the_namespaces_runtime_shadows_the_clusters(self):
        """Of two runtimes with the requested name the one in the service's namespace is selected."""
        both = catalogue(cluster("r"), namespaced("r"))

        assert namespaced_ref("r") == chosen(requesting(runtime="r"), both)

    def test_a_disabled_one_in_the_namespace_hides_the_clusters(self):
        """
        The first runtime found is the only one tried: what is wrong with it is the answer.
        """
        both = catalogue(cluster("r"), namespaced("r", disabled=True))

        assert chosen(requesting(runtime="r"), both) == "RuntimeDisabled"

    def test_a_name_that_nothing_has_is_not_recognized(self):
        """If a named runtime does not exist, there is no runtime, and the error has its name."""
        no_runtime = select(requesting(runtime="gone"), catalogue(cluster("r")), V0_15).no_runtime

        assert no_runtime.error == "No ServingRuntimes or ClusterServingRuntimes with the name: gone"

    def test_an_empty_name_is_a_name(self):
        """
        An empty runtime is looked up, not chosen automatically.
        """
        assert chosen(requesting(runtime=""), catalogue(cluster("r"))) == "RuntimeNotRecognized"

    @pytest.mark.parametrize("more", [{"multiModel": True}, {"workerSpec": {}}])
    def test_what_only_filters_an_automatic_choice_does_not_matter(self, more):
        """
        A named runtime may be multi-model or multi-node, and need not be autoSelect.
        """
        runtimes = catalogue(cluster("r", entry(auto=False), **more))

        assert cluster_ref("r") == chosen(requesting(runtime="r"), runtimes)

    @pytest.mark.parametrize(("release", "outcome"), [("v0.8.0", cluster_ref("r")), ("v0.9.0", "NoSupportingRuntime")])
    def test_an_explicit_protocol_is_checked_from_v0_9_on(self, release, outcome):
        """v0.8.0 never reads protocols; later releases require an explicit one to be listed."""
        runtimes = catalogue(cluster("r", protocolVersions=["v1"]))

        assert outcome == chosen(requesting(runtime="r", protocol="v2"), runtimes, profile_of(release))

    @pytest.mark.parametrize(
        ("release", "outcome"), [("v0.16.0", "NoSupportingRuntime"), ("v0.17.0", cluster_ref("kserve-mlserver"))]
    )
    def test_the_name_alone_adds_a_protocol_until_v0_16(self, release, outcome):
        """A runtime named kserve-mlserver was checked for v2 although the service did not request it."""
        runtimes = catalogue(cluster("kserve-mlserver", protocolVersions=["v1"]))

        assert outcome == chosen(requesting(runtime="kserve-mlserver"), runtimes, profile_of(release))

    def test_a_version_that_is_not_listed_has_no_runtime(self):
        """A named runtime must list the requested version, letter by letter."""
        assert chosen(requesting(runtime="r", version="1.0"), catalogue(cluster("r", entry(version="1")))) == (
            "NoSupportingRuntime"
        )


class TestAutomatic:
    def test_any_namespaced_runtime_comes_before_every_cluster_runtime(self):
        """
        Scope beats priority.
        """
        both = catalogue(cluster("high", entry(priority=100)), namespaced("low"))

        assert namespaced_ref("low") == chosen(requesting(), both)

    def test_runtimes_of_another_namespace_are_invisible(self):
        """
        A service sees its own namespace's runtimes only.
        """
        assert chosen(requesting(), catalogue(namespaced("r", "onnx"))) == "NoSupportingRuntime"

    @pytest.mark.parametrize(
        ("release", "outcome"),
        [("v0.8.0", cluster_ref("r")), ("v0.11.0", cluster_ref("r")), ("v0.11.1", "NoSupportingRuntime")],
    )
    def test_no_protocol_means_v1_from_v0_11_1_on(self, release, outcome):
        """A service without a protocol matched every runtime until a patch release made v1 the default."""
        runtimes = catalogue(cluster("r", protocolVersions=["v2"]))

        assert outcome == chosen(requesting(), runtimes, profile_of(release))

    @pytest.mark.parametrize("name", ["old", "new"])
    def test_the_newest_wins_among_equals(self, name):
        """
        Without priorities, and with equal protocols, age decides before the name.
        """
        runtimes = catalogue(cluster("a-old", created=1), cluster(f"z-{name}", created=2))

        assert cluster_ref(f"z-{name}") == chosen(requesting(), runtimes)

    def test_v0_8_leaves_every_tie_open(self):
        """
        Nothing ordered the candidates of v0.8.0: the answer is one of them.
        """
        choice = select(requesting(), catalogue(cluster("a"), cluster("b"), cluster("c", "onnx")), V0_8)

        assert {runtime.name for runtime in choice.one_of} == {"a", "b"}

    def test_a_long_list_with_equal_priorities_is_open(self):
        """
        More than twelve candidates of one priority may be permuted by an unstable sort.
        """
        runtimes = catalogue(*(cluster(f"r{number:02}", entry(priority=1)) for number in range(13)))

        assert len(select(requesting(), runtimes, V0_15).one_of) == 13

    def test_a_long_list_with_one_highest_priority_is_certain(self):
        """
        The unstable sort still sorts: a single highest priority wins.
        """
        many = [cluster(f"r{number:02}") for number in range(13)]

        assert [
            runtime.name
            for runtime in select(requesting(), catalogue(*many, cluster("top", entry(priority=1))), V0_15).one_of
        ] == ["top"]

    def test_twelve_candidates_are_certain(self):
        """
        Up to twelve candidates the sort keeps equals in order.
        """
        runtimes = catalogue(*(cluster(f"r{number:02}") for number in range(12)))

        assert [runtime.name for runtime in select(requesting(), runtimes, V0_15).one_of] == ["r00"]

    def test_the_documentation_knows_no_order_of_scopes(self):
        """The page does not mention scopes for an automatic choice, so both are possible."""
        choice = select(requesting(), catalogue(cluster("a"), namespaced("b")), DOCUMENTED)

        assert {runtime.name for runtime in choice.one_of} == {"a", "b"}

    def test_the_supporting_list_has_every_scope_in_order(self):
        """
        Supporting runtimes of the namespace come first, then those of the cluster.
        """
        choice = select(requesting(), catalogue(cluster("c"), namespaced("n"), cluster("b")), V0_15)

        assert [runtime.name for runtime in choice.supporting] == ["n", "b", "c"]


class TestExplanation:
    def test_an_explanation_changes_nothing(self):
        """The choice is the same with and without a reporter."""
        runtimes = catalogue(cluster("a"), cluster("b", disabled=True), namespaced("n", "onnx"))

        assert select(requesting(), runtimes, V0_15) == select(requesting(), runtimes, V0_15, Explanation())

    @pytest.mark.parametrize(
        ("loser", "because"),
        [
            (cluster("z"), ExclusionReason.NAME_ORDER),
            (cluster("r", disabled=True), ExclusionReason.DISABLED),
            (cluster("r", multiModel=True), ExclusionReason.MULTI_MODEL),
            (cluster("r", workerSpec={}), ExclusionReason.MULTI_NODE_MISMATCH),
            (cluster("r", entry(auto=False)), ExclusionReason.NOT_AUTO_SELECT),
            (cluster("r", "onnx"), ExclusionReason.FORMAT_UNKNOWN),
            (cluster("r", protocolVersions=["v2"]), ExclusionReason.PROTOCOL_UNSUPPORTED),
            (cluster("a", protocolVersions=["v1", "v2"]), ExclusionReason.NAME_ORDER),
        ],
    )
    def test_each_candidate_has_its_reason(self, loser, because):
        """What excluded or outranked a candidate is reported with a stable code."""
        winner = cluster("a") if loser.name != "a" else cluster("A", protocolVersions=["v1"])
        reported = Explanation()
        select(requesting(), catalogue(loser, winner), V0_15, reported)

        assert [because] == [one.exclusion.reason for one in reported.candidates if one.key == loser.key]

    @pytest.mark.parametrize(
        ("winner", "loser", "because"),
        [
            (namespaced("n"), cluster("c"), ExclusionReason.LOWER_SCOPE),
            (cluster("w", entry(priority=2)), cluster("l", entry(priority=1)), ExclusionReason.LOWER_PRIORITY),
            (cluster("w", entry(priority=2)), cluster("l"), ExclusionReason.PRIORITY_UNSET),
            (cluster("w", protocolVersions=["v1"]), cluster("l"), ExclusionReason.HIGHER_PROTOCOL_RANK),
            (cluster("w", created=2), cluster("l", created=1), ExclusionReason.OLDER),
        ],
    )
    def test_an_outranked_candidate_names_the_winner(self, winner, loser, because):
        """
        A supporting candidate names the one that outranks it.
        """
        reported = Explanation()
        select(requesting(), catalogue(loser, winner), V0_15, reported)
        second = next(one for one in reported.candidates if one.key == loser.key)

        assert (because, winner.key, True) == (second.exclusion.reason, second.behind, second.is_supporting)

    def test_a_tie_is_reported_as_undefined(self):
        """
        Where no rule decides, the story says so.
        """
        reported = Explanation()
        select(requesting(), catalogue(cluster("a"), cluster("b")), V0_8, reported)

        assert ExclusionReason.TIE_UNDEFINED in [one.exclusion.reason for one in reported.candidates if one.exclusion]

    def test_named_runtimes_report_shadowed_and_not_named(self):
        """
        With a named runtime every other one is shadowed or simply not named.
        """
        reported = Explanation()
        select(requesting(runtime="r"), catalogue(cluster("r"), namespaced("r"), cluster("x")), V0_15, reported)

        assert [one.exclusion.reason for one in reported.candidates if one.exclusion] == [
            ExclusionReason.SHADOWED,
            ExclusionReason.NOT_NAMED,
        ]

    def test_a_missing_named_runtime_is_reported_too(self):
        """If the name does not exist, every runtime is reported as not named, and the error is included."""
        reported = Explanation()
        select(requesting(runtime="gone"), catalogue(cluster("r")), V0_15, reported)

        assert reported.lines()[-1] == "error: No ServingRuntimes or ClusterServingRuntimes with the name: gone"

    def test_the_story_as_data_has_codes(self):
        """
        Scripts get codes, texts and who was chosen.
        """
        reported = Explanation()
        select(requesting(), catalogue(namespaced("n"), cluster("x", "onnx")), V0_15, reported)
        first, second = reported.as_data()["candidates"]

        assert (first["selected"], first["namespace"], second["excluded"]["reason"]) == (
            True,
            "team-a",
            "FORMAT_UNKNOWN",
        )

    @pytest.mark.parametrize(
        ("request_", "words"),
        [
            (requesting(), "protocol v1 (default)"),
            (requesting(protocol="v2"), "protocol v2"),
            (requesting(protocol=""), "any protocol ('')"),
            (
                requesting(version="1", multi_node=True),
                "sklearn version '1', protocol v1 (default), on multiple nodes",
            ),
        ],
    )
    def test_the_request_shows_defaults(self, request_, words):
        """The first line has the request, and which part is a default."""
        reported = Explanation()
        select(request_, catalogue(), V0_15, reported)

        assert words in reported.question()

    def test_before_v0_11_1_any_protocol_is_accepted(self):
        """
        Without a default the question says that any protocol will do.
        """
        reported = Explanation()
        select(requesting(), catalogue(), V0_9, reported)

        assert reported.question() == "requests sklearn, any protocol"

    def test_a_story_that_never_began_is_empty(self):
        """A reporter that was not notified has an empty explanation."""
        assert Explanation().lines() == ()
