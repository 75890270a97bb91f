"""
Why a runtime is not the one: each reason a code with its data, worded once.

The codes are stable. They are what ``explain --format json`` prints and what a
script may match on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExclusionReason(StrEnum):
    """Why a candidate was removed or outranked."""

    # What removes a candidate from an automatic choice.
    DISABLED = "DISABLED"
    MULTI_MODEL = "MULTI_MODEL"
    FORMAT_UNKNOWN = "FORMAT_UNKNOWN"
    VERSION_NOT_EQUAL = "VERSION_NOT_EQUAL"
    NOT_AUTO_SELECT = "NOT_AUTO_SELECT"
    PROTOCOL_UNSUPPORTED = "PROTOCOL_UNSUPPORTED"
    MULTI_NODE_MISMATCH = "MULTI_NODE_MISMATCH"
    # What puts a supporting candidate behind another one.
    LOWER_SCOPE = "LOWER_SCOPE"
    LOWER_PRIORITY = "LOWER_PRIORITY"
    PRIORITY_UNSET = "PRIORITY_UNSET"
    HIGHER_PROTOCOL_RANK = "HIGHER_PROTOCOL_RANK"
    OLDER = "OLDER"
    NAME_ORDER = "NAME_ORDER"
    TIE_UNDEFINED = "TIE_UNDEFINED"
    # What keeps a runtime from being looked at when another one is named.
    SHADOWED = "SHADOWED"
    NOT_NAMED = "NOT_NAMED"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason with its data, told as one short clause."""

    reason: ExclusionReason
    text: str

    def __str__(self) -> str:
        return self.text
