"""What the API server rejects, in its words and in ours, release by release."""

from __future__ import annotations

from typing import Any

import pytest

from kserve_conformance.crds import crds_of
from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.manifests.schema import unknown
from kserve_conformance.objects import Manifest, replaced, without

RUNTIME: Manifest = {
    "apiVersion": "serving.kserve.io/v1alpha1",
    "kind": "ClusterServingRuntime",
    "metadata": {"name": "r"},
    "spec": {"containers": [{"name": "kserve-container"}]},
}
SERVICE: Manifest = {
    "apiVersion": "serving.kserve.io/v1beta1",
    "kind": "InferenceService",
    "metadata": {"name": "s", "namespace": "team"},
    "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}},
}


def reported(manifest: Any, release: str | None = None) -> list[str]:
    return [problem.headline for problem in check(manifest, release)]


def with_format(**entry: Any) -> Manifest:
    return replaced(RUNTIME, [{"name": "a", **entry}], "spec", "supportedModelFormats")


def with_predictor(**fields: Any) -> Manifest:
    return replaced(SERVICE, fields, "spec", "predictor")


class TestGood:
    @pytest.mark.parametrize("manifest", [RUNTIME, SERVICE], ids=["runtime", "service"])
    def test_nothing_is_reported(self, manifest: Manifest) -> None:
        """What KServe's documentation shows passes."""
        assert reported(manifest) == []

    def test_unknown_fields_are_no_problem(self) -> None:
        """The API server prunes them."""
        assert reported(replaced(RUNTIME, 1, "spec", "unheardOf")) == []

    def test_nulls_count_as_absent(self) -> None:
        """The API server prunes them before it looks at types; where a field: is required it is then missing."""
        assert reported(replaced(RUNTIME, None, "spec", "disabled")) == []
        assert reported(replaced(RUNTIME, None, "spec", "containers")) == ["spec.containers: is required"]

    def test_namespace_of_a_cluster_runtime_is_accepted(self) -> None:
        """The API server clears it (``EnsureObjectNamespaceMatchesRequestNamespace``, k8s.io/apiserver)."""
        assert reported(replaced(RUNTIME, "team", "metadata", "namespace")) == []

    def test_whole_floats_are_whole_numbers(self) -> None:
        """A priority of 2.0 is 2."""
        assert reported(with_format(priority=2.0)) == []

    def test_other_kinds_are_not_looked_into(self) -> None:
        """Only their kind, apiVersion and name are read."""
        assert reported({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "UPPER:case"}, "spec": 1}) == []
        assert (
            reported({"kind": "InferenceService", "apiVersion": "example.com/v1", "metadata": {"name": "x"}, "spec": 1})
            == []
        )


