"""
The shipped suite, run against targets in memory without pytest.

A run of ``kserve-conformance run`` spends much of its time in pytest. Here the
features are read once, and each step is matched once, for all targets of a process.
The scenarios run as they do there (:mod:`kserve_conformance.scenario_runs`), so the
record is the one that ``run`` writes, byte for byte.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kserve_conformance.record import RecordWriter
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.scenario_runs import RunSettings, ScenarioRunner
from kserve_conformance.scenario_runs.lines import header_line, target_line
from kserve_conformance.scenario_runs.steps import shipped_steps
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.problems import raise_all
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets.kinds import with_known_release
from kserve_conformance.targets.spec import Options, Spec


def write_record(spec: Spec, selection: Selection, path: Path) -> None:
    """
    Run the suite against a target in memory, and write the record.

    Raises ``SuiteError`` for a suite that cannot run and ``OSError`` where the
    record cannot be written. A record without a footer is incomplete.
    """
    suite, scenarios = _shipped_suite()
    selected = selection.of(scenarios)
    settings = RunSettings(
        suite=suite,
        scenarios=scenarios,
        selection=selection,
        selected=selected,
        target=with_known_release(spec),
        options=Options(),
        record=path,
    )
    runner = ScenarioRunner(settings)
    try:
        runner.open(selected)
        header = header_line(settings, target_line(runner.lease.identity()), tuple(one.id for one in selected))
        with RecordWriter(path, header, redaction=_redaction()) as writer:
            for scenario in selected:
                writer.add(runner.run(scenario, shipped_steps()))
            runner.lease.close()
            writer.finish(leftovers=runner.lease.leftovers, cause=runner.lease.given_up)
    finally:
        runner.lease.close()


@cache
def _redaction() -> Redaction:
    """One redaction for all targets of a process, since they report the same texts."""
    return Redaction.of_this_machine()


@cache
def _shipped_suite() -> tuple[Suite, tuple[ScenarioInfo, ...]]:
    """The suite and its scenarios, read once. Raises ``SuiteError`` where a step could mean two things."""
    suite = Suite.shipped()
    scenarios = inventory(suite)
    raise_all(shipped_steps().problems(scenarios))
    return suite, scenarios
