"""A seeded fleet of services, in the mix of formats, protocols and schemas that public manifests have."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

#: Formats and their weights.
_FORMATS = {
    "sklearn": 30,
    "huggingface": 12,
    "pytorch": 10,
    "triton": 8,
    "xgboost": 8,
    "tensorflow": 8,
    "onnx": 7,
    "mlflow": 5,
    "lightgbm": 4,
    "pmml": 3,
    "paddle": 2,
    "unknown": 3,
}
#: Formats that have a key of their own in the legacy schema.
_LEGACY = ("sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "pmml", "lightgbm", "paddle")
_RUNTIMES = {
    "sklearn": "kserve-sklearnserver",
    "xgboost": "kserve-xgbserver",
    "tensorflow": "kserve-tensorflow-serving",
    "triton": "kserve-tritonserver",
    "pytorch": "kserve-torchserve",
    "mlflow": "kserve-mlserver",
}


def fleet(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Services with names of their own in three namespaces, the same ones for a seed."""
    draw = random.Random(seed)
    for number in range(count):
        format_ = draw.choices(list(_FORMATS), list(_FORMATS.values()))[0]
        uri = {"storageUri": f"s3://models/{format_}/{number}"}
        if format_ in _LEGACY and draw.random() < 0.3:
            predictor: dict[str, Any] = {format_: uri}
            if draw.random() < 0.2:
                predictor[format_] = {**uri, "protocolVersion": draw.choice(["v1", "v2"])}
        else:
            model: dict[str, Any] = {"modelFormat": {"name": format_}, **uri}
            if draw.random() < 0.25:
                model["protocolVersion"] = draw.choice(["v1", "v2", "v2"])
            if draw.random() < 0.15:
                model["modelFormat"]["version"] = draw.choice(["1", "2", "3", "4"])
            if format_ in _RUNTIMES and draw.random() < 0.2:
                model["runtime"] = _RUNTIMES[format_]
            predictor = {"model": model}
        if draw.random() < 0.1:
            predictor["minReplicas"] = draw.choice([0, 1, 2])
        metadata = {"name": f"{format_}-{number}", "namespace": f"team-{draw.choice('abc')}"}
        yield {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": metadata,
            "spec": {"predictor": predictor},
        }
