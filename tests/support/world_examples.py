"""Worlds for tests of expectations: a target that shows what a test says, and a world with a service in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from selection import cluster_ref, entry, service

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.contract import Observation, Target
from kserve_conformance.targets.faulty import Wrapped
from kserve_conformance.targets.memory import MemoryTarget
from kserve_conformance.world import World


class Showing(Wrapped):
    """Reports what its wrapped target does, with some parts replaced; counts the observations."""

    def __init__(self, release: str = "v0.16.0", **parts: Any) -> None:
        super().__init__(MemoryTarget(release))
        self.parts = parts
        self.requested = 0

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        self.requested += 1
        return replace(super().observe(service, within), **self.parts)


def world(release: str = "v0.16.0", **parts: Any) -> World:
    """An empty world, whose target shows these parts of whatever it observes."""
    # What wraps a target has its identity as a property, which the contract writes as an attribute.
    return World(cast("Target", Showing(release, **parts)), release=release)


def served(release: str = "v0.16.0", **parts: Any) -> World:
    """A world with the ClusterServingRuntime "r" and a service that it serves."""
    made = world(release, **parts)
    made.add_runtime(cluster_ref("r"), over={"supportedModelFormats": [entry()]})
    made.apply_service(service())
    return made


def unserved(release: str = "v0.16.0", **parts: Any) -> World:
    """A world with a service that no runtime serves."""
    made = world(release, **parts)
    made.add_runtime(cluster_ref("r"), over={"supportedModelFormats": [entry("onnx")]})
    made.apply_service(service())
    return made
