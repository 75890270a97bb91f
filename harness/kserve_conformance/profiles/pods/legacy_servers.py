"""
The container of a legacy key that was stored and never converted.

Up to v0.9.0 the controller still knew how v0.7 had built it: an image of the
ConfigMap ``inferenceservice-config``, tagged with the stored ``runtimeVersion``,
and arguments or variables of the framework's server. Source: ``GetContainer`` of
pkg/apis/serving/v1beta1/predictor_*.go, v0.8.0 and v0.9.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.completion import MODEL_MOUNT_PATH
from kserve_conformance.profiles.pods.containers import SERVING
from kserve_conformance.profiles.pods.errors import CannotRender, panicked
from kserve_conformance.profiles.pods.go_json import container_of
from kserve_conformance.profiles.pods.quantities import whole

#: The container of a service's legacy key.
LegacyContainer = Callable[[Manifest, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PredictorsConfig:
    """``predictors`` of the ConfigMap, as the Go type reads it: images without tags, and TensorFlow's timeout."""

    images: Mapping[str, str]
    mlserver_image: str = ""
    tensorflow_timeout: int = 0

    def container(self, service: Manifest, key: str) -> dict[str, Any]:
        """The container that a legacy key means."""
        spec = at(service, "spec", "predictor", key)
        protocol = spec.get("protocolVersion")
        if key in _MODEL_CLASSES and protocol not in (None, "v1"):
            return self._mlserver(service, key, spec)
        container = container_of(spec)
        return {
            **container,
            **({"command": ["/usr/bin/tensorflow_model_server"]} if key == "tensorflow" else {}),
            **({"env": [*(container.get("env") or ()), _envelope(protocol)]} if key == "pytorch" else {}),
            "args": [*self._arguments(service, key, container), *(container.get("args") or ())],
            "image": self._image(spec, self.images.get(key, "")),
            "name": SERVING,
        }

    def _mlserver(self, service: Manifest, key: str, spec: Manifest) -> dict[str, Any]:
        """MLServer keeps the stored name, and any protocol but v1 means it."""
        container = container_of(spec)
        variables = {
            "MLSERVER_HTTP_PORT": "8080",
            "MLSERVER_GRPC_PORT": "9000",
            "MODELS_DIR": MODEL_MOUNT_PATH,
        }
        implementation = {"MLSERVER_MODEL_IMPLEMENTATION": _MODEL_CLASSES[key]}
        if spec.get("storageUri") is None:
            variables |= {"MLSERVER_LOAD_MODELS_AT_STARTUP": "false", **implementation}
        else:
            name = at(service, "metadata", "name")
            variables |= {**implementation, "MLSERVER_MODEL_NAME": name, "MLSERVER_MODEL_URI": MODEL_MOUNT_PATH}
        added = [{"name": variable, "value": value} for variable, value in variables.items()]
        return {
            **container,
            "env": [*(container.get("env") or ()), *added],
            "image": self._image(spec, self.mlserver_image),
        }

    def _image(self, spec: Manifest, image: str) -> str:
        if spec.get("image"):
            return str(spec["image"])
        if spec.get("runtimeVersion") is None:
            raise CannotRender(panicked())
        return f"{image}:{spec['runtimeVersion']}"

    def _arguments(self, service: Manifest, key: str, container: Manifest) -> list[str]:
        name = at(service, "metadata", "name")
        predictor = at(service, "spec", "predictor")
        match key:
            case "tensorflow":
                timeout = 1000 * (self.tensorflow_timeout if predictor.get("timeout") is None else predictor["timeout"])
                return [
                    "--port=9000",
                    "--rest_api_port=8080",
                    f"--model_name={name}",
                    f"--model_base_path={MODEL_MOUNT_PATH}",
                    f"--rest_api_timeout_in_ms={timeout}",
                ]
            case "pytorch":
                return [
                    "torchserve",
                    "--start",
                    f"--model-store={MODEL_MOUNT_PATH}/model-store",
                    f"--ts-config={MODEL_MOUNT_PATH}/config/config.properties",
                ]
            case "triton":
                return [
                    "tritonserver",
                    f"--model-store={MODEL_MOUNT_PATH}",
                    "--grpc-port=9000",
                    "--http-port=8080",
                    "--allow-grpc=true",
                    "--allow-http=true",
                    *(f"--http-thread-count={count}" for count in (predictor.get("containerConcurrency"),) if count),
                    *(["--model-control-mode=explicit"] if predictor["triton"].get("storageUri") is None else []),
                ]
            case "onnx":
                last = (predictor["onnx"].get("storageUri") or "").rpartition("/")[2]
                file = last if "." in last else "model.onnx"
                return [f"--model_path={MODEL_MOUNT_PATH}/{file}", "--http_port=8080", "--grpc_port=9000"]
        return [
            f"--model_name={name}",
            f"--model_dir={MODEL_MOUNT_PATH}",
            "--http_port=8080",
            *([f"--nthread={_threads(container)}"] if key in ("xgboost", "lightgbm") else []),
            *(_workers(predictor, container) if key != "pmml" else []),
        ]


def bare_container(service: Manifest, key: str) -> dict[str, Any]:
    """
    The container is the one that the user wrote, so it has neither image nor arguments.

    Source: ``GetContainer`` of pkg/apis/serving/v1beta1/predictor_*.go, since v0.10.0.
    """
    return container_of(at(service, "spec", "predictor", key))


_MODEL_CLASSES = {"sklearn": "mlserver_sklearn.SKLearnModel", "xgboost": "mlserver_xgboost.XGBoostModel"}


def _envelope(protocol: str | None) -> dict[str, str]:
    return {"name": "TS_SERVICE_ENVELOPE", "value": "kserve" if protocol in (None, "v1") else "kservev2"}


def _threads(container: Manifest) -> int:
    return whole(at(container, "resources", "limits", "cpu") or 0)


def _workers(predictor: Manifest, container: Manifest) -> list[str]:
    concurrency = predictor.get("containerConcurrency")
    given = any(argument.startswith("--workers") for argument in container.get("args") or ())
    return [] if given or concurrency is None else [f"--workers={concurrency}"]


#: v0.8.0 ships the ConfigMap without images. config/configmap/inferenceservice.yaml.
PREDICTORS_V0_8 = PredictorsConfig(images={})

#: v0.9.0 has them again; PyTorch's are nested by protocol, where the Go type does not look. The same file.
PREDICTORS_V0_9 = PredictorsConfig(
    images={
        "lightgbm": "kserve/lgbserver",
        "onnx": "mcr.microsoft.com/onnxruntime/server",
        "paddle": "kserve/paddleserver",
        "pmml": "kserve/pmmlserver",
        "sklearn": "kserve/sklearnserver",
        "tensorflow": "tensorflow/serving",
        "triton": "nvcr.io/nvidia/tritonserver",
        "xgboost": "kserve/xgbserver",
    },
    mlserver_image="docker.io/seldonio/mlserver",
    tensorflow_timeout=60,
)
