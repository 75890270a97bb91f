"""
Holding a run against an earlier one, so that only what is worse than before fails it.

Nothing of the record changes by it: a target that does not conform does not
conform. What a baseline can excuse is what it shows itself, and an error is
never excused, since nothing is known where something broke.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.records import Given
from kserve_conformance.record import Baseline, Change, Comparison, Record, Verdict, compare, tally
from kserve_conformance.record.conclusion import narrowed


def named(baseline: Given) -> Baseline:
    """The baseline as the header of a run's record names it."""
    target = baseline.record.header.target
    return Baseline(digest=baseline.digest, target=target.target, release=target.release)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run shows beside its baseline; ``because`` says why it fails, and is empty where it does not."""

    comparison: Comparison
    because: tuple[str, ...]

    @property
    def exit_code(self) -> Exit:
        """1 if something is worse or errored, else 0."""
        return Exit.NO if self.because else Exit.OK

    @property
    def sentence(self) -> str:
        """The judgement in a line."""
        if self.because:
            return f"Held against the baseline, this run fails: {'; '.join(self.because)}"
        already = self.comparison.counts[Change.STILL_FAILING]
        told = f"; {already} {'was' if already == 1 else 'were'} failing already" if already else ""
        return f"Held against the baseline, nothing is worse{told}"

    @property
    def document(self) -> dict[str, Any]:
        """The judgement for programs."""
        from kserve_conformance.reports.comparison import document

        return {"passes": not self.because, "because": list(self.because), **document(self.comparison)}


def judge(run: Record, baseline: Given) -> Judgement:
    """
    Hold a whole run against its baseline. Raises ``RecordError``.

    A run that was narrowed by whoever started it is held against the same part
    of the baseline.
    """
    only = frozenset(run.header.collected) if narrowed(run.header) else None
    comparison = compare(baseline.record, run, only=only)
    return Judgement(comparison, tuple(_why_not(run, comparison)))


def _why_not(run: Record, comparison: Comparison) -> Iterator[str]:
    # Imported here for the words alone.
    from kserve_conformance.reports.comparison import headline

    if comparison.is_worse():
        yield headline(comparison)
    errored = len(tally(run.scenarios).of(Verdict.ERRORED))
    if errored:
        yield f"{errored} scenario{'s' if errored > 1 else ''} errored, which no baseline excuses"
