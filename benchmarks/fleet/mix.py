"""
The shares of a realistic fleet, rounded, from a survey of public manifests and issues.

Everything that draws services reads them here, so that there is one description of what is realistic. A share is a
probability; a table has weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final, TypeVar

T = TypeVar("T")

#: Model formats. ``unknown`` stands for those that no shipped runtime supports.
FORMATS: Final[Mapping[str, int]] = {
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

#: Names in place of ``unknown``: flavours of MLflow, formats of vendors, and a misspelt one.
UNKNOWN_FORMATS: Final = ("statsmodels", "h2o", "openvino_ir", "vLLM", "tensorrt", "SKLearn")

#: Formats that have a key of their own in the legacy schema.
LEGACY: Final = ("sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "pmml", "lightgbm", "paddle")

#: Runtimes that services name.
RUNTIMES: Final[Mapping[str, str]] = {
    "sklearn": "kserve-sklearnserver",
    "xgboost": "kserve-xgbserver",
    "tensorflow": "kserve-tensorflow-serving",
    "triton": "kserve-tritonserver",
    "pytorch": "kserve-torchserve",
    "mlflow": "kserve-mlserver",
}

#: Services written in the legacy schema, of those whose format has a key there.
LEGACY_SHARE: Final = 0.3
#: Services that set ``protocolVersion``: in the legacy schema, and in the new one.
LEGACY_PROTOCOL_SHARE: Final = 0.2
PROTOCOL_SHARE: Final = 0.25
PROTOCOLS: Final[Mapping[str, int]] = {"v2": 6, "v1": 3, "grpc-v2": 1}
#: Services that set the version of their format.
VERSION_SHARE: Final = 0.15
VERSIONS: Final = ("1", "2", "3", "4", "1.5", "24.01")
#: Services that name their runtime, of those whose format has an entry in ``RUNTIMES``.
RUNTIME_SHARE: Final = 0.2
#: Services that set ``minReplicas``.
REPLICAS_SHARE: Final = 0.1

#: Services as written: rendered from Git, without ``uid`` and status. The others are stored in a cluster.
WRITTEN_SHARE: Final = 0.2
#: Services with fields that no CRD has, or of KFServing. The API server prunes fields, so only written services do.
ODD_SHARE: Final = 0.04
#: Stored services that no webhook converted since v0.7, of those written in the legacy schema.
UNCONVERTED_SHARE: Final = 0.1

#: Predictors that are a container of one's own, without a model.
CUSTOM_SHARE: Final = 0.1
TRANSFORMER_SHARE: Final = 0.06
EXPLAINER_SHARE: Final = 0.015
#: Services without a runtime or whose model does not load.
FAILED_SHARE: Final = 0.08
#: Services that ``kubectl apply`` wrote, which keeps the manifest in an annotation.
APPLIED_SHARE: Final = 0.3

#: Where models are; ``storage`` is a key of a secret with a path.
STORAGE: Final[Mapping[str, int]] = {
    "s3": 40,
    "gs": 22,
    "pvc": 17,
    "https": 8,
    "hf": 5,
    "oci": 3,
    "azure": 3,
    "storage": 2,
}

#: Values of the annotation ``serving.kserve.io/deploymentMode``; most services have none.
MODES: Final[Mapping[str | None, int]] = {None: 76, "RawDeployment": 18, "Serverless": 4, "ModelMesh": 2}


def one_of(draw: Random, weights: Mapping[T, int]) -> T:
    """Draw a key of a table of weights."""
    return draw.choices(list(weights), list(weights.values()))[0]
