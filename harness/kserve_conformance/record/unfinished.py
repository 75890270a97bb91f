"""The part of a record that a run wrote before it ended early: for reports that say so, and for no conclusion."""

from __future__ import annotations

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record.lines import Source
from kserve_conformance.record.model import Footer, Header, Record, Scenario
from kserve_conformance.record.reader import read_lines
from kserve_conformance.record.tally import tally


def read_unfinished(source: Source, reason: str) -> Record | None:
    """
    Read what is valid of a record up to its first fault, as an interrupted run; None if not even its header is.

    ``reason`` says why the run ended early. No file changes: without a footer of its own
    the record stays incomplete.
    """
    header: Header | None = None
    scenarios: list[Scenario] = []
    try:
        for part in read_lines(source):
            if isinstance(part, Header):
                header = part
            elif isinstance(part, Scenario):
                scenarios.append(part)
    except RecordError:
        # The fault is the reason for reading the record in this way.
        pass
    if header is None:
        return None
    counts = {verdict.value: number for verdict, number in tally(scenarios).counts.items()}
    return Record(header, tuple(scenarios), Footer(scenarios=len(scenarios), counts=counts, interrupted=reason))
