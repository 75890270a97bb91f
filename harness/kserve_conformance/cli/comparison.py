"""A comparison of records in a terminal, for ``diff`` and for a run with a baseline."""

from __future__ import annotations

import io

from rich.text import Text

from kserve_conformance.cli.output import result_console
from kserve_conformance.record import Change, Comparison
from kserve_conformance.reports.comparison import summary

_STYLES = {
    Change.REGRESSED: "red",
    Change.NEWLY_FAILING: "red",
    Change.LOST: "magenta",
    Change.REMOVED: "magenta",
    Change.MOVED: "yellow",
    Change.STILL_FAILING: "yellow",
    Change.STILL_UNKNOWN: "cyan",
    Change.FIXED: "green",
    Change.DEVIATION_GONE: "green",
    Change.GAINED: "green",
    Change.NEW: "cyan",
    Change.NOT_APPLICABLE: "dim",
}


def comparison_text(comparison: Comparison, *, color: bool) -> str:
    """The comparison for people: how the runs differ, what changed, and last whether anything is worse."""
    stream = io.StringIO()
    console = result_console(stream, color=color)
    for line in summary(comparison):
        style = _STYLES.get(line.change, "") if line.change is not None and line.depth == 0 else ""
        console.print(Text("  " * line.depth + line.text, style=style), soft_wrap=True)
    return stream.getvalue()
