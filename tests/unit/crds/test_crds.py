"""
CRD validation, pruning and defaults.

Each expectation was read on a kube-apiserver v1.34.4 that has the CRDs of the release, with a server-side dry run.
"""

from __future__ import annotations

from typing import Any

import pytest

from kserve_conformance.crds import FULL, MINIMAL, crds_of, defaulted, new_fields, unknown_fields, violations
from kserve_conformance.crds.structure import pointer
from kserve_conformance.exceptions import ProfileError


def service(**predictor: Any) -> dict[str, Any]:
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "a"},
        "spec": {"predictor": predictor},
    }


def model(**fields: Any) -> dict[str, Any]:
    return service(model={"modelFormat": {"name": "sklearn"}, **fields})


def messages(manifest: dict[str, Any], release: str = "v0.15.2", variant: str = FULL) -> list[str]:
    crds = crds_of(release, variant)
    schema = crds.schema(manifest["kind"])
    return [one.message for one in violations(defaulted(crds.pruned(manifest), schema), schema)]


def wrong_type(where: str, expected: str, found: str) -> str:
    return f'{where}: Invalid value: "{found}": {where} in body must be of type {expected}: "{found}"'


def unknown(manifest: dict[str, Any], release: str = "v0.15.2", variant: str = FULL) -> list[str]:
    schema = crds_of(release, variant).schema(manifest["kind"])
    return [pointer(one.path) for one in unknown_fields(manifest, schema)]


class TestViolations:
    @pytest.mark.parametrize(
        ("manifest", "message"),
        [
            (service(minReplicas="1"), wrong_type("spec.predictor.minReplicas", "integer", "string")),
            (
                service(logger={"mode": "bad"}),
                'spec.predictor.logger.mode: Unsupported value: "bad": supported values: "all", "request", "response"',
            ),
            (
                model(resources={"limits": {"cpu": True}}),
                wrong_type("spec.predictor.model.resources.limits.cpu", "integer,string", "boolean"),
            ),
            (
                model(ports=[{"containerPort": 80}, {"containerPort": 80}]),
                'spec.predictor.model.ports[1]: Duplicate value: {"containerPort":80,"protocol":"TCP"}',
            ),
            (model(env=[None]), wrong_type("spec.predictor.model.env[0]", "object", "null")),
            (service(containers=[{"image": "a"}]), "spec.predictor.containers[0].name: Required value"),
        ],
    )
    def test_the_message_is_the_api_servers(self, manifest: dict[str, Any], message: str) -> None:
        """Types, enumerations, list keys and required fields are reported in the API server's words."""
        assert messages(manifest) == [message]

    def test_a_spec_is_required_to_have_a_predictor(self) -> None:
        """An empty spec lacks its predictor."""
        assert messages({**service(), "spec": {}}) == ["spec.predictor: Required value"]

    @pytest.mark.parametrize(
        ("value", "is_good"), [(1, True), (1.0, True), (1.5, False), (9e18, False), (10**19, False)]
    )
    def test_an_integer_is_what_go_keeps_whole(self, value: float, is_good: bool) -> None:
        """JSON numbers with a fraction of zero count as whole, up to 2**53; what exceeds 64 bits does not."""
        assert (messages(service(timeout=value)) == []) is is_good

    def test_a_null_counts_as_absent(self) -> None:
        """Nulls are dropped before values are validated."""
        assert messages(service(minReplicas=None, model={"modelFormat": {"name": "a", "version": None}})) == []

    def test_elements_without_keys_are_not_compared(self) -> None:
        """A list map with an element that is not an object has a wrong type, and no duplicates."""
        ports = [{"containerPort": 80}, 80, {"containerPort": 80}]

        (message,) = messages(model(ports=ports))
        assert "must be of type object" in message

    def test_a_repeated_key_is_reported_once(self) -> None:
        """However often a key is repeated, the second element is the one that is reported."""
        ports = [{"containerPort": 80}] * 3

        assert [message.partition(":")[0] for message in messages(model(ports=ports))] == [
            "spec.predictor.model.ports[1]"
        ]

    def test_a_quantity_has_a_pattern(self) -> None:
        """A unit that Kubernetes does not know is rejected."""
        (message,) = messages(model(resources={"limits": {"memory": "1x"}}))

        assert message.startswith('spec.predictor.model.resources.limits.memory: Invalid value: "1x"')
        assert "in body should match '^(\\+|-)?" in message

    def test_a_canarys_model_needs_a_name(self) -> None:
        """The CRD of v0.20.0 requires of a canary's model what it does not require of the predictor's."""
        given = model()
        given["spec"]["canary"] = [
            {"trafficPercent": 10, "predictor": {"name": "next", "model": {"modelFormat": {"name": "a"}}}}
        ]

        assert messages(given, "v0.20.0") == ["spec.canary[0].predictor.model.name: Required value"]


