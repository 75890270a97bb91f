"""
From what happened in a scenario to its verdict.

A pass needs proof: every step ran and passed, and nothing broke before, during or
after it. Everything else has a verdict of its own, and anything unexpected is
``errored``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pytest

from kserve_conformance.record.model import Deviation, Finding, Skip, Verdict
from kserve_conformance.rules import model as rules
from kserve_conformance.scenario_runs.findings import finding_of_error, finding_of_failure, first_line
from kserve_conformance.targets.contract import CannotDo


class Phase(StrEnum):
    """The three parts of a scenario's run, as pytest names them."""

    SETUP = "setup"
    CALL = "call"
    TEARDOWN = "teardown"


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception and the phase it was raised in."""

    phase: Phase
    error: BaseException

    @property
    def concludes(self) -> bool:
        """Is it a result of the target, or a skip with a reason? Only an exception from a step can be a result."""
        if isinstance(self.error, CannotDo | pytest.skip.Exception):
            return self.phase is not Phase.TEARDOWN and bool(str(self.error).strip())
        return self.phase is Phase.CALL and isinstance(self.error, AssertionError)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the reason for it."""

    verdict: Verdict
    reason: str | None = None
    finding: Finding | None = None
    deviation: Deviation | None = None
    skip: Skip | None = None


def judge(
    statuses: Sequence[str],
    raised: Sequence[Raised],
    deviation: rules.KnownDeviation | None,
    reproduce: str | None = None,
) -> Judgement:
    """
    The verdict of a scenario that ran.

    ``statuses`` are those of its steps, ``raised`` are the exceptions in order.
    ``deviation`` is the listed deviation of this release from what the scenario
    states, if there is one.
    """
    broken = [one for one in raised if not one.concludes]
    if broken:
        reason = "; ".join(dict.fromkeys(first_line(one.error) for one in broken))
        return Judgement(Verdict.ERRORED, reason, finding_of_error(broken[0].error, reproduce))
    if raised:
        return _concluded(raised[0].error, deviation, reproduce)
    if not statuses or set(statuses) != {"passed"}:
        reason = "not every step ran, for an unknown reason"
        return Judgement(Verdict.ERRORED, reason, Finding(message=reason, reproduce=reproduce))
    return Judgement(Verdict.PASSED) if deviation is None else _no_longer_deviates(deviation, reproduce)


def _concluded(error: BaseException, deviation: rules.KnownDeviation | None, reproduce: str | None) -> Judgement:
    """The verdict for a step that skipped the scenario or failed."""
    if isinstance(error, pytest.skip.Exception | CannotDo):
        kind = Skip.CAPABILITY if isinstance(error, CannotDo) else Skip.STEP
        return Judgement(Verdict.SKIPPED, str(error), skip=kind)
    finding = finding_of_failure(error, reproduce)
    if deviation is None:
        return Judgement(Verdict.FAILED, finding=finding)
    listed = Deviation(id=deviation.id, statement=deviation.statement, link=deviation.link)
    return Judgement(Verdict.DEVIATES, f"known deviation {deviation.id}", finding, listed)


def _no_longer_deviates(deviation: rules.KnownDeviation, reproduce: str | None) -> Judgement:
    """A scenario passed although it is listed as a deviation: the list is wrong until it is corrected."""
    return Judgement(
        Verdict.FAILED,
        finding=Finding(
            message=f"the known deviation {deviation.id} did not occur",
            expected=f"the release deviates: {deviation.statement}",
            observed="the release does not deviate",
            reproduce=reproduce,
        ),
    )
