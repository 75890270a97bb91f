"""Input for benchmarks that need few services, the same in every run: a catalogue, requests, and a small dump."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import yaml

from kserve_conformance.objects import Catalogue, Manifest, Namespace, Request
from kserve_conformance.profiles.shipped_runtimes import shipped

RELEASE = "v0.15.2"

#: The size of the catalogue.
RUNTIMES = 20

NAMESPACES = tuple(Namespace(f"team-{number}") for number in range(8))


def catalogue() -> Catalogue:
    """The shipped runtimes of a release, filled up with namespaced runtimes."""
    given = shipped(RELEASE)
    return Catalogue.of((*given, *(_own_runtime(number) for number in range(RUNTIMES - len(given)))))


def _own_runtime(number: int) -> Manifest:
    name = ("sklearn", "xgboost", "onnx", "pytorch", "mlflow")[number % 5]
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": f"own-{number}", "namespace": NAMESPACES[number % len(NAMESPACES)]},
        "spec": {
            "supportedModelFormats": [{"name": name, "version": "1", "autoSelect": True, "priority": 1 + number}],
            "protocolVersions": ["v1", "v2"],
            "containers": [{"name": "kserve-container", "image": f"example.com/own:{number}"}],
        },
    }


def requests(number: int) -> tuple[Request, ...]:
    """Requests of a fleet: few formats and versions, some without a runtime, in a few namespaces."""
    random = Random(20)
    shapes = [
        (name, version)
        for name in (
            "sklearn",
            "xgboost",
            "lightgbm",
            "onnx",
            "tensorflow",
            "pytorch",
            "mlflow",
            "pmml",
            "huggingface",
            "own",
        )
        for version in (None, "1", "2")
    ]
    found = []
    for _ in range(number):
        name, version = random.choice(shapes)
        protocol = random.choice((None, None, "v1", "v2", "grpc-v2"))
        found.append(Request(random.choice(NAMESPACES), name, version, protocol))
    return tuple(found)


def services(number: int) -> list[dict[str, object]]:
    """Stored services, with status, annotations and the last applied configuration."""
    random = Random(21)
    return [_service(index, random) for index in range(number)]


def dump(number: int) -> bytes:
    """Services as ``kubectl get -o yaml`` prints them."""
    return _yaml_list(_yaml_items(services(number)))


def large_dump(number: int, form: str) -> bytes:
    """
    Services and the runtimes of ``catalogue``: ``json`` and ``yaml`` as kubectl prints them, or ``ndjson``.

    ``number`` is in thousands: the same thousand services with other names.
    """
    items, runtimes = services(1000), [runtime.manifest for runtime in catalogue()]
    if form == "yaml":
        return _yaml_list(*_renamed(_yaml_items(items), number), _yaml_items(runtimes))
    if form == "ndjson":
        lines = "".join(f"{json.dumps(one)}\n" for one in items).encode()
        return b"".join(_renamed(lines, number)) + "".join(f"{json.dumps(one)}\n" for one in runtimes).encode()
    indented = ",\n".join(json.dumps(one, indent=4) for one in items).encode()
    ending = ",\n".join(json.dumps(one, indent=4) for one in runtimes).encode()
    listed = b",\n".join([*_renamed(indented, number), ending])
    return b'{\n"apiVersion": "v1",\n"items": [\n' + listed + b'\n],\n"kind": "List"\n}\n'


def _renamed(text: bytes, number: int) -> list[bytes]:
    """A text as often as the number says, each with other names of services."""
    return [text.replace(b"model-", b"model-%d-" % copy) for copy in range(number)]


def _yaml_items(items: Sequence[Mapping[str, Any]]) -> bytes:
    text: str = yaml.dump(list(items), Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=True)
    return text.encode()


def _yaml_list(*items: bytes) -> bytes:
    return b"apiVersion: v1\nitems:\n" + b"".join(items) + b'kind: List\nmetadata:\n  resourceVersion: ""\n'


def _service(index: int, random: Random) -> dict[str, object]:
    name, namespace = f"model-{index}", random.choice(NAMESPACES)
    model = {
        "modelFormat": {"name": random.choice(("sklearn", "onnx", "mlflow")), "version": "1"},
        "storageUri": f"s3://models/{namespace}/{name}",
        "resources": {"limits": {"cpu": "1", "memory": "2Gi"}, "requests": {"cpu": "100m", "memory": "1Gi"}},
    }
    written = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"annotations": {}, "name": name, "namespace": str(namespace)},
        "spec": {"predictor": {"model": model}},
    }
    url = f"http://{name}-{namespace}.example.com"
    ready = {"lastTransitionTime": "2024-05-01T10:00:00Z", "status": "True"}
    return {
        **written,
        "metadata": {
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": json.dumps(written) + "\n",
                "serving.kserve.io/deploymentMode": "RawDeployment",
            },
            "creationTimestamp": "2024-05-01T10:00:00Z",
            "finalizers": ["inferenceservice.finalizers"],
            "generation": 1 + index % 5,
            "labels": {"app.kubernetes.io/name": name, "team": str(namespace)},
            "name": name,
            "namespace": str(namespace),
            "resourceVersion": str(100000 + index),
            "uid": f"{index:08x}-0000-4000-8000-{index:012x}",
        },
        "status": {
            "address": {"url": f"http://{name}-predictor.{namespace}.svc.cluster.local"},
            "components": {"predictor": {"url": url}},
            "conditions": [
                {**ready, "type": "IngressReady"},
                {**ready, "type": "PredictorReady"},
                {**ready, "type": "Ready"},
            ],
            "modelStatus": {"copies": {"failedCopies": 0, "totalCopies": 1}, "transitionStatus": "UpToDate"},
            "observedGeneration": 1,
            "url": url,
        },
    }
