"""
Why a candidate is excluded or outranked: a reason as a code, with one text for it.

The codes are stable: ``explain --format json`` prints them, and scripts can match
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExclusionReason(StrEnum):
    """Why a candidate was excluded or outranked."""

    # A candidate of an automatic selection is excluded.
    DISABLED = "DISABLED"
    MULTI_MODEL = "MULTI_MODEL"
    FORMAT_UNKNOWN = "FORMAT_UNKNOWN"
    VERSION_NOT_EQUAL = "VERSION_NOT_EQUAL"
    NOT_AUTO_SELECT = "NOT_AUTO_SELECT"
    PROTOCOL_UNSUPPORTED = "PROTOCOL_UNSUPPORTED"
    MULTI_NODE_MISMATCH = "MULTI_NODE_MISMATCH"
    # A supporting candidate ranks after another one.
    LOWER_SCOPE = "LOWER_SCOPE"
    LOWER_PRIORITY = "LOWER_PRIORITY"
    PRIORITY_UNSET = "PRIORITY_UNSET"
    HIGHER_PROTOCOL_RANK = "HIGHER_PROTOCOL_RANK"
    OLDER = "OLDER"
    NAME_ORDER = "NAME_ORDER"
    TIE_UNDEFINED = "TIE_UNDEFINED"
    # The service names another runtime.
    SHADOWED = "SHADOWED"
    NOT_NAMED = "NOT_NAMED"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason, and its text as one short clause."""

    reason: ExclusionReason
    text: str

    def __str__(self) -> str:
        return self.text
