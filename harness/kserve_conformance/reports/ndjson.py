"""The record itself, as NDJSON, and as one JSON document with what it allows to be concluded."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kserve_conformance.record import Record, conforms


def ndjson(record: Record) -> str:
    """The lines of the record, each as its writer would have written it."""
    encode = msgspec.json.Encoder().encode
    return "".join(encode(part).decode() + "\n" for part in (record.header, *record.scenarios, record.footer))


def json_value(part: Any) -> Any:
    """Any part of a record as plain JSON values."""
    return msgspec.json.decode(msgspec.json.encode(part))


def as_json(record: Record) -> str:
    """One document: header, scenarios and footer, and the conclusion, for those who would rather not read lines."""
    conclusion = conforms(record)
    document = {
        "conclusion": {
            "conforms": conclusion.conforms,
            "result": conclusion.result.value,
            "reasons": list(conclusion.reasons),
            "notes": list(conclusion.notes),
        },
        "header": json_value(record.header),
        "scenarios": [json_value(scenario) for scenario in record.scenarios],
        "footer": json_value(record.footer),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
