"""
Which runs of an earlier matrix can be reused.

A run is reused only if it would be the same again: the same suite byte for byte,
the same harness, selection, deviations and target, complete, and without errors. Runs in
memory are never reused: they take a second, and their rules have no digest.
"""

from __future__ import annotations

from pathlib import Path

from kserve_conformance import __version__
from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Record, Verdict, read
from kserve_conformance.record.deviations import deviations_of
from kserve_conformance.suite import Suite
from kserve_conformance.suite.declared_deviations import DeclaredDeviations
from kserve_conformance.targets.spec import PUBLIC_PARAMETERS, Spec


def is_reusable(
    spec: Spec, file: Path, suite: Suite, selection: dict[str, object], declared: DeclaredDeviations | None = None
) -> bool:
    """Whether there is a complete record of this run, without errors."""
    if spec.kind == "memory" or not set(spec.parameters) <= set(PUBLIC_PARAMETERS):
        return False
    try:
        record = read(file)
    except RecordError:
        return False
    return (
        _identity(record) == (__version__, suite.name, suite.version, suite.digest, selection)
        and (spec.kind == "python" or record.header.target.target == spec.name)
        and record.footer.interrupted is None
        and record.header.deviations == deviations_of(record.header.target.release, declared)
        and all(scenario.verdict is not Verdict.ERRORED for scenario in record.scenarios)
    )


def _identity(record: Record) -> tuple[str, str, str, str, dict[str, object]]:
    header = record.header
    return (header.harness, header.suite.name, header.suite.version, header.suite.digest, header.selection)
