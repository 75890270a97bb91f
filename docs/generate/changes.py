"""What became of a scenario from one run to the next: the table that comparisons use, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterator

from generate.markup import code, table
from kserve_conformance.record import CHANGES, WORSE, Change, Verdict
from kserve_conformance.reports.comparison.wording import SIGNS

#: What a table calls a scenario that a run does not have.
ABSENT = "not there"


def parts() -> Iterator[tuple[str, str]]:
    """The parts that ``reference/record.md`` includes."""
    rows = ((code(change), SIGNS[change].meaning, "yes" if change in WORSE else "") for change in Change)
    yield "changes.inc", table(("change", "meaning", "fails unless told otherwise"), rows)
    yield "changes-by-verdict.inc", _by_verdict()


def _by_verdict() -> str:
    columns = (*Verdict, None)
    header = ("earlier \\ later", *(_word(later) for later in columns))
    rows = (
        (_word(earlier), *("" if earlier is later is None else CHANGES[earlier, later].value for later in columns))
        for earlier in columns
    )
    return table(header, rows)


def _word(verdict: Verdict | None) -> str:
    return code(verdict) if verdict else ABSENT
