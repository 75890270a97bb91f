"""The selection of scenarios that failed or errored in an earlier run."""

from __future__ import annotations

from kserve_conformance.cli.records import RecordInput
from kserve_conformance.record import Verdict, interrupted, tally
from kserve_conformance.suite.selection import Rerun


def failed_scenarios(earlier: RecordInput) -> Rerun | None:
    """
    The scenarios that failed or errored in a record, in its order; None if there are none.

    Raises ``RecordError`` for an interrupted run: the scenarios that it did not run may fail too.
    """
    if earlier.record.footer.interrupted is not None:
        raise interrupted(earlier.name, earlier.record.footer.interrupted)
    failed = tally(earlier.record.scenarios).of(Verdict.FAILED, Verdict.ERRORED)
    return Rerun(earlier.digest, tuple(scenario.id for scenario in failed)) if failed else None
