"""Random specs of typical services and runtimes, with valid and invalid values for the checks of the webhooks."""

from __future__ import annotations

from random import Random
from typing import Any

from kserve_conformance.objects import SERVICE

Json = dict[str, Any]

FORMATS = ("sklearn", "xgboost", "pytorch", "triton", "onnx", "huggingface", "tensorflow", "lightgbm", "pmml", "odd")

#: The legacy keys, some of which not every release has.
FRAMEWORKS = (
    *("sklearn", "xgboost", "pytorch", "triton", "onnx", "huggingface", "tensorflow", "lightgbm", "pmml", "paddle"),
)

URIS = (
    *(
        "gs://a/b",
        "s3://a/b",
        "pvc://a/b",
        "file:///a",
        "https://a.example/b.tar.gz",
        "http://a.example/b",
        "hdfs://a/b",
    ),
    *("webhdfs://a/b", "oci://a/b", "hf://a/b", "hf://a", "abfs://a/b", "odd://a/b", "a/b", "", "GS://a/b", "gs:/a/b"),
    *("https://a.blob.core.windows.net/b/c", "https://a.file.core.windows.net/b", "pvc://", "mlflow://a/b", "s3:a"),
)

IMAGES = ("example.com/a:1", "example.com/a", "a@sha256:0123", "")

REPLICAS = (0, 1, 2, 3, -1, 100)

PROTOCOLS = ("v1", "v2", "grpc-v1", "grpc-v2", "odd", "")


def plausible(rng: Random, kind: str) -> Json:
    """A random spec for an object of this kind."""
    return _service(rng) if kind == SERVICE else _runtime(rng)


def _service(rng: Random) -> Json:
    spec: Json = {"predictor": _predictor(rng)}
    if rng.random() < 0.2:
        spec["transformer"] = _transformer(rng)
    if rng.random() < 0.15:
        spec["explainer"] = _explainer(rng)
    return spec


def _predictor(rng: Random) -> Json:
    roll = rng.random()
    predictor: Json = {}
    if roll < 0.65:
        predictor["model"] = _model(rng)
    elif roll < 0.82:
        for key in rng.sample(FRAMEWORKS, rng.choice((1, 1, 1, 2))):
            predictor[key] = _framework(rng)
    elif roll < 0.94:
        predictor["containers"] = _containers(rng)
    if rng.random() < 0.1:
        predictor["containers"] = _containers(rng)
    if rng.random() < 0.06:
        predictor["workerSpec"] = _worker(rng)
    predictor.update(_component(rng))
    return predictor


def _component(rng: Random) -> Json:
    """Some fields that are common to all components."""
    fields: Json = {
        "minReplicas": rng.choice(REPLICAS),
        "maxReplicas": rng.choice(REPLICAS),
        "containerConcurrency": rng.choice((0, 1, 10, -1)),
        "timeout": rng.choice((0, 1, 60, -1)),
        "canaryTrafficPercent": rng.choice((0, 10, 100, -1, 101)),
        "scaleTarget": rng.choice((0, 1, 80, 100, 101, -1)),
        "scaleMetric": rng.choice(("cpu", "memory", "concurrency", "rps", "odd")),
        "logger": rng.choice(
            ({"mode": "all"}, {"mode": "request", "url": "http://a"}, {"mode": "odd"}, {}, {"url": "http://a"})
        ),
        "batcher": rng.choice(({}, {"maxBatchSize": 1, "maxLatency": 1}, {"maxBatchSize": 0}, {"timeout": -1})),
        "serviceAccountName": "a",
        "nodeSelector": {"a": "b"},
        "labels": {"a": "b"},
        "annotations": {"a": "b"},
        "autoScaling": {"metrics": [_metric(rng) for _ in range(rng.choice((1, 1, 2)))]},
        "deploymentStrategy": rng.choice(({"type": "Recreate"}, {"type": "RollingUpdate"}, {"type": "odd"})),
        "tolerations": [{"key": "a", "operator": rng.choice(("Exists", "Equal", "odd"))}],
        "storageUris": [{"uri": rng.choice(URIS), "mountPath": rng.choice(("/mnt/a", "a", "/", ""))}],
    }
    picked = rng.sample(list(fields), rng.choice((0, 0, 0, 1, 1, 2)))
    return {name: fields[name] for name in picked}


def _metric(rng: Random) -> Json:
    kind = rng.choice(("Resource", "External", "PodMetric", "odd"))
    target = {
        "type": rng.choice(("Utilization", "AverageValue", "Value", "odd")),
        rng.choice(("averageUtilization", "averageValue", "value")): rng.choice((80, "1", "1Gi", 0, "odd")),
    }
    metric: Json = {"type": kind}
    if kind == "Resource":
        metric["resource"] = {"name": rng.choice(("cpu", "memory", "odd")), "target": target}
    elif kind == "External":
        backend = rng.choice(("prometheus", "graphite", "odd"))
        metric["external"] = {
            "metric": {"backend": backend, "serverAddress": rng.choice(("http://a", "")), "query": "a"},
            "target": target,
        }
    else:
        metric["podmetric"] = {
            "metric": {"backend": rng.choice(("opentelemetry", "odd")), "metricNames": ["a"], "query": "a"},
            "target": target,
        }
    return metric


