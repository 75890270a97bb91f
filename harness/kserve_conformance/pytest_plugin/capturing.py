"""
Watching each scenario where pytest runs it, and handing its verdict to whoever records.

With xdist, scenarios run in workers and the record is written elsewhere. What
crosses over is pytest's own report; so the verdict travels as a plain mapping
on the report of a scenario's teardown, which comes last and always.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Any

import msgspec
import pytest

from kserve_conformance.objects import ObjectKey
from kserve_conformance.pytest_plugin.keeping import LEFTOVERS, Keeper
from kserve_conformance.pytest_plugin.lookup import definitions_for, match_once
from kserve_conformance.pytest_plugin.session import SCENARIO, Asked
from kserve_conformance.pytest_plugin.verdicts import Progress, story_of
from kserve_conformance.pytest_plugin.watching import Watch
from kserve_conformance.record.model import Verdict

_PROGRESS = pytest.StashKey[Progress]()


class Capture:
    """Collects what happens in each scenario and attaches it to pytest's reports."""

    def __init__(self, asked: Asked, keeper: Keeper) -> None:
        self._watch = Watch(asked, keeper)
        self._keeper = keeper
        self._collected: dict[str, str] = {}
        self._announced = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What is left now is what this session must account for."""
        match_once(session)
        self._collected = {item.nodeid: item.stash[SCENARIO].id for item in session.items if SCENARIO in item.stash}

    # Last of all wrappers: a worker's own tells the others its end, and what is left must be known by then.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Close the target once the last scenario is torn down, even if that broke: a record tells what is left."""
        try:
            yield
        finally:
            self._keeper.close()
            if hasattr(session.config, "workeroutput"):
                session.config.workeroutput[LEFTOVERS] = list(self._keeper.leftovers)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Do not ask what this target or this release cannot be asked; say so instead."""
        progress = self._progress(item)
        if progress is None:
            return
        progress.seconds = time.perf_counter()
        self._watch.open(one.stash[SCENARIO] for one in item.session.items if SCENARIO in one.stash)
        progress.not_run = self._watch.why_not(progress.scenario)
        if progress.not_run is not None:
            raise pytest.skip.Exception(progress.not_run[1], _use_item_location=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(self, request: pytest.FixtureRequest, scenario: Any) -> None:
        """The two parsers must agree on the steps, or statuses would be told of the wrong ones."""
        progress = self._progress(request.node)
        if progress is not None and len(scenario.steps) != len(progress.scenario.steps):
            raise RuntimeError(f"{len(scenario.steps)} steps are run of {len(progress.scenario.steps)}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_step(self, request: pytest.FixtureRequest) -> None:
        """A step begins."""
        progress = self._progress(request.node)
        if progress is not None:
            self._watch.step_begins(progress)

    @pytest.hookimpl(trylast=True)
    def pytest_bdd_after_step(self, request: pytest.FixtureRequest) -> None:
        """The step came to its end."""
        progress = self._progress(request.node)
        if progress is not None:
            self._watch.step_passed(progress)

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_step_error(self, request: pytest.FixtureRequest, exception: BaseException) -> None:
        """The step raised something."""
        progress = self._progress(request.node)
        if progress is not None:
            self._watch.step_raised(progress, exception)

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_step_func_lookup_error(self, request: pytest.FixtureRequest) -> None:
        """Nobody defines the step."""
        progress = self._progress(request.node)
        if progress is not None:
            self._watch.step_undefined(progress, definitions_for(request.node))

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
            self._watch.broke(progress, str(report.when), call.excinfo.value)
        if report.when == "call":
            self._look_at_world(item, progress)
        # Before the reset, which comes with the teardown; or when that went wrong.
        if report.when == "call" or call.excinfo is not None:
            self._watch.diagnose(progress, self._service_of(item))
        if report.when == "call" and report.outcome != "skipped":
            self._show(report, progress)
        if report.when == "teardown":
            self._watch.look_for_leftovers(progress)
            self._hand_over(report, progress)
        return report

    def _progress(self, item: pytest.Item) -> Progress | None:
        if SCENARIO not in item.stash:
            return None
        if _PROGRESS not in item.stash:
            item.stash[_PROGRESS] = Progress.of(item.stash[SCENARIO])
        return item.stash[_PROGRESS]

    def _service_of(self, item: pytest.Item) -> ObjectKey | None:
        """The service that a scenario is about; a world of somebody's own may not tell."""
        service = getattr(getattr(item, "funcargs", {}).get("world"), "subject", None)
        return service if isinstance(service, ObjectKey) else None

    def _look_at_world(self, item: pytest.Item, progress: Progress) -> None:
        world = getattr(item, "funcargs", {}).get("world")
        progress.choices = tuple(getattr(world, "choices", ()))

    def _show(self, report: pytest.TestReport, progress: Progress) -> None:
        """Have pytest count a scenario as the record does, and tell a failure in the words of the feature."""
        judgement = self._watch.judge(progress)
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
        report.kserve_scenario = msgspec.to_builtins(self._watch.end(progress))  # type: ignore[attr-defined]
        if not self._announced:
            self._announced = True
            report.kserve_opened = {  # type: ignore[attr-defined]
                "collected": self._collected,
                "target": msgspec.to_builtins(self._watch.identity()),
            }
