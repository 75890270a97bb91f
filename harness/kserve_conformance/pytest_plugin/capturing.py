"""
Watching each scenario where it runs, and handing its verdict to whoever records.

With xdist, scenarios run in workers and the record is written elsewhere. What
crosses over is pytest's own report; so the verdict travels as a plain mapping
on the report of a scenario's teardown, which comes last and always.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.keeping import Keeper
from kserve_conformance.pytest_plugin.lookup import definitions_for, match_once
from kserve_conformance.pytest_plugin.session import SCENARIO, Asked
from kserve_conformance.pytest_plugin.verdicts import (
    Judgement,
    Listed,
    Progress,
    Trouble,
    Undefined,
    judge,
    story_of,
    told,
)
from kserve_conformance.record.model import Verdict
from kserve_conformance.suite import ScenarioInfo
from kserve_conformance.suite.guards import nearest
from kserve_conformance.suite.registered import deviation_for
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.contract import Unreachable

_PROGRESS = pytest.StashKey[Progress]()


class Capture:
    """Collects what happens in each scenario and attaches it to pytest's reports."""

    def __init__(self, asked: Asked, keeper: Keeper) -> None:
        self._asked = asked
        self._keeper = keeper
        self._collected: dict[str, str] = {}
        self._announced = False
        self._opened = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What is left now is what this session must account for."""
        match_once(session)
        self._collected = {item.nodeid: item.stash[SCENARIO].id for item in session.items if SCENARIO in item.stash}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Do not ask what this target or this release cannot be asked; say so instead."""
        progress = self._progress(item)
        if progress is None:
            return
        progress.seconds = time.perf_counter()
        self._open(item.session)
        progress.not_run = self._why_not(progress.scenario)
        if progress.not_run is not None:
            raise pytest.skip.Exception(progress.not_run[1], _use_item_location=True)

    def _open(self, session: pytest.Session) -> None:
        """
        Open the target before the first scenario, if any scenario of the session is to be asked.

        The header names who answered, and must name it alike whichever scenario
        comes first. What keeps a target from being opened is raised where it
        is asked for.
        """
        if self._opened:
            return
        self._opened = True
        with contextlib.suppress(HarnessError):
            release = self._keeper.release()
            if any(item.stash[SCENARIO].tags.holds_for(release) for item in session.items if SCENARIO in item.stash):
                self._keeper.target()

    def _why_not(self, scenario: ScenarioInfo) -> tuple[Verdict, str] | None:
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

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(self, request: pytest.FixtureRequest, scenario: Any) -> None:
        """The two parsers must agree on the steps, or statuses would be told of the wrong ones."""
        progress = self._progress(request.node)
        if progress is not None and len(scenario.steps) != len(progress.scenario.steps):
            raise RuntimeError(f"{len(scenario.steps)} steps are run of {len(progress.scenario.steps)}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_step(self, request: pytest.FixtureRequest) -> None:
        """Until it is known to have passed, a step that was begun is not known to have done anything."""
        progress = self._progress(request.node)
        if progress is not None:
            progress.at += 1
            progress.statuses[progress.at] = "errored"

    @pytest.hookimpl(trylast=True)
    def pytest_bdd_after_step(self, request: pytest.FixtureRequest) -> None:
        """The step came to its end."""
        progress = self._progress(request.node)
        if progress is not None:
            progress.statuses[progress.at] = "passed"

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_step_error(self, request: pytest.FixtureRequest, exception: BaseException) -> None:
        """Only an assertion says something about the target; whatever else was raised leaves the step errored."""
        progress = self._progress(request.node)
        if progress is not None and isinstance(exception, AssertionError):
            progress.statuses[progress.at] = "failed"

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_step_func_lookup_error(self, request: pytest.FixtureRequest) -> None:
        """Nobody defines the step."""
        progress = self._progress(request.node)
        if progress is not None:
            progress.at += 1
            progress.statuses[progress.at] = "undefined"
            step = progress.scenario.steps[progress.at]
            progress.undefined = Undefined(step, nearest(step, definitions_for(request.node)))

    # First, so that it wraps every other wrapper and its report is the one that travels.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep what was raised, have pytest count as the record does, and hand the verdict over at the end."""
        report = yield
        progress = self._progress(item)
        if progress is None:
            return report
        if call.excinfo is not None and progress.not_run is None:
            self._note(progress, report, call.excinfo.value)
        if report.when == "call":
            self._look_at_world(item, progress)
        if report.when == "call" and report.outcome != "skipped":
            self._show(report, progress)
        if report.when == "teardown":
            progress.seconds = time.perf_counter() - progress.seconds
            self._hand_over(report, progress)
        return report

    def _progress(self, item: pytest.Item) -> Progress | None:
        if SCENARIO not in item.stash:
            return None
        if _PROGRESS not in item.stash:
            item.stash[_PROGRESS] = Progress.of(item.stash[SCENARIO])
        return item.stash[_PROGRESS]

    def _note(self, progress: Progress, report: pytest.TestReport, error: BaseException) -> None:
        undefined = progress.undefined if report.when == "call" else None
        progress.troubles.append(Trouble(str(report.when), undefined or error))
        if isinstance(error, pytest.skip.Exception) and progress.at >= 0:
            progress.statuses[progress.at] = "skipped"

    def _look_at_world(self, item: pytest.Item, progress: Progress) -> None:
        world = getattr(item, "funcargs", {}).get("world")
        progress.chosen = tuple(getattr(world, "chosen", ()))

    def _judge(self, progress: Progress) -> Judgement:
        listed: Listed | None = None
        if progress.not_run is None:
            try:
                tags = progress.scenario.tags
                listed = deviation_for(self._keeper.release(), tags.rules, tags.claims)
            except HarnessError:
                # There is no release to speak of, so nothing was asked and the verdict is errored in any case.
                listed = None
        return judge(progress, listed, self._command(progress.scenario))

    def _command(self, scenario: ScenarioInfo) -> str:
        """What asks this scenario again. Another suite is told by its folder's name, never by where it lies."""
        suite = self._asked.suite
        words = ["kserve-conformance", "run", "--target", self._asked.target.again]
        return shlex.join(
            [*words, *([] if suite.is_shipped else ["--suite", suite.root.name]), "--scenario", scenario.id]
        )

    def _show(self, report: pytest.TestReport, progress: Progress) -> None:
        """Have pytest count a scenario as the record does, and tell a failure in the words of the feature."""
        judgement = self._judge(progress)
        if judgement.verdict is Verdict.DEVIATES and judgement.deviation is not None:
            report.outcome = "skipped"
            report.wasxfail = f"deviates: {judgement.deviation.id} {judgement.deviation.link}"
        elif judgement.verdict is Verdict.SKIPPED:
            report.outcome = "skipped"
            report.longrepr = (report.location[0], report.location[1] or 0, f"Skipped: {judgement.reason}")
        elif judgement.verdict in (Verdict.FAILED, Verdict.ERRORED) and report.outcome == "passed":
            report.outcome = "failed"
            report.longrepr = judgement.finding.message if judgement.finding else str(judgement.reason)
        elif report.outcome == "failed" and progress.troubles and (story := story_of(progress)):
            report.longrepr = story

    def _hand_over(self, report: pytest.TestReport, progress: Progress) -> None:
        lost = next((trouble.error for trouble in progress.troubles if isinstance(trouble.error, Unreachable)), None)
        if lost is not None:
            self._keeper.lost(lost)
        scenario = told(progress, self._judge(progress), seconds=self._asked.timings)
        report.kserve_scenario = msgspec.to_builtins(scenario)  # type: ignore[attr-defined]
        if not self._announced:
            self._announced = True
            identity = self._keeper.identity()
            report.kserve_opened = {  # type: ignore[attr-defined]
                "collected": self._collected,
                "target": {
                    "target": identity.target,
                    "release": identity.release,
                    "apiServer": identity.api_server,
                    "observedThrough": identity.observed_through,
                    "digests": dict(identity.digests),
                },
            }
