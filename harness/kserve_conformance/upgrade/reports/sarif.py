"""
The census as SARIF 2.1.0, which code scanning shows beside the lines of a pull request.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.13 to 3.28.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from kserve_conformance import __version__
from kserve_conformance.upgrade.assessment import Change, Flag
from kserve_conformance.upgrade.census import Census, Finding
from kserve_conformance.upgrade.reports.phrases import MEANINGS, headline, why

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

#: The level of each class; of others it is a note.
_LEVELS: Final = {
    str(Change.LOST): "error",
    str(Flag.REJECTED_LATER): "error",
    str(Change.MOVED): "warning",
    str(Change.UNDEFINED): "warning",
    str(Flag.NEEDS_WRITE): "warning",
}


def log(census: Census, releases: tuple[str, ...], only: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The log: a result for each class of each service of a group's examples."""
    names = [name for name in MEANINGS if name != Change.SAME]
    results = [
        _result(finding, class_, names.index(class_), releases)
        for group in census.groups(only)
        for finding in group.examples
        for class_ in finding.classes
        if class_ in names and (not only or class_ in only)
    ]
    rules = [
        {
            "id": f"upgrade/{name}",
            "shortDescription": {"text": MEANINGS[name]},
            "defaultConfiguration": {"level": _LEVELS.get(name, "note")},
        }
        for name in names
    ]
    driver = {"name": "kserve-conformance", "version": __version__, "rules": rules}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, class_: str, index: int, releases: tuple[str, ...]) -> dict[str, Any]:
    assessment = finding.assessment
    text = f"{finding.name} is {class_} from KServe {releases[0]} to {releases[-1]}: {headline(assessment)}"
    text += "".join(f". {each}" for each in (*why(assessment), *assessment.details))
    text += "".join(f". To fix it, {remedy.text}" for remedy in assessment.remedies[:1])
    file, _, line = finding.where.rpartition(":")
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(file or finding.where)}}
    if line.isdigit():
        location["region"] = {"startLine": max(1, int(line))}
    return {
        "ruleId": f"upgrade/{class_}",
        "ruleIndex": index,
        "level": _LEVELS.get(class_, "note"),
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"service/v1": f"{finding.name}:{class_}"},
    }
