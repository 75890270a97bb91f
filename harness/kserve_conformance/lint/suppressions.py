"""
Annotations that suppress findings about an object::

    kserve-conformance/ignore: "NEVER_SELECTED, DISABLED until 2027-01-31: only for the migration"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from kserve_conformance.objects import Manifest, at

ANNOTATION: Final = "kserve-conformance/ignore"

_FORM: Final = re.compile(r"\s*([A-Z_]+(?:\s*,\s*[A-Z_]+)*)(?:\s+until\s+(\d{4}-\d{2}-\d{2}))?\s*:\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Suppression:
    """Codes that are suppressed for an object, until the end of a day, and why. ``problem`` is set if it is invalid."""

    codes: frozenset[str] = frozenset()
    reason: str = ""
    expires: date | None = None
    problem: str | None = None

    def covers(self, code: str, today: date) -> bool:
        """Is a code suppressed on a day?"""
        return code in self.codes and (self.expires is None or today <= self.expires)


def suppressions_of(manifest: Manifest) -> Suppression:
    """
    The suppression of an object; an invalid one suppresses nothing and says so.

    >>> metadata = {"annotations": {ANNOTATION: "DISABLED until 2027-01-31: spare"}}
    >>> suppressions_of({"metadata": metadata}).reason
    'spare'
    """
    text = at(manifest, "metadata", "annotations", ANNOTATION)
    if text is None:
        return Suppression()
    match = _FORM.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return Suppression(problem=f"the annotation {ANNOTATION} is not CODE, CODE until DATE: reason")
    codes = frozenset(code.strip() for code in match[1].split(","))
    try:
        expires = date.fromisoformat(match[2]) if match[2] else None
    except ValueError as error:
        return Suppression(problem=f"the annotation {ANNOTATION} has an invalid date: {error}")
    return Suppression(codes, match[3].strip(), expires)
