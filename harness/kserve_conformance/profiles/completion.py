"""
Completion: what KServe puts on a service once its runtime is known.

The controller holds the service in memory and sets, by the kind of server that
the runtime runs, a protocol, environment variables, arguments and labels; then
it fills the protocol that is still missing from those that the runtime speaks.
Nothing of it is ever stored, except in v0.8.0, whose webhook did it at every
write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from kserve_conformance.objects import Manifest, Runtime, at, replaced
from kserve_conformance.profiles import order

MLSERVER = "mlserver"
TORCHSERVE = "torchserve"
TRITONSERVER = "tritonserver"

#: The annotation of a runtime that names its kind of server.
SERVER_TYPE_ANNOTATION = "serving.kserve.io/server-type"

#: The built-in runtimes whose server type follows from their name alone.
#: Source: ``GetServerTypeFromRuntimeName``, pkg/constants/constants.go, since v0.17.0. The names exist since v0.9.0.
SERVER_TYPES_BY_NAME = {
    "kserve-mlserver": MLSERVER,
    "kserve-torchserve": TORCHSERVE,
    "kserve-tritonserver": TRITONSERVER,
}

#: The class with which MLServer loads each format; it loads any other format as scikit-learn.
#: Source: constants of pkg/constants/constants.go, v0.8.0.
MODEL_CLASSES_V0_8 = {
    "xgboost": "mlserver_xgboost.XGBoostModel",
    "lightgbm": "mlserver_lightgbm.LightGBMModel",
}
#: Source: ``SetMlServerDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.9.0.
MODEL_CLASSES_V0_9 = {**MODEL_CLASSES_V0_8, "mlflow": "mlserver_mlflow.MLflowRuntime"}
DEFAULT_MODEL_CLASS = "mlserver_sklearn.SKLearnModel"

#: Where a model is mounted.
MODEL_MOUNT_PATH = "/mnt/models"

#: The server type of a runtime with that name and those annotations; None if KServe knows none.
ServerTypeOf = Callable[[str, Manifest], str | None]

#: Sets what one kind of server needs on a copy of the service; other kinds leave it as it is.
Completing = Callable[[Manifest, str | None], Manifest]

#: Sets a missing protocol to one that the runtime supports.
BackFill = Callable[[Manifest, Runtime], Manifest]

#: Adds variables to an env.
_Adding = Callable[[Iterable[Manifest], Iterable[Manifest]], list[Manifest]]


@dataclass(frozen=True, slots=True)
class Completion:
    """How one era completes a service: which server a runtime runs, what it needs, and the missing protocol."""

    server_type_of: ServerTypeOf
    defaults: tuple[Completing, ...]
    back_fill: BackFill


def apply_defaults(service: Manifest, server_type: str | None, completion: Completion) -> Manifest:
    """Set the defaults of one kind of server on a copy of the service."""
    for default in completion.defaults:
        service = default(service, server_type)
    return service


def complete(
    service: Manifest, runtime: Runtime, completion: Completion, annotations: Manifest | None = None
) -> Manifest:
    """
    Complete a copy of the service for its runtime: server defaults first, then the missing protocol.

    ``annotations`` are those that KServe finds when it looks the runtime up by
    name, if that is another object than the selected one.
    """
    found = runtime.annotations if annotations is None else annotations
    server_type = completion.server_type_of(runtime.name, found)
    return completion.back_fill(apply_defaults(service, server_type, completion), runtime)


# --- Which server a runtime runs --------------------------------------------------------------------------------------


def no_server_type(name: str, annotations: Manifest) -> str | None:
    """
    The controller sets no server defaults: the webhook has done it.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0.
    """
    return None


def by_name(name: str, annotations: Manifest) -> str | None:
    """
    Only the exact names of the built-in runtimes determine their server type.

    Source: ``SetRuntimeDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.9.0 to v0.16.0.
    """
    return SERVER_TYPES_BY_NAME.get(name)


def by_annotation_then_name(name: str, annotations: Manifest) -> str | None:
    """
    The annotation of the runtime decides; the name does only where the annotation is absent.

    An annotation with a value that KServe does not know switches the defaults
    off: the name does not count then.

    Source: ``SetRuntimeDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.17.0.
    """
    if SERVER_TYPE_ANNOTATION in annotations:
        return str(annotations[SERVER_TYPE_ANNOTATION])
    return by_name(name, annotations)


# --- MLServer ---------------------------------------------------------------------------------------------------------


def mlserver_appending(service: Manifest, server_type: str | None) -> Manifest:
    """
    MLServer uses protocol v2 unless the service sets one; its variables are added even if the service has set them.

    Source: ``SetMlServerDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.9.0.
    """
    if server_type != MLSERVER:
        return service
    return _for_mlserver(_speaking(service, "v2"), _appended, MODEL_CLASSES_V0_9, ("storageUri", "storage"))


def mlserver_unless_set(service: Manifest, server_type: str | None) -> Manifest:
    """
    MLServer uses protocol v2 unless the service sets one; a variable that the service has set is kept.

    Source: ``SetMlServerDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, and
    ``AppendEnvVarIfNotExists``, pkg/utils/utils.go, since v0.10.0.
    """
    if server_type != MLSERVER:
        return service
    return _for_mlserver(_speaking(service, "v2"), _appended_unless_set, MODEL_CLASSES_V0_9, ("storageUri", "storage"))


def mlserver_at_write(service: Manifest) -> Manifest:
    """
    At every write the webhook prepares a service that names ``kserve-mlserver``, and adds the variables once more.

    The protocol is left alone, and ``storage`` is not known yet.

    Source: ``setPredictorModelDefaults`` and ``setMlServerDefaults``,
    pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
    """
    if at(service, "spec", "predictor", "model", "runtime") != "kserve-mlserver":
        return service
    return _for_mlserver(service, _appended, MODEL_CLASSES_V0_8, ("storageUri",))


def _for_mlserver(
    service: Manifest, add: _Adding, classes: dict[str, str], storage_fields: tuple[str, ...]
) -> Manifest:
    model = _model(service)
    variables = [{"name": "MLSERVER_LOAD_MODELS_AT_STARTUP", "value": "false"}]
    if any(model.get(field) is not None for field in storage_fields):
        variables = [
            {"name": "MLSERVER_MODEL_NAME", "value": at(service, "metadata", "name")},
            {"name": "MLSERVER_MODEL_URI", "value": MODEL_MOUNT_PATH},
        ]
    service = _with_env(service, add, variables)
    return _labelled(service, "modelClass", classes.get(at(model, "modelFormat", "name") or "", DEFAULT_MODEL_CLASS))


# --- TorchServe -------------------------------------------------------------------------------------------------------


def torchserve_envelope(service: Manifest, server_type: str | None) -> Manifest:
    """
    TorchServe uses protocol v1 unless the service sets one; a label names its envelope, the second one for v2.

    Source: ``SetTorchServeDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.9.0 to v0.11.0.
    """
    if server_type != TORCHSERVE:
        return service
    return _enveloped(_speaking(service, "v1"), ("v2",))


def torchserve_envelope_and_variable(service: Manifest, server_type: str | None) -> Manifest:
    """
    TorchServe also gets its protocol in a variable, added even if the service has set it.

    Source: ``SetTorchServeDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.11.1 and v0.11.2.
    """
    if server_type != TORCHSERVE:
        return service
    return _with_protocol_variable(_enveloped(_speaking(service, "v1"), ("v2",)))


def torchserve_grpc_envelope_and_variable(service: Manifest, server_type: str | None) -> Manifest:
    """
    The second envelope is also that of grpc-v2.

    Source: ``SetTorchServeDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.12.0.
    """
    if server_type != TORCHSERVE:
        return service
    return _with_protocol_variable(_enveloped(_speaking(service, "v1"), ("v2", "grpc-v2")))


def torchserve_at_write(service: Manifest) -> Manifest:
    """
    At every write the webhook labels a ``pytorch`` service that names no runtime, or ``kserve-torchserve``.

    Source: ``setPredictorModelDefaults`` and ``setTorchServeDefaults``,
    pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
    """
    model = at(service, "spec", "predictor", "model")
    if at(model, "modelFormat", "name") != "pytorch" or at(model, "runtime") not in (None, "kserve-torchserve"):
        return service
    return _enveloped(service, ("v2",))


def defaults_at_write(service: Manifest) -> Manifest:
    """
    All that the webhook sets on a service with a ``model``, before it converts a legacy key.

    Source: ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.8.0.
    """
    return torchserve_at_write(mlserver_at_write(service))


def _enveloped(service: Manifest, second: tuple[str, ...]) -> Manifest:
    protocol = _model(service).get("protocolVersion")
    return _labelled(service, "serviceEnvelope", "kservev2" if protocol in second else "kserve")


def _with_protocol_variable(service: Manifest) -> Manifest:
    variable = {"name": "PROTOCOL_VERSION", "value": _model(service)["protocolVersion"]}
    return _with_env(service, _appended, (variable,))


# --- Triton -----------------------------------------------------------------------------------------------------------


def triton_defaults(service: Manifest, server_type: str | None) -> Manifest:
    """
    Triton uses protocol v2 unless the service sets one; without a model it starts in explicit mode.

    Source: ``SetTritonDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.9.0.
    """
    if server_type != TRITONSERVER:
        return service
    service = _speaking(service, "v2")
    model = _model(service)
    if model.get("storageUri") is not None or model.get("storage") is not None:
        return service
    arguments = [*(model.get("args") or ()), "--model-control-mode=explicit"]
    return replaced(service, arguments, "spec", "predictor", "model", "args")


# --- The protocol that is still missing -------------------------------------------------------------------------------


def no_back_fill(service: Manifest, runtime: Runtime) -> Manifest:
    """
    A service without a protocol stays without one.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0.
    """
    return service


def lowest_ranked_protocol(service: Manifest, runtime: Runtime) -> Manifest:
    """
    A service without a protocol gets the lowest-ranked one of its runtime, an empty one if KServe knows none of them.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.9.0 to v0.14.1;
    ``reconcileModel`` in the same file, since v0.15.0; ``GetProtocolVersionPriority``,
    pkg/apis/serving/v1beta1/predictor_model.go, since v0.9.0.
    """
    return _speaking(service, order.lowest_ranked_protocol(runtime))


# --- A changed copy of a service --------------------------------------------------------------------------------------


def _model(service: Manifest) -> Manifest:
    model: Manifest = at(service, "spec", "predictor", "model") or {}
    return model


def _speaking(service: Manifest, protocol: str) -> Manifest:
    if _model(service).get("protocolVersion") is not None:
        return service
    return replaced(service, protocol, "spec", "predictor", "model", "protocolVersion")


def _labelled(service: Manifest, key: str, value: str) -> Manifest:
    return replaced(service, value, "metadata", "labels", key)


def _with_env(service: Manifest, add: _Adding, variables: Iterable[dict[str, Any]]) -> Manifest:
    env = add(_model(service).get("env") or (), variables)
    return replaced(service, env, "spec", "predictor", "model", "env")


def _appended(env: Iterable[Manifest], variables: Iterable[Manifest]) -> list[Manifest]:
    return [*env, *variables]


def _appended_unless_set(env: Iterable[Manifest], variables: Iterable[Manifest]) -> list[Manifest]:
    taken = [*env]
    names = {variable.get("name") for variable in taken}
    return [*taken, *(variable for variable in variables if variable["name"] not in names)]


# --- The eras ---------------------------------------------------------------------------------------------------------

#: v0.8.0: the webhook has set everything, so the controller sets nothing.
COMPLETION_V0_8 = Completion(server_type_of=no_server_type, defaults=(), back_fill=no_back_fill)

#: v0.9.0: server defaults move into the controller, and the missing protocol is filled.
COMPLETION_V0_9 = replace(
    COMPLETION_V0_8,
    server_type_of=by_name,
    defaults=(mlserver_appending, torchserve_envelope, triton_defaults),
    back_fill=lowest_ranked_protocol,
)

#: v0.10.0 to v0.11.0: MLServer's variables no longer override those of the service.
COMPLETION_V0_10 = replace(COMPLETION_V0_9, defaults=(mlserver_unless_set, torchserve_envelope, triton_defaults))

#: v0.11.1 and v0.11.2: a variable sets the protocol of TorchServe.
COMPLETION_V0_11_1 = replace(
    COMPLETION_V0_10, defaults=(mlserver_unless_set, torchserve_envelope_and_variable, triton_defaults)
)

#: v0.12.0 to v0.16.0: grpc-v2 is served in the second envelope.
COMPLETION_V0_12 = replace(
    COMPLETION_V0_11_1, defaults=(mlserver_unless_set, torchserve_grpc_envelope_and_variable, triton_defaults)
)

#: Since v0.17.0: an annotation sets the server type of a runtime.
COMPLETION_V0_17 = replace(COMPLETION_V0_12, server_type_of=by_annotation_then_name)
