"""Runtimes and services as steps describe them."""

from __future__ import annotations

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import at
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import World
from kserve_conformance.world.descriptions import (
    add_runtime,
    apply_runtime,
    cluster_runtime,
    legacy_service,
    namespaced_runtime,
    objects_of,
    service,
)
from kserve_conformance.world.objects import default_spec, model_server_spec, worker_spec

OURS = cluster_runtime("ours")


class Recording(MemoryTarget):
    """Keeps the manifests that were applied, and the ticks between them."""

    def __init__(self) -> None:
        super().__init__("v0.16.0")
        self.calls: list[object] = []

    def apply(self, *objects):
        self.calls.extend(objects)
        return super().apply(*objects)

    def advance_clock(self):
        self.calls.append("a second later")
        super().advance_clock()


@pytest.fixture
def target():
    return Recording()


@pytest.fixture
def made(target):
    with World(target, release="v0.16.0") as made:
        yield made


class TestRuntimes:
    @pytest.mark.parametrize(
        ("facts", "fields"),
        [
            ("", {}),
            ("is disabled", {"disabled": True}),
            ("is multi-model", {"multiModel": True}),
            ("is multi-node", {"workerSpec": worker_spec(OURS)}),
            ('speaks "v1, grpc-v2"', {"protocolVersions": ["v1", "grpc-v2"]}),
            ("runs the model server", model_server_spec()),
            ('is disabled and speaks "v2"', {"disabled": True, "protocolVersions": ["v2"]}),
            ("was created later", {}),
        ],
    )
    def test_facts_become_fields(self, made, target, facts, fields):
        """Each fact sets its field; facts are joined by "and"."""
        add_runtime(made, OURS, facts, None, None)
        made.flush()

        assert [one["spec"] for one in target.calls if one != "a second later"] == [{**default_spec(OURS), **fields}]

    def test_a_runtime_that_was_created_later_is_newer(self, made, target):
        """The runtimes before it are applied first, and then a second passes."""
        add_runtime(made, cluster_runtime("first"), "", None, None)
        add_runtime(made, OURS, "was created later", None, None)
        made.flush()

        assert [one if isinstance(one, str) else one["metadata"]["name"] for one in target.calls] == [
            "first",
            "a second later",
            "ours",
        ]

    def test_an_unknown_fact_is_an_error(self, made):
        """A misspelt fact would silently mean nothing."""
        with pytest.raises(SuiteError, match="unknown fact about a runtime: 'is disbled'"):
            apply_runtime(made, OURS, "is disbled", None, None)

    def test_table_and_doc_string_set_the_rest(self, made, target):
        """A table has the formats; a doc string replaces top-level fields of the spec."""
        apply_runtime(made, OURS, "", [["format", "version"], ["onnx", "1"]], "multiModel: true")

        assert target.calls[0]["spec"] == {
            **default_spec(OURS),
            "supportedModelFormats": [{"name": "onnx", "version": "1"}],
            "multiModel": True,
        }

    def test_names_and_namespaces_are_those_of_the_step(self):
        """A ServingRuntime has a namespace."""
        assert str(namespaced_runtime("r", "a").namespace) == "a"
        assert OURS.namespace is None


class TestServices:
    def test_fields_that_are_not_set_are_left_out(self):
        """Only what the step sets is in the model, besides its storage; an empty value is set."""
        model = at(service("model", "a", "onnx", version=""), "spec", "predictor", "model")

        assert model.keys() == {"modelFormat", "storageUri"}
        assert model["modelFormat"] == {"name": "onnx", "version": ""}

    def test_a_legacy_key_is_the_key_of_the_predictor(self):
        """The protocol is left out if the step sets none."""
        assert legacy_service("model", "a", "onnx", None)["spec"]["predictor"].keys() == {"onnx"}
        assert at(legacy_service("model", "a", "onnx", "v2"), "spec", "predictor", "onnx", "protocolVersion") == "v2"

    def test_documents_of_a_doc_string_are_objects(self):
        """Empty documents are skipped."""
        text = "---\nkind: ConfigMap\nmetadata: {name: a}\n---\n\n---\nmetadata: {name: b}\n"

        assert [one["kind"] for one in objects_of(text)] == ["ConfigMap", "InferenceService"]
