"""
From what happened in a scenario to its verdict.

A pass needs proof: every step ran and passed, and nothing broke before, during or
after it. Everything else has a verdict of its own, and anything unexpected is
``errored``.

Deviations are listed in two places. KServe's own list says what a release breaks: the
release must break it, and a vendor's build may keep it. A vendor's list says what its
build does differently: the build must do so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pytest

from kserve_conformance.record.model import Deviation, Finding, Skip, Verdict
from kserve_conformance.rules.model import DeclaredDeviation, KnownDeviation
from kserve_conformance.scenario_runs.findings import finding_of_error, finding_of_failure, first_line
from kserve_conformance.targets.contract import CannotDo, TargetCode
from kserve_conformance.world.nonconformity import SetupRejected


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
    """A verdict and the reason for it. ``keeps`` is what a vendor's build keeps and the release breaks."""

    verdict: Verdict
    reason: str | None = None
    finding: Finding | None = None
    deviation: Deviation | None = None
    skip: Skip | None = None
    keeps: Deviation | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """
    The deviations that are listed for a scenario.

    ``shipped`` is that of the release, ``declared`` that of the implementation, which
    the scenario must show; by ``rejected_setup`` it cannot be set up. ``is_own_build``
    says that what runs is not the release itself.
    """

    shipped: KnownDeviation | None = None
    declared: DeclaredDeviation | None = None
    rejected_setup: DeclaredDeviation | None = None
    is_own_build: bool = False


def judge(
    statuses: Sequence[str],
    raised: Sequence[Raised],
    listed: Listed | None = None,
) -> Judgement:
    """
    The verdict of a scenario that ran.

    ``statuses`` are those of its steps, ``raised`` are the exceptions in order.
    """
    listed = listed or Listed()
    broken = [one for one in raised if not one.concludes]
    if broken:
        reason = "; ".join(dict.fromkeys(first_line(one.error) for one in broken))
        return Judgement(Verdict.ERRORED, reason, finding_of_error(broken[0].error))
    if raised:
        return _concluded(raised[0].error, listed)
    if not statuses or set(statuses) != {"passed"}:
        reason = "not every step ran, for an unknown reason"
        return Judgement(Verdict.ERRORED, reason, Finding(message=reason))
    return _passed(listed)


def _concluded(error: BaseException, listed: Listed) -> Judgement:
    """The verdict for a step that skipped the scenario or failed."""
    if isinstance(error, pytest.skip.Exception | CannotDo):
        kind = Skip.STEP
        if isinstance(error, CannotDo):
            kind = Skip.PREREQUISITE if error.code is TargetCode.MISSING_PREREQUISITE else Skip.CAPABILITY
        return Judgement(Verdict.SKIPPED, str(error) or "skipped by a step, without a reason", skip=kind)
    finding = finding_of_failure(error)
    deviation: KnownDeviation | DeclaredDeviation | None
    if isinstance(error, SetupRejected):
        # Nothing of what the scenario states was observed, so only a declaration of just this explains it.
        deviation = listed.rejected_setup
        if deviation is None and listed.declared is None and not listed.is_own_build:
            deviation = listed.shipped
    else:
        deviation = listed.declared or listed.shipped
    if deviation is None:
        return Judgement(Verdict.FAILED, finding=finding)
    kind_of = "declared" if isinstance(deviation, DeclaredDeviation) else "known"
    return Judgement(Verdict.DEVIATES, f"{kind_of} deviation {deviation.id}", finding, _as_recorded(deviation))


def _passed(listed: Listed) -> Judgement:
    """The verdict for a scenario whose steps all passed: no pass if a deviation is listed that must occur."""
    if listed.declared is not None:
        return _did_not_occur(listed.declared, "declared", "the implementation")
    if listed.shipped is None:
        return Judgement(Verdict.PASSED)
    if listed.is_own_build:
        return Judgement(Verdict.PASSED, keeps=_as_recorded(listed.shipped))
    return _did_not_occur(listed.shipped, "known", "the release")


def _did_not_occur(deviation: KnownDeviation | DeclaredDeviation, kind: str, subject: str) -> Judgement:
    """A scenario passed although it is listed as a deviation: the list is wrong until it is corrected."""
    return Judgement(
        Verdict.FAILED,
        finding=Finding(
            message=f"the {kind} deviation {deviation.id} did not occur",
            expected=f"{subject} deviates: {deviation.statement}",
            observed=f"{subject} does not deviate",
        ),
    )


def _as_recorded(deviation: KnownDeviation | DeclaredDeviation) -> Deviation:
    return Deviation(id=deviation.id, statement=deviation.statement, link=deviation.link)
