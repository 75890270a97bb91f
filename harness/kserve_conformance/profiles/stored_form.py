"""
The form in which the API server keeps a service: with the defaults of the CRDs, and as KServe's webhook writes it back.

No choice depends on it. The webhook answers with the whole object, marshalled from types of Go: containers get a name
and resources, quantities are in their canonical form, and what Go leaves out is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kserve_conformance.crds import Crds, defaulted
from kserve_conformance.objects import SERVICE, Manifest
from kserve_conformance.profiles.pods.go_json import CONTAINER_FIELDS, POD_FIELDS, container_of, pod_spec_of
from kserve_conformance.profiles.service_validation.components import LEGACY_KEYS

_COMPONENTS = ("predictor", "transformer", "explainer")

#: Explainers that are containers. Source: ``ExplainerSpec``, pkg/apis/serving/v1beta1/explainer.go, v0.8.0 (the first
#: two up to v0.10.2 and v0.12.1).
_EXPLAINERS = ("aix", "alibi", "art")

_DROPPED_IF_EMPTY = ("annotations", "labels")

#: Numbers of a component that Go does not write if they are zero.
#: Source: ``ComponentExtensionSpec``, pkg/apis/serving/v1beta1/component.go, since v0.8.0.
_DROPPED_IF_ZERO = ("maxReplicas",)


def stored_form(written: Manifest, service: Manifest, crds: Crds, *, keeps_zeros: bool) -> Manifest:
    """
    A service, written and then admitted, as an API server returns it: without what it adds to ``metadata`` or a status.

    ``keeps_zeros``: does the webhook keep what Go does not write? It does since v0.16.0, as the ``CustomDefaulter`` of
    sigs.k8s.io/controller-runtime v0.20.0 and later does; seen in v0.20.0, and not in v0.10.2 and v0.15.2.

    Source: ``Default``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0.
    """
    given = {key: value for key, value in defaulted(service, crds.schema(SERVICE)).items() if key != "status"}
    stored = dict(given)
    stored["metadata"] = _without_empty(stored["metadata"])
    spec = dict(stored.get("spec") or {})
    for name in _COMPONENTS:
        if isinstance(spec.get(name), Mapping):
            spec[name] = _component(spec[name])
    stored["spec"] = _with_zeros(spec, given.get("spec"), written.get("spec")) if keeps_zeros else spec
    return stored


def _with_zeros(stored: Any, given: Any, written: Any) -> Any:
    """A value with what the other two have besides: what was written, and not removed for another reason."""
    if isinstance(stored, Mapping) and isinstance(given, Mapping) and isinstance(written, Mapping):
        kept = {key: value for key, value in given.items() if key not in stored and key in written}
        return {**{key: _with_zeros(one, given.get(key), written.get(key)) for key, one in stored.items()}, **kept}
    if all(isinstance(one, list) and len(one) == len(stored) for one in (stored, given, written)):
        return [_with_zeros(*each) for each in zip(stored, given, written, strict=True)]
    return stored


def _without_empty(part: Manifest) -> Manifest:
    return {key: value for key, value in part.items() if value or key not in (*_DROPPED_IF_EMPTY, *_DROPPED_IF_ZERO)}


def _component(component: Manifest) -> dict[str, Any]:
    result = {**_without_empty(_others(component, POD_FIELDS)), **pod_spec_of(component)}
    for key in ("model", *LEGACY_KEYS, *_EXPLAINERS):
        if isinstance(result.get(key), Mapping):
            result[key] = _container(result[key])
    if isinstance(result.get("model"), Mapping):
        result["model"] = {"modelFormat": {"name": ""}, **result["model"]}
    if isinstance(result.get("workerSpec"), Mapping):
        worker = result["workerSpec"]
        result["workerSpec"] = {**_others(worker, POD_FIELDS), **pod_spec_of(worker)}
    return result


def _container(part: Manifest) -> dict[str, Any]:
    return {**_others(part, frozenset(CONTAINER_FIELDS)), **container_of(part)}


def _others(part: Manifest, fields: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in fields}
