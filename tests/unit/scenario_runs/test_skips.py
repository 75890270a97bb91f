"""Why a scenario was skipped."""

from __future__ import annotations

import pytest

from kserve_conformance.record import Skip, Verdict
from kserve_conformance.scenario_runs.verdicts import Listed, Phase, Raised, judge
from kserve_conformance.targets.contract import CannotDo, TargetCode, Unreported


@pytest.mark.parametrize(
    ("error", "skip"),
    [
        (CannotDo("requires Knative", code=TargetCode.MISSING_PREREQUISITE), Skip.PREREQUISITE),
        (CannotDo("cannot install v0.8.0"), Skip.CAPABILITY),
        (Unreported("errors"), Skip.CAPABILITY),
        (pytest.skip.Exception("not today"), Skip.STEP),
    ],
)
def test_a_missing_prerequisite_is_not_a_missing_capability(error, skip):
    """What the source tree lacks was left out of it; a capability is beyond the target."""
    judgement = judge(["passed", "skipped"], [Raised(Phase.CALL, error)], Listed())

    assert judgement.verdict is Verdict.SKIPPED
    assert judgement.skip is skip
