"""Asking again what failed in an earlier run."""

from __future__ import annotations

from kserve_conformance.cli.records import Given
from kserve_conformance.record import Verdict, interrupted, tally
from kserve_conformance.suite.selection import Rerun


def what_failed(earlier: Given) -> Rerun | None:
    """
    The scenarios that failed or errored in a record, in its order; None if none did.

    Raises ``RecordError``: what such a run did not come to may fail as well.
    """
    if earlier.record.footer.interrupted is not None:
        raise interrupted(earlier.name, earlier.record.footer.interrupted)
    failed = tally(earlier.record.scenarios).of(Verdict.FAILED, Verdict.ERRORED)
    return Rerun(earlier.digest, tuple(scenario.id for scenario in failed)) if failed else None
