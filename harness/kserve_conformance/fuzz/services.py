"""Random services: models, legacy keys, custom containers, and some that the webhook must reject."""

from __future__ import annotations

from random import Random
from typing import Any

from kserve_conformance.objects import API_VERSIONS, SERVICE, Namespace

LEGACY_KEYS = ("sklearn", "xgboost", "pytorch", "triton", "onnx", "huggingface", "lightgbm", "tensorflow")

#: The keys in every release's CRDs. A stored service with no implementation that the release knows crashes the manager
#: of old releases (v0.10.2: ``GetImplementation``, pkg/apis/serving/v1beta1/predictor.go, reads the first of an empty
#: list), and then no service can be observed. Webhooks reject such a service; only writes past them store it.
KEYS_OF_ALL = tuple(key for key in LEGACY_KEYS if key != "huggingface")

#: Names of runtimes; no runtime is called ``gone``.
NAMED = ("a", "b", "c", "gone", "kserve-mlserver", "kserve-sklearnserver")
VERSIONS = ("1", "1", "1", "2", "")
PROTOCOLS = ("v1", "v2", "v2", "grpc-v2", "odd", "")

STORAGE_URI = "gs://example/models/model"
CLAIM = "pvc://models/model"

Json = dict[str, Any]


def service(
    rng: Random, formats: tuple[str, ...], namespace: Namespace, *, in_store: bool = False, is_first: bool = True
) -> Json:
    """
    A service in a namespace; ``is_first`` says that no service of that name exists.

    Only a first one may use ModelMesh. A service that switches to ModelMesh while it has
    a workload is never reconciled again, which looks like a failed controller; since
    v0.15.2 the webhook rejects the switch, which a scenario states.

    A service that is stored without passing the webhooks is a model or a legacy key. It
    has the fields that a webhook would have filled in and that the controller reads
    without a nil check.
    """
    predictor, annotations = _predictor(rng, formats, only_servers=in_store)
    if in_store:
        for server in predictor.values():
            server |= {"runtimeVersion": "1", "name": "kserve-container", "resources": {}}
    elif is_first and rng.random() < 0.02:
        annotations["serving.kserve.io/deploymentMode"] = "ModelMesh"
    metadata: Json = {"name": "model", "namespace": namespace}
    if annotations:
        metadata["annotations"] = annotations
    return {
        "apiVersion": API_VERSIONS[SERVICE],
        "kind": SERVICE,
        "metadata": metadata,
        "spec": {"predictor": predictor},
    }


def _predictor(rng: Random, formats: tuple[str, ...], *, only_servers: bool) -> tuple[Json, Json]:
    """A predictor and the annotations that it needs."""
    roll = rng.random()
    if roll < 0.72 or (only_servers and roll >= 0.9):
        return {"model": _model(rng, formats)}, {}
    if roll < 0.9:
        return {_key(rng, formats, KEYS_OF_ALL if only_servers else LEGACY_KEYS): _legacy(rng)}, {}
    if roll < 0.94:
        return {"containers": [{"name": "kserve-container", "image": "example.com/own:1"}]}, {}
    if roll < 0.96:
        model = {**_model(rng, formats), "storageUri": CLAIM}
        nodes = {"pipelineParallelSize": 2, "tensorParallelSize": 1}
        autoscaler = {"serving.kserve.io/autoscalerClass": rng.choice(("none", "external"))}
        return {"model": model, "workerSpec": nodes}, autoscaler
    if roll < 0.98:
        return {key: _legacy(rng) for key in rng.sample(LEGACY_KEYS, 2)}, {}
    return {"model": _model(rng, formats), _key(rng, formats): _legacy(rng)}, {}


def _key(rng: Random, formats: tuple[str, ...], keys: tuple[str, ...] = LEGACY_KEYS) -> str:
    fitting = [key for key in formats if key in keys]
    return rng.choice(fitting or keys) if rng.random() < 0.8 else rng.choice(keys)


def _model(rng: Random, formats: tuple[str, ...]) -> Json:
    format_: Json = {"name": formats[0] if rng.random() < 0.75 else formats[1]}
    if rng.random() < 0.25:
        format_["version"] = rng.choice(VERSIONS)
    model: Json = {"modelFormat": format_, "storageUri": STORAGE_URI}
    if rng.random() < 0.3:
        model["protocolVersion"] = rng.choice(PROTOCOLS)
    if rng.random() < 0.35:
        model["runtime"] = rng.choice(NAMED)
    if rng.random() < 0.05:
        model["runtimeVersion"] = "9"
    return model


def _legacy(rng: Random) -> Json:
    legacy: Json = {"storageUri": STORAGE_URI}
    if rng.random() < 0.3:
        legacy["protocolVersion"] = rng.choice(PROTOCOLS)
    if rng.random() < 0.1:
        legacy["runtimeVersion"] = "9"
    return legacy
