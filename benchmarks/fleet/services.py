"""
Services without their names, drawn from the mix: each field that differs from service to service is a placeholder.

A service that the webhooks of the release reject is drawn again: it could not be in a cluster.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any, Final

from benchmarks.fleet import mix
from kserve_conformance.objects import Manifest
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.resolver import admitted

#: Placeholders, each of the form that its values have, so that YAML quotes them alike.
NAME: Final = "zz-name"
NAMESPACE: Final = "zz-namespace"
UID: Final = "zz-uid"
VERSION: Final = "8000000001"
CPU: Final = "8000000002"
MEMORY: Final = "8000000003Mi"
CREATED: Final = "2099-01-01T00:00:01Z"
CHANGED: Final = "2099-01-01T00:00:02Z"

_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_MODE: Final = "serving.kserve.io/deploymentMode"

#: Where models are, by the key of ``mix.STORAGE``.
_URIS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "s3": f"s3://acme-models/{NAMESPACE}/{NAME}/v1",
        "gs": f"gs://acme-models/{NAMESPACE}/{NAME}",
        "pvc": f"pvc://models/{NAME}",
        "https": f"https://models.example.com/{NAMESPACE}/{NAME}.tar.gz",
        "hf": f"hf://acme/{NAME}",
        "oci": f"oci://registry.example.com/{NAMESPACE}/{NAME}:v1",
        "azure": f"https://acme.blob.core.windows.net/{NAMESPACE}/{NAME}",
    }
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    A service with placeholders.

    ``stem`` begins its name. ``is_odd``: it has fields that no CRD has, or a kind that chooses no runtime.
    """

    manifest: Manifest
    stem: str
    is_stored: bool
    is_odd: bool = False


def drawn(draw: Random, profile: Profile) -> Drawn:
    """Draw a service for a release."""
    is_odd = draw.random() < mix.ODD_SHARE
    # All odd services are written, and the share of written ones is of all.
    is_stored = not is_odd and draw.random() >= (mix.WRITTEN_SHARE - mix.ODD_SHARE) / (1 - mix.ODD_SHARE)
    while True:
        written, format_ = _written(draw)
        try:
            stored = admitted(written, profile)
        except Rejected:
            continue
        if is_odd:
            return Drawn(_with_odd_field(written, draw), format_, is_stored=False, is_odd=True)
        if not is_stored:
            return Drawn(profile.crds.pruned(written), format_, is_stored=False)
        if format_ in written["spec"]["predictor"] and draw.random() < mix.UNCONVERTED_SHARE:
            stored = _unconverted(written, format_)
        return Drawn(profile.crds.pruned(_in_cluster(written, stored, draw)), format_, is_stored=True)


def _written(draw: Random) -> tuple[dict[str, Any], str]:
    """A manifest as people write it, and its format; ``custom`` for a container of its own."""
    is_custom = draw.random() < mix.CUSTOM_SHARE
    format_ = "custom" if is_custom else mix.one_of(draw, mix.FORMATS)
    predictor: dict[str, Any] = _custom() if is_custom else _predictor(format_, draw)
    if draw.random() < mix.REPLICAS_SHARE:
        predictor["minReplicas"] = draw.choice((0, 1, 2))
        predictor["maxReplicas"] = draw.choice((3, 5, 10))
    if draw.random() < 0.2:
        predictor["serviceAccountName"] = draw.choice(("sa-s3", "models", "kserve"))
    if draw.random() < 0.05:
        predictor["nodeSelector"] = {"acme.example.com/pool": draw.choice(("gpu", "models"))}
    if draw.random() < 0.05:
        predictor["tolerations"] = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    if draw.random() < 0.02:
        predictor["logger"] = {"mode": "all", "url": "http://logger.logging.svc.cluster.local"}
    spec: dict[str, Any] = {"predictor": predictor}
    if draw.random() < mix.TRANSFORMER_SHARE:
        container = {"name": "kserve-container", "image": "registry.example.com/acme/transformer:1.4"}
        spec["transformer"] = {"containers": [{**container, "args": ["--model_name", NAME]}]}
    if draw.random() < mix.EXPLAINER_SHARE:
        spec["explainer"] = draw.choice(({"alibi": {"type": "AnchorTabular"}}, {"art": {"type": "SquareAttack"}}))
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            **_metadata(draw),
            "name": NAME,
            "namespace": NAMESPACE,
        },
        "spec": spec,
    }, format_


