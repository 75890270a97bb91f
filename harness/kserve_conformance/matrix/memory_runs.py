"""The records of targets in memory: each a run of the shipped suite without pytest, in the process of a worker."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kserve_conformance.scenario_runs import RunSettings, plain_run
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets.kinds import with_known_release
from kserve_conformance.targets.spec import Options, Spec


def write_record(spec: Spec, selection: Selection, path: Path) -> None:
    """Run the suite against a target in memory, and write the record. Raises as ``plain_run.write_record`` does."""
    suite, scenarios = _shipped_suite()
    plain_run.write_record(
        RunSettings(
            suite=suite,
            scenarios=scenarios,
            selection=selection,
            selected=selection.of(scenarios),
            target=with_known_release(spec),
            options=Options(),
            record=path,
        )
    )


@cache
def _shipped_suite() -> tuple[Suite, tuple[ScenarioInfo, ...]]:
    suite = Suite.shipped()
    return suite, inventory(suite)