def _framework(rng: Random) -> Json:
    made: Json = {}
    if rng.random() < 0.9:
        made["storageUri"] = rng.choice(URIS) if rng.random() < 0.5 else "gs://a/b"
    options: Json = {
        "protocolVersion": rng.choice(PROTOCOLS),
        "runtimeVersion": rng.choice(("1", "1.0-gpu", "latest", "")),
        "name": rng.choice(("a", "kserve-container", "")),
        "image": rng.choice(IMAGES),
        "resources": _resources(rng),
        "env": [_variable(rng) for _ in range(rng.choice((1, 2)))],
        "args": ["--a"],
        "storage": rng.choice(
            ({"key": "a", "path": "b"}, {"path": "b"}, {"parameters": {"type": "s3", "bucket": "c"}}, {})
        ),
        "volumeMounts": [{"name": "a", "mountPath": "/a"}],
        "ports": [{"containerPort": rng.choice((80, 0, 65536)), "protocol": rng.choice(("TCP", "odd"))}],
    }
    for name in rng.sample(list(options), rng.choice((0, 0, 1, 1, 2))):
        made[name] = options[name]
    return made


def _model(rng: Random) -> Json:
    format_: Json = {"name": rng.choice(FORMATS)}
    if rng.random() < 0.2:
        format_["version"] = rng.choice(("1", "2", ""))
    model: Json = {"modelFormat": format_, **_framework(rng)}
    if rng.random() < 0.2:
        model["runtime"] = rng.choice(("neighbour", "gone", ""))
    return model


def _variable(rng: Random) -> Json:
    return {
        "name": rng.choice(("A", "PIPELINE_PARALLEL_SIZE", "TENSOR_PARALLEL_SIZE", "PYTHONPATH", "STORAGE_URI", "")),
        "value": rng.choice(("1", "2", "a", "")),
    }


def _resources(rng: Random) -> Json:
    made: Json = {}
    for key in rng.sample(("limits", "requests"), rng.choice((1, 2))):
        made[key] = {
            rng.choice(("cpu", "memory", "nvidia.com/gpu", "odd")): rng.choice(("1", "500m", "1Gi", 2, "odd", "-1"))
        }
    return made


def _containers(rng: Random) -> list[Json]:
    names = ("kserve-container", "a", "b", "transformer-container", "worker-container", "")
    made = []
    for name in rng.sample(names, rng.choice((1, 1, 1, 2, 3))):
        container: Json = {"name": name, "image": rng.choice(IMAGES)}
        if rng.random() < 0.3:
            container["env"] = [_variable(rng)]
        if rng.random() < 0.2:
            container["resources"] = _resources(rng)
        made.append(container)
    return made if rng.random() < 0.95 else []


def _worker(rng: Random) -> Json:
    worker: Json = {}
    for name in ("pipelineParallelSize", "tensorParallelSize", "size"):
        if rng.random() < 0.4:
            worker[name] = rng.choice((1, 2, 0, -1))
    if rng.random() < 0.4:
        worker["containers"] = _containers(rng)
    return worker


def _transformer(rng: Random) -> Json:
    roll = rng.random()
    made: Json = {}
    if roll < 0.7:
        made["containers"] = _containers(rng)
    elif roll < 0.8:
        made["custom"] = {"container": {"image": "a"}}
    elif roll < 0.9:
        made["model"] = _model(rng)
    made.update(_component(rng))
    return made


def _explainer(rng: Random) -> Json:
    made: Json = {}
    for key in rng.sample(("alibi", "art", "aix", "containers"), rng.choice((0, 1, 1, 1, 2))):
        if key == "containers":
            made[key] = _containers(rng)
        else:
            made[key] = {"type": rng.choice(("AnchorTabular", "SquareAttack", "odd")), **_framework(rng)}
    made.update(_component(rng))
    return made


def _runtime(rng: Random) -> Json:
    spec: Json = {
        "supportedModelFormats": [_entry(rng) for _ in range(rng.choice((1, 1, 2, 3)))],
        "containers": _containers(rng),
    }
    options: Json = {
        "protocolVersions": rng.sample(PROTOCOLS, rng.choice((1, 2))),
        "disabled": rng.choice((True, False)),
        "multiModel": rng.choice((True, False)),
        "workerSpec": _worker(rng),
        "grpcEndpoint": "port:8085",
        "grpcDataEndpoint": "port:8001",
        "builtInAdapter": rng.choice(({"serverType": "triton"}, {"serverType": "odd"}, {"memBufferBytes": -1}, {})),
        "annotations": {"a": "b"},
        "nodeSelector": {"a": "b"},
        "replicas": rng.choice(REPLICAS),
        "volumes": [{"name": "a", "emptyDir": {}}],
        "hostIPC": True,
    }
    for name in rng.sample(list(options), rng.choice((0, 1, 1, 2, 3))):
        spec[name] = options[name]
    return spec


def _entry(rng: Random) -> Json:
    entry: Json = {"name": rng.choice(("sklearn", "SKLearn", "xgboost", "odd"))}
    if rng.random() < 0.7:
        entry["version"] = rng.choice(("1", "2"))
    if rng.random() < 0.8:
        entry["autoSelect"] = rng.random() < 0.8
    if rng.random() < 0.5:
        entry["priority"] = rng.choice((1, 2, 0, -1))
    return entry
