"""
The JSON Schemas of a record's lines, for readers without this package.

They are generated from the model and committed next to this module. ``python -m
kserve_conformance.record.schema`` writes them; a test keeps them up to date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from kserve_conformance.record.consistency import STEP_STATUSES
from kserve_conformance.record.model import SCHEMA, Footer, Header, Scenario, Verdict
from kserve_conformance.record.tally import LEVELS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LINES: Mapping[str, type[msgspec.Struct]] = MappingProxyType(
    {"header": Header, "scenario": Scenario, "footer": Footer}
)

#: The kinds of lines that have a schema.
NAMES = tuple(_LINES)


def schema(name: str) -> dict[str, Any]:
    """Return the shipped JSON Schema (2020-12) of one kind of line, one of ``NAMES``."""
    text = resources.files("kserve_conformance.record").joinpath("schemas", f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def derived(name: str) -> dict[str, Any]:
    """Generate the schema from the model: what the shipped file must contain."""
    (made,), components = msgspec.json.schema_components([_LINES[name]], ref_template="#/$defs/{name}")
    parts = {part: dict(one) for part, one in components.items()}
    if name == "header":
        parts["Header"]["properties"] |= {"schema": {"const": SCHEMA}}
        parts["Header"]["required"] = [*parts["Header"]["required"], "schema"]
    elif name == "scenario":
        parts["Scenario"]["properties"] |= {"level": {"enum": list(LEVELS), "default": "core"}}
        parts["Step"]["properties"] |= {"status": {"enum": list(STEP_STATUSES)}}
    else:
        number = {"type": "integer", "minimum": 0}
        verdicts = {verdict.value: number for verdict in Verdict}
        parts["Footer"]["properties"] |= {
            "counts": {
                "type": "object",
                "properties": verdicts,
                "required": list(verdicts),
                "additionalProperties": False,
            },
            "scenarios": number,
            "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        }
        parts["Footer"]["required"] = [*parts["Footer"]["required"], "scenarios", "digest"]
    return {"$schema": _DIALECT, "$id": f"urn:{SCHEMA.replace('/', ':')}:{name}", **made, "$defs": parts}


def written(name: str) -> str:
    """Return the text of the shipped file."""
    return json.dumps(derived(name), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _write_all(folder: Path) -> None:
    for name in NAMES:
        (folder / f"{name}.json").write_text(written(name), encoding="utf-8")


if __name__ == "__main__":
    _write_all(Path(__file__).parent / "schemas")
