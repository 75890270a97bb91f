"""
Which run need not be made again.

A run is taken over only if nothing of it could be other: the same suite byte for
byte, the same harness, selection and target, asked to its end, and nothing broke.
What is played in memory is never taken over: it takes a second, and the rules
that it follows have no digest.
"""

from __future__ import annotations

from pathlib import Path

from kserve_conformance import __version__
from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Record, Verdict, read
from kserve_conformance.suite import Suite
from kserve_conformance.targets.spec import PUBLIC_PARAMETERS, Spec


def may_be_kept(spec: Spec, file: Path, suite: Suite, selection: dict[str, object]) -> bool:
    """Is there a record of this very run, whole, in which nothing errored?"""
    if spec.kind == "memory" or not set(spec.parameters) <= set(PUBLIC_PARAMETERS):
        return False
    try:
        record = read(file)
    except RecordError:
        return False
    return (
        _asked(record) == (__version__, suite.name, suite.version, suite.digest, selection)
        and (spec.kind == "python" or record.header.target.target == spec.name)
        and record.footer.interrupted is None
        and all(scenario.verdict is not Verdict.ERRORED for scenario in record.scenarios)
    )


def _asked(record: Record) -> tuple[str, str, str, str, dict[str, object]]:
    header = record.header
    return (header.harness, header.suite.name, header.suite.version, header.suite.digest, header.selection)
