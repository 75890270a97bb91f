"""
Predictor, transformer and explainer: each must have exactly one implementation and valid settings.

KServe runs the same loop over all three and stops at the first failed check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.custom_predictors import KSERVE_CONTAINER
from kserve_conformance.profiles.service_validation.texts import Texts

#: The key of an implementation that consists of custom containers.
CUSTOM = "containers"

#: The Go fields that the message about "exactly one" lists for each component: all but the last field of the type.
#: Source: type ``PredictorSpec``, pkg/apis/serving/v1beta1/predictor.go, since v0.8.0; type ``TransformerSpec``,
#: pkg/apis/serving/v1beta1/transformer.go, since v0.8.0; type ``ExplainerSpec``,
#: pkg/apis/serving/v1beta1/explainer.go, since v0.8.0.
PREDICTOR_V0_8 = "SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, PMML, LightGBM, Paddle, Model, PodSpec"
PREDICTOR_V0_12 = PREDICTOR_V0_8.replace("ONNX, ", "ONNX, HuggingFace, ")
PREDICTOR_V0_14 = PREDICTOR_V0_12.replace("Model, PodSpec", "Model, WorkerSpec, PodSpec")
PREDICTOR_V0_16 = PREDICTOR_V0_12.replace("Model, PodSpec", "Model, StorageUris, WorkerSpec, PodSpec")
PREDICTOR_V0_20 = "Name, " + PREDICTOR_V0_16.replace("StorageUris, ", "StorageUris, StorageContainerName, ")
TRANSFORMER_V0_8 = "PodSpec"
TRANSFORMER_V0_16 = "PodSpec, ComponentExtensionSpec"
EXPLAINER_V0_8 = "Alibi, AIX, ART, PodSpec"
EXPLAINER_V0_11 = "Alibi, ART, PodSpec"
EXPLAINER_V0_13 = "ART, PodSpec"
EXPLAINER_V0_16 = "ART, PodSpec, ComponentExtensionSpec"


@dataclass(frozen=True, slots=True)
class Implementation:
    """An implementation of a component: its key, and the value of the key."""

    key: str
    spec: Manifest

    @property
    def is_custom(self) -> bool:
        """Does it consist of custom containers?"""
        return self.key == CUSTOM


#: The implementations that a component's spec has.
Implementations = Callable[[Manifest], tuple[Implementation, ...]]


@dataclass(frozen=True, slots=True)
class Component:
    """
    A component with exactly one implementation.

    ``autoscaler`` is the one that KServe takes the component's settings to be for; None if it checks none.
    """

    spec: Manifest
    implementation: Implementation
    annotations: Manifest
    autoscaler: str | None


#: None, or the message with which the webhook rejects a component.
ComponentCheck = Callable[[Component], str | None]


@dataclass(frozen=True, slots=True)
class ComponentRules:
    """The rules for one kind of component: its implementations, their list in the rejection, and its own checks."""

    implementations: Implementations
    listed: str
    checks: tuple[ComponentCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Components:
    """
    The checks of components in an era, a range of releases.

    ``exactly_one`` begins the rejection of none and of several implementations. ``autoscaler`` reads which autoscaler
    the annotations choose. ``panics`` come before every other check of a component, because KServe runs all checks
    before it looks at their answers; then the checks of the component's kind, then ``checks``.
    """

    exactly_one: str
    predictor: ComponentRules
    transformer: ComponentRules
    explainer: ComponentRules
    autoscaler: Callable[[Manifest], str | None]
    panics: tuple[ComponentCheck, ...] = ()
    checks: tuple[ComponentCheck, ...] = ()


def component_problem(service: Manifest, components: Components) -> str | None:
    """
    The first message about a component; None if all are valid.

    Source: ``ValidateCreate``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.8.0 to v0.13.1;
    ``validateInferenceService``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.14.0.
    """
    for kind, rules in (
        ("predictor", components.predictor),
        ("transformer", components.transformer),
        ("explainer", components.explainer),
    ):
        spec = at(service, "spec", kind)
        if spec is None and kind != "predictor":
            continue
        spec = spec or {}
        found = rules.implementations(spec)
        if len(found) != 1:
            return not_exactly_one(kind, rules.listed, components.exactly_one)
        annotations = at(service, "metadata", "annotations") or {}
        component = Component(spec, found[0], annotations, components.autoscaler(annotations))
        for check in (*components.panics, *rules.checks, *components.checks):
            message = check(component)
            if message is not None:
                return message
    return None


def not_exactly_one(kind: str, listed: str, start: str) -> str:
    """
    The rejection of a component that has no implementation, or several.

    Source: ``ExactlyOneErrorFor``, pkg/apis/serving/v1beta1/component.go, since v0.8.0.
    """
    return f"{start} of [{listed}] must be specified in {kind.capitalize()}Spec"


def _under(spec: Manifest, keys: tuple[str, ...]) -> tuple[Implementation, ...]:
    return tuple(Implementation(key, spec[key]) for key in keys if spec.get(key) is not None)


def any_containers(*keys: str) -> Implementations:
    """
    The keys of a component are its implementations; all of its containers together count as another one.

    Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, v0.8.0 to v0.14.1; ``GetImplementations``,
    pkg/apis/serving/v1beta1/transformer.go, since v0.8.0; ``GetImplementations``,
    pkg/apis/serving/v1beta1/explainer.go, since v0.8.0.
    """

    def implementations(spec: Manifest) -> tuple[Implementation, ...]:
        return _under(spec, keys) + ((Implementation(CUSTOM, spec),) if spec.get("containers") else ())

    return implementations


#: The legacy keys of a predictor, in the order in which the controller looks for an implementation.
#: Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, since v0.8.0 (huggingface since v0.12.0).
LEGACY_KEYS = (
    "xgboost",
    "pytorch",
    "triton",
    "sklearn",
    "tensorflow",
    "onnx",
    "pmml",
    "lightgbm",
    "paddle",
    "huggingface",
)

#: The keys of a predictor, in KServe's order. The CRDs have ``huggingface`` since v0.12.0.
#: Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, since v0.12.0.
PREDICTOR_KEYS = (*LEGACY_KEYS, "model")

predictor_with_any_containers = any_containers(*PREDICTOR_KEYS)


def predictor_with_kserve_container(spec: Manifest) -> tuple[Implementation, ...]:
    """
    A container named ``kserve-container`` counts as an implementation; without any other, the first container does.

    Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, since v0.15.0.
    """
    containers = spec.get("containers") or ()
    custom = Implementation(CUSTOM, spec)
    named = tuple(custom for container in containers if container.get("name") == KSERVE_CONTAINER)
    return _under(spec, PREDICTOR_KEYS) + named or ((custom,) if containers else ())


def concurrency_is_positive(texts: Texts) -> ComponentCheck:
    """
    ``containerConcurrency`` must not be negative.

    Source: ``validateContainerConcurrency``, pkg/apis/serving/v1beta1/component.go, since v0.8.0.
    """

    def check(component: Component) -> str | None:
        return texts.concurrency if (component.spec.get("containerConcurrency") or 0) < 0 else None

    return check


def replicas_are_in_order(texts: Texts) -> ComponentCheck:
    """
    Replicas must not be negative, and ``minReplicas`` (default 1) must not exceed ``maxReplicas`` unless that is 0.

    Source: ``validateReplicas``, pkg/apis/serving/v1beta1/component.go, since v0.8.0.
    """

    def check(component: Component) -> str | None:
        least, most = component.spec.get("minReplicas"), component.spec.get("maxReplicas") or 0
        if least is None:
            least = 1
        if least < 0:
            return texts.min_below_zero
        if most < 0:
            return texts.max_below_zero
        return texts.min_above_max if least > most != 0 else None

    return check


def logger_has_a_mode(texts: Texts) -> ComponentCheck:
    """
    A logger must have a mode. Unknown modes are rejected earlier, by the schema.

    Source: ``validateLogger``, pkg/apis/serving/v1beta1/component.go, since v0.8.0.
    """

    def check(component: Component) -> str | None:
        logger = component.spec.get("logger")
        return texts.logger if logger is not None and not logger.get("mode") else None

    return check


def logger_storage_is_whole(component: Component) -> str | None:
    """
    The storage of a logger must have a path, parameters and a key.

    Source: ``validateLogger``, pkg/apis/serving/v1beta1/component.go, since v0.16.0.
    """
    storage = at(component.spec, "logger", "storage")
    if storage is None or all(storage.get(field) is not None for field in ("path", "parameters", "key")):
        return None
    return "invalid logger storage configuration"


def custom_protocol_is_known(texts: Texts) -> ComponentCheck:
    """
    PROTOCOL of the first custom container must be v1 or v2. KServe swaps the two values in its message.

    Source: ``validateCustomProtocol``, pkg/apis/serving/v1beta1/predictor_custom.go, since v0.8.0.
    """

    def check(component: Component) -> str | None:
        if not component.implementation.is_custom:
            return None
        protocol = variable(component.implementation.spec["containers"][0], "PROTOCOL")
        return None if protocol in (None, "v1", "v2") else texts.protocol.format(protocol=protocol)

    return check


def variable(container: Manifest, name: str) -> str | None:
    """The value of an environment variable of a container; empty if it has ``valueFrom`` instead."""
    for one in container.get("env") or ():
        if one.get("name") == name:
            return one.get("value") or ""
    return None