#: Annotations, each with the share of services that have it.
_ANNOTATIONS: Final = (
    (0.15, "sidecar.istio.io/inject", "false"),
    (0.05, "autoscaling.knative.dev/target", "10"),
    (0.05, "serving.kserve.io/enable-prometheus-scraping", "true"),
    (0.10, "acme.example.com/owner", f"{NAMESPACE}@example.com"),
)


def _metadata(draw: Random) -> dict[str, Any]:
    mode = mix.one_of(draw, mix.MODES)
    annotations = {} if mode is None else {_MODE: mode}
    annotations |= {key: value for share, key, value in _ANNOTATIONS if draw.random() < share}
    labels = {"app.kubernetes.io/name": NAME, "team": NAMESPACE} if draw.random() < 0.5 else {}
    return {key: value for key, value in (("annotations", annotations), ("labels", labels)) if value}


def _resources(*, gpu: bool = False) -> dict[str, Any]:
    amounts = {"cpu": CPU, "memory": MEMORY, **({"nvidia.com/gpu": "1"} if gpu else {})}
    return {"limits": amounts, "requests": dict(amounts)}


def _custom() -> dict[str, Any]:
    container = {"name": "kserve-container", "image": f"registry.example.com/{NAMESPACE}/{NAME}:1.0"}
    env = [{"name": "MODEL_NAME", "value": NAME}, {"name": "STORAGE_URI", "value": _URIS["s3"]}]
    return {"containers": [{**container, "env": env, "resources": _resources()}]}


def _predictor(format_: str, draw: Random) -> dict[str, Any]:
    model: dict[str, Any] = {"resources": _resources(gpu=format_ == "huggingface" and draw.random() < 0.7)}
    storage = mix.one_of(draw, mix.STORAGE)
    if storage == "storage":
        model["storage"] = {"key": "models", "path": f"{NAMESPACE}/{NAME}"}
    else:
        model["storageUri"] = _URIS[storage]
    if format_ == "huggingface":
        name = NAME if draw.random() < 0.4 else draw.choice(("llama3", "qwen2", "bert", "mistral"))
        model["args"] = [f"--model_name={name}", *draw.choice(((), ("--dtype=float16",), ("--max_model_len=4096",)))]
        if draw.random() < 0.3:
            secret = {"name": "hf-token", "key": "HF_TOKEN"}
            model["env"] = [{"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": secret}}]
    if format_ in mix.LEGACY and draw.random() < mix.LEGACY_SHARE:
        if draw.random() < mix.LEGACY_PROTOCOL_SHARE:
            model["protocolVersion"] = mix.one_of(draw, mix.PROTOCOLS)
        return {format_: model}
    name = draw.choice(mix.UNKNOWN_FORMATS) if format_ == "unknown" else format_
    model["modelFormat"] = {"name": name}
    if draw.random() < mix.VERSION_SHARE:
        model["modelFormat"]["version"] = draw.choice(mix.VERSIONS)
    if draw.random() < mix.PROTOCOL_SHARE:
        model["protocolVersion"] = mix.one_of(draw, mix.PROTOCOLS)
    if format_ in mix.RUNTIMES and draw.random() < mix.RUNTIME_SHARE:
        model["runtime"] = mix.RUNTIMES[format_]
    return {"model": model}


def _unconverted(written: Manifest, format_: str) -> Manifest:
    """
    A legacy service as v0.7's webhook stored it: with the version of its server and the name of its container.

    Source: ``Default``, pkg/apis/serving/v1beta1/predictor_sklearn.go and its siblings, v0.7.0.
    """
    predictor = written["spec"]["predictor"]
    part = {**predictor[format_], "name": "kserve-container", "runtimeVersion": "v0.7.0"}
    return {**written, "spec": {**written["spec"], "predictor": {**predictor, format_: part}}}


def _in_cluster(written: Manifest, stored: Manifest, draw: Random) -> Manifest:
    """A stored service as a cluster's dump has it."""
    metadata = stored["metadata"]
    annotations = dict(metadata.get("annotations", {}))
    if draw.random() < mix.APPLIED_SHARE:
        annotations[_APPLIED] = json.dumps(written, separators=(",", ":"), sort_keys=True) + "\n"
    return {
        **stored,
        "metadata": {
            **metadata,
            **({"annotations": annotations} if annotations else {}),
            "creationTimestamp": CREATED,
            "finalizers": ["inferenceservice.finalizers"],
            "generation": draw.choice((1, 1, 1, 2, 3, 7)),
            "managedFields": _managed_fields(stored),
            "resourceVersion": VERSION,
            "uid": UID,
        },
        "status": _status(annotations, draw),
    }


