"""
Scenarios played straight against the memory target, without pytest between.

A guard that flips hundreds of rules asks the whole suite hundreds of times: here
each step text is matched once for all of them.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.steps import step_function_context_registry

from kserve_conformance.profiles import Profile
from kserve_conformance.rules.registry import registry
from kserve_conformance.suite import ROOT, Suite
from kserve_conformance.suite.inventory import ScenarioInfo, StepInfo, inventory
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import World


@dataclass(frozen=True)
class Played:
    """What one scenario came to: None if it holds, else the first failure."""

    scenario: ScenarioInfo
    failure: BaseException | None


@cache
def scenarios() -> tuple[ScenarioInfo, ...]:
    """Every scenario of the suite that ships."""
    return inventory(Suite.shipped())


def asked_of(profile: Profile) -> tuple[ScenarioInfo, ...]:
    """The scenarios that hold for a release on a target that stays what it is; those of broken claims are left out."""
    return tuple(
        scenario
        for scenario in scenarios()
        if scenario.tags.holds_for(profile.name)
        and "upgrade" not in scenario.tags.needs
        and registry().deviation_for(profile.name, scenario.tags.rules, scenario.tags.claims) is None
    )


@cache
def _definitions() -> tuple[Any, ...]:
    modules = sorted(path.stem for path in Path(ROOT, "steps").glob("*.py"))
    loaded = {importlib.import_module(f"kserve_conformance.suite.steps.{name}").__name__ for name in modules}
    return tuple(
        context
        for context in step_function_context_registry.values()
        if inspect.unwrap(context.step_func).__module__ in loaded
    )


@cache
def _bound(kind: str, text: str) -> tuple[Callable[..., Any], dict[str, Any]]:
    for context in _definitions():
        if context.type in (None, kind) and context.parser.is_matching(text):
            arguments = dict(context.parser.parse_arguments(text) or {})
            return context.step_func, arguments
    raise LookupError(f"no step for {kind} {text!r}")


def _call(step: StepInfo, world: World) -> None:
    function, arguments = _bound(step.kind, step.text)
    known = inspect.signature(function).parameters
    given = {"world": world, **arguments}
    if step.table:
        given["datatable"] = [list(row) for row in step.table]
    if step.doc_string is not None:
        given["docstring"] = step.doc_string
    function(**{name: value for name, value in given.items() if name in known})


def play(scenario: ScenarioInfo, profile: Profile) -> Played:
    """Play one scenario against a profile."""
    with World(MemoryTarget(profile), release=profile.name) as world:
        try:
            for step in scenario.steps:
                _call(step, world)
        except pytest.skip.Exception:
            return Played(scenario, None)
        except Exception as failure:  # noqa: BLE001 - Whatever a flipped rule breaks is a failure that was looked for.
            return Played(scenario, failure)
    return Played(scenario, None)


def failures(asked: Iterable[ScenarioInfo], profile: Profile) -> Iterable[Played]:
    """The scenarios that do not hold, lazily."""
    return (played for scenario in asked if (played := play(scenario, profile)).failure is not None)
