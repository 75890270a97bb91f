"""
The JSON Schemas of the protocol's lines, for implementations that do not use this package.

They are made from the types and committed next to this module; ``python -m kserve_conformance.protocol.schema_files``
updates them, and a test keeps the two equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from kserve_conformance.protocol.messages import Answer, Question, derived_schema

#: The lines by the names of their files.
LINES: Mapping[str, type[msgspec.Struct]] = MappingProxyType({"question": Question, "answer": Answer})


def written(name: str) -> str:
    """The text of a shipped file. Raises ``KeyError`` for an unknown name."""
    return json.dumps(derived_schema(LINES[name]), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _write_all(folder: Path) -> None:
    for name in LINES:
        (folder / f"{name}.json").write_text(written(name), encoding="utf-8")


if __name__ == "__main__":
    _write_all(Path(__file__).parent / "schemas")
