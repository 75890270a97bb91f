"""
What happens in a scenario, step by step, and the verdict that it comes to.

Nothing here knows who plays the scenario: pytest, whose hooks tell what happens
(:mod:`.capturing`), or the matrix, which plays many releases in one process.
Both tell it here, so that there is one way to a verdict.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Iterable

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.objects import ObjectKey
from kserve_conformance.pytest_plugin.keeping import Keeper
from kserve_conformance.pytest_plugin.session import Asked
from kserve_conformance.pytest_plugin.verdicts import (
    Judgement,
    Listed,
    Progress,
    Trouble,
    Undefined,
    judge,
    told,
    with_evidence,
)
from kserve_conformance.record.model import Scenario, TargetIdentity, Verdict
from kserve_conformance.suite import ScenarioInfo
from kserve_conformance.suite.guards import Definition, nearest
from kserve_conformance.suite.registry_terms import deviation_for
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.contract import UNAVAILABLE, Diagnoses, Unreachable


class Watch:
    """The watch over the scenarios of one session, against one target."""

    def __init__(self, asked: Asked, keeper: Keeper) -> None:
        self._asked = asked
        self._keeper = keeper
        self._opened = False

    # --- before a scenario ------------------------------------------------

    def open(self, scenarios: Iterable[ScenarioInfo]) -> None:
        """
        Open the target before the first scenario, if any of the session is to be asked.

        The header names who answered, and must name it alike whichever scenario
        comes first. What keeps a target from being opened is raised where it
        is asked for.
        """
        if self._opened:
            return
        self._opened = True
        with contextlib.suppress(HarnessError):
            release = self._keeper.release()
            if any(scenario.tags.holds_for(release) for scenario in scenarios):
                self._keeper.target()

    def why_not(self, scenario: ScenarioInfo) -> tuple[Verdict, str] | None:
        """Why this target or this release cannot be asked; None where it can. Raises what keeps a target closed."""
        release = self._keeper.release()
        if not scenario.tags.holds_for(release):
            if release == DOCUMENTED:
                return Verdict.UNSUPPORTED, "the documentation does not say"
            return Verdict.UNSUPPORTED, f"holds for {scenario.tags.range()}, and this is {release}"
        if scenario.tags.needs:
            able = {str(capability) for capability in self._keeper.target().capabilities}
            lacking = [need for need in scenario.tags.needs if need not in able]
            if lacking:
                return Verdict.SKIPPED, f"needs {' and '.join(lacking)}, which the target cannot do"
        return None

    # --- while it goes on -------------------------------------------------

    def step_begins(self, progress: Progress) -> None:
        """Until it is known to have passed, a step that was begun is not known to have done anything."""
        progress.at += 1
        progress.statuses[progress.at] = "errored"

    def step_passed(self, progress: Progress) -> None:
        """The step came to its end."""
        progress.statuses[progress.at] = "passed"

    def step_raised(self, progress: Progress, error: BaseException) -> None:
        """Only an assertion says something about the target; whatever else was raised leaves the step errored."""
        if isinstance(error, AssertionError):
            progress.statuses[progress.at] = "failed"

    def step_undefined(self, progress: Progress, definitions: tuple[Definition, ...]) -> None:
        """Nobody defines the step."""
        progress.at += 1
        progress.statuses[progress.at] = "undefined"
        step = progress.scenario.steps[progress.at]
        progress.undefined = Undefined(step, nearest(step, definitions))

    def broke(self, progress: Progress, phase: str, error: BaseException) -> None:
        """Something was raised in a phase: setup, call or teardown."""
        undefined = progress.undefined if phase == "call" else None
        progress.troubles.append(Trouble(phase, undefined or error))
        if isinstance(error, pytest.skip.Exception) and progress.at >= 0:
            progress.statuses[progress.at] = "skipped"

    # --- when it has come to its end --------------------------------------

    def judge(self, progress: Progress) -> Judgement:
        """The verdict on what is known of the scenario."""
        listed: Listed | None = None
        if progress.not_run is None:
            try:
                tags = progress.scenario.tags
                listed = deviation_for(self._keeper.release(), tags.rules, tags.claims)
            except HarnessError:
                # There is no release to speak of, so nothing was asked and the verdict is errored in any case.
                listed = None
        return with_evidence(judge(progress, listed, self._command(progress.scenario)), progress.evidence)

    def end(self, progress: Progress) -> Scenario:
        """The scenario's line in the record. A target that was lost on the way is given up in time."""
        progress.seconds = time.perf_counter() - progress.seconds
        lost = next((trouble.error for trouble in progress.troubles if isinstance(trouble.error, Unreachable)), None)
        if lost is not None:
            self._keeper.lost(lost)
        return told(progress, self.judge(progress), seconds=self._asked.timings)

    def diagnose(self, progress: Progress, service: ObjectKey | None) -> None:
        """
        Have the target tell more of a scenario that failed or errs, before its reset, and once.

        A passed scenario costs nothing. Whatever happens here changes no verdict:
        it is told in the evidence.
        """
        target = self._keeper.current
        if not isinstance(target, Diagnoses) or progress.evidence:
            return
        if self.judge(progress).verdict not in (Verdict.FAILED, Verdict.ERRORED):
            return
        try:
            progress.evidence = dict(target.diagnose(service))
        except Exception as error:  # noqa: BLE001 - A target may raise anything.
            progress.evidence = {UNAVAILABLE: f"{type(error).__name__}: {error}"}

    def look_for_leftovers(self, progress: Progress) -> None:
        """After the reset: what a target that tells it left behind of a scenario."""
        if progress.not_run is None:
            progress.leftovers = self._keeper.left(thorough=False)

    def identity(self) -> TargetIdentity:
        """Who answers, as a record's header has it."""
        identity = self._keeper.identity()
        return TargetIdentity(
            target=identity.target,
            release=identity.release,
            api_server=identity.api_server,
            observed_through=identity.observed_through,
            digests=dict(identity.digests),
        )

    def _command(self, scenario: ScenarioInfo) -> str:
        """What asks this scenario again. Another suite is told by its folder's name, never by where it lies."""
        suite = self._asked.suite
        words = ["kserve-conformance", "run", "--target", self._asked.target.again]
        return shlex.join(
            [*words, *([] if suite.is_shipped else ["--suite", suite.root.name]), "--scenario", scenario.id]
        )
