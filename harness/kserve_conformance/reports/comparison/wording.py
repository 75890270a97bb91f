"""
What a comparison says, in words and in groups; how it looks is up to each report.

A change has a sign, a title and a sentence, so that colour is never the only
sign of it. Scenarios that changed alike for one reason stand together: a release
that lacks a feature loses many at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kserve_conformance.record import WORSE, Change, Compared, Comparison, Scenario, Verdict
from kserve_conformance.record.model import Header
from kserve_conformance.reports.verdicts import why


@dataclass(frozen=True, slots=True)
class Sign:
    """The signs of one change. ``tone`` is the verdict whose colour it has; ``meaning`` explains it."""

    symbol: str
    title: str
    tone: Verdict
    meaning: str


SIGNS: Mapping[Change, Sign] = MappingProxyType(
    {
        Change.REGRESSED: Sign(
            "✗", "Regressed", Verdict.FAILED, "It passed, or was excused as a known deviation, and is neither now."
        ),
        Change.NEWLY_FAILING: Sign(
            "✗", "Newly failing", Verdict.FAILED, "Nothing was known of it, and now it fails or breaks."
        ),
        Change.LOST: Sign("?", "Lost", Verdict.ERRORED, "There was an answer, and now there is none."),
        Change.REMOVED: Sign("−", "Removed", Verdict.ERRORED, "It was asked, and is no part of the later run."),
        Change.MOVED: Sign("↷", "Moved", Verdict.DEVIATES, "It passes as before, and other runtimes are chosen."),
        Change.STILL_FAILING: Sign("✗", "Still failing", Verdict.DEVIATES, "It did not hold, and does not now."),
        Change.STILL_UNKNOWN: Sign(
            "?",
            "Still unknown",
            Verdict.SKIPPED,
            "There was no answer, and for another reason, or an error, is none now.",
        ),
        Change.FIXED: Sign("✓", "Fixed", Verdict.PASSED, "It failed or broke, and passes now."),
        Change.DEVIATION_GONE: Sign(
            "✓", "Deviation gone", Verdict.PASSED, "It was listed as a deviation from the documentation, and holds now."
        ),
        Change.GAINED: Sign(
            "+", "Gained", Verdict.PASSED, "There was no answer, and now there is one that is no failure."
        ),
        Change.NEW: Sign("+", "New", Verdict.SKIPPED, "It was no part of the earlier run, and does not fail."),
        Change.UNCHANGED: Sign("=", "Unchanged", Verdict.UNSUPPORTED, "It is as it was."),
    }
)

#: The changes whose scenarios are told one by one, with what was expected and observed.
TOLD_IN_FULL = (Change.REGRESSED, Change.NEWLY_FAILING, Change.MOVED, Change.STILL_FAILING)

#: What is said of a scenario that a run does not have.
ABSENT = "not there"


@dataclass(frozen=True, slots=True)
class Group:
    """Scenarios with one pair of verdicts and one reason."""

    verdicts: str
    reason: str
    members: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """All scenarios of one change, those with one reason together."""

    change: Change
    sign: Sign
    groups: tuple[Group, ...]

    @property
    def members(self) -> tuple[Compared, ...]:
        """Its scenarios."""
        return tuple(member for group in self.groups for member in group.members)


def headline(comparison: Comparison) -> str:
    """What a reader must know if nothing else is read."""
    if not comparison.scenarios:
        return "Nothing was compared"
    counts = comparison.counts
    worse = ", ".join(f"{counts[change]} {SIGNS[change].title.lower()}" for change in WORSE if counts[change])
    return f"Worse: {worse}" if worse else "Nothing is worse"


def subject(comparison: Comparison) -> str:
    """Which runs are compared: by their releases, or by their targets where the release is the same."""
    earlier, later = comparison.earlier.target, comparison.later.target
    if earlier.release != later.release:
        return f"KServe {earlier.release} → {later.release}"
    if earlier.target != later.target:
        return f"KServe {later.release}: {earlier.target} → {later.target}"
    return f"KServe {later.release}, two runs of {later.target}"


def identity(header: Header) -> str:
    """One run in a line: who answered, and to which suite."""
    suite = header.suite
    return f"KServe {header.target.release} ({header.target.target}), suite {suite.name} {suite.version}"


def warnings(comparison: Comparison) -> Iterator[str]:
    """What must be known before anything is believed."""
    if not comparison.same_suite:
        yield "the suites are not the same: what changed may be what was asked"
    changed = len(comparison.with_other_steps)
    if changed:
        yield f"{changed} scenario{'s say' if changed > 1 else ' says'} something else than before under the same name"


def parts(comparison: Comparison) -> tuple[Part, ...]:
    """Every change that some scenario has, in the order of changes, except what is as it was."""
    return tuple(
        Part(change, SIGNS[change], tuple(_groups(comparison.of(change))))
        for change in Change
        if change is not Change.UNCHANGED and comparison.of(change)
    )


def _groups(members: tuple[Compared, ...]) -> Iterator[Group]:
    found: dict[tuple[str, str], list[Compared]] = {}
    for member in members:
        found.setdefault((verdicts(member), reason(member)), []).append(member)
    for (pair, told), some in found.items():
        yield Group(pair, told, tuple(some))


def verdicts(compared: Compared) -> str:
    """The earlier and the later verdict."""
    return " → ".join(one.verdict.value if one else ABSENT for one in (compared.earlier, compared.later))


def reason(compared: Compared) -> str:
    """Why the later verdict is as it is; of what passes or is not there, why the earlier one was."""
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
    return why(scenario.reason, scenario.finding.message if scenario.finding else None)


def choices(compared: Compared) -> tuple[str, str] | None:
    """What each run chose, where they cannot have chosen the same."""
    if not compared.has_other_choices or compared.earlier is None or compared.later is None:
        return None
    return "; ".join(map(str, compared.earlier.choices)), "; ".join(map(str, compared.later.choices))