class TestRuntimes:
    @pytest.mark.parametrize(
        ("manifest", "expected"),
        [
            (with_format(version=1), "spec.supportedModelFormats[0].version: expected a string, got 1"),
            (with_format(version=1.5), "spec.supportedModelFormats[0].version: expected a string, got 1.5"),
            (with_format(version=True), "spec.supportedModelFormats[0].version: expected a string, got true"),
            (
                with_format(autoSelect="true"),
                'spec.supportedModelFormats[0].autoSelect: expected true or false, got "true"',
            ),
            (with_format(priority=0), "spec.supportedModelFormats[0].priority: expected 1 or more, got 0"),
            (with_format(priority=-1), "spec.supportedModelFormats[0].priority: expected 1 or more, got -1"),
            (
                with_format(priority="1"),
                'spec.supportedModelFormats[0].priority: expected an integer, got "1"',
            ),
            (
                with_format(priority=True),
                "spec.supportedModelFormats[0].priority: expected an integer, got true",
            ),
            (with_format(name=None), "spec.supportedModelFormats[0].name: is required"),
            (
                replaced(RUNTIME, "v1", "spec", "protocolVersions"),
                'spec.protocolVersions: expected a list, got "v1"',
            ),
            (
                replaced(RUNTIME, [1], "spec", "protocolVersions"),
                "spec.protocolVersions[0]: expected a string, got 1",
            ),
            (
                replaced(RUNTIME, [None], "spec", "protocolVersions"),
                "spec.protocolVersions[0]: expected a string, got null",
            ),
            (replaced(RUNTIME, "no", "spec", "disabled"), 'spec.disabled: expected true or false, got "no"'),
            (replaced(RUNTIME, 1, "spec", "multiModel"), "spec.multiModel: expected true or false, got 1"),
            (replaced(RUNTIME, {}, "spec", "containers"), "spec.containers: expected a list, got a mapping"),
            (replaced(RUNTIME, ["a"], "spec", "containers"), 'spec.containers[0]: expected a mapping, got "a"'),
            (replaced(RUNTIME, [{}], "spec", "containers"), "spec.containers[0].name: is required"),
            (without(RUNTIME, "spec", "containers"), "spec.containers: is required"),
            (
                replaced(RUNTIME, {"cpu": 1}, "spec", "nodeSelector"),
                "spec.nodeSelector.cpu: expected a string, got 1",
            ),
            (replaced(RUNTIME, {}, "spec", "workerSpec"), "spec.workerSpec.containers: is required"),
        ],
        ids=lambda given: given if isinstance(given, str) else "",
    )
    def test_wrong_fields(self, manifest: Manifest, expected: str) -> None:
        """A field of the wrong type, range or presence is told with its whole path."""
        assert [expected] == reported(manifest)

    def test_container_limits_may_be_numbers(self) -> None:
        """Quantities are whole numbers or strings; 0.5 must be quoted."""

        def limits(cpu: Any) -> list[str]:
            return reported(
                replaced(RUNTIME, [{"name": "c", "resources": {"limits": {"cpu": cpu}}}], "spec", "containers")
            )

        assert [] == limits(1) == limits("500m")
        assert limits(0.5) == ["spec.containers[0].resources.limits.cpu: expected a quantity, got 0.5"]


class TestReleases:
    @pytest.mark.parametrize(
        ("manifest", "since"),
        [
            (with_format(priority=0), "v0.11.1"),
            (replaced(RUNTIME, [1], "spec", "protocolVersions"), "v0.9.0"),
            (replaced(RUNTIME, [{"image": "i"}], "spec", "containers"), "v0.9.0"),
            (replaced(RUNTIME, {}, "spec", "workerSpec"), "v0.14.0"),
            (with_predictor(huggingface=1), "v0.12.0"),
            (with_predictor(model={"storage": 1}), "v0.9.0"),
            (with_predictor(name=1), "v0.20.0"),
        ],
        ids=[
            "priority",
            "protocolVersions",
            "container name",
            "workerSpec",
            "huggingface",
            "storage",
            "predictor name",
        ],
    )
    def test_field_counts_from_its_release_on(self, manifest: Manifest, since: str) -> None:
        """A release that does not know a field prunes it, whatever is in it."""
        releases = [
            "v0.8.0",
            "v0.9.0",
            "v0.10.0",
            "v0.11.0",
            "v0.11.1",
            "v0.12.0",
            "v0.13.0",
            "v0.14.0",
            "v0.19.0",
            "v0.20.0",
        ]
        known = releases.index(since)

        assert [False] * known + [True] * (len(releases) - known) == [
            bool(reported(manifest, each)) for each in releases
        ]
        assert reported(manifest)


