"""A matrix as one document, for programs: YAML and JSON of the same values."""

from __future__ import annotations

from typing import Any

from kserve_conformance.manifests import dump
from kserve_conformance.record import Scenario
from kserve_conformance.reports.matrices.agreement import Pair
from kserve_conformance.reports.matrices.phrases import run_command
from kserve_conformance.reports.matrices.view import Cell, Column, View
from kserve_conformance.reports.ndjson import json_document, json_value

#: The version of this document.
SCHEMA = "kserve-conformance/matrix-summary/v1"


def data(view: View) -> dict[str, Any]:
    """
    Build the matrix as a JSON value.

    The ``verdicts`` of a rule map each target to the verdict of its cell: the worst of
    the scenarios that ran. ``skipped`` has the targets on which some of them did not run,
    with their number. A target without a scenario for the rule is missing; one without
    a whole run is ``errored``.
    """
    header = view.matrix.header
    return {
        "schema": SCHEMA,
        "conforms": view.conforms,
        "result": view.result.value,
        "headline": view.headline,
        "started": header.started,
        "harness": header.harness,
        "suite": {"name": header.suite.name, "version": header.suite.version, "digest": header.suite.digest},
        "selection": header.selection,
        "targets": [_column(view, column) for column in view.columns],
        "comparisons": [_pair(view, pair) for pair in view.pairs],
        "claims": [
            {
                "id": row.claim.id,
                "statement": row.claim.statement,
                "results": {
                    column.target: result.value for column, result in zip(view.columns, row.results, strict=True)
                },
            }
            for row in view.claims
        ],
        "rules": [
            {
                "id": row.id,
                "topic": topic,
                "statement": row.rule.statement if row.rule else None,
                "verdicts": _cells(view, row.cells),
                "skipped": {
                    column.target: cell.skipped
                    for column, cell in zip(view.columns, row.cells, strict=True)
                    if cell.skipped
                },
            }
            for topic, rows in view.topics.items()
            for row in rows
        ],
    }


def as_json(view: View) -> str:
    """Render the document as JSON."""
    return json_document(data(view))


def as_yaml(view: View) -> str:
    """Render the document as YAML."""
    return dump(data(view))


def _column(view: View, column: Column) -> dict[str, Any]:
    listed = next(run for run in view.matrix.header.runs if run.target == column.target)
    target = column.record.header.target if column.record else None
    conclusion = column.conclusion
    return {
        "target": column.target,
        "parameters": listed.parameters,
        "release": column.release,
        "caveat": conclusion.caveat if conclusion else None,
        "conforms": column.conforms,
        "result": conclusion.result.value if conclusion and column.broken is None else None,
        "broken": column.broken,
        "reasons": list(conclusion.reasons) if conclusion else [],
        "notes": list(conclusion.notes) if conclusion else [],
        "counts": {verdict.value: number for verdict, number in conclusion.counts.items()} if conclusion else {},
        "apiServer": target.api_server if target else None,
        "binaries": dict(target.binaries) if target else {},
        "digests": dict(target.digests) if target else {},
        "recordDigest": listed.digest,
    }


def _pair(view: View, pair: Pair) -> dict[str, Any]:
    columns = {column.argument: column for column in view.columns}
    return {
        "release": pair.release,
        "reference": pair.reference,
        "real": pair.real,
        "broken": pair.broken,
        "compared": pair.compared,
        "notCompared": dict(pair.not_compared),
        "differences": [
            {
                "id": difference.reference.id,
                "rules": list(difference.reference.rules),
                "reference": _result(difference.reference, columns[pair.reference]),
                "real": _result(difference.real, columns[pair.real]),
            }
            for difference in pair.differences
        ],
    }


def _result(scenario: Scenario, column: Column) -> dict[str, Any]:
    return {
        "verdict": scenario.verdict.value,
        "choices": json_value(scenario.choices),
        "message": scenario.finding.message if scenario.finding else scenario.reason,
        "reproduce": run_command(column, scenario),
    }


def _cells(view: View, cells: tuple[Cell, ...]) -> dict[str, str]:
    return {
        column.target: cell.verdict.value
        for column, cell in zip(view.columns, cells, strict=True)
        if cell.verdict is not None
    }
