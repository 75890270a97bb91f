"""A comparison for programs."""

from __future__ import annotations

from typing import Any

from kserve_conformance.record import Change, Compared, Comparison
from kserve_conformance.record.model import Header
from kserve_conformance.reports.comparison.phrases import headline, reason
from kserve_conformance.reports.ndjson import json_document, json_value


def as_json(comparison: Comparison) -> str:
    """Render the document as JSON."""
    return json_document(document(comparison))


def document(comparison: Comparison) -> dict[str, Any]:
    """Build what differs between two runs, and every scenario that changed."""
    return {
        "worse": comparison.is_worse(),
        "headline": headline(comparison),
        "earlier": _run(comparison.earlier),
        "later": _run(comparison.later),
        "sameSuite": comparison.same_suite,
        "differences": [
            {"name": one.name, "earlier": one.earlier, "later": one.later} for one in comparison.differences
        ],
        "counts": {change.value: number for change, number in comparison.counts.items()},
        "scenarios": [
            _scenario(compared)
            for compared in comparison.scenarios
            if compared.change is not Change.UNCHANGED or compared.has_other_steps
        ],
    }


def _run(header: Header) -> dict[str, Any]:
    return {
        "target": header.target.target,
        "release": header.target.release,
        "suite": {"name": header.suite.name, "version": header.suite.version, "digest": header.suite.digest},
    }


def _scenario(compared: Compared) -> dict[str, Any]:
    earlier, later = compared.earlier, compared.later
    return {
        "id": compared.scenario.id,
        "change": compared.change.value,
        "earlier": earlier.verdict.value if earlier else None,
        "later": later.verdict.value if later else None,
        "rules": list(compared.scenario.rules),
        "reason": reason(compared) or None,
        "choices": {
            "earlier": json_value(earlier.choices) if earlier else [],
            "later": json_value(later.choices) if later else [],
        },
        "otherSteps": compared.has_other_steps,
    }