class TestServices:
    @pytest.mark.parametrize(
        ("manifest", "expected"),
        [
            (replaced(SERVICE, [], "spec", "predictor"), "spec.predictor: expected a mapping, got a list"),
            (
                with_predictor(model={"modelFormat": "sklearn"}),
                'spec.predictor.model.modelFormat: expected a mapping, got "sklearn"',
            ),
            (
                with_predictor(model={"modelFormat": {"name": "a", "version": 2}}),
                "spec.predictor.model.modelFormat.version: expected a string, got 2",
            ),
            (with_predictor(model={"runtime": 1}), "spec.predictor.model.runtime: expected a string, got 1"),
            (
                with_predictor(model={"protocolVersion": 2}),
                "spec.predictor.model.protocolVersion: expected a string, got 2",
            ),
            (with_predictor(sklearn="x"), 'spec.predictor.sklearn: expected a mapping, got "x"'),
            (
                with_predictor(xgboost={"runtimeVersion": 1.5}),
                "spec.predictor.xgboost.runtimeVersion: expected a string, got 1.5",
            ),
            (with_predictor(minReplicas="1"), 'spec.predictor.minReplicas: expected an integer, got "1"'),
        ],
        ids=lambda given: given if isinstance(given, str) else "",
    )
    def test_wrong_fields(self, manifest: Manifest, expected: str) -> None:
        """A service is looked into as far as a choice or a pod reads it."""
        assert [expected] == reported(manifest)

    @pytest.mark.parametrize(
        "manifest",
        [
            replaced(SERVICE, {}, "spec"),
            with_predictor(model={"modelFormat": {}}),
            with_predictor(containers=[{"image": "a", "ports": [{}], "livenessProbe": {"httpGet": {}}}]),
            replaced(SERVICE, {"containers": [{"image": "a"}]}, "spec", "transformer"),
            replaced(SERVICE, [{"predictor": {"model": {"modelFormat": {"name": "a"}}}}], "spec", "canary"),
        ],
        ids=["predictor", "format name", "container name", "transformer", "canary"],
    )
    def test_defaulter_writes_absent_fields(self, manifest: Manifest) -> None:
        """KServe's defaulter writes the zero value of a required field before the schema is checked."""
        assert reported(manifest) == []

    @pytest.mark.parametrize(
        ("metric", "expected"),
        [
            ({}, 'type: expected one of "Resource", "External", "PodMetric", got ""'),
            (
                {"type": "Resource", "resource": {"name": "cpu", "target": {}}},
                'resource.target.type: expected one of "Utilization", "Value", "AverageValue", got ""',
            ),
            (
                {"type": "External", "external": {"target": {"type": "Value"}}},
                'external.metric.backend: expected one of "prometheus", "graphite", got ""',
            ),
        ],
        ids=["type", "target", "backend"],
    )
    def test_schema_rejects_zero_values(self, metric: Manifest, expected: str) -> None:
        """A zero value that the schema does not allow is rejected, even if the schema calls the field optional."""
        given = with_predictor(model={"modelFormat": {"name": "a"}}, autoScaling={"metrics": [metric]})

        assert reported(given) == [f"spec.predictor.autoScaling.metrics[0].{expected}"]

    def test_null_element_is_an_empty_one(self) -> None:
        """A null in a list is decoded as an element in which every field is zero."""
        manifest = with_predictor(containers=[None])

        assert reported(manifest) == []
        assert [problem.headline for problem in check(manifest, past_webhooks=True)] == [
            "spec.predictor.containers[0]: expected a mapping, got null"
        ]

    @pytest.mark.parametrize(("release", "is_valid"), [("v0.10.2", False), ("v0.20.0", True)])
    def test_probe_gets_null_where_the_schema_has_no_default(self, release: str, is_valid: bool) -> None:
        """The service of a gRPC probe is a pointer that Go does not omit."""
        probe = {"readinessProbe": {"grpc": {"port": 80}}}
        found = reported(with_predictor(model={"modelFormat": {"name": "a"}, **probe}), release)

        assert found == [] if is_valid else found[0].endswith("grpc.service: expected a string, got null")

    @pytest.mark.parametrize("quantity", [0.5, 9e18, 10**19, 1.0])
    def test_number_is_a_quantity(self, quantity: float) -> None:
        """The defaulter reads an unquoted number as a quantity and writes it as a string, which the schema allows."""
        limits = {"resources": {"limits": {"cpu": quantity}}}
        manifest = with_predictor(model={"modelFormat": {"name": "a"}, **limits})

        assert reported(manifest) == []

    def test_number_is_not_a_quantity_of_a_runtime(self) -> None:
        """No defaulter reads a runtime, so the schema sees the number."""
        container = {"name": "c", "image": "a", "resources": {"limits": {"cpu": 0.5}}}

        assert reported(replaced(RUNTIME, [container], "spec", "containers")) != []

    @pytest.mark.parametrize(
        ("predictor", "is_valid"),
        [
            ({"minReplicas": 2**31 - 1}, True),
            ({"minReplicas": 2**31}, False),
            ({"minReplicas": float(2**31)}, False),
            ({"containers": [{"name": "a", "livenessProbe": {"tcpSocket": {"port": 2**31}}}]}, False),
            ({"containers": [{"name": "a", "resources": {"limits": {"memory": 2**31}}}]}, True),
            ({"terminationGracePeriodSeconds": 2**31}, True),
        ],
        ids=["largest", "replicas", "whole float", "port", "quantity", "int64"],
    )
    def test_integer_must_fit_into_its_go_type(self, predictor: dict[str, Any], is_valid: bool) -> None:
        """The schema has no bounds, and the defaulter cannot decode an int32 beyond its own."""
        found = check(with_predictor(**predictor), "v0.15.2")

        assert (found == ()) == is_valid
        assert is_valid or "cannot unmarshal number 2147483648" in str(found[0].rejection)
        assert check(with_predictor(**predictor), "v0.15.2", past_webhooks=True) == ()

    def test_past_the_webhooks_nothing_is_written(self) -> None:
        """The schema alone sees what the manifest has."""
        manifest = with_predictor(model={"modelFormat": {}})

        assert reported(manifest) == []
        assert [problem.headline for problem in check(manifest, past_webhooks=True)] == [
            "spec.predictor.model.modelFormat.name: is required"
        ]

    def test_absent_list_stays_absent(self) -> None:
        """A list has no zero value but null, which the schema rejects as it rejects an absent one."""
        affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}
        path = "spec.predictor.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"

        assert reported(with_predictor(affinity=affinity)) == [f"{path}: is required"]

    @pytest.mark.parametrize(
        ("api_version", "hint"),
        [
            ("serving.kserve.io/v1alpha2", "spec.predictor instead of spec.default"),
            ("serving.kubeflow.org/v1beta1", "KFServing"),
            ("serving.kserve.io/v1", "write apiVersion: serving.kserve.io/v1beta1"),
            ("v1", "write apiVersion: serving.kserve.io/v1beta1"),
        ],
    )
    def test_other_versions_are_reported_with_what_to_do(self, api_version: str, hint: str) -> None:
        """A service of another version would be read wrongly, so it is not read."""
        (problem,) = check({**SERVICE, "apiVersion": api_version})

        assert (
            f'apiVersion: expected serving.kserve.io/v1beta1 for kind InferenceService, got "{api_version}"'
            == problem.headline
        )
        assert hint in (problem.hint or "")


