"""
Scenarios run directly on the memory target, without pytest.

A guard that flips hundreds of rules runs the whole suite hundreds of times. Here each step text is matched only once.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

import pytest

from kserve_conformance.profiles import Profile
from kserve_conformance.rules.registry import registry
from kserve_conformance.scenario_runs.runner import PlainFixtures
from kserve_conformance.scenario_runs.steps import shipped_steps
from kserve_conformance.suite import Suite
from kserve_conformance.suite.inventory import ScenarioInfo, inventory
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import World


@dataclass(frozen=True)
class ScenarioResult:
    """The result of one scenario: its first failure, or None."""

    scenario: ScenarioInfo
    failure: BaseException | None


@cache
def scenarios() -> tuple[ScenarioInfo, ...]:
    """Every scenario of the suite that ships."""
    return inventory(Suite.shipped())


def scenarios_of(profile: Profile) -> tuple[ScenarioInfo, ...]:
    """The scenarios that apply to a release without upgrades and pods, without those of known deviations."""
    return tuple(
        scenario
        for scenario in scenarios()
        if scenario.tags.holds_for(profile.name)
        and not {"upgrade", "pods"} & set(scenario.tags.needs)
        and registry().deviation_for(profile.name, scenario.tags.rules, scenario.tags.claims) is None
    )


def run_scenario(scenario: ScenarioInfo, profile: Profile) -> ScenarioResult:
    """Run one scenario against a profile."""
    with ExitStack() as stack:
        fixtures = PlainFixtures(stack)
        fixtures.provide("world", stack.enter_context(World(MemoryTarget(profile), release=profile.name)))
        try:
            for step in scenario.steps:
                match = shipped_steps().match(step)
                assert match is not None
                match.call(step, fixtures)
        except pytest.skip.Exception:
            return ScenarioResult(scenario, None)
        except Exception as failure:  # noqa: BLE001 - Any exception counts as a failure.
            return ScenarioResult(scenario, failure)
    return ScenarioResult(scenario, None)


def failures(requested: Iterable[ScenarioInfo], profile: Profile) -> Iterable[ScenarioResult]:
    """The scenarios that fail, lazily."""
    return (result for scenario in requested if (result := run_scenario(scenario, profile)).failure is not None)