class TestUnknownFields:
    def test_strict_validation_names_each_field(self) -> None:
        """Unknown fields at the root, in metadata, in objects and in elements of lists."""
        given = model(nodeSelector={"a": "b"}, protocolversion="v2", env=[{"name": "A", "valve": "b"}])
        given |= {"labels": {"a": "b"}}
        given["metadata"]["label"] = "a"

        assert sorted(unknown(given)) == [
            "labels",
            "metadata.label",
            "spec.predictor.model.env[0].valve",
            "spec.predictor.model.nodeSelector",
            "spec.predictor.model.protocolversion",
        ]

    def test_the_nearest_field_is_named(self) -> None:
        """A field in another case, or with a typing error, was probably meant."""
        schema = crds_of("v0.15.2").schema("InferenceService")
        found = unknown_fields(model(protocolversion="v2", storageURL="gs://a", quite="other"), schema)

        assert [one.nearest for one in found] == ["protocolVersion", "storageUri", None]

    @pytest.mark.parametrize(
        ("path", "meant"),
        [
            (("labels",), "metadata.labels"),
            (("namespace",), "metadata.namespace"),
            (("predictor",), "spec.predictor"),
            (("spec", "nodeSelector"), "spec.predictor.nodeSelector"),
            (("spec", "predictor", "protocolVersion"), "spec.predictor.model.protocolVersion"),
            (("spec", "predictor", "model", "tolerations"), "spec.predictor.tolerations"),
            (("spec", "predictor", "model", "annotations"), "spec.predictor.annotations"),
            (("metadata", "spec"), "spec"),
        ],
    )
    def test_a_misplaced_field_is_named_with_its_place(self, path: tuple[str, ...], meant: str) -> None:
        """A field of another part of the object was probably indented wrongly."""
        given = model()
        inner = given
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = {}
        (found,) = unknown_fields(given, crds_of("v0.15.2").schema("InferenceService"))

        assert found.text == f"unknown field {'.'.join(path)}: did you mean {meant}?"

    def test_a_field_of_a_list_below_is_named_with_its_place(self) -> None:
        """An entry's field next to the list of entries."""
        runtime = {"kind": "ServingRuntime", "spec": {"supportedModelFormats": [{}], "autoSelect": True, "volume": []}}
        found = unknown_fields(runtime, crds_of("v0.15.2").schema("ServingRuntime"))

        assert [one.nearest for one in found] == ["spec.supportedModelFormats[0].autoSelect", "volumes"]

    def test_a_later_releases_field_is_unknown_before(self) -> None:
        """Priorities came with v0.11.1."""
        runtime = {"kind": "ServingRuntime", "metadata": {}, "spec": {"supportedModelFormats": [{"priority": 1}]}}

        assert unknown(runtime, "v0.10.2") == ["spec.supportedModelFormats[0].priority"]
        assert unknown(runtime, "v0.11.1") == []

    def test_minimal_crds_know_every_field(self) -> None:
        """Minimal CRDs check nothing below spec."""
        given = model(protocolversion=1)

        assert unknown(given, variant=MINIMAL) == messages(given, variant=MINIMAL) == []

    def test_an_object_without_unknown_fields_is_not_copied(self) -> None:
        """Most objects have none."""
        given = model()

        assert crds_of("v0.15.2").pruned(given) is given

    def test_pruning_drops_them_and_nothing_else(self) -> None:
        """What is left is what is stored."""
        given = model(protocolversion="v2", env=[{"name": "A", "valve": "b"}])

        assert crds_of("v0.15.2").pruned(given) == model(env=[{"name": "A"}])


class TestDefaults:
    def test_the_protocol_of_a_port_is_tcp(self) -> None:
        """A default is filled in where the field is absent or null, and an explicit value is kept."""
        ports = [{"containerPort": 1}, {"containerPort": 2, "protocol": None}, {"containerPort": 3, "protocol": "UDP"}]
        schema = crds_of("v0.15.2").schema("InferenceService")
        stored = defaulted(model(ports=ports), schema)

        assert [port["protocol"] for port in stored["spec"]["predictor"]["model"]["ports"]] == ["TCP", "TCP", "UDP"]


class TestTable:
    def test_every_release_has_full_crds_and_later_ones_minimal_ones_too(self) -> None:
        """Minimal CRDs came with v0.13.0."""
        assert crds_of("v0.13.0", MINIMAL) != crds_of("v0.13.0")
        with pytest.raises(ProfileError, match=r"KServe v0.12.1 has no minimal CRDs"):
            crds_of("v0.12.1", MINIMAL)

    def test_the_latest_release_is_the_default(self) -> None:
        """An unreleased branch is not."""
        assert crds_of() == crds_of("v0.20.0") != crds_of("main")

    def test_a_release_without_crds_is_an_error(self) -> None:
        """An unknown name has no schemas."""
        with pytest.raises(ProfileError, match=r"no CRDs for KServe v9.9.9"):
            crds_of("v9.9.9")

    def test_new_fields_are_those_of_the_later_release(self) -> None:
        """Of a new part only the topmost field is named, and nothing is new in the same release."""
        found = new_fields(crds_of("v0.13.1"), crds_of("v0.14.0"))

        assert "InferenceService.spec.predictor.workerSpec" in found
        assert not any(field.startswith("InferenceService.spec.predictor.workerSpec.") for field in found)
        assert new_fields(crds_of("v0.14.0"), crds_of("v0.14.1")) == ()
