"""
Running pods: readiness and predictions.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from kserve_conformance.objects import Manifest, ObjectKey, at
from kserve_conformance.targets.contract import NotSettled
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource

PODS = Resource("", "v1", "Pod", "pods")

#: The label by which KServe marks the pods of a service.
SERVICE_LABEL = "serving.kserve.io/inferenceservice"

#: The default port of a model server.
PORT = 8080

#: How long to retry a prediction: an endpoint is ready a moment before it is reachable.
ANSWERS_WITHIN = timedelta(seconds=10)


def ready(client: Client, services: Resource, service: ObjectKey, within: timedelta) -> Manifest:
    """
    Wait until a service and its predictor's one pod are ready. Raises ``NotSettled`` with the last observed state.
    """
    deadline = time.monotonic() + within.total_seconds()
    observed = "no pod"
    while time.monotonic() < deadline:
        pods = _pods(client, service)
        live = client.get(services.path(service.namespace, service.name))
        if pods and all(map(is_ready, pods)) and is_ready(live):
            return pods[-1]
        observed = "; ".join((*(_state_of(pod) for pod in pods), *_conditions(live))) or observed
        time.sleep(0.2)
    raise NotSettled(service, within, observed)


def predict(client: Client, service: ObjectKey, path: str, body: Manifest) -> Any:
    """Post a document through the API server's pod proxy. Raises ``NotSettled``."""
    deadline = time.monotonic() + ANSWERS_WITHIN.total_seconds()
    while True:
        pod = next(iter(_pods(client, service)), None)
        if pod is None:
            raise NotSettled(service, ANSWERS_WITHIN, "no pod")
        proxied = f"{PODS.path(service.namespace, pod['metadata']['name'])}:{PORT}/proxy{path}"
        try:
            return client.post(proxied, body)
        except ApiError as error:
            # 4xx is the model server's own response; 5xx means that it was not reached.
            if error.status < 500 or time.monotonic() > deadline:
                raise NotSettled(service, ANSWERS_WITHIN, f"POST {path} returned {error.status}: {error}") from error
        time.sleep(0.2)


def _pods(client: Client, service: ObjectKey) -> list[Manifest]:
    """The pods of a service that are not being deleted."""
    selector = f"{SERVICE_LABEL}={service.name}"
    found: list[Manifest] = client.get(PODS.path(service.namespace), labelSelector=selector)["items"]
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def is_ready(manifest: Manifest) -> bool:
    """Does it have the condition ``Ready``?"""
    conditions = at(manifest, "status", "conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


def _state_of(pod: Manifest) -> str:
    """The state of a pod and its containers."""
    containers = (*(at(pod, "status", "initContainerStatuses") or ()), *(at(pod, "status", "containerStatuses") or ()))
    states = [f"{one['name']} {_state(one.get('state') or {})}" for one in containers if not one.get("ready")]
    return f"pod {pod['metadata']['name']} {at(pod, 'status', 'phase')}: {', '.join(states) or 'no container'}"


def _state(state: Manifest) -> str:
    return ", ".join(
        f"{kind} {value.get('reason', '')} {value.get('message', '')}".strip() for kind, value in state.items()
    )


def _conditions(service: Manifest) -> Iterator[str]:
    for one in at(service, "status", "conditions") or ():
        if one.get("status") != "True":
            yield f"{one.get('type')} is {one.get('status')}: {one.get('reason', '')} {one.get('message', '')}".strip()
