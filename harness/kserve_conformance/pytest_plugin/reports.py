"""
Verdicts on pytest's reports.

With xdist, scenarios run in workers and the record is written elsewhere. Workers send pytest's own reports, so the line
of a scenario is attached to the report of its teardown, which always comes, and comes last.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import msgspec
import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.item import ScenarioItem
from kserve_conformance.record.model import Scenario, TargetIdentity, Verdict
from kserve_conformance.scenario_runs import ScenarioRun, ScenarioRunner
from kserve_conformance.scenario_runs.lines import target_line
from kserve_conformance.scenario_runs.verdicts import Phase

#: The keys of a worker's leftovers in its output, and of the reason why it gave up its target.
LEFTOVERS, CAUSE = "kserve_leftovers", "kserve_cause"

_DOCTOR = "`kserve-conformance doctor` checks what this machine has for each kind of target"

_SCENARIO, _START = "kserve_scenario", "kserve_start"


class Start(msgspec.Struct, frozen=True):
    """The target of a process, and the ids of scenarios by node id; known once its first scenario has run."""

    target: TargetIdentity
    collected: dict[str, str]


def scenario_in(report: pytest.TestReport) -> Scenario | None:
    """The line of a scenario, if this report has it."""
    carried = getattr(report, _SCENARIO, None)
    return msgspec.convert(carried, Scenario) if isinstance(carried, dict) else carried


def start_in(report: pytest.TestReport) -> Start | None:
    """The start of a process's part of the run, if this report has it."""
    carried = getattr(report, _START, None)
    return msgspec.convert(carried, Start) if isinstance(carried, dict) else carried


class Reports:
    """Ends each phase of a scenario's run, and attaches the result to pytest's report of it."""

    def __init__(self, runner: ScenarioRunner, config: pytest.Config) -> None:
        self._runner = runner
        self._is_worker = hasattr(config, "workerinput")
        self._collected: dict[str, str] = {}
        self._started = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the selected scenarios, which this session must account for."""
        self._collected = {item.nodeid: item.scenario.id for item in session.items if isinstance(item, ScenarioItem)}

    # The innermost wrapper: leftovers must be known before the worker reports its end.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Close the target once the last scenario is torn down, even if that raised."""
        try:
            yield
        finally:
            self._runner.lease.close()
            if self._is_worker:
                output = session.config.workeroutput  # type: ignore[attr-defined]
                output |= {LEFTOVERS: list(self._runner.lease.leftovers), CAUSE: self._runner.lease.given_up}

    # The outermost wrapper, so that its report is the one that is sent.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """End the phase, make pytest's counts match the record, and attach the scenario's line after the teardown."""
        report = yield
        if isinstance(item, ScenarioItem) and not item.is_rerun:
            phase = Phase(call.when)
            error = call.excinfo.value if call.excinfo else None
            item.run.end_phase(phase, error, item.world)
            if phase is not Phase.CALL and isinstance(error, HarnessError):
                # pytest shows a traceback for errors outside of a test. Its message says more, and what to do.
                report.longrepr = f"error: {error}\n  hint: {error.hint or _DOCTOR}"
            if phase is Phase.CALL or (phase is Phase.SETUP and report.outcome != "passed"):
                _count_as_recorded(report, item.run)
            if phase is Phase.TEARDOWN:
                self._attach(report, _SCENARIO, item.run.finish())
                if not self._started:
                    self._started = True
                    start = Start(target_line(self._runner.lease.identity()), self._collected)
                    self._attach(report, _START, start)
        return report

    def _attach(self, report: pytest.TestReport, name: str, value: msgspec.Struct) -> None:
        """Attach a value as JSON, which a worker's report can carry."""
        carried: Any = msgspec.to_builtins(value) if self._is_worker else value
        setattr(report, name, carried)


def _count_as_recorded(report: pytest.TestReport, run: ScenarioRun) -> None:
    """Count a known deviation as an expected failure, and as a failure what any plugin took for a pass or a skip."""
    judgement = run.judge()
    if hasattr(report, "wasxfail"):
        # A marker xfail says nothing about a verdict.
        del report.wasxfail
    if judgement.verdict is Verdict.DEVIATES and judgement.deviation is not None:
        report.outcome = "skipped"
        report.wasxfail = f"deviates: {judgement.deviation.id} {judgement.deviation.link}"
    elif judgement.verdict in (Verdict.SKIPPED, Verdict.UNSUPPORTED):
        report.outcome = "skipped"
        report.longrepr = (report.location[0], report.location[1] or 0, f"Skipped: {judgement.reason}")
    elif judgement.verdict in (Verdict.FAILED, Verdict.ERRORED) and report.outcome != "failed":
        report.outcome = "failed"
        report.longrepr = judgement.finding.message if judgement.finding else str(judgement.reason)
