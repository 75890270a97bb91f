"""
The texts and groups of a comparison, shared by all its reports.

Each change has a symbol, a title and a sentence, so that no report depends on
colour. Scenarios that changed in the same way for the same reason form a group,
because a release without a feature loses many at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kserve_conformance.record import WORSE, Change, Compared, Comparison, Scenario, Verdict
from kserve_conformance.record.conclusion import caveat_of
from kserve_conformance.record.model import Header
from kserve_conformance.reports.verdicts import why


@dataclass(frozen=True, slots=True)
class Sign:
    """The signs of one change. ``tone`` is the verdict that lends its colour; ``meaning`` explains it."""

    symbol: str
    title: str
    tone: Verdict
    meaning: str


SIGNS: Mapping[Change, Sign] = MappingProxyType(
    {
        Change.REGRESSED: Sign(
            "✗", "Regressed", Verdict.FAILED, "Passed or was a known deviation, and now fails or errors."
        ),
        Change.NEWLY_FAILING: Sign("✗", "Newly failing", Verdict.FAILED, "Had no result, and now fails or errors."),
        Change.LOST: Sign("?", "Lost", Verdict.ERRORED, "Had a result, and now has none."),
        Change.REMOVED: Sign("−", "Removed", Verdict.ERRORED, "No longer part of the run."),
        Change.MOVED: Sign("↷", "Moved", Verdict.DEVIATES, "Still passes, but selects other runtimes."),
        Change.STILL_FAILING: Sign(
            "✗", "Still failing", Verdict.DEVIATES, "Failed or errored, and still does or is a known deviation."
        ),
        Change.STILL_UNKNOWN: Sign(
            "?",
            "Still unknown",
            Verdict.SKIPPED,
            "Had no result and still has none, for another reason or because of an error.",
        ),
        Change.FIXED: Sign("✓", "Fixed", Verdict.PASSED, "Failed or errored, and now passes."),
        Change.DEVIATION_GONE: Sign(
            "✓", "Deviation gone", Verdict.PASSED, "Was a known deviation from the documentation, and now passes."
        ),
        Change.GAINED: Sign("+", "Gained", Verdict.PASSED, "Had no result, and now has one that is not a failure."),
        Change.NEW: Sign("+", "New", Verdict.SKIPPED, "Not part of the earlier run, and does not fail."),
        Change.NOT_APPLICABLE: Sign(
            "–", "Not applicable", Verdict.UNSUPPORTED, "Had a result, and does not apply to the later release."
        ),
        Change.UNCHANGED: Sign("=", "Unchanged", Verdict.UNSUPPORTED, "Same result in both runs."),
    }
)

#: The changes whose scenarios are listed with what was expected and observed.
DETAILED = (Change.REGRESSED, Change.NEWLY_FAILING, Change.MOVED, Change.STILL_FAILING)

#: The verdict of a scenario that is not part of a run.
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Group:
    """Scenarios with the same pair of verdicts and the same reason."""

    verdicts: str
    reason: str
    members: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """All scenarios of one change, grouped by reason."""

    change: Change
    sign: Sign
    groups: tuple[Group, ...]

    @property
    def members(self) -> tuple[Compared, ...]:
        """All scenarios of its groups."""
        return tuple(member for group in self.groups for member in group.members)


def headline(comparison: Comparison) -> str:
    """Return the conclusion in a few words."""
    if not comparison.scenarios:
        return "No scenarios to compare"
    counts = comparison.counts
    worse = ", ".join(f"{counts[change]} {SIGNS[change].title.lower()}" for change in WORSE if counts[change])
    return f"Worse: {worse}" if worse else "Nothing is worse"


def subject(comparison: Comparison) -> str:
    """Name the two runs: by release, or by target if the release is the same."""
    earlier, later = comparison.earlier.target, comparison.later.target
    if earlier.release != later.release:
        return f"KServe {earlier.release} → {later.release}"
    if earlier.target != later.target:
        return f"KServe {later.release}: {earlier.target} → {later.target}"
    return f"KServe {later.release}, two runs of {later.target}"


def identity(header: Header) -> str:
    """Describe one run on one line: target, suite, and what limits its results."""
    suite = header.suite
    limit = caveat_of(header)
    text = f"KServe {header.target.release} ({header.target.target}), suite {suite.name} {suite.version}"
    return f"{text}; {limit}" if limit else text


def warnings(comparison: Comparison) -> Iterator[str]:
    """Yield what a reader must know before anything else."""
    if not comparison.same_suite:
        yield "the suites differ, so a change may come from the scenarios and not from the target"
    changed = len(comparison.with_other_steps)
    if changed:
        yield f"{changed} scenario{'s have' if changed > 1 else ' has'} other steps than before"


def parts(comparison: Comparison) -> tuple[Part, ...]:
    """Return every change that some scenario has, except UNCHANGED, in the order of :class:`Change`."""
    return tuple(
        Part(change, SIGNS[change], tuple(_groups(comparison.of(change))))
        for change in Change
        if change is not Change.UNCHANGED and comparison.of(change)
    )


def _groups(members: tuple[Compared, ...]) -> Iterator[Group]:
    groups: dict[tuple[str, str], list[Compared]] = {}
    for member in members:
        groups.setdefault((verdicts(member), reason(member)), []).append(member)
    for (pair, why_), some in groups.items():
        yield Group(pair, why_, tuple(some))


def verdicts(compared: Compared) -> str:
    """Return the earlier and the later verdict as text."""
    return " → ".join(one.verdict.value if one else ABSENT for one in (compared.earlier, compared.later))


def reason(compared: Compared) -> str:
    """Say why the later verdict is what it is, or the earlier one if the later one passed or is absent."""
    later = _why(compared.later)
    if later:
        return later
    earlier = _why(compared.earlier)
    return f"before: {earlier}" if earlier else ""


def _why(scenario: Scenario | None) -> str:
    if scenario is None or scenario.verdict is Verdict.PASSED:
        return ""
    if scenario.deviation is not None:
        return f"{scenario.deviation.id}: {scenario.deviation.statement}"
    return why(scenario)


def choices(compared: Compared) -> tuple[str, str] | None:
    """Return what each run selected, if they cannot have selected the same."""
    if not compared.has_other_choices or compared.earlier is None or compared.later is None:
        return None
    return "; ".join(map(str, compared.earlier.choices)), "; ".join(map(str, compared.later.choices))
