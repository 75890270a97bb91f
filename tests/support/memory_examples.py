"""Targets in memory with objects, and a service and runtimes for them."""

from __future__ import annotations

from datetime import timedelta

from selection import TEAM, manifest, service

from kserve_conformance.objects import CLUSTER_RUNTIME, ObjectKey, without
from kserve_conformance.targets.memory import MemoryTarget

PREDICTOR = ("spec", "predictor")
FRAUD = ObjectKey("InferenceService", "fraud", TEAM)
NOW = timedelta(0)
LEGACY = service({"storageUri": "gs://x"}, key="sklearn")


def runtime(name: str = "r", *entries, kind: str = CLUSTER_RUNTIME, **spec):
    """A runtime as a feature writes it: the target's clock dates it."""
    return without(manifest(kind, name, *entries, **spec), "metadata", "creationTimestamp")


def target(release: str = "v0.16.0", *objects) -> MemoryTarget:
    """A target with some objects applied."""
    made = MemoryTarget(release)
    assert [answer.rejected for answer in made.apply(*objects)] == [None] * len(objects)
    return made
