"""
One scenario on one target: running its steps, its verdict, its line in the record.

Two callers drive it. The pytest plugin runs the features of any suite as pytest
items; a plain run, of ``run`` and ``matrix``, runs the suite that ships on a target
in memory. Both get the same record, byte for byte.

- :mod:`.settings` holds what one run runs: suite, selected scenarios, target.
- :mod:`.lease` opens the target, reopens it once if it is lost, and closes it.
- :mod:`.steps` finds the definition of a step and calls it.
- :mod:`.bdd` is the only module that uses private parts of pytest-bdd.
- :mod:`.runner` runs a scenario through setup, call and teardown.
- :mod:`.plain_run` runs the shipped suite without pytest.
- :mod:`.verdicts` turns what happened into a verdict, :mod:`.findings` into the finding that explains it.
- :mod:`.lines` writes the header and the scenario lines of a record.
"""

from kserve_conformance.scenario_runs.lease import TargetLease
from kserve_conformance.scenario_runs.runner import ScenarioRun, ScenarioRunner
from kserve_conformance.scenario_runs.settings import RunSettings

__all__ = ["RunSettings", "ScenarioRun", "ScenarioRunner", "TargetLease"]
