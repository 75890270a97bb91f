"""Environment variables that no container may set, from v0.18.0 on."""

from __future__ import annotations

from collections.abc import Iterable

from kserve_conformance.objects import Manifest, Runtime, at
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.profiles.runtime_admission import Scope

#: ``DefaultBlockedEnvVars``, pkg/validation/env_policy.go, since v0.19.0.
BLOCKED = frozenset({"PYTHONPATH"})


def service_sets_none(service: Manifest) -> str | None:
    """
    No container of a service sets a blocked variable: in predictor, workers, transformer and explainer.

    Source: ``validateBlockedEnvVars``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.18.0.
    Read at v0.19.0.
    """
    predictor = at(service, "spec", "predictor") or {}
    framework = next((predictor[key] for key in ("model", *LEGACY_KEYS_V0_12) if predictor.get(key) is not None), None)
    art = at(service, "spec", "explainer", "art")
    containers = (
        *_containers(predictor),
        *(() if framework is None else (framework,)),
        *_containers(predictor.get("workerSpec")),
        *_containers(at(service, "spec", "transformer")),
        *_containers(at(service, "spec", "explainer")),
        *((art,) if art is not None else ()),
    )
    found = _blocked(containers)
    return None if found is None else f'the InferenceService "{service["metadata"]["name"]}" is invalid: {found}'


def _containers(spec: Manifest | None) -> Iterable[Manifest]:
    spec = spec or {}
    return (*(spec.get("containers") or ()), *(spec.get("initContainers") or ()))


def runtime_sets_none(runtime: Runtime, stored: Scope) -> str | None:
    """
    No container of a runtime sets a blocked variable.

    Source: ``validateBlockedEnvVars``, pkg/webhook/admission/servingruntime/servingruntime_webhook.go, since v0.18.0.
    Read at v0.19.0.
    """
    found = _blocked((*(runtime.spec.get("containers") or ()), *(at(runtime.spec, "workerSpec", "containers") or ())))
    return None if found is None else f'the {runtime.key.kind} "{runtime.name}" is invalid: {found}'


def _blocked(containers: Iterable[Manifest]) -> str | None:
    for container in containers:
        for variable in container.get("env") or ():
            if variable.get("name") in BLOCKED:
                name = container.get("name") or ""
                return f'setting {variable["name"]} in container "{name}" is not allowed for security reasons'
    return None
