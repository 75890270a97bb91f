"""
A run of the shipped suite without pytest.

pytest's hooks and fixtures take longer than a target in memory needs for a scenario. The shipped suite needs neither:
its steps are known, and no conftest or plugin can add to them. Its features are read once, and each step is matched
once, for all targets of a process. The record is the one that the pytest plugin writes, byte for byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

from kserve_conformance.record.model import Scenario
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.record.writer import RecordWriter
from kserve_conformance.scenario_runs.lines import header_line, target_line
from kserve_conformance.scenario_runs.runner import ScenarioRunner
from kserve_conformance.scenario_runs.settings import RunSettings
from kserve_conformance.scenario_runs.steps import StepRegistry, shipped_steps
from kserve_conformance.signals import INTERRUPTED_BY_USER, signals_wait
from kserve_conformance.suite import inventory
from kserve_conformance.suite.problems import raise_all


def write_record(settings: RunSettings, show: Callable[[Scenario], None] | None = None) -> None:
    """
    Run the selected scenarios, and write the record that the settings name; ``show`` is called with each line.

    An interrupt ends the run and is noted in the footer. Raises ``SuiteError`` for a step that could mean two things,
    and ``OutputError`` where the record cannot be written. A record without a footer is incomplete.
    """
    if settings.record is None:
        raise ValueError("a run without pytest needs a file for its record")
    began = time.perf_counter()
    # An older record must not be mistaken for that of this run.
    settings.record.unlink(missing_ok=True)
    steps = _checked_steps(settings)
    runner = ScenarioRunner(settings)
    interrupted = None
    try:
        runner.open(settings.selected)
        collected = tuple(scenario.id for scenario in settings.selected)
        header = header_line(settings, target_line(runner.lease.identity()), collected)
        with RecordWriter(settings.record, header, redaction=_redaction()) as writer:
            try:
                for scenario in settings.selected:
                    line = runner.run(scenario, steps)
                    writer.add(line)
                    if show is not None:
                        show(line)
            except KeyboardInterrupt as error:
                interrupted = str(error) or INTERRUPTED_BY_USER
            with signals_wait():
                runner.lease.close()
                writer.finish(
                    leftovers=runner.lease.leftovers,
                    interrupted=interrupted,
                    cause=runner.lease.given_up,
                    seconds=round(time.perf_counter() - began, 3) if settings.timings else None,
                )
    finally:
        runner.lease.close()


@cache
def _redaction() -> Redaction:
    """One redaction for all targets of a process, since they report the same texts."""
    return Redaction.of_this_machine()


#: The digests of the suites whose steps were checked.
_CHECKED: set[str] = set()


def _checked_steps(settings: RunSettings) -> StepRegistry:
    """The shipped steps, checked once against the whole suite."""
    steps = shipped_steps()
    if settings.suite.digest not in _CHECKED:
        raise_all(steps.problems(inventory(settings.suite)))
        _CHECKED.add(settings.suite.digest)
    return steps
