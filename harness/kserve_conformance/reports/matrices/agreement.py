"""
The rules of a release in memory beside a real target of the same release, scenario by scenario.

Two answers agree if they have one verdict and one choice. A scenario that only
one of the two was asked is no difference and no agreement: it is counted apart,
with the reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kserve_conformance.record import Scenario, Verdict
from kserve_conformance.record.choice import are_equal
from kserve_conformance.reports.verdicts import why

#: The verdicts of a scenario that was asked.
ASKED = (Verdict.PASSED, Verdict.FAILED, Verdict.DEVIATES, Verdict.ERRORED)


@dataclass(frozen=True, slots=True)
class Difference:
    """One scenario of which memory and the real target say different things."""

    memory: Scenario
    real: Scenario

    @property
    def in_verdict(self) -> bool:
        """Do they differ in their verdicts, and not only in what was chosen?"""
        return self.memory.verdict is not self.real.verdict


@dataclass(frozen=True, slots=True)
class Pair:
    """
    Memory and a real target of one release.

    ``compared`` scenarios were asked of both; those of ``differences`` are among
    them. ``not_compared`` has the reasons why one of the two was not asked, each
    with how many scenarios it kept apart; what neither was asked is not counted.
    ``because`` says why nothing was compared at all.
    """

    release: str
    memory: str
    real: str
    compared: int
    differences: tuple[Difference, ...]
    not_compared: tuple[tuple[str, int], ...]
    because: str | None = None


def paired(
    release: str,
    memory: tuple[str, tuple[Scenario, ...]],
    real: tuple[str, tuple[Scenario, ...]],
    because: str | None = None,
) -> Pair:
    """Compare two runs, each a target and its scenarios; ``because`` if one of them is not whole."""
    if because is not None:
        return Pair(release, memory[0], real[0], 0, (), (), because)
    others = {scenario.id: scenario for scenario in real[1]}
    apart: Counter[str] = Counter()
    differences: list[Difference] = []
    compared = 0
    for one in memory[1]:
        other = others.pop(one.id, None)
        if other is None:
            apart[f"{real[0]} has no such scenario"] += 1
        elif one.verdict in ASKED and other.verdict in ASKED:
            compared += 1
            if one.verdict is not other.verdict or not are_equal(one.choices, other.choices):
                differences.append(Difference(one, other))
        elif one.verdict in ASKED or other.verdict in ASKED:
            target, silent = (real[0], other) if one.verdict in ASKED else (memory[0], one)
            apart[f"{silent.verdict} on {target}: {why(silent.reason, None)}"] += 1
    apart[f"{memory[0]} has no such scenario"] += len(others)
    differences.sort(key=lambda difference: (not difference.in_verdict, difference.memory.topic, difference.memory.id))
    return Pair(release, memory[0], real[0], compared, tuple(differences), tuple((+apart).most_common()))
