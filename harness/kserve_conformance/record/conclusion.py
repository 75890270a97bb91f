"""
What a record allows to be said of its target, and why not more.

``conforms`` is the only place that turns verdicts into a yes. It says yes only
to a run that was whole, in which something passed and nothing failed or broke.
A deviation that is listed for the release, a feature that the release lacks,
and a scenario left out do not make a no; they are counted, and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kserve_conformance.record.model import Header, Record, Verdict
from kserve_conformance.record.tally import Tally, tally


class Result(StrEnum):
    """The conclusion in one word, as a report gives it."""

    SUCCESS = "success"
    #: Nothing failed, but not everything was asked.
    PARTIAL = "partial"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """
    Whether a target conforms, as far as one record shows.

    ``because`` says why not, and is empty exactly when it conforms. ``notes``
    say what limits a yes: what was skipped, unsupported, deviates or was left
    behind. ``partial`` is true of a run that asked less than the whole suite.
    """

    counts: dict[Verdict, int]
    partial: bool
    because: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def conforms(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.because

    @property
    def result(self) -> Result:
        """The conclusion in one word."""
        if self.because:
            return Result.FAILURE
        return Result.PARTIAL if self.partial else Result.SUCCESS

    @property
    def headline(self) -> str:
        """A few words that can stand alone."""
        return {
            Result.SUCCESS: "Conforms",
            Result.PARTIAL: "Conforms in what was asked",
            Result.FAILURE: "Does not conform",
        }[self.result]

    @property
    def exit_code(self) -> int:
        """0 when it conforms, 1 when it does not."""
        return 0 if self.conforms else 1


def conforms(record: Record) -> Conclusion:
    """Conclude from a record, as ``reader.read`` gives it: whole, and with nothing in it that denies itself."""
    everything = tally(record.scenarios)
    return Conclusion(
        counts=everything.counts,
        partial=bool(everything.of(Verdict.SKIPPED) or narrowed(record.header)),
        because=tuple(_why_not(record, everything)),
        notes=tuple(_what_limits(record, everything)),
    )


def narrowed(header: Header) -> dict[str, Any]:
    """What a run was narrowed to, as its header gives it; a choice that was left empty narrows nothing."""
    return {name: value for name, value in header.selection.items() if value not in (None, False, "", [], {})}


def _why_not(record: Record, everything: Tally) -> Iterator[str]:
    counts = everything.counts
    if record.footer.interrupted is not None:
        yield f"the run was interrupted: {record.footer.interrupted or 'no reason was given'}"
    missing = set(record.header.collected) - {scenario.id for scenario in record.scenarios}
    if missing:
        yield f"without a verdict: {len(missing)} of {len(record.header.collected)} scenarios, first {min(missing)!r}"
    if counts[Verdict.ERRORED]:
        yield f"{_scenarios(counts[Verdict.ERRORED])} errored: nothing is known there"
    if counts[Verdict.FAILED]:
        yield f"{_scenarios(counts[Verdict.FAILED])} failed"
    if not everything.total:
        yield "no scenario was run"
    elif not counts[Verdict.PASSED]:
        yield "no scenario passed"


def _what_limits(record: Record, everything: Tally) -> Iterator[str]:
    counts = everything.counts
    selection = narrowed(record.header)
    if selection:
        narrowed_to = ", ".join(f"{name} {_words(value)}" for name, value in selection.items())
        yield f"only a part of the suite was asked: {narrowed_to}"
    if record.header.baseline is not None:
        baseline = record.header.baseline
        yield (
            f"the run was held against a baseline, KServe {baseline.release} ({baseline.target}, {baseline.digest}); "
            "what is said here is not"
        )
    if counts[Verdict.SKIPPED]:
        yield f"skipped: {_scenarios(counts[Verdict.SKIPPED])}"
    if counts[Verdict.DEVIATES]:
        yield f"deviating from the documentation, as listed for this release: {_scenarios(counts[Verdict.DEVIATES])}"
    if counts[Verdict.UNSUPPORTED]:
        yield f"unsupported by this release: {_scenarios(counts[Verdict.UNSUPPORTED])}"
    core = everything.at("core")
    if core.total and not core.of(Verdict.PASSED):
        yield "no core scenario passed"
    if not core.total and everything.total:
        yield "no core scenario was asked"
    left = {name for scenario in record.scenarios for name in scenario.leftovers} | set(record.footer.leftovers)
    if left:
        yield f"left behind: {len(left)} object{'s' if len(left) > 1 else ''}"


def _words(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def _scenarios(number: int) -> str:
    return f"{number} scenario{'s' if number > 1 else ''}"
