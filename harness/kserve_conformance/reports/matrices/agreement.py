"""
The reference and a real target of the same release, compared scenario by scenario.

The reference is the release in memory. Two results agree if they have the same
verdict and equal choices. A scenario that ran on only one of the two is neither
an agreement nor a difference: it is counted separately, with the reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kserve_conformance.record import Scenario, Verdict
from kserve_conformance.record.choice import are_equal
from kserve_conformance.reports.verdicts import why

#: The verdicts of a scenario that ran.
RAN = (Verdict.PASSED, Verdict.FAILED, Verdict.DEVIATES, Verdict.ERRORED)


@dataclass(frozen=True, slots=True)
class Difference:
    """One scenario in which the reference and the real target differ."""

    reference: Scenario
    real: Scenario

    @property
    def in_verdict(self) -> bool:
        """Whether the verdicts differ, and not only the choices."""
        return self.reference.verdict is not self.real.verdict


@dataclass(frozen=True, slots=True)
class Pair:
    """
    The reference and a real target of one release.

    ``compared`` is the number of scenarios that ran on both, those of
    ``differences`` included. ``not_compared`` has the reasons why a scenario ran
    on only one of the two, each with its number of scenarios; scenarios that ran
    on neither are not counted. ``broken`` says why nothing was compared.
    """

    release: str
    reference: str
    real: str
    compared: int
    differences: tuple[Difference, ...]
    not_compared: tuple[tuple[str, int], ...]
    broken: str | None = None


def paired(
    release: str,
    reference: tuple[str, tuple[Scenario, ...]],
    real: tuple[str, tuple[Scenario, ...]],
    broken: str | None = None,
) -> Pair:
    """Compare two runs, each a target and its scenarios; ``broken`` if one of them is not whole."""
    if broken is not None:
        return Pair(release, reference[0], real[0], 0, (), (), broken)
    others = {scenario.id: scenario for scenario in real[1]}
    apart: Counter[str] = Counter()
    differences: list[Difference] = []
    compared = 0
    for one in reference[1]:
        other = others.pop(one.id, None)
        if other is None:
            apart["not part of the run on the real target"] += 1
        elif one.verdict in RAN and other.verdict in RAN:
            compared += 1
            if one.verdict is not other.verdict or not are_equal(one.choices, other.choices):
                differences.append(Difference(one, other))
        elif one.verdict in RAN or other.verdict in RAN:
            place, missing = ("on the real target", other) if one.verdict in RAN else ("in the reference", one)
            apart[f"{missing.verdict} {place}: {why(missing)}"] += 1
    apart["not part of the run of the reference"] += len(others)
    differences.sort(
        key=lambda difference: (not difference.in_verdict, difference.reference.topic, difference.reference.id)
    )
    return Pair(release, reference[0], real[0], compared, tuple(differences), tuple((+apart).most_common()))
