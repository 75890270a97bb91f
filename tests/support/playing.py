"""
Scenarios played straight against the memory target, without pytest between.

A guard that flips hundreds of rules asks the whole suite hundreds of times: here
each step text is matched once for all of them.
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
        and not {"upgrade", "pods"} & set(scenario.tags.needs)
        and registry().deviation_for(profile.name, scenario.tags.rules, scenario.tags.claims) is None
    )


def play(scenario: ScenarioInfo, profile: Profile) -> Played:
    """Play one scenario against a profile."""
    with ExitStack() as stack:
        fixtures = PlainFixtures(stack)
        fixtures.provide("world", stack.enter_context(World(MemoryTarget(profile), release=profile.name)))
        try:
            for step in scenario.steps:
                match = shipped_steps().match(step)
                assert match is not None
                match.call(step, fixtures)
        except pytest.skip.Exception:
            return Played(scenario, None)
        except Exception as failure:  # noqa: BLE001 - Whatever a flipped rule breaks is a failure that was looked for.
            return Played(scenario, failure)
    return Played(scenario, None)


def failures(asked: Iterable[ScenarioInfo], profile: Profile) -> Iterable[Played]:
    """The scenarios that do not hold, lazily."""
    return (played for scenario in asked if (played := play(scenario, profile)).failure is not None)
