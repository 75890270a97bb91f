"""Converted services, next to what the webhooks of real releases store for the legacy ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kserve_conformance.conversion import Converter, Status, catalogue_with
from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.targets.controlplane import ControlPlane

Json = dict[str, Any]

#: The three eras of the webhook: with a runtime's name, with a default mode that it writes, and with one that it reads.
RELEASES = ("v0.8.0", "v0.9.0", "v0.10.2")
FRAMEWORKS = ("sklearn", "tensorflow", "xgboost", "pytorch", "triton", "onnx", "pmml", "lightgbm", "paddle")

#: What a framework's key can hold.
FIELDS: dict[str, Json] = {
    "storage uri": {"storageUri": "gs://models/a"},
    "protocol v2": {"storageUri": "gs://models/a", "protocolVersion": "v2"},
    "version": {"storageUri": "pvc://claim/a", "runtimeVersion": "1.2.3", "protocolVersion": "v1"},
    "container": {
        "storageUri": "s3://models/a",
        "name": "kserve-container",
        "image": "example.com/own:1",
        "args": ["--workers=1", "y"],
        "env": [{"name": "A", "value": "1e3"}, {"name": "MLSERVER_MODEL_NAME", "value": "own"}],
        "ports": [{"containerPort": 8080, "name": "h2c", "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
    },
    "no model": {"args": ["--model-repository=/mnt/models"]},
    "nothing": {"name": "kserve-container"},
}

#: What a service can hold around it.
AROUND: dict[str, tuple[Json, Json, Json]] = {
    "predictor": (
        {"serviceAccountName": "sa", "minReplicas": 0, "maxReplicas": 3, "containerConcurrency": 5, "timeout": 60},
        {},
        {},
    ),
    "pod": (
        {"nodeSelector": {"a": "b"}, "tolerations": [{"key": "a"}], "volumes": [{"name": "v", "emptyDir": {}}]},
        {},
        {},
    ),
    "canary": ({"canaryTrafficPercent": 10, "logger": {"mode": "all", "url": "http://x"}}, {}, {}),
    "batcher": ({"batcher": {"maxBatchSize": 8, "maxLatency": 50, "timeout": 60}}, {}, {}),
    "transformer": (
        {},
        {"transformer": {"containers": [{"name": "kserve-container", "image": "example.com/t:1"}]}},
        {},
    ),
    "raw mode": ({}, {}, {"serving.kserve.io/deploymentMode": "RawDeployment"}),
}


def services() -> Iterator[Json]:
    """Each framework with everything that its key can hold, and one with everything around it."""
    for framework in FRAMEWORKS:
        for fields in FIELDS.values():
            yield service(framework, fields)
    for predictor, spec, notes in AROUND.values():
        yield service("sklearn", FIELDS["storage uri"], predictor, spec, notes)


def service(
    framework: str,
    fields: Json,
    predictor: Json | None = None,
    spec: Json | None = None,
    annotations: Json | None = None,
) -> Json:
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": "model",
            "namespace": "default",
            "labels": {"team": "a"},
            "annotations": {"team": "a", **(annotations or {})},
        },
        "spec": {"predictor": {framework: fields, **(predictor or {})}, **(spec or {})},
    }


@pytest.fixture(scope="module", params=RELEASES)
def plane(request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    with ControlPlane(request.param) as target:
        yield target


def stored(plane: ControlPlane, manifest: Manifest) -> Manifest:
    """What the API server would store for an object after the webhooks: the answer to a dry run."""
    path = plane._session.resource("InferenceService").path("default")
    answer: Manifest = plane._session.link.admin.post(path, manifest, dryRun="All")
    metadata = answer["metadata"]
    return {
        "spec": answer["spec"],
        "labels": metadata.get("labels"),
        "annotations": metadata.get("annotations"),
    }


def lacking(part: Any, whole: Any, path: str = "") -> Iterator[str]:
    """The places at which a value is not within another one."""
    if isinstance(part, dict) and isinstance(whole, dict):
        for key, value in part.items():
            yield from lacking(value, whole.get(key), f"{path}.{key}")
    elif isinstance(part, list) and isinstance(whole, list) and len(part) <= len(whole):
        for index, value in enumerate(part):
            yield from lacking(value, whole[index], f"{path}[{index}]")
    elif part != whole:
        yield f"{path}: {whole} instead of {part}"


def test_a_converted_service_is_what_the_webhook_stores_for_the_legacy_one(plane: ControlPlane):
    """
    The webhook stores equal objects for both.

    What the conversion wrote is in them unchanged, and there is nothing to convert in what is stored.
    """
    release = plane.identity.release
    profile = profile_of(release)
    converter = Converter(profile, catalogue_with((), profile))
    differences = []
    for legacy in services():
        conversion = converter.convert("service.json", json.dumps(legacy).encode())
        (outcome,) = conversion.outcomes
        assert outcome.status is Status.CONVERTED, (legacy["spec"], outcome.reason)
        converted = json.loads(conversion.after)
        of_legacy, of_converted = stored(plane, legacy), stored(plane, converted)
        key = next(iter(legacy["spec"]["predictor"]))
        if of_legacy != of_converted:
            differences.append(f"{release} {key}: {of_legacy} != {of_converted}")
        differences += [f"{release} {key} {each}" for each in lacking(converted["spec"], of_legacy["spec"])]
        assert at(of_legacy, "spec", "predictor", "model", "modelFormat", "name") == key
        again = {**converted, "spec": of_converted["spec"]}
        assert not converter.convert("stored.json", json.dumps(again).encode()).is_changed

    assert differences == []
