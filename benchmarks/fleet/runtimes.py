"""The runtimes of a cluster: those that a release ships, and a vendor's own for the cluster and for namespaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Manifest
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.shipped_runtimes import shipped

#: Namespaces with runtimes of their own.
_OWN_SHARE: Final = 0.15


def _spec(formats: Sequence[dict[str, Any]], protocols: Sequence[str], image: str) -> dict[str, Any]:
    container = {
        "name": "kserve-container",
        "image": f"registry.example.com/acme/{image}",
        "args": ["--model_name={{.Name}}", "--model_dir=/mnt/models", "--http_port=8080"],
        "resources": {"limits": {"cpu": "1", "memory": "2Gi"}, "requests": {"cpu": "1", "memory": "2Gi"}},
    }
    more = {"protocolVersions": list(protocols)} if protocols else {}
    return {"supportedModelFormats": list(formats), **more, "containers": [container]}


#: A vendor's runtimes for the whole cluster.
_CLUSTER: Final[dict[str, dict[str, Any]]] = {
    "acme-triton-24.01": _spec([{"name": "triton", "version": "24.01", "autoSelect": True}], ["v2"], "triton:24.01"),
    "acme-mlflow": _spec([{"name": "mlflow", "version": "2", "autoSelect": True}], ["v1", "v2"], "mlflow:2.9"),
    "acme-spacy": _spec([{"name": "spacy", "version": "3"}], ["v1"], "spacy:3.7"),
}

#: A vendor's runtimes that teams install in their namespaces.
_NAMESPACED: Final[dict[str, dict[str, Any]]] = {
    "vllm-cuda": _spec([{"name": "vLLM", "autoSelect": True}], [], "vllm:0.8.5"),
    "vllm-rocm": _spec([{"name": "vLLM", "autoSelect": True}], [], "vllm:0.8.5-rocm"),
    "ovms": _spec([{"name": "openvino_ir", "version": "opset13", "autoSelect": True}], ["v2", "grpc-v2"], "ovms:2025"),
    "team-sklearn": _spec([{"name": "sklearn", "version": "1", "autoSelect": True}], ["v1", "v2"], "sklearn:1.5"),
    "team-onnx": _spec([{"name": "onnx", "version": "1", "autoSelect": True}], ["v1", "v2"], "ort:1.20"),
    "team-mlserver": _spec([{"name": "mlflow", "version": "*"}], ["v2"], "mlserver:1.6"),
}


def runtimes_of_cluster(
    profile: Profile, namespaces: Sequence[str], draw: Random, *, has_shipped: bool
) -> Iterator[Manifest]:
    """The runtimes of a cluster as the release's CRDs store them: namespaced ones first, as ``kubectl get`` does."""
    for namespace in namespaces:
        if draw.random() < _OWN_SHARE:
            for name in draw.sample(list(_NAMESPACED), draw.choice((1, 1, 2))):
                yield _stored(_manifest(NAMESPACED_RUNTIME, name, _NAMESPACED[name], namespace), profile, draw)
    for name in draw.sample(list(_CLUSTER), draw.choice((0, 1, 2))):
        yield _stored(_manifest(CLUSTER_RUNTIME, name, _CLUSTER[name]), profile, draw)
    for each in shipped(profile.name):
        if has_shipped and each["kind"] == CLUSTER_RUNTIME:
            yield _stored(each, profile, draw)


def _manifest(kind: str, name: str, spec: dict[str, Any], namespace: str | None = None) -> Manifest:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def _stored(manifest: Manifest, profile: Profile, draw: Random) -> Manifest:
    bits = f"{draw.getrandbits(128):032x}"
    metadata = {
        **manifest["metadata"],
        "creationTimestamp": f"2024-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T10:00:00Z",
        "generation": 1,
        "resourceVersion": str(draw.randint(1000, 99999)),
        "uid": f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-8{bits[17:20]}-{bits[20:]}",
    }
    return profile.crds.pruned({**manifest, "metadata": metadata})
