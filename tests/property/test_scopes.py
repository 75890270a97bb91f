"""Laws of the runtime webhook, whose index must not change what is rejected."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from kserve_conformance.objects import Runtime
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of


def runtime(random: Random) -> Runtime:
    """A runtime whose formats, versions and priorities often collide with those of others."""
    formats: list[dict[str, Any]] = []
    for _ in range(random.randrange(4)):
        entry: dict[str, Any] = {"name": random.choice(("onnx", "ONNX", "pmml")), "autoSelect": random.random() < 0.8}
        if random.random() < 0.8:
            entry["priority"] = random.randrange(1, 3)
        if random.random() < 0.5:
            entry["version"] = "1"
        formats.append(entry)
    return Runtime.from_manifest(
        {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "ClusterServingRuntime",
            "metadata": {"name": f"runtime-{random.randrange(6)}"},
            "spec": {
                "containers": [],
                "disabled": random.random() < 0.15,
                "multiModel": random.random() < 0.15,
                "protocolVersions": random.sample(["v1", "v2", "grpc-v2"], random.randrange(3)),
                "supportedModelFormats": formats,
            },
        }
    )


@pytest.mark.parametrize("release", ["v0.11.1", "v0.15.2", "v0.20.0"])
def test_a_runtime_is_rejected_for_the_first_one_that_it_clashes_with(release):
    """A scope of many runtimes rejects with the message of the earliest stored one that alone would reject."""
    profile = profile_of(release)
    rejections = 0
    for seed in range(500):
        random = Random(seed)
        scope = Scope()
        stored: list[Runtime] = []
        for _ in range(8):
            written = runtime(random)
            alone = (rejection_of(written, Scope([other]), profile) for other in stored)
            rejection = rejection_of(written, scope, profile)
            assert rejection == next((text for text in alone if text is not None), None)
            rejections += rejection is not None
            stored = [other for other in stored if other.key != written.key] + [written]
            scope.add(written)
    assert rejections > 100
