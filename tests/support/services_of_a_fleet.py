"""A seeded fleet of services, in the mix of formats, protocols and schemas that public manifests have."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from benchmarks.fleet import mix


def fleet(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Services with names of their own in three namespaces, the same ones for a seed."""
    draw = random.Random(seed)
    for number in range(count):
        format_ = mix.one_of(draw, mix.FORMATS)
        uri = {"storageUri": f"s3://models/{format_}/{number}"}
        if format_ in mix.LEGACY and draw.random() < mix.LEGACY_SHARE:
            predictor: dict[str, Any] = {format_: uri}
            if draw.random() < mix.LEGACY_PROTOCOL_SHARE:
                predictor[format_] = {**uri, "protocolVersion": draw.choice(["v1", "v2"])}
        else:
            model: dict[str, Any] = {"modelFormat": {"name": format_}, **uri}
            if draw.random() < mix.PROTOCOL_SHARE:
                model["protocolVersion"] = draw.choice(["v1", "v2", "v2"])
            if draw.random() < mix.VERSION_SHARE:
                model["modelFormat"]["version"] = draw.choice(["1", "2", "3", "4"])
            if format_ in mix.RUNTIMES and draw.random() < mix.RUNTIME_SHARE:
                model["runtime"] = mix.RUNTIMES[format_]
            predictor = {"model": model}
        if draw.random() < mix.REPLICAS_SHARE:
            predictor["minReplicas"] = draw.choice([0, 1, 2])
        metadata = {"name": f"{format_}-{number}", "namespace": f"team-{draw.choice('abc')}"}
        yield {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": metadata,
            "spec": {"predictor": predictor},
        }
