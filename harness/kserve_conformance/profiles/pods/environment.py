"""Variables that KServe adds to the containers of a pod that is otherwise done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kserve_conformance.objects import Manifest, at

#: Adds variables about the service to the containers of a pod.
AddVariables = Callable[[list[dict[str, Any]], Manifest], list[dict[str, Any]]]


def no_variables(containers: list[dict[str, Any]], service: Manifest) -> list[dict[str, Any]]:
    """
    A container gets no variables beyond its own.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.16.0.
    """
    return containers


def service_name_variable(containers: list[dict[str, Any]], service: Manifest) -> list[dict[str, Any]]:
    """
    Every container gets the name of its service in a variable.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.17.0 to v0.19.0;
    ``buildPredictorResources`` in the same file, since v0.20.0.
    """
    name = at(service, "metadata", "name")
    return [with_variable(container, "INFERENCE_SERVICE_NAME", name) for container in containers]


def with_variable(container: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    """
    Set a variable of a container: the first of that name gets the value, or else one is added.

    Source: ``AddEnvVarToPodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.15.0.
    """
    env = [dict(variable) for variable in container.get("env") or ()]
    variable = next((variable for variable in env if variable["name"] == name), None)
    if variable is None:
        env.append({"name": name, "value": value})
    else:
        variable["value"] = value
    return {**container, "env": env}
