"""
Field validation of manifests, as with ``kubectl apply --validate``: strict, warn or ignore.

Strict validation rejects unknown fields. The runtime that a service would get without them is reported as well. Of a
duplicate key, kubectl sends the last value alone, whatever the validation is: those are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.manifests import NOT_STRICT, ManifestCode, Problem


class Validation(StrEnum):
    """How to handle unknown fields."""

    #: They are errors: the object is rejected.
    STRICT = "strict"
    #: They are warnings.
    WARN = "warn"
    #: They are dropped silently, and so are duplicate keys.
    IGNORE = "ignore"

    def rejecting(self, findings: Iterable[Problem]) -> tuple[Problem, ...]:
        """The findings for which an object is rejected."""
        mild = NOT_STRICT if self is not Validation.STRICT else {ManifestCode.DUPLICATE_KEY}
        return tuple(each for each in findings if each.code not in mild)

    def warned(self, findings: Iterable[Problem]) -> tuple[Problem, ...]:
        """The findings that are only warnings."""
        if self is Validation.IGNORE:
            return ()
        mild = NOT_STRICT if self is Validation.WARN else {ManifestCode.DUPLICATE_KEY}
        return tuple(each for each in findings if each.code in mild)


def strict_findings(findings: Sequence[Problem]) -> tuple[Problem, ...]:
    """The findings for which strict validation rejects an object."""
    return tuple(each for each in findings if each.code is ManifestCode.UNKNOWN_FIELD)


def crd_findings(findings: Sequence[Problem]) -> tuple[Problem, ...]:
    """The findings for which the API server rejects an object regardless of field validation."""
    return tuple(each for each in findings if each.code not in NOT_STRICT)


def summary(findings: Sequence[Problem]) -> str:
    """
    A summary of findings.

    >>> summary([Problem(ManifestCode.UNKNOWN_FIELD, "unknown field a")])
    '1 unknown field'
    """
    names = {ManifestCode.UNKNOWN_FIELD: "unknown"}
    counts = Counter(names.get(each.code, "invalid") for each in findings)
    return " and ".join(f"{count} {name} field{'s' * (count > 1)}" for name, count in counts.items())


def lines(findings: Sequence[Problem]) -> list[str]:
    """A line for each finding, and one for its hint, to print below the object."""
    texts = []
    for each in findings:
        texts.append(f"    {each.headline}")
        if each.hint and each.code not in NOT_STRICT:
            texts.append(printable(f"      hint: {each.hint}"))
    return texts


def as_data(finding: Problem) -> dict[str, Any]:
    """A problem as JSON values."""
    return {
        "code": str(finding.code),
        "source": finding.where,
        "file": finding.source or None,
        "line": finding.line,
        "field": finding.pointer,
        "nearest": finding.nearest,
        "text": finding.text,
        "hint": finding.hint,
    }
