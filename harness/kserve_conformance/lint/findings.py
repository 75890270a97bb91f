"""Codes and severities of findings, and a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """How bad a finding is."""

    #: KServe or the API server rejects the object, or a service has no runtime or not the one that the rules select.
    ERROR = "error"
    #: It works, but not as it seems, or depends on something that was not chosen on purpose.
    WARNING = "warning"
    #: Worth knowing.
    NOTE = "note"


class LintCode(StrEnum):
    """Stable codes of findings. Those of pods and modes have their own enumerations."""

    # What the API server and the webhooks do.
    #: The API server rejects the object: a field has the wrong type or value, or is missing.
    INVALID_FIELD = "INVALID_FIELD"
    #: The CRDs of the release do not have the field, so strict validation rejects the object.
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    #: A mapping has the same key twice.
    DUPLICATE_KEY = "DUPLICATE_KEY"
    #: A webhook of the release rejects the object, or the next update of a stored one.
    REJECTED = "REJECTED"
    #: The runtime is accepted now, and the webhook of the next release rejects it.
    REJECTED_LATER = "REJECTED_LATER"
    # Services.
    #: The service has no runtime, or KServe cannot use the one that it found, for a reason without a code of its own.
    NO_RUNTIME = "NO_RUNTIME"
    #: The service has no runtime: no runtime that it sees lists the requested format.
    UNKNOWN_FORMAT = "UNKNOWN_FORMAT"
    #: The service has no runtime: no runtime lists the requested version of the format.
    VERSION_NEVER_EQUAL = "VERSION_NEVER_EQUAL"
    #: The service has no runtime: no runtime for the format lists the requested protocol, which is v1 by default.
    PROTOCOL_NOT_LISTED = "PROTOCOL_NOT_LISTED"
    #: The service has no runtime: it names one that is disabled.
    RUNTIME_DISABLED = "RUNTIME_DISABLED"
    #: The service has no runtime: it names one that neither its namespace nor the cluster has.
    RUNTIME_NOT_FOUND = "RUNTIME_NOT_FOUND"
    #: KServe's rules leave open which runtime the service gets.
    OPEN_CHOICE = "OPEN_CHOICE"
    #: The predictor has a key of the schema before v0.8.0, such as ``sklearn``.
    LEGACY_SCHEMA = "LEGACY_SCHEMA"
    # Runtimes, alone and compared with each other.
    #: No service without the runtime's name gets it: no entry has autoSelect, or it lists no format.
    NEVER_SELECTED = "NEVER_SELECTED"
    #: The runtime is only for services that name it: every entry has `autoSelect: false`.
    ONLY_BY_NAME = "ONLY_BY_NAME"
    #: The runtime is disabled.
    DISABLED = "DISABLED"
    #: The runtime lists no protocol, so it matches every protocol, and ranks last among runtimes of equal priority.
    NO_PROTOCOLS = "NO_PROTOCOLS"
    #: The version of an entry looks like a pattern, but versions are compared as strings.
    VERSION_PATTERN = "VERSION_PATTERN"
    #: The entry has a priority but no autoSelect, so the priority has no effect.
    PRIORITY_WITHOUT_AUTO_SELECT = "PRIORITY_WITHOUT_AUTO_SELECT"
    #: The runtime lists a format with several priorities, of which the first counts.
    MIXED_PRIORITIES = "MIXED_PRIORITIES"
    #: The first entry of a format has no priority, so that of a later entry has no effect.
    PRIORITY_ON_LATER_ENTRY = "PRIORITY_ON_LATER_ENTRY"
    #: KServe cannot make a pod from the runtime.
    NO_POD = "NO_POD"
    #: Two runtimes have the same priority for a format, and no webhook rejects them, so something else decides.
    EQUAL_PRIORITIES = "EQUAL_PRIORITIES"
    #: Only the age of two runtimes decides which of them comes first.
    DECIDED_BY_AGE = "DECIDED_BY_AGE"
    #: Only the names of two runtimes decide which of them comes first.
    DECIDED_BY_NAME = "DECIDED_BY_NAME"
    #: No rule decides which of two runtimes comes first.
    NOT_DECIDED = "NOT_DECIDED"
    #: The runtime of a namespace is selected instead of one of the cluster, regardless of priorities.
    CAPTURES = "CAPTURES"
    #: The runtime of a namespace has the name of one of the cluster.
    SHADOWS = "SHADOWS"
    # Installed runtimes, compared with those that the release ships.
    #: The release ships the runtime, and it is not installed.
    MISSING = "MISSING"
    #: The installed runtime differs from the shipped one where that affects choices.
    CHANGED = "CHANGED"
    #: The release does not ship the installed runtime.
    EXTRA = "EXTRA"
    #: None of the runtimes that the release ships is installed.
    NONE_SHIPPED = "NONE_SHIPPED"
    # Services of a cluster, compared with what the rules select.
    #: The service does not run on what the rules select: it changes at its next reconcile.
    WILL_CHANGE = "WILL_CHANGE"
    #: The cluster does not show which runtime the service has.
    RUNTIME_UNKNOWN = "RUNTIME_UNKNOWN"
    #: Nothing to compare: the service is stopped, is being deleted, or keeps its runtime on purpose.
    NOT_COMPARED = "NOT_COMPARED"


#: The severity of each code; codes of pods and modes, which are not listed, are warnings.
CODES: Final[Mapping[str, Severity]] = {
    LintCode.INVALID_FIELD: Severity.ERROR,
    LintCode.UNKNOWN_FIELD: Severity.ERROR,
    LintCode.DUPLICATE_KEY: Severity.ERROR,
    LintCode.REJECTED: Severity.ERROR,
    LintCode.REJECTED_LATER: Severity.WARNING,
    LintCode.NO_RUNTIME: Severity.ERROR,
    LintCode.UNKNOWN_FORMAT: Severity.ERROR,
    LintCode.VERSION_NEVER_EQUAL: Severity.ERROR,
    LintCode.PROTOCOL_NOT_LISTED: Severity.ERROR,
    LintCode.RUNTIME_DISABLED: Severity.ERROR,
    LintCode.RUNTIME_NOT_FOUND: Severity.ERROR,
    LintCode.OPEN_CHOICE: Severity.WARNING,
    LintCode.LEGACY_SCHEMA: Severity.NOTE,
    LintCode.NEVER_SELECTED: Severity.WARNING,
    LintCode.ONLY_BY_NAME: Severity.NOTE,
    LintCode.DISABLED: Severity.NOTE,
    LintCode.NO_PROTOCOLS: Severity.NOTE,
    LintCode.PRIORITY_WITHOUT_AUTO_SELECT: Severity.WARNING,
    LintCode.VERSION_PATTERN: Severity.WARNING,
    LintCode.MIXED_PRIORITIES: Severity.WARNING,
    LintCode.PRIORITY_ON_LATER_ENTRY: Severity.WARNING,
    LintCode.NO_POD: Severity.ERROR,
    LintCode.EQUAL_PRIORITIES: Severity.WARNING,
    LintCode.DECIDED_BY_AGE: Severity.WARNING,
    LintCode.DECIDED_BY_NAME: Severity.WARNING,
    LintCode.NOT_DECIDED: Severity.WARNING,
    LintCode.CAPTURES: Severity.NOTE,
    LintCode.SHADOWS: Severity.WARNING,
    LintCode.MISSING: Severity.WARNING,
    LintCode.CHANGED: Severity.WARNING,
    LintCode.EXTRA: Severity.NOTE,
    LintCode.NONE_SHIPPED: Severity.NOTE,
    LintCode.WILL_CHANGE: Severity.ERROR,
    LintCode.RUNTIME_UNKNOWN: Severity.NOTE,
    LintCode.NOT_COMPARED: Severity.NOTE,
}

#: The codes of services without a runtime.
WITHOUT_RUNTIME: Final = frozenset(
    {
        LintCode.NO_RUNTIME,
        LintCode.UNKNOWN_FORMAT,
        LintCode.VERSION_NEVER_EQUAL,
        LintCode.PROTOCOL_NOT_LISTED,
        LintCode.RUNTIME_DISABLED,
        LintCode.RUNTIME_NOT_FOUND,
    }
)

_PLACE: Final = re.compile(r"(.+):(\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One finding about one object.

    ``object`` is its kind and name, ``where`` its file and line or its context, ``releases`` those under which it is
    found. ``reason`` is set if it is suppressed, ``is_annotated`` if an annotation of the object does so.
    """

    code: str
    object: str
    where: str
    text: str
    details: tuple[str, ...] = ()
    hint: str | None = None
    releases: tuple[str, ...] = ()
    reason: str | None = None
    is_annotated: bool = False

    @property
    def severity(self) -> Severity:
        """Its severity."""
        return CODES.get(self.code, Severity.WARNING)

    @property
    def is_suppressed(self) -> bool:
        """Was it accepted, by an annotation or in a file?"""
        return self.reason is not None

    @property
    def message(self) -> str:
        """All that is found, in a line: it tells findings of one code about one object apart."""
        return "; ".join((self.text, *self.details))

    @property
    def file(self) -> str:
        """The file, without the line."""
        place = _PLACE.fullmatch(self.where)
        return self.where if place is None else place[1]

    @property
    def line(self) -> int | None:
        """The line in the file."""
        place = _PLACE.fullmatch(self.where)
        return None if place is None else int(place[2])

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "code": str(self.code),
            "severity": str(self.severity),
            "object": self.object,
            "file": self.file,
            "line": self.line,
            "text": self.text,
            "details": list(self.details),
            "hint": self.hint,
            "releases": list(self.releases),
            "suppressed": self.reason,
        }
