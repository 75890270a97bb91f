"""The whole site as one JSON document, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kserve_conformance.reports.ndjson import json_document
from kserve_conformance.reports.site.implementations import Implementation, Standing
from kserve_conformance.reports.site.inputs import Withheld
from kserve_conformance.reports.site.publication import Publication

if TYPE_CHECKING:
    from kserve_conformance.reports.site.pages import Differences

#: The version of this document.
SCHEMA = "kserve-conformance/site/v1"


def document(every: Iterable[Implementation], found: Mapping[str, Differences], withheld: Iterable[Withheld]) -> str:
    """Render the document."""
    return json_document(
        {
            "schema": SCHEMA,
            "implementations": [
                {
                    "name": one.name,
                    "organization": one.organization,
                    "upstream": one.is_upstream,
                    "runs": [_run(run, found[run.digest]) for run in one.runs],
                }
                for one in every
            ],
            "withheld": [{"subject": one.subject, "target": one.target, "reason": one.reason} for one in withheld],
        }
    )


def _run(run: Publication, differences: Differences) -> dict[str, Any]:
    conclusion = run.conclusion
    return {
        "version": run.version or None,
        "release": run.release,
        "target": run.header.target.target,
        "result": conclusion.result.value,
        "headline": conclusion.headline,
        "referenceOnly": run.is_reference,
        "signature": run.signature,
        "counts": {verdict.value: number for verdict, number in conclusion.counts.items()},
        "brokenRules": list(run.broken),
        "suite": {"version": run.header.suite.version, "digest": run.header.suite.digest},
        "recordDigest": run.digest,
        "page": run.page,
        "upstream": _standing(differences.upstream, differences.to_upstream),
        "previousVersion": _standing(differences.before, differences.since),
    }


def _standing(other: Publication | None, standing: Standing | None) -> dict[str, Any] | None:
    if other is None or standing is None:
        return None
    return {
        "recordDigest": other.digest,
        "better": [one.scenario.id for one in standing.better],
        "worse": [one.scenario.id for one in standing.worse],
        "moved": [one.scenario.id for one in standing.moved],
    }