def _managed_fields(stored: Manifest) -> list[dict[str, Any]]:
    def entry(manager: str, fields: Manifest, **more: str) -> dict[str, Any]:
        api = {"apiVersion": stored["apiVersion"], "fieldsType": "FieldsV1", "operation": "Update"}
        return {**api, "fieldsV1": fields, "manager": manager, "time": CHANGED, **more}

    predictor: dict[str, Any] = {f"f:{key}": {} for key in stored["spec"]["predictor"]}
    states: dict[str, Any] = {f"f:{key}": {} for key in ("conditions", "components", "modelStatus", "url")}
    return [
        entry("kubectl-client-side-apply", {"f:spec": {".": {}, "f:predictor": {".": {}, **predictor}}}),
        entry("manager", {"f:status": {".": {}, **states}}, subresource="status"),
    ]


def _status(annotations: Mapping[str, str], draw: Random) -> dict[str, Any]:
    is_ready = draw.random() >= mix.FAILED_SHARE
    status = "True" if is_ready else "False"
    url = f"http://{NAME}-{NAMESPACE}.example.com"
    predictor_url = f"http://{NAME}-predictor-{NAMESPACE}.example.com"
    ready: dict[str, Any] = {
        "address": {"url": f"http://{NAME}.{NAMESPACE}.svc.cluster.local"},
        "components": {
            "predictor": {
                "address": {"url": f"http://{NAME}-predictor.{NAMESPACE}.svc.cluster.local"},
                "latestCreatedRevision": f"{NAME}-predictor-00001",
                "latestReadyRevision": f"{NAME}-predictor-00001",
                "latestRolledoutRevision": f"{NAME}-predictor-00001",
                "url": predictor_url,
            }
        },
        "modelStatus": {
            "copies": {"failedCopies": 0, "totalCopies": 1},
            "states": {"activeModelState": "Loaded", "targetModelState": "Loaded"},
            "transitionStatus": "UpToDate",
        },
        "url": url,
    }
    failure = {"message": "No runtime found to support specified framework/version", "reason": "NoSupportingRuntime"}
    failed: dict[str, Any] = {
        "components": {"predictor": {}},
        "modelStatus": {
            "lastFailureInfo": failure,
            "states": {"activeModelState": "", "targetModelState": "FailedToLoad"},
            "transitionStatus": "InvalidSpec",
        },
    }
    return {
        **(ready if is_ready else failed),
        "conditions": [
            {"lastTransitionTime": CHANGED, "severity": "Info", "status": status, "type": type_}
            for type_ in ("IngressReady", "PredictorReady", "Ready")
        ],
        "deploymentMode": annotations.get(_MODE, "Serverless"),
        "observedGeneration": 1,
    }


def _with_odd_field(written: dict[str, Any], draw: Random) -> Manifest:
    odd = draw.choice(_ODD)
    odd(written)
    return written


def _part(manifest: dict[str, Any]) -> dict[str, Any]:
    """The model of a service, or the first of its containers."""
    predictor = manifest["spec"]["predictor"]
    found: dict[str, Any] = next(
        part[0] if isinstance(part, list) else part
        for key, part in predictor.items()
        if key in {"model", "containers", *mix.LEGACY}
    )
    return found


#: Fields in wrong places and with wrong names, as people write them, and services of KFServing.
_ODD: Final[tuple[Callable[[dict[str, Any]], object], ...]] = (
    lambda one: one.update(labels={"team": NAMESPACE}),
    lambda one: one.update(namespace=NAMESPACE),
    lambda one: one.update(volumes=[{"name": "models", "emptyDir": {}}]),
    lambda one: _part(one).update(nodeSelector={"acme.example.com/pool": "gpu"}),
    lambda one: _part(one).update(autoselect=True),
    lambda one: _part(one).update(storageUrl=_URIS["s3"]),
    lambda one: _part(one).update(protocolversion="v2"),
    lambda one: one.update(apiVersion="serving.kubeflow.org/v1beta1"),
    lambda one: one.update(
        apiVersion="serving.kubeflow.org/v1alpha2",
        spec={"default": {"predictor": {"sklearn": {"storageUri": _URIS["gs"]}}}},
    ),
)