class TestNames:
    @pytest.mark.parametrize("name", ["a", "a.b-c", "0", "a" * 253])
    def test_dns_names_pass(self, name: str) -> None:
        """RFC 1123 subdomains are names."""
        assert reported(replaced(RUNTIME, name, "metadata", "name")) == []

    @pytest.mark.parametrize("name", ["A", "a_b", "-a", "a-", "a..b", "a" * 254, "é", "a\n"])
    def test_other_names_are_reported(self, name: str) -> None:
        """As the API server does."""
        (problem,) = check(replaced(RUNTIME, name, "metadata", "name"))

        assert problem.text.startswith("expected a lowercase RFC 1123 subdomain, got")

    @pytest.mark.parametrize(
        ("field", "value", "expected"),
        [
            ("finalizers", "example.com/hold", 'metadata.finalizers: expected a list, got "example.com/hold"'),
            ("finalizers", [1], "metadata.finalizers[0]: expected a string, got 1"),
            ("finalizers", ["a/b/c"], 'metadata.finalizers[0]: expected a qualified name, got "a/b/c"'),
            ("ownerReferences", ["x"], 'metadata.ownerReferences[0]: expected a mapping, got "x"'),
            (
                "ownerReferences",
                [{"apiVersion": "v1", "kind": "Pod", "name": "x"}],
                "metadata.ownerReferences[0].uid: is required",
            ),
            (
                "creationTimestamp",
                "yesterday",
                'metadata.creationTimestamp: expected an RFC 3339 time, got "yesterday"',
            ),
            (
                "deletionTimestamp",
                "2026-02-30T12:00:00Z",
                'metadata.deletionTimestamp: expected an RFC 3339 time, got "2026-02-30T12:00:00Z"',
            ),
            (
                "generateName",
                "Fraud-",
                'metadata.generateName: expected the start of a lowercase RFC 1123 subdomain, got "Fraud-"',
            ),
            ("generation", "1", 'metadata.generation: expected an integer, got "1"'),
            ("resourceVersion", 1, "metadata.resourceVersion: expected a string, got 1"),
        ],
    )
    def test_fields_that_people_copy(self, field: str, value: Any, expected: str) -> None:
        """The API server decodes all of metadata, and checks finalizers and owners."""
        assert reported(replaced(SERVICE, value, "metadata", field)) == [expected]
        assert reported(replaced(SERVICE, ["example.com/hold"], "metadata", "finalizers")) == []
        assert reported(replaced(SERVICE, "2026-01-31T12:00:00+01:00", "metadata", "creationTimestamp")) == []
        assert reported(replaced(SERVICE, "fraud-", "metadata", "generateName")) == []

    def test_unknown_fields_in_lists_of_metadata(self) -> None:
        """Strict decoding reports them as those of the spec."""
        entries = [{"manager": "kubectl", "operaton": "Apply", "fieldsV1": {"f:metadata": {}}}]
        (problem,) = unknown(replaced(SERVICE, entries, "metadata", "managedFields"), crds_of("v0.20.0"))

        assert problem.text == "unknown field metadata.managedFields[0].operaton: did you mean operation?"

    def test_an_integer_beyond_64_bits_is_one_problem(self) -> None:
        """It is a number but not an integer; that it does not fit into an int32 is not reported as well."""
        large = replaced(SERVICE, 10**20, "spec", "predictor", "minReplicas")

        assert reported(large) == ["spec.predictor.minReplicas: expected an integer, got 100000000000000000000"]

    @pytest.mark.parametrize(("field", "written"), [("kind", "Kind"), ("apiVersion", "apiversion")])
    def test_fields_are_spelled_with_their_case(self, field: str, written: str) -> None:
        """Kubernetes knows no other one, and what is missing is easily overlooked."""
        misspelled = {written if key == field else key: one for key, one in SERVICE.items()}

        (problem,) = check(misspelled)

        assert (problem.text, problem.hint) == ("is required", f"write {field} instead of {written}")

    @pytest.mark.parametrize("metadata", [None, {}, {"name": None}, {"name": ""}, {"generateName": "a-"}])
    def test_name_is_required(self, metadata: Any) -> None:
        """The harness follows objects by their names."""
        assert reported({**RUNTIME, "metadata": metadata}) == ["metadata.name: is required"]

    @pytest.mark.parametrize("manifest", [None, 1, "x", [], [RUNTIME]])
    def test_a_value_that_is_not_a_mapping_is_not_an_object(self, manifest: Any) -> None:
        """Any value can be checked."""
        assert len(reported(manifest)) == 1


class TestRefusal:
    def test_one_problem_in_the_words_of_the_api_server(self) -> None:
        """As kubectl prints them."""
        manifest = with_format(version=1)

        assert rejection_message(manifest, check(manifest)) == (
            'ClusterServingRuntime.serving.kserve.io "r" is invalid: spec.supportedModelFormats[0].version: '
            'Invalid value: "integer": spec.supportedModelFormats[0].version in body must be of type string: "integer"'
        )

    def test_several_problems_are_a_list(self) -> None:
        """The API server reports all of them, too."""
        manifest = without(with_format(priority=0), "spec", "containers")

        assert rejection_message(manifest, check(manifest)) == (
            'ClusterServingRuntime.serving.kserve.io "r" is invalid: [spec.containers: Required value, '
            "spec.supportedModelFormats[0].priority: Invalid value: 0: "
            "spec.supportedModelFormats[0].priority in body should be greater than or equal to 1]"
        )
