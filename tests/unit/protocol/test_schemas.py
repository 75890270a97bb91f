"""The JSON Schemas of the protocol: equal to the types, and of use."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import msgspec
import pytest
from selection import cluster_ref, manifest, service

from kserve_conformance.objects import CLUSTER_RUNTIME
from kserve_conformance.protocol import Question, answer_line, schema
from kserve_conformance.protocol.messages import Named
from kserve_conformance.protocol.schema_files import LINES, written

RUNTIME = manifest(CLUSTER_RUNTIME, "r")
WHOLE = {
    "id": "1",
    "namespace": "team-a",
    "runtimes": [RUNTIME],
    "service": service(),
    "admit": False,
    "validateRuntime": 0,
}


def is_valid(name, value) -> bool:
    return jsonschema.Draft202012Validator(schema(name)).is_valid(value)


@pytest.mark.parametrize("name", LINES)
class TestShipped:
    def test_equal_to_the_type(self, name):
        """
        The file is generated from the type; ``python -m kserve_conformance.protocol.schema_files`` regenerates it.
        """
        text = resources.files("kserve_conformance.protocol").joinpath("schemas", f"{name}.json").read_text("utf-8")

        assert written(name) == text

    def test_a_schema_of_2020_12(self, name):
        """
        It is a schema itself and says of which dialect.
        """
        jsonschema.Draft202012Validator.check_schema(schema(name))

        assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


class TestQuestions:
    @pytest.mark.parametrize("left_out", [name for name in WHOLE if name != "id"])
    def test_all_but_the_id_may_be_left_out(self, left_out):
        """
        A field that is not requested is missing.
        """
        assert is_valid("question", {name: value for name, value in WHOLE.items() if name != left_out})

    def test_unknown_fields_are_ignored(self):
        """
        Who speaks a later version is understood as far as this one goes, by the schema and by the server.
        """
        requested = {**WHOLE, "later": {"any": 1}, "runtimes": [{**RUNTIME, "later": 1}]}

        assert is_valid("question", requested)
        assert json.loads(answer_line(json.dumps(requested).encode(), "v0.16.0"))["decision"]["runtime"]["name"] == "r"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"id": None},
            {"id": 1.5},
            {"id": True},
            {"namespace": None},
            {"runtimes": None},
            {"runtimes": {}},
            {"runtimes": ["r"]},
            {"service": []},
            {"admit": "true"},
            {"admit": 1},
            {"validateRuntime": "0"},
            {"validateRuntime": 0.5},
        ],
        ids=json.dumps,
    )
    def test_what_the_schema_rejects_the_server_rejects(self, wrong):
        """
        The two read one contract: neither takes what the other does not.
        """
        requested = {**WHOLE, **wrong}

        assert not is_valid("question", requested)
        assert "not a question" in json.loads(answer_line(json.dumps(requested).encode(), "v0.16.0"))["error"]

    def test_an_id_is_needed(self):
        """
        An answer must say to which question it belongs.
        """
        requested = {name: value for name, value in WHOLE.items() if name != "id"}

        assert not is_valid("question", requested)
        assert "id" in json.loads(answer_line(json.dumps(requested).encode(), "v0.16.0"))["error"]

    def test_only_an_id_is_a_question(self):
        """
        An empty question gets an error.
        """
        assert msgspec.convert({"id": 1}, Question) == Question(id=1)
        assert answer_line(b'{"id": 1}', "v0.16.0") == b'{"id":1}\n'


class TestAnswers:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"decision": {}},
            {"decision": {"runtime": "r"}},
            {"decision": {"runtime": {"kind": "ServingRuntime"}}},
            {"supporting": {}},
            {"runtimeAdmission": {"message": "x"}},
            {"rejected": True},
            {"pod": []},
            {"error": 1},
        ],
        ids=json.dumps,
    )
    def test_an_invalid_answer_is_rejected(self, wrong):
        """
        A schema that accepts everything would be no contract.
        """
        assert is_valid("answer", {"id": 1})
        assert not is_valid("answer", {"id": 1, **wrong})

    def test_a_name_on_the_line_has_no_namespace(self):
        """
        A ServingRuntime is one of the question's namespace.
        """
        assert msgspec.to_builtins(Named.of(cluster_ref("r"))) == {"kind": CLUSTER_RUNTIME, "name": "r"}
