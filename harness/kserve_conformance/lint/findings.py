"""Codes and severities of findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """How bad a finding is."""

    #: KServe or the API server rejects the object, or a service has no runtime.
    ERROR = "error"
    #: It works, but not as it seems, or depends on something that was not chosen on purpose.
    WARNING = "warning"
    #: Worth knowing.
    NOTE = "note"


class LintCode(StrEnum):
    """Stable codes of findings that only ``lint`` has. Others are those of ``inspect`` and of pods."""

    #: The API server rejects the object: a field has the wrong type or value, or is missing.
    INVALID_FIELD = "INVALID_FIELD"
    #: The CRDs of the release do not have the field, so strict validation rejects the object.
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    #: A mapping has the same key twice.
    DUPLICATE_KEY = "DUPLICATE_KEY"
    #: A webhook of the release rejects the object.
    REJECTED = "REJECTED"
    #: KServe finds no runtime for the service, or cannot use the one it found.
    NO_RUNTIME = "NO_RUNTIME"
    #: KServe's rules leave open which runtime the service gets.
    OPEN_CHOICE = "OPEN_CHOICE"
    #: No service without the runtime's name gets it.
    NEVER_SELECTED = "NEVER_SELECTED"
    #: The runtime lists no protocol, and services that request one get another runtime or none.
    NO_PROTOCOLS = "NO_PROTOCOLS"
    #: The entry has a priority but no autoSelect, so the priority has no effect.
    PRIORITY_WITHOUT_AUTO_SELECT = "PRIORITY_WITHOUT_AUTO_SELECT"
    #: The predictor has a key of the schema before v0.8.0, such as ``sklearn``.
    LEGACY_SCHEMA = "LEGACY_SCHEMA"


#: The severity of each code; codes of pods and modes, which are not listed, are warnings.
CODES: Final[Mapping[str, Severity]] = {
    LintCode.INVALID_FIELD: Severity.ERROR,
    LintCode.UNKNOWN_FIELD: Severity.ERROR,
    LintCode.DUPLICATE_KEY: Severity.ERROR,
    LintCode.REJECTED: Severity.ERROR,
    LintCode.NO_RUNTIME: Severity.ERROR,
    LintCode.OPEN_CHOICE: Severity.WARNING,
    LintCode.NEVER_SELECTED: Severity.WARNING,
    LintCode.NO_PROTOCOLS: Severity.NOTE,
    LintCode.PRIORITY_WITHOUT_AUTO_SELECT: Severity.WARNING,
    LintCode.LEGACY_SCHEMA: Severity.NOTE,
    "MIXED_PRIORITIES": Severity.WARNING,
    "DECIDED_BY_AGE": Severity.WARNING,
    "DECIDED_BY_NAME": Severity.WARNING,
    "NOT_DECIDED": Severity.WARNING,
    "CAPTURES": Severity.NOTE,
    "SHADOWS": Severity.WARNING,
    "DISABLED": Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One finding about one object.

    ``object`` is its kind and name, ``where`` its file and line, ``releases`` those under which it is found. ``reason``
    is set if it is suppressed.
    """

    code: str
    object: str
    where: str
    text: str
    details: tuple[str, ...] = ()
    hint: str | None = None
    releases: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def severity(self) -> Severity:
        """Its severity."""
        return CODES.get(self.code, Severity.WARNING)

    @property
    def is_suppressed(self) -> bool:
        """Was it accepted, by an annotation or in a file?"""
        return self.reason is not None

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        file, _, line = self.where.rpartition(":")
        return {
            "code": self.code,
            "severity": str(self.severity),
            "object": self.object,
            "file": file or self.where,
            "line": int(line) if line.isdigit() else None,
            "text": self.text,
            "details": list(self.details),
            "hint": self.hint,
            "releases": list(self.releases),
            "suppressed": self.reason,
        }
