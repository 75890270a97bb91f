"""
SARIF 2.1.0, which code scanning shows next to the lines of a pull request.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.13 to 3.28.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from kserve_conformance import __version__

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: The levels of a rule and a result.
LEVELS: Final = ("error", "warning", "note")

#: The base of relative file names, the root of the repository. GitHub resolves them so.
_ROOT: Final = "%SRCROOT%"

_PLACE: Final = re.compile(r"(.+):(\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SarifRule:
    """
    A kind of finding: its id, what it means, and its level.

    ``help`` is Markdown for the page of the rule, ``help_uri`` the place that it refers to.
    """

    id: str
    text: str
    level: str
    help: str | None = None
    help_uri: str | None = None

    def as_data(self) -> dict[str, Any]:
        """As a reportingDescriptor, section 3.49."""
        return {
            "id": self.id,
            "shortDescription": {"text": self.text},
            **({"help": {"text": self.help, "markdown": self.help}} if self.help else {}),
            **({"helpUri": self.help_uri} if self.help_uri else {}),
            "defaultConfiguration": {"level": self.level},
        }


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why a finding is accepted, and whether the file itself says so."""

    reason: str
    in_source: bool = False


@dataclass(frozen=True, slots=True)
class SarifResult:
    """
    A finding: its rule, its text, and its place: ``FILE:LINE``, or a cluster.

    ``name`` is that of the object. It identifies the finding in later runs, with the rule and ``field``, which tells
    findings of one rule about one object apart.
    """

    rule: str
    text: str
    where: str
    name: str
    level: str
    field: str = ""
    suppressed: Suppressed | None = None


def sarif(rules: Sequence[SarifRule], results: Iterable[SarifResult], problems: Sequence[str] = ()) -> dict[str, Any]:
    """The log of one run. ``problems`` are what the run could not read: with any, it was not successful."""
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {"name": "kserve-conformance", "version": __version__, "rules": [rule.as_data() for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": not problems,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": each}} for each in problems],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which the command ran"}}},
        "results": [_result(each, index) for each in results],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(result: SarifResult, index: dict[str, int]) -> dict[str, Any]:
    identity = f"{result.name}\0{result.rule}\0{result.field}"
    data: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index[result.rule],
        "level": result.level,
        "message": {"text": result.text},
        "locations": [_location(result)],
        "partialFingerprints": {"finding/v1": sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()},
    }
    if result.suppressed is not None:
        kind = "inSource" if result.suppressed.in_source else "external"
        data["suppressions"] = [{"kind": kind, "status": "accepted", "justification": result.suppressed.reason}]
    return data


def _location(result: SarifResult) -> dict[str, Any]:
    """The line of a file, and the object. A cluster and standard input have no file."""
    data: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": result.name, "kind": "object"}]}
    place = _PLACE.fullmatch(result.where)
    if place is None or place[1].startswith("<"):
        return data
    physical: dict[str, Any] = {"artifactLocation": _artifact(place[1])}
    if int(place[2]) > 0:
        physical["region"] = {"startLine": int(place[2])}
    return {"physicalLocation": physical, **data}


def _artifact(file: str) -> dict[str, str]:
    path = PurePosixPath(file)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except ValueError:
            return {"uri": f"file://{quote(file)}"}
    # A name such as a:b would be read as an address with a scheme.
    return {"uri": quote(str(path)), "uriBaseId": _ROOT}
