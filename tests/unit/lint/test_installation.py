"""Findings about installed runtimes, compared with those that the release ships and with each other."""

from __future__ import annotations

import pytest
from inspections import codes, findings, found, of, runtime

from kserve_conformance.lint import LintCode, Severity
from kserve_conformance.lint.overlaps import NOWHERE, worded
from kserve_conformance.objects import Request
from kserve_conformance.profiles import profile_of, profiles
from kserve_conformance.profiles.order import PROTOCOL_RANKS
from kserve_conformance.profiles.shipped_runtimes import shipped, shipped_by_helm


def name_of(finding):
    return finding.object.rpartition("/")[2].rpartition(" ")[2]


class TestAgainstTheShippedCatalogue:
    @pytest.mark.parametrize("profile", profiles(), ids=lambda one: one.name)
    def test_a_release_is_as_it_ships_itself(self, profile):
        """
        The catalogue of no installer of a release differs from itself, or is rejected by the release.
        """
        for ships in (shipped, shipped_by_helm):
            if ships is shipped_by_helm and profile.name == "v0.8.0":
                continue
            observed = codes(found(*ships(profile.name), profile=profile))
            assert not observed & {LintCode.MISSING, LintCode.CHANGED, LintCode.REJECTED}

    def test_the_nearer_installer_is_compared_with(self):
        """
        An install from the chart is compared with the chart, where its runtimes differ from those of the manifests.
        """
        assert found(*shipped("v0.15.2")).compared_with == "the manifests of v0.15.2"
        assert found(*shipped_by_helm("v0.15.2")).compared_with == "the Helm chart of v0.15.2"

    def test_a_runtime_that_is_gone_is_missing(self):
        """
        A missing shipped runtime is named.
        """
        observed = found(*(one for one in shipped("v0.15.2") if one["metadata"]["name"] != "kserve-lgbserver"))

        assert [one.object for one in of(observed, LintCode.MISSING)] == ["ClusterServingRuntime kserve-lgbserver"]

    def test_an_install_without_shipped_runtimes_misses_none(self):
        """
        Who installs none of them has chosen so: one note, and nothing wrong.
        """
        observed = found(runtime("own"))

        assert codes(observed) == {LintCode.NONE_SHIPPED, LintCode.EXTRA, LintCode.NO_PROTOCOLS}
        assert {one.severity for one in findings(observed)} == {Severity.NOTE}
        (extra,) = of(observed, LintCode.EXTRA)
        assert extra.text == "has 1 ClusterServingRuntime that the release does not ship"

    @pytest.mark.parametrize(
        ("change", "reported"),
        [
            ({"disabled": True}, "disabled: yes; shipped: no"),
            ({"multiModel": True}, "multiModel: yes; shipped: no"),
            ({"protocolVersions": ["v2"]}, "protocolVersions: v2; shipped: v1, v2"),
            ({"protocolVersions": []}, "protocolVersions: none; shipped: v1, v2"),
            ({"workerSpec": {}}, "workerSpec: yes; shipped: no"),
            (
                {"supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 5}]},
                "sklearn '1': autoSelect, priority 5; shipped: autoSelect, priority 1",
            ),
            (
                {"supportedModelFormats": [{"name": "sklearn", "version": "1", "priority": 1}]},
                "sklearn '1': not autoSelect, priority 1; shipped: autoSelect, priority 1",
            ),
            (
                {"supportedModelFormats": [{"name": "onnx", "autoSelect": True}]},
                "onnx: autoSelect; not listed as shipped",
            ),
        ],
    )
    def test_every_change_that_decides_is_reported(self, change, reported):
        """
        Changed formats, protocols and switches of a shipped runtime are reported with their shipped values.
        """
        changed = [
            {**one, "spec": {**one["spec"], **change}} if one["metadata"]["name"] == "kserve-sklearnserver" else one
            for one in shipped("v0.15.2")
        ]

        (finding,) = of(found(*changed), LintCode.CHANGED)

        assert finding.severity is Severity.WARNING
        assert reported in finding.details

    def test_formats_in_another_order_are_a_change(self):
        """
        The first entry's priority counts, so a changed order is reported even if nothing else changed.
        """
        changed = [
            {**one, "spec": {**one["spec"], "supportedModelFormats": one["spec"]["supportedModelFormats"][::-1]}}
            if one["metadata"]["name"] == "kserve-mlserver"
            else one
            for one in shipped("v0.15.2")
        ]

        (finding,) = of(found(*changed), LintCode.CHANGED)

        assert finding.details[0].startswith("formats in another order: ")

    def test_what_choices_do_not_read_is_not_a_change(self):
        """
        Another image, other arguments or other resources are the install's own affair.
        """
        changed = [
            {**one, "spec": {**one["spec"], "containers": [{"name": "kserve-container", "image": "mirror/x:1"}]}}
            for one in shipped("v0.15.2")
        ]

        assert not codes(found(*changed)) & {LintCode.MISSING, LintCode.CHANGED}


class TestRuntimesAmongEachOther:
    def test_equals_go_by_name(self):
        """
        Two equal runtimes of the same second are ordered by name, which is reported with the requests.
        """
        (finding,) = of(found(runtime("a"), runtime("b")), LintCode.DECIDED_BY_NAME)

        assert (name_of(finding), finding.severity) == ("a", Severity.WARNING)
        assert "ClusterServingRuntime b" in finding.text
        assert finding.details == (
            "requests for sklearn, any protocol",
            "requests for sklearn version '1', any protocol",
        )

    def test_equals_of_different_ages_go_by_age(self):
        """
        The newer of two equal runtimes is selected, which is reported.
        """
        observed = found(runtime("a", created="2024-01-01T00:00:00Z"), runtime("b", created="2024-01-01T00:00:01Z"))

        assert [name_of(one) for one in of(observed, LintCode.DECIDED_BY_AGE)] == ["b"]
        assert not of(observed, LintCode.DECIDED_BY_NAME)

    def test_an_open_choice_is_reported(self):
        """
        v0.8.0 has no order at all.
        """
        assert of(found(runtime("a"), runtime("b"), profile=profile_of("v0.8.0")), LintCode.NOT_DECIDED)

    def test_priorities_settle_it(self):
        """
        A runtime with a higher priority is preferred on purpose, so nothing is reported.
        """
        first, second = (
            runtime(name, formats=[{"name": "sklearn", "autoSelect": True, "priority": priority}])
            for name, priority in (("a", 1), ("b", 2))
        )

        assert codes(found(first, second)) == {LintCode.NONE_SHIPPED, LintCode.EXTRA, LintCode.NO_PROTOCOLS}

    def test_runtimes_that_cannot_both_serve_do_not_overlap(self):
        """
        Other formats, other protocols, a disabled one or one that is not autoSelect: none of them competes.
        """
        for other in (
            runtime("b", formats=[{"name": "onnx", "autoSelect": True}]),
            runtime("b", formats=[{"name": "sklearn", "version": "1"}]),
            runtime("b", disabled=True),
            runtime("b", multiModel=True),
        ):
            assert not codes(found(runtime("a"), other)) & {
                LintCode.DECIDED_BY_NAME,
                LintCode.DECIDED_BY_AGE,
                LintCode.NOT_DECIDED,
            }
        spoken = found(runtime("a", protocolVersions=["v1"]), runtime("b", protocolVersions=["v2"]))
        assert LintCode.DECIDED_BY_NAME not in codes(spoken)

    def test_one_scope_does_not_compete_with_another(self):
        """
        Runtimes of two namespaces never meet.
        """
        observed = found(runtime("a", namespace="team-a"), runtime("b", namespace="team-b"))

        assert LintCode.DECIDED_BY_NAME not in codes(observed)

    def test_equal_priorities_would_be_rejected(self):
        """
        A stored runtime that the webhook would reject is wrong, because its next write fails.
        """
        pair = [
            runtime(name, protocolVersions=["v1"], formats=[{"name": "sklearn", "autoSelect": True, "priority": 1}])
            for name in ("a", "b")
        ]

        observed = found(*pair)

        assert {name_of(one) for one in of(observed, LintCode.REJECTED)} == {"a", "b"}
        assert {one.severity for one in of(observed, LintCode.REJECTED)} == {Severity.ERROR}
        assert not of(found(*pair, profile=profile_of("v0.10.2")), LintCode.REJECTED)

    @pytest.mark.parametrize(
        ("priority", "code", "details"),
        [
            ({"priority": 1}, LintCode.MIXED_PRIORITIES, "listed: 1, 2; counts: 1"),
            ({}, LintCode.PRIORITY_ON_LATER_ENTRY, "without effect: 2"),
        ],
    )
    def test_several_priorities_in_one_runtime_are_reported_since_there_are_priorities(self, priority, code, details):
        """
        Of several priorities for one format the first counts, from v0.11.1 on.
        """
        mixed = runtime(
            "a",
            formats=[
                {"name": "sklearn", "version": "1", "autoSelect": True, **priority},
                {"name": "sklearn", "version": "2", "autoSelect": True, "priority": 2},
            ],
        )

        (finding,) = of(found(mixed), code)

        assert finding.details == (details,)
        assert not of(found(mixed, profile=profile_of("v0.11.0")), code)

    def test_a_namespaced_runtime_is_selected_instead_of_the_clusters(self):
        """
        A namespaced runtime comes first regardless of priorities; the finding names the runtime that it replaces.
        """
        high = runtime("c", formats=[{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 9}])

        (finding,) = of(found(runtime("n", namespace="team-a"), high), LintCode.CAPTURES)

        assert finding.object == "ServingRuntime team-a/n"
        assert "ClusterServingRuntime c" in finding.text

    def test_a_namespaced_runtime_with_another_format_replaces_none(self):
        """
        A runtime for a format that the cluster does not serve captures nothing.
        """
        own = runtime("n", namespace="team-a", formats=[{"name": "own", "autoSelect": True}])

        assert not codes(found(own, runtime("c"))) & {LintCode.CAPTURES, LintCode.SHADOWS}

    def test_a_name_of_both_scopes_means_the_namespaces(self):
        """
        A namespaced runtime with the name of a cluster runtime is reported, because it shadows that one.
        """
        own = runtime("c", namespace="team-a", formats=[{"name": "own"}])

        assert [one.object for one in of(found(own, runtime("c")), LintCode.SHADOWS)] == ["ServingRuntime team-a/c"]

    def test_a_disabled_runtime_is_noted(self):
        """
        A disabled runtime is worth knowing, and not wrong by itself.
        """
        observed = found(runtime("a", disabled=True))

        assert {one.severity for one in of(observed, LintCode.DISABLED)} == {Severity.NOTE}


class TestWords:
    @pytest.mark.parametrize(
        ("protocols", "words"),
        [
            ((None,), "requests for onnx, no protocol"),
            (("v2",), "requests for onnx, protocol v2"),
            (("v1", "v2"), "requests for onnx, protocol v1, v2"),
            ((None, "v2"), "requests for onnx, no protocol or protocol v2"),
            ((None, *PROTOCOL_RANKS), "requests for onnx, any protocol"),
        ],
    )
    def test_requests_that_differ_in_their_protocol_are_one(self, protocols, words):
        """
        A tie of many requests is read as one.
        """
        assert worded([Request(NOWHERE, "onnx", protocol=protocol) for protocol in protocols]) == (words,)
