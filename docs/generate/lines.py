"""The JSON lines of the record and of the protocol, from the schemas that ship."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generate.markup import code, table
from kserve_conformance.protocol.messages import Answer, Question, derived_schema
from kserve_conformance.record import Verdict
from kserve_conformance.record.schema import NAMES
from kserve_conformance.record.schema import schema as record_schema


def parts() -> Iterator[tuple[str, str]]:
    """The fields of each line, for ``record.md`` and ``protocol.md``."""
    for name in NAMES:
        yield f"record-{name}", described(record_schema(name), f"record/schemas/{name}.json")
    # The schemas that ship are kept equal to these.
    yield "protocol-question", described(derived_schema(Question), "protocol/schemas/question.json")
    yield "protocol-answer", described(derived_schema(Answer), "protocol/schemas/answer.json")
    passes = ((code(one.value), "yes" if one is Verdict.PASSED else "no") for one in Verdict)
    yield "verdicts", table(("verdict", "is a pass"), passes)


def described(schema: Mapping[str, Any], file: str) -> str:
    """The fields of each part of a schema, then a link to its file in the package."""
    definitions = schema.get("$defs", {})
    top = schema
    if "$ref" in schema:
        top = definitions[schema["$ref"].rpartition("/")[2]]
    out = [_fields(top)]
    for name, definition in definitions.items():
        if definition is not top and "properties" in definition:
            out += [f"**{name}**: {_about(definition)}\n", _fields(definition)]
    out.append(f"[JSON Schema](../../harness/kserve_conformance/{file})\n")
    return "\n".join(out)


def _about(definition: Mapping[str, Any]) -> str:
    return " ".join(str(definition.get("description", "")).split()).replace("``", "`")


def _fields(definition: Mapping[str, Any]) -> str:
    required = definition.get("required", ())
    rows = (
        (code(name), _type(field), "yes" if name in required else "", _default(field))
        for name, field in definition.get("properties", {}).items()
    )
    return table(("field", "type", "required", "default"), rows)


def _default(field: Mapping[str, Any]) -> str:
    if "default" not in field or field["default"] is None:
        return ""
    return code(json.dumps(field["default"]))


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if "const" in field:
        return code(json.dumps(field["const"]))
    if "enum" in field:
        return ", ".join(code(str(one)) for one in field["enum"])
    kind = field.get("type", "any value")
    if kind == "array" and isinstance(field.get("items"), dict):
        return f"list of {_type(field['items'])}"
    return str(kind)
