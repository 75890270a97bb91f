"""
Comparing a run with a baseline, so that only a regression or an error fails it.

The record does not change: a target that does not conform still does not conform. A
baseline excuses what it shows itself. It never excuses an error, since an errored
scenario has no known result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.records import RecordInput
from kserve_conformance.record import Baseline, Change, Comparison, Record, Verdict, compare, tally
from kserve_conformance.record.conclusion import narrowed


def baseline_of(earlier: RecordInput) -> Baseline:
    """The baseline as the header of a run's record names it."""
    target = earlier.record.header.target
    return Baseline(digest=earlier.digest, target=target.target, release=target.release)


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """A run compared with its baseline; ``reasons`` say why it fails, and are empty if it passes."""

    comparison: Comparison
    reasons: tuple[str, ...]

    @property
    def exit_code(self) -> Exit:
        """1 if there is a regression or an error, else 0."""
        return Exit.NO if self.reasons else Exit.OK

    @property
    def sentence(self) -> str:
        """The result in a line."""
        if self.reasons:
            return f"Fails against the baseline: {'; '.join(self.reasons)}"
        count = self.comparison.counts[Change.STILL_FAILING]
        still = f" ({count} scenario{'s' if count > 1 else ''} already failed there)" if count else ""
        return f"No regressions from the baseline{still}"

    @property
    def document(self) -> dict[str, Any]:
        """The result for programs."""
        from kserve_conformance.reports.comparison import document

        return {"passes": not self.reasons, "reasons": list(self.reasons), **document(self.comparison)}


def compare_with_baseline(run: Record, baseline: RecordInput) -> BaselineResult:
    """
    Compare a complete run with its baseline. Raises ``RecordError``.

    A run of selected scenarios is compared with the same scenarios of the baseline.
    """
    only = frozenset(run.header.collected) if narrowed(run.header) else None
    comparison = compare(baseline.record, run, only=only)
    return BaselineResult(comparison, tuple(_reasons(run, comparison)))


def _reasons(run: Record, comparison: Comparison) -> Iterator[str]:
    # Imported here because only a run with a baseline needs the wording.
    from kserve_conformance.reports.comparison import headline

    if comparison.is_worse():
        yield headline(comparison)
    errored = len(tally(run.scenarios).of(Verdict.ERRORED))
    if errored:
        yield f"{errored} scenario{'s' if errored > 1 else ''} errored, which a baseline never excuses"
