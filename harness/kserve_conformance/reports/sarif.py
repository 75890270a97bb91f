"""
SARIF 2.1.0, which code scanning shows next to the lines of a pull request.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.13 to 3.28.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from kserve_conformance import __version__

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

#: The levels of a rule and a result.
LEVELS: Final = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class SarifRule:
    """A kind of finding: its id, what it means, and its level."""

    id: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class SarifResult:
    """
    A finding: its rule, its text, and its place, ``FILE:LINE``.

    ``name`` is that of the object: with the rule it identifies the finding in later runs. ``suppressed`` is the reason
    for which it was accepted.
    """

    rule: str
    text: str
    where: str
    name: str
    level: str
    suppressed: str | None = None


def sarif(rules: Sequence[SarifRule], results: Iterable[SarifResult]) -> dict[str, Any]:
    """The log of one run."""
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {
        "name": "kserve-conformance",
        "version": __version__,
        "rules": [
            {"id": rule.id, "shortDescription": {"text": rule.text}, "defaultConfiguration": {"level": rule.level}}
            for rule in rules
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_result(each, index) for each in results]}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(result: SarifResult, index: dict[str, int]) -> dict[str, Any]:
    file, _, line = result.where.rpartition(":")
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(file or result.where)}}
    if line.isdigit() and int(line) > 0:
        location["region"] = {"startLine": int(line)}
    data: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index[result.rule],
        "level": result.level,
        "message": {"text": result.text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"object/v1": f"{result.name}:{result.rule}"},
    }
    if result.suppressed is not None:
        data["suppressions"] = [{"kind": "external", "justification": result.suppressed}]
    return data
