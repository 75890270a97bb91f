"""
Others that depend on the choice of a runtime: inference graphs, and canaries of a service.

A graph routes to a service in some protocol. A canary is a second predictor
that is merged over the first one, after that has got its runtime.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Manifest, Runtime, at, replaced, without

#: The protocols that a graph can route in.
_GRAPH_PROTOCOLS = ("v1", "v2")

#: What a canary has none of, as it does not scale.
#: Source: ``buildCanaryPredictor``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.20.0.
_SCALING = ("maxReplicas", "scaleTarget", "scaleMetric", "autoScaling")


class NoGraphProtocol(ValueError):
    """A graph cannot route to a service; the text is KServe's error."""


#: The protocol with which a graph calls a stored service and the runtime that its name refers to.
GraphProtocol = Callable[[Manifest, Runtime | None], str]

#: The services that the canaries of a resolved service are built as.
Canaries = Callable[[Manifest], "tuple[Canary, ...]"]


def graph_protocol(service: Manifest, runtime: Runtime | None) -> str:
    """
    The protocol with which a graph calls a stored service with a ``model``.

    A runtime that the service names decides, by the first protocol it lists that
    a graph can speak, even against the protocol of the service. One that KServe
    chose is not looked at: the service then speaks what it says, v1 unless it
    says anything. ``runtime`` is what the name of the service finds.

    Raises :class:`NoGraphProtocol` where the named runtime lists others alone.

    Source: ``GetPredictorEndpoint``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.16.0.
    """
    model = at(service, "spec", "predictor", "model")
    if at(model, "runtime") is None or runtime is None or not runtime.protocols:
        return protocol_of_model(service)
    for protocol in runtime.protocols:
        if protocol in _GRAPH_PROTOCOLS:
            return protocol
    raise NoGraphProtocol("the runtime does not support a protocol compatible with Inference Graphs")


def protocol_of_model(service: Manifest) -> str:
    """
    The protocol that a service sets, by default v1: all that a graph used up to v0.15.2.

    Source: ``GetProtocol``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.9.0.
    """
    given = at(service, "spec", "predictor", "model", "protocolVersion")
    return "v1" if given is None else str(given)


def protocol_of_model_alone(service: Manifest, runtime: Runtime | None) -> str:
    """
    A graph uses the protocol of the service, regardless of what its runtime lists.

    Source: ``GetProtocol``, pkg/apis/serving/v1beta1/predictor_model.go, v0.8.0 to v0.15.2.
    """
    return protocol_of_model(service)


def no_canaries(resolved: Manifest) -> tuple[Canary, ...]:
    """
    A service has one predictor: ``spec.canary`` is not known.

    Source: config/crd of v0.8.0 to v0.19.0.
    """
    return ()


def graph_path(model_name: str, protocol: str) -> str:
    """
    The path that a graph calls; None for a protocol that it does not support.

    Source: ``PredictPath``, pkg/constants/constants.go, since v0.11.1.
    """
    return {"v1": f"/v1/models/{model_name}:predict", "v2": f"/v2/models/{model_name}/infer"}.get(protocol, "")


@dataclass(frozen=True, slots=True)
class Canary:
    """One entry of ``spec.canary``: its predictor's name, and the service as which it is built."""

    name: str
    service: Manifest


def canaries(resolved: Manifest) -> tuple[Canary, ...]:
    """
    The services that the canaries of a service are built as.

    ``resolved`` is the service as the controller holds it after its own
    predictor was resolved: with the selected runtime in ``model.runtime``. A canary
    that names none inherits that one, and so requests it explicitly.

    Source: ``reconcileCanaryDeployments`` and ``buildCanaryPredictor``,
    pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.20.0.
    """
    stable = at(resolved, "spec", "predictor")
    return tuple(
        Canary(
            name=at(entry, "predictor", "name") or "",
            # A canary runs on one node, with or without a workerSpec.
            service=without(replaced(resolved, _predictor(stable, entry), "spec", "predictor"), *_WORKER_SPEC),
        )
        for entry in at(resolved, "spec", "canary") or ()
    )


_WORKER_SPEC = ("spec", "predictor", "workerSpec")


def _predictor(stable: Manifest, entry: Manifest) -> dict[str, Any]:
    predictor = overridden(stable, entry["predictor"])
    for field in _SCALING:
        predictor.pop(field, None)
    return {**predictor, "minReplicas": _replicas(stable, entry)}


def _replicas(stable: Manifest, entry: Manifest) -> int:
    """
    Its own replicas, or its share of the stable ones, rounded up.

    Source: ``canaryReplicaCount``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since
    v0.20.0.
    """
    own = at(entry, "predictor", "minReplicas")
    if own is not None:
        return int(own)
    of_stable: int = 1 if stable.get("minReplicas") is None else stable["minReplicas"]
    return math.ceil(of_stable * int(entry.get("trafficPercent", 0)) / 100)


def overridden(base: Manifest, override: Manifest) -> dict[str, Any]:
    """
    Merge as mergo does with override: objects key by key, lists whole; what is empty overrides nothing.

    So a canary of another format keeps the version of the stable one unless it
    gives its own. A port's number does not override its name, because "is a
    number" is the empty kind of a port.

    Source: ``mergo.Merge`` with ``WithOverride``, dario.cat/mergo v1.0.2.
    """
    result = dict(base)
    for key, value in override.items():
        there = result.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            result[key] = overridden(there, value)
        elif there is None or (value and not (key == "port" and isinstance(value, int) and isinstance(there, str))):
            result[key] = value
    return result
