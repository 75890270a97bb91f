"""
Whether the target of a record conforms, and what limits that conclusion.

``conforms`` is the only place that turns verdicts into a yes. The answer is yes
only for a whole run in which something passed and nothing failed or errored. A
listed deviation, a feature that the release does not have, and a skipped
scenario do not turn it into a no; they are counted and reported.

A full success means that everything that the target can do passed. Scenarios that need
something else, such as pods on a control plane, are listed apart with their reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kserve_conformance.record.model import Header, Record, Skip, Verdict
from kserve_conformance.record.participants import is_unknown_build, unchecked
from kserve_conformance.record.tally import Tally, tally
from kserve_conformance.rules.releases import caveat
from kserve_conformance.suite.tags import DOCUMENTED

#: The banner on reports of a run in memory.
REFERENCE_ONLY = "reference only: no KServe ran"

#: The number of reasons for skipped scenarios that the notes name.
_REASONS = 5


class Result(StrEnum):
    """The conclusion in one word."""

    SUCCESS = "success"
    #: Nothing failed, but something was left out: by a selection, a step, or because a prerequisite is missing.
    PARTIAL = "partial"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """
    Whether a target conforms, as far as one record shows.

    ``reasons`` say why it does not, and are empty exactly if it does. ``notes``
    say what else limits the conclusion, beyond what the headline says.
    ``selected`` is true for a run of a part of the suite. ``omitted`` is the number of
    skipped scenarios that the target may well be able to run. ``caveat`` says why a
    result for this release is less certain than one for others: it is unreleased,
    or its behaviour was inferred from neighbouring releases. ``banner`` is set where no
    implementation ran at all, and belongs on every report. ``unknown_build`` is true
    for a real target whose binaries are not in the record. ``cause`` is why the target
    was given up before anything passed: then there is no result.
    """

    counts: dict[Verdict, int]
    selected: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    caveat: str | None = None
    omitted: int = 0
    banner: str | None = None
    unknown_build: bool = False
    cause: str | None = None

    @property
    def conforms(self) -> bool:
        """Whether there is no reason against it."""
        return not self.reasons

    @property
    def result(self) -> Result:
        """The conclusion in one word."""
        if self.reasons:
            return Result.FAILURE
        return Result.PARTIAL if self.selected or self.omitted else Result.SUCCESS

    @property
    def headline(self) -> str:
        """The conclusion in a few words, for example ``Conforms (6 scenarios skipped)``."""
        limits = []
        if self.conforms and self.selected:
            limits.append("part of the suite")
        if self.conforms and self.counts[Verdict.SKIPPED]:
            limits.append(f"{_scenarios(self.counts[Verdict.SKIPPED])} skipped")
        if self.caveat:
            limits.append(self.caveat)
        if self.unknown_build:
            limits.append("unknown build")
        words = "Conforms" if self.conforms else "No result" if self.cause is not None else "Does not conform"
        return f"{words} ({', '.join(limits)})" if limits else words

    @property
    def exit_code(self) -> int:
        """0 if it conforms, 1 if it does not, 3 if the target was given up before anything passed."""
        if self.cause is not None:
            return 3
        return 0 if self.conforms else 1


def conforms(record: Record) -> Conclusion:
    """Conclude from a record as ``reader.read`` returns it: whole, and free of contradictions."""
    everything = tally(record.scenarios)
    reasons = tuple(_reasons(record, everything))
    return Conclusion(
        counts=everything.counts,
        selected=bool(narrowed(record.header)),
        reasons=reasons,
        notes=tuple(_notes(record, everything)),
        caveat=caveat_of(record.header),
        omitted=sum(one.skip is not Skip.CAPABILITY for one in everything.of(Verdict.SKIPPED)),
        banner=REFERENCE_ONLY if record.header.target.is_reference else None,
        unknown_build=is_unknown_build(record.header.target),
        cause=record.footer.cause,
    )


def narrowed(header: Header) -> dict[str, Any]:
    """Return the selection that narrowed a run; an empty option narrows nothing."""
    return {name: value for name, value in header.selection.items() if value not in (None, False, "", [], {})}


def caveat_of(header: Header) -> str | None:
    """
    Say why results of a run say less about its release than others; None if they do not.

    A source tree is not the release whose name it was given, whatever it contains.
    """
    release = header.target.release
    build = header.target.build
    if build is not None and build.overlay is not None and build.source is None and build.manager is None:
        return f"with an overlay, as {release}"
    if header.target.is_source_tree:
        return f"built from a source tree, as {release}"
    if build is not None:
        return f"a controller of its own, as {release}"
    # The documented profile is not a release: it was read from the documentation.
    return None if release == DOCUMENTED else caveat(release)


def _reasons(record: Record, everything: Tally) -> Iterator[str]:
    counts = everything.counts
    if record.footer.cause is not None:
        yield f"the target was given up: {record.footer.cause}"
    if record.footer.interrupted is not None:
        yield f"the run was interrupted: {record.footer.interrupted or 'no reason recorded'}"
    missing = set(record.header.collected) - {scenario.id for scenario in record.scenarios}
    if missing:
        yield f"{len(missing)} of {len(record.header.collected)} scenarios have no verdict, first {min(missing)!r}"
    if counts[Verdict.ERRORED]:
        yield f"{_scenarios(counts[Verdict.ERRORED])} errored, with an unknown result"
    if counts[Verdict.FAILED]:
        yield f"{_scenarios(counts[Verdict.FAILED])} failed"
    if not everything.total:
        yield "no scenario ran"
    elif not counts[Verdict.PASSED]:
        yield "no scenario passed"


def _notes(record: Record, everything: Tally) -> Iterator[str]:
    counts = everything.counts
    yield from unchecked(record.header)
    selection = narrowed(record.header)
    if selection:
        options = ", ".join(f"{name} {_text(value)}" for name, value in selection.items())
        yield f"only part of the suite ran: {options}"
    if record.header.baseline is not None:
        baseline = record.header.baseline
        yield (
            f"the exit code of the run is relative to a baseline, KServe {baseline.release} ({baseline.target}, "
            f"{baseline.digest}); this conclusion is not"
        )
    for reason, number in _skips(everything).items():
        yield f"{_scenarios(number)} skipped: {reason}"
    yield from _deviations(record, everything)
    if kept := Counter(one.keeps.id for one in everything.scenarios if one.keeps is not None):
        keep = "keeps" if kept.total() == 1 else "keep"
        yield f"{_scenarios(kept.total())} {keep} what {record.header.target.release} breaks: {_numbered(kept)}"
    if counts[Verdict.UNSUPPORTED]:
        yield f"{_scenarios(counts[Verdict.UNSUPPORTED])} not applicable to this release"
    core = everything.at("core")
    if core.total and not core.of(Verdict.PASSED):
        yield "no core scenario passed"
    if not core.total and everything.total:
        yield "no core scenario ran"
    left = {name for scenario in record.scenarios for name in scenario.leftovers} | set(record.footer.leftovers)
    if left:
        yield f"{len(left)} object{'s' if len(left) > 1 else ''} left behind by the run"


def _deviations(record: Record, everything: Tally) -> Iterator[str]:
    """Count the scenarios that deviate, those of the release apart from those that the implementation declares."""
    entries = record.header.deviations.entries if record.header.deviations is not None else ()
    declared = {one.id for one in entries if one.declared}
    found = Counter(one.deviation.id for one in everything.of(Verdict.DEVIATES) if one.deviation is not None)
    of_release = sum(number for name, number in found.items() if name not in declared)
    if of_release:
        yield f"{_scenarios(of_release)} with a known deviation from the documentation"
    own = Counter({name: number for name, number in found.items() if name in declared})
    if own:
        yield f"{_scenarios(own.total())} with a declared deviation of the implementation: {_numbered(own)}"


def _numbered(counts: Counter[str]) -> str:
    """List names with their numbers, the highest first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name} ({number})" for name, number in ordered)


def _skips(everything: Tally) -> dict[str, int]:
    """Count the skipped scenarios by reason, the most frequent first; the rest together."""
    reasons = Counter(
        scenario.reason or (scenario.finding.message if scenario.finding else "no reason recorded")
        for scenario in everything.of(Verdict.SKIPPED)
    )
    most = dict(reasons.most_common(_REASONS))
    rest = reasons.total() - sum(most.values())
    return most | ({"other reasons": rest} if rest else {})


def _text(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def _scenarios(number: int) -> str:
    return f"{number} scenario{'s' if number > 1 else ''}"
