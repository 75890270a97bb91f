"""
The files in a folder of reports, by name: a command that starts removes those of the run before, and no others.

A green summary of an older run, next to the record of a killed one, would be taken for its result.
"""

from __future__ import annotations

#: The record of a run.
RECORD = "record.ndjson"

#: What ``run``, ``report --out`` and ``report merge`` write next to a record.
RUN_REPORTS = ("report.html", "junit.xml", "conformance-report.yaml", "summary.md")

#: What ``attest`` writes next to a record: it holds for that record alone.
ATTESTATION = "record.ndjson.intoto.json"

#: The record of a matrix. It compresses to a hundredth, since releases have much in common.
MATRIX = "matrix.ndjson.xz"

#: What ``matrix`` writes next to its record.
MATRIX_REPORTS = ("matrix.html", "matrix.md", "matrix.svg", "matrix.json", "matrix.yaml")

#: Everything that ``run`` and ``matrix`` write, apart from the runs that ``matrix --resume`` reuses.
WRITTEN = (RECORD, ATTESTATION, *RUN_REPORTS, MATRIX, *MATRIX_REPORTS)
