"""The record itself, as NDJSON, and as one JSON document with the conclusion from it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kserve_conformance.characters import in_json
from kserve_conformance.record import Record, conforms
from kserve_conformance.record.chain import sealed
from kserve_conformance.reports.verdicts import UNSIGNED, subject


def ndjson(record: Record) -> str:
    """Render the lines of the record as its writer writes them."""
    return sealed(record)[1].decode()


def json_value(part: Any) -> Any:
    """Turn any part of a record into plain JSON values."""
    return msgspec.json.decode(msgspec.json.encode(part))


def as_json(record: Record, signature: str = UNSIGNED) -> str:
    """Render one document: the conclusion, header, scenarios and footer."""
    conclusion = conforms(record)
    document = {
        "conclusion": {
            "subject": subject(record.header),
            "banner": conclusion.banner,
            "signature": signature,
            "conforms": conclusion.conforms,
            "result": conclusion.result.value,
            "headline": conclusion.headline,
            "caveat": conclusion.caveat,
            "reasons": list(conclusion.reasons),
            "notes": list(conclusion.notes),
        },
        "header": json_value(record.header),
        "scenarios": [json_value(scenario) for scenario in record.scenarios],
        "footer": json_value(record.footer),
    }
    return json_document(document)


def json_document(value: Any) -> str:
    """Write a value as an indented JSON document that looks the same wherever it is shown."""
    return in_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"
