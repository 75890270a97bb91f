"""The result of a run as ``run`` and ``report`` print it: a table by topic, the failures, the files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from kserve_conformance.cli.output import result_console
from kserve_conformance.outputs import write_file
from kserve_conformance.record import Record, Verdict, by_topic, conforms, tally
from kserve_conformance.record.broken_rules import broken_rules
from kserve_conformance.record.causes import causes
from kserve_conformance.reports import FILES, UNSIGNED, project, summary
from kserve_conformance.reports.verdicts import subject
from kserve_conformance.suite.registry_terms import statements

#: The reports that a run writes to the folder of its record.
WRITTEN = ("html", "junit", "yaml", "markdown")

_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.ERRORED: "red",
    Verdict.DEVIATES: "yellow",
    Verdict.SKIPPED: "cyan",
    Verdict.UNSUPPORTED: "dim",
}


def write_all(record: Record, source: Path, out: Path, signature: str = UNSIGNED) -> dict[str, Path]:
    """
    Write the reports of a run to a folder that exists; return the files by format, the record first.

    Raises ``OutputError``. Every report is whole, or not written.
    """
    files = {"ndjson": source}
    for format_ in WRITTEN:
        files[format_] = out / FILES[format_]
        write_file(files[format_], project(record, format_, rules=statements(), signature=signature))
    return files


def result_of(record: Record, files: Mapping[str, Path], signature: str = UNSIGNED) -> dict[str, Any]:
    """The result of a run for programs."""
    conclusion = conforms(record)
    return {
        "subject": subject(record.header),
        "banner": conclusion.banner,
        "signature": signature,
        "conforms": conclusion.conforms,
        "result": conclusion.result.value,
        "reasons": list(conclusion.reasons),
        "notes": list(conclusion.notes),
        "counts": {verdict.value: number for verdict, number in conclusion.counts.items()},
        "target": record.header.target.target,
        "release": record.header.target.release,
        "suite": {"version": record.header.suite.version, "digest": record.header.suite.digest},
        "failures": [
            {
                "id": scenario.id,
                "verdict": scenario.verdict.value,
                "rules": list(scenario.rules),
                "message": scenario.finding.message if scenario.finding else scenario.reason,
                "reproduce": scenario.finding.reproduce if scenario.finding else None,
            }
            for scenario in tally(record.scenarios).of(Verdict.FAILED, Verdict.ERRORED)
        ],
        "keeps": sum(scenario.keeps is not None for scenario in record.scenarios),
        "brokenRules": [{"rule": one.rule, "failed": len(one.failed), "ran": one.ran} for one in broken_rules(record)],
        "causes": [
            {
                "shape": cause.shape,
                "rules": list(cause.rules),
                "scenarios": [scenario.id for scenario in cause.scenarios],
            }
            for cause in causes(record)
        ],
        "files": {format_: str(file) for format_, file in files.items()},
    }


def result_text(record: Record, files: Mapping[str, Path], *, color: bool, signature: str = UNSIGNED) -> str:
    """The result of a run for people: a table by topic, the failures with their reasons, the files."""
    stream = io.StringIO()
    console = result_console(stream, color=color)
    console.print(_table(record))
    for line in summary(record, signature):
        style = _STYLES[line.verdict] if line.verdict is not None and line.depth == 0 else ""
        console.print(Text("  " * line.depth + line.text, style=style), soft_wrap=True)
        for rule in line.rules:
            console.print(
                Text(f"  rule  {rule}", style="bold").append(_statement(rule), style="default"), soft_wrap=True
            )
    for file in files.values():
        console.print(Text(f"  {file}", style="dim"), soft_wrap=True)
    return stream.getvalue()


def _table(record: Record) -> Table:
    shown = [verdict for verdict in Verdict if any(scenario.verdict is verdict for scenario in record.scenarios)]
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("topic")
    for verdict in shown:
        table.add_column(verdict.value, justify="right", style=_STYLES[verdict])
    for topic, counts_of in by_topic(record).items():
        table.add_row(topic or "(no topic)", *(str(counts_of.counts[verdict] or "") for verdict in shown))
    return table


def _statement(rule: str) -> str:
    """The statement of a rule after its id; empty for a rule that the registry does not have."""
    statement = statements().get(rule)
    return f": {statement}" if statement else ""
