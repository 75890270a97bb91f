"""The JSON Schemas that ship: equal to the model, and of use."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest
from record_examples import record, scenario

from kserve_conformance.record.schema import NAMES, schema, written
from kserve_conformance.reports.ndjson import ndjson


@pytest.mark.parametrize("name", NAMES)
class TestShipped:
    def test_equal_to_the_model(self, name: str) -> None:
        """The file is generated from the model; ``python -m kserve_conformance.record.schema`` regenerates it."""
        text = resources.files("kserve_conformance.record").joinpath("schemas", f"{name}.json").read_text("utf-8")

        assert written(name) == text

    def test_a_schema_of_2020_12(self, name: str) -> None:
        """It is a schema itself and says of which dialect."""
        jsonschema.Draft202012Validator.check_schema(schema(name))

        assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        (0, {"schema": "kserve-conformance/record/v9"}),
        (0, {"suite": {"name": "x"}}),
        (1, {"verdict": "greenish"}),
        (1, {"level": "optional"}),
        (1, {"steps": [{"keyword": "Given", "text": "x", "status": "fine"}]}),
        (1, {"id": 1}),
        (2, {"counts": {"passed": 1}}),
        (2, {"type": "scenario"}),
    ],
)
def test_rejects_what_no_record_has(number: int, fields: dict[str, object]) -> None:
    """A schema that accepts everything would be no contract."""
    value = json.loads(ndjson(record(scenario())).splitlines()[number])
    validator = jsonschema.Draft202012Validator(schema(NAMES[number]))
    validator.validate(value)

    assert not validator.is_valid(value | fields)
