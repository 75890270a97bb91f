"""A matrix as one document, for programs: YAML and JSON of the same values."""

from __future__ import annotations

import json
from typing import Any

from kserve_conformance.manifests import dump
from kserve_conformance.record import Scenario
from kserve_conformance.reports.matrices.agreement import Pair
from kserve_conformance.reports.matrices.view import Cell, Column, View
from kserve_conformance.reports.matrices.wording import ask_scenario
from kserve_conformance.reports.ndjson import json_value

#: The version of this document.
SCHEMA = "kserve-conformance/matrix-summary/v1"


def data(view: View) -> dict[str, Any]:
    """
    The matrix as a JSON value.

    ``rules`` map each target to the verdict of its cell; a target is missing where
    no scenario asks, and ``errored`` where its run was not whole.
    """
    header = view.matrix.header
    return {
        "schema": SCHEMA,
        "conforms": view.conforms,
        "result": view.result.value,
        "headline": view.headline,
        "made": header.started,
        "harness": header.harness,
        "suite": {"name": header.suite.name, "version": header.suite.version, "digest": header.suite.digest},
        "selection": header.selection,
        "targets": [_column(view, column) for column in view.columns],
        "comparisons": [_pair(view, pair) for pair in view.pairs],
        "claims": [
            {
                "id": row.claim.id,
                "statement": row.claim.statement,
                "kept": {column.target: kept.value for column, kept in zip(view.columns, row.kept, strict=True)},
            }
            for row in view.claims
        ],
        "rules": [
            {
                "id": row.id,
                "topic": topic,
                "statement": row.rule.statement if row.rule else None,
                "verdicts": _cells(view, row.cells),
            }
            for topic, rows in view.topics.items()
            for row in rows
        ],
    }


def as_json(view: View) -> str:
    """The document as JSON."""
    return json.dumps(data(view), indent=2, ensure_ascii=False) + "\n"


def as_yaml(view: View) -> str:
    """The document as YAML."""
    return dump(data(view))


def _column(view: View, column: Column) -> dict[str, Any]:
    listed = next(run for run in view.matrix.header.runs if run.target == column.target)
    target = column.record.header.target if column.record else None
    conclusion = column.conclusion
    return {
        "target": column.target,
        "parameters": listed.parameters,
        "release": column.release,
        "conforms": column.conforms,
        "result": conclusion.result.value if conclusion and column.because is None else None,
        "broken": column.because,
        "reasons": list(conclusion.reasons) if conclusion else [],
        "notes": list(conclusion.notes) if conclusion else [],
        "counts": {verdict.value: number for verdict, number in conclusion.counts.items()} if conclusion else {},
        "apiServer": target.api_server if target else None,
        "digests": dict(target.digests) if target else {},
        "recordDigest": listed.digest,
    }


def _pair(view: View, pair: Pair) -> dict[str, Any]:
    columns = {column.again: column for column in view.columns}
    return {
        "release": pair.release,
        "memory": pair.memory,
        "real": pair.real,
        "notCompared": pair.because,
        "askedOfBoth": pair.compared,
        "askedOfOne": dict(pair.not_compared),
        "differences": [
            {
                "id": difference.memory.id,
                "rules": list(difference.memory.rules),
                "memory": _answer(difference.memory, columns[pair.memory]),
                "real": _answer(difference.real, columns[pair.real]),
            }
            for difference in pair.differences
        ],
    }


def _answer(scenario: Scenario, column: Column) -> dict[str, Any]:
    return {
        "verdict": scenario.verdict.value,
        "choices": json_value(scenario.choices),
        "message": scenario.finding.message if scenario.finding else scenario.reason,
        "reproduce": ask_scenario(column, scenario),
    }


def _cells(view: View, cells: tuple[Cell, ...]) -> dict[str, str]:
    return {
        column.target: cell.verdict.value
        for column, cell in zip(view.columns, cells, strict=True)
        if cell.verdict is not None
    }
