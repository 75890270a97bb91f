"""
The suite that ships, played against targets in memory without pytest between.

A run of ``kserve-conformance run`` spends most of its time in collecting. Here
features are read once and each step text is matched once for all targets of a
process. What happens is told to the same watch that pytest's hooks tell, so the
record is the one that ``run`` writes, byte for byte; a test holds them equal.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.pytest_plugin.keeping import Keeper
from kserve_conformance.pytest_plugin.lookup import contexts_that_ship, definitions_that_ship
from kserve_conformance.pytest_plugin.recording import header_of
from kserve_conformance.pytest_plugin.session import Asked, checked
from kserve_conformance.pytest_plugin.verdicts import Progress
from kserve_conformance.pytest_plugin.watching import Watch
from kserve_conformance.record import RecordWriter
from kserve_conformance.suite import ScenarioInfo, StepInfo, Suite, inventory
from kserve_conformance.suite.guards import ambiguous_steps
from kserve_conformance.suite.problems import raise_all
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets.spec import Options, Spec
from kserve_conformance.world import World


class NoSuchStep(SuiteError):
    """A step has no definition."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"no step definition matches {kind} {text}")


def record_of(spec: Spec, selection: Selection, to: Path) -> None:
    """
    Ask a target in memory, and write the record of it.

    Raises ``SuiteError`` for a suite that cannot be played and ``OSError`` where
    the record cannot be written. A record whose footer is missing was not ended.
    """
    suite = Suite.shipped()
    scenarios = inventory(suite)
    _check()
    asked = Asked(
        suite=suite,
        scenarios=scenarios,
        selection=selection,
        selected=selection.of(scenarios),
        target=checked(spec),
        options=Options(),
        record=to,
        timings=False,
        implementation="{}",
    )
    keeper = Keeper(asked.target, asked.options)
    watch = Watch(asked, keeper)
    try:
        watch.open(asked.selected)
        collected = tuple(scenario.id for scenario in asked.selected)
        with RecordWriter(to, header_of(asked, watch.identity(), collected)) as writer:
            for scenario in asked.selected:
                progress = _played(scenario, watch, keeper)
                watch.look_for_leftovers(progress)
                writer.add(watch.end(progress))
            keeper.close()
            writer.finish(leftovers=keeper.leftovers)
    finally:
        keeper.close()


def _played(scenario: ScenarioInfo, watch: Watch, keeper: Keeper) -> Progress:
    """Play one scenario in pytest's three phases: setup, call, teardown."""
    progress = Progress.of(scenario)
    try:
        progress.not_run = watch.why_not(scenario)
        if progress.not_run is not None:
            return progress
        target = keeper.target()
    except Exception as error:  # noqa: BLE001 - What keeps a scenario from being asked is its verdict.
        watch.broke(progress, "setup", error)
        watch.diagnose(progress, None)
        return progress
    world = World(target, release=target.identity.release, scenario=scenario)
    try:
        _steps(scenario, world, watch, progress)
    except (Exception, pytest.skip.Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - As above.
        watch.broke(progress, "call", _from_the_step(error))
    progress.choices = world.choices
    watch.diagnose(progress, world.subject)
    try:
        world.__exit__(None, None, None)
    except Exception as error:  # noqa: BLE001 - As above.
        watch.broke(progress, "teardown", _from_the_step(error))
        watch.diagnose(progress, world.subject)
    return progress


def _steps(scenario: ScenarioInfo, world: World, watch: Watch, progress: Progress) -> None:
    for step in scenario.steps:
        try:
            call = bound(step.kind, step.text)
        except NoSuchStep:
            watch.step_undefined(progress, definitions_that_ship())
            raise
        watch.step_begins(progress)
        try:
            call(step, world)
        except BaseException as error:
            watch.step_raised(progress, error)
            raise
        watch.step_passed(progress)


@cache
def bound(kind: str, text: str) -> Callable[[StepInfo, World], object]:
    """What plays a step of this kind and text; each is matched once. Raises ``NoSuchStep``."""
    for context in contexts_that_ship():
        if context.type in (None, kind) and context.parser.is_matching(text):
            arguments = dict(context.parser.parse_arguments(text) or {})
            function = context.step_func
            wanted = frozenset(inspect.signature(function).parameters)
            return lambda step, world: function(**_given(step, world, arguments, wanted))
    raise NoSuchStep(kind, text)


def _given(step: StepInfo, world: World, arguments: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    """What a step's function takes, by pytest-bdd's names: the world, what its text says, a table, a text below."""
    given: dict[str, Any] = {"world": world, **arguments}
    if step.table:
        given["datatable"] = [list(row) for row in step.table]
    if step.doc_string is not None:
        given["docstring"] = step.doc_string
    return {name: value for name, value in given.items() if name in wanted}


@cache
def _check() -> None:
    """Refuse a suite in which a step could mean two things, as ``run`` does. Raises ``SuiteError``."""
    raise_all(tuple(ambiguous_steps(inventory(Suite.shipped()), definitions_that_ship())))


def _from_the_step(error: BaseException) -> BaseException:
    """The same error, told from where it happened: who played the step says nothing of what broke."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return error.with_traceback(trace)
