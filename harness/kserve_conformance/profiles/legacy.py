"""
The legacy schema: a predictor whose key names its framework (``sklearn: {...}``).

From v0.8.0 on the defaulting webhook replaces such a key by
``model: {modelFormat: {name: ...}, ...}``. What else it sets, a named runtime or
a protocol, is what the eras differ in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kserve_conformance.objects import Manifest, at, replaced

#: The legacy keys in the order in which the conversion looks for them.
#: Source: ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
LEGACY_KEYS_V0_8 = ("sklearn", "tensorflow", "xgboost", "pytorch", "triton", "onnx", "pmml", "lightgbm", "paddle")

#: ``huggingface`` joins them before ``pmml``.
#: Source: ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.12.0.
LEGACY_KEYS_V0_12 = (*LEGACY_KEYS_V0_8[:6], "huggingface", *LEGACY_KEYS_V0_8[6:])

#: The runtime that a protocol and a key mean.
Pin = Callable[[str | None], str]


@dataclass(frozen=True, slots=True)
class Legacy:
    """
    How one era converts legacy keys.

    ``keys`` in order of looking; ``protocols`` what a key without a protocol
    gets; ``pins`` the runtime that a key gets, empty if it gets none.
    """

    keys: tuple[str, ...]
    protocols: Mapping[str, str]
    pins: Mapping[str, Pin]


def always(runtime: str) -> Pin:
    """One runtime for every protocol."""
    return lambda protocol: runtime


def mlserver_for_v2(runtime: str) -> Pin:
    """
    ``kserve-mlserver`` for v2, else the framework's own server.

    Source: ``assignSKLearnRuntime``, ``assignXGBoostRuntime``, pkg/apis/serving/v1beta1/inference_service_defaults.go,
    v0.8.0.
    """
    return lambda protocol: "kserve-mlserver" if protocol == "v2" else runtime


#: A key without a protocol gets v1, except those whose servers have a default of their own.
#: Source: ``assign…Runtime``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
V1_FOR_MOST = dict.fromkeys(("sklearn", "tensorflow", "xgboost", "pmml", "lightgbm", "paddle"), "v1")

#: Source: ``assignTritonRuntime``, ``assignONNXRuntime``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since
#: v0.9.0.
V2_FOR_TRITON = {"triton": "v2", "onnx": "v2"}

#: Source: ``assignHuggingFaceRuntime``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.12.0.
V2_FOR_HUGGINGFACE = {**V2_FOR_TRITON, "huggingface": "v2"}

#: The built-in runtime of each key.
#: Documented: v0.10 "Serving Runtimes", legacy schema.
#: Source: ``assign…Runtime``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
BUILT_IN_RUNTIMES: Mapping[str, Pin] = {
    "sklearn": mlserver_for_v2("kserve-sklearnserver"),
    "tensorflow": always("kserve-tensorflow-serving"),
    "xgboost": mlserver_for_v2("kserve-xgbserver"),
    "pytorch": always("kserve-torchserve"),
    "triton": always("kserve-tritonserver"),
    "onnx": always("kserve-tritonserver"),
    "pmml": always("kserve-pmmlserver"),
    "lightgbm": always("kserve-lgbserver"),
    "paddle": always("kserve-paddleserver"),
}


def legacy_key(service: Manifest, keys: tuple[str, ...]) -> str | None:
    """The first legacy key that a service's predictor has, in the order of looking; None if it has none."""
    predictor = at(service, "spec", "predictor") or {}
    return next((key for key in keys if predictor.get(key) is not None), None)


def converted(service: Manifest, legacy: Legacy) -> Manifest:
    """
    Replace the first legacy key by a model of that format; an existing model is lost.

    Everything that the key held is kept: storage, versions, container fields. The format's version is never set.

    Documented: v0.10 "Serving Runtimes", legacy schema.
    Source: ``setPredictorModelDefaults`` and ``assign…Runtime``,
    pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0.
    """
    key = legacy_key(service, legacy.keys)
    if key is None:
        return service
    predictor = dict(service["spec"]["predictor"])
    model = dict(predictor.pop(key))
    protocol = model.get("protocolVersion")
    if protocol is None and key in legacy.protocols:
        protocol = model["protocolVersion"] = legacy.protocols[key]
    model["modelFormat"] = {"name": key}
    model.pop("runtime", None)
    if key in legacy.pins:
        model["runtime"] = legacy.pins[key](protocol)
    predictor["model"] = model
    return replaced(service, predictor, "spec", "predictor")


#: Converts and names the built-in runtime.
LEGACY_V0_8 = Legacy(LEGACY_KEYS_V0_8, V1_FOR_MOST, BUILT_IN_RUNTIMES)

#: Converts and leaves the choice to the catalogue.
LEGACY_V0_9 = Legacy(LEGACY_KEYS_V0_8, V2_FOR_TRITON, {})

#: The same with ``huggingface``.
LEGACY_V0_12 = Legacy(LEGACY_KEYS_V0_12, V2_FOR_HUGGINGFACE, {})


def triton_waits_for_models(service: Manifest) -> Manifest:
    """
    A converted ``triton`` key without ``storageUri`` starts the server in explicit mode: it loads models on request.

    Source: ``assignTritonRuntime``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
    """
    model = service["spec"]["predictor"]["model"]
    if at(model, "modelFormat", "name") != "triton" or model.get("storageUri") is not None:
        return service
    args = [*(model.get("args") or ()), "--model-control-mode=explicit"]
    return replaced(service, args, "spec", "predictor", "model", "args")
