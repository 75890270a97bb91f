"""
KFServing's services: from ``serving.kubeflow.org/v1alpha2`` and ``v1beta1`` to ``serving.kserve.io/v1beta1``.

A service of v1beta1 only changes its group. One of v1alpha2 has its components below ``default``, with another name for
two fields; how those map is KFServing's own conversion. It drops what has no place in v1beta1. Here such a service is
left: the fields stay where they are, and the CRDs of KServe do not know them.

Source: ``ConvertTo``, pkg/apis/serving/v1alpha2/inferenceservice_conversion.go, github.com/kubeflow/kfserving v0.5.1;
hack/kserve_migration/kserve_migration.sh, v0.8.0, which renames the API group everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kserve_conformance.conversion.edits import Edit, Enlist, Rename, SetText, Unwrap
from kserve_conformance.conversion.plan import Obstacle, Plan
from kserve_conformance.manifests.problems import Path, pointer
from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest, at

GROUP: Final = "serving.kubeflow.org"
_KSERVE: Final = "serving.kserve.io"
_V1ALPHA2: Final = f"{GROUP}/v1alpha2"
#: The last one is what the migration script, and people with it, made of v1alpha2; KServe never had it.
_VERSIONS: Final = (_V1ALPHA2, f"{GROUP}/v1beta1", f"{_KSERVE}/v1alpha2")
_COMPONENTS: Final = ("predictor", "transformer", "explainer")
#: The fields of a component with another name in v1beta1.
_RENAMED: Final = {"parallelism": "containerConcurrency", "custom": "containers"}
_ROLLOUTS: Final = ("canary", "canaryTrafficPercent")


def is_kfserving(manifest: Manifest) -> bool:
    """Is it a service of KFServing's API?"""
    return manifest.get("kind") == SERVICE and manifest.get("apiVersion") in _VERSIONS


def plan(service: Manifest) -> Plan:
    """Plan the conversion of a service of KFServing to KServe's API. Raises :class:`Obstacle`."""
    converted = dict(service)
    api_version = converted["apiVersion"] = API_VERSIONS[SERVICE]
    edits: list[Edit] = [SetText(("apiVersion",), api_version)]
    changes = [f"apiVersion: {service['apiVersion']} -> {api_version}"]
    converted["metadata"] = metadata = dict(at(service, "metadata") or {})
    for name in ("annotations", "labels"):
        for key in at(metadata, name) or {}:
            if (new := _with_group(key)) != key:
                if new in metadata[name]:
                    raise Obstacle(f"{key} and {new} are both set", ("metadata", name, key), "remove one of them")
                edits.append(Rename(("metadata", name, key), new))
                changes.append(f"{pointer(('metadata', name, key))} -> {new}")
        if isinstance(at(metadata, name), Mapping):
            metadata[name] = {_with_group(key): value for key, value in metadata[name].items()}
    if service["apiVersion"] == _V1ALPHA2 or at(service, "spec", "default") is not None:
        converted["spec"] = _spec(service)
        edits.append(Unwrap(("spec", "default")))
        changes.append("spec.default -> spec")
        for edit in _component_edits(service["spec"]["default"]):
            edits.append(edit)
            if isinstance(edit, Rename):
                changes.append(f"{pointer(edit.path)} -> {edit.name}")
    return Plan(converted, tuple(edits), tuple(changes))


def _with_group(key: str) -> str:
    prefix, slash, name = key.partition("/")
    is_ours = prefix == GROUP or prefix.endswith(f".{GROUP}")
    return f"{prefix.removesuffix(GROUP)}{_KSERVE}/{name}" if slash and is_ours else key


def _spec(service: Manifest) -> dict[str, Any]:
    spec = at(service, "spec")
    for field in _ROLLOUTS:
        if at(spec, field) is not None:
            text = f"spec.{field}: KServe has one predictor, and rolls out its changes with canaryTrafficPercent"
            hint = f"apply the version to keep without spec.{field} first, then roll the other one out"
            raise Obstacle(text, ("spec", field), hint)
    if not isinstance(at(spec, "default"), Mapping) or not spec["default"]:
        raise Obstacle("spec.default: expected a mapping with a predictor", ("spec",))
    clashes = sorted(set(spec["default"]) & set(spec))
    if clashes:
        raise Obstacle(f"spec.{clashes[0]} is both in spec and in spec.default", ("spec", clashes[0]))
    result: dict[str, Any] = {}
    for key, value in spec.items():
        result.update(
            {name: _component(each, name) for name, each in value.items()} if key == "default" else {key: value}
        )
    return result


def _component(component: Any, name: str) -> Any:
    if name not in _COMPONENTS or not isinstance(component, Mapping):
        return component
    result = {}
    for key, value in component.items():
        new = _RENAMED.get(key, key)
        if new != key and new in component:
            raise Obstacle(f"{key} and {new} are both set", ("spec", "default", name, key), "remove one of them")
        if key == "custom":
            result[new] = [_own_container(value, ("spec", "default", name, "custom"))]
        else:
            result[new] = value
    return result


def _component_edits(default: Manifest) -> Iterator[Edit]:
    for name in _COMPONENTS:
        for key in at(default, name) or {}:
            path: Path = ("spec", "default", name, key)
            if key in _RENAMED:
                yield Rename(path, _RENAMED[key])
            if key == "custom":
                yield Enlist((*path, "container"))


def _own_container(custom: Any, place: tuple[str, ...]) -> Mapping[str, Any]:
    """The container of a custom component, which KFServing's schema has no other field for."""
    container = custom.get("container") if isinstance(custom, Mapping) else None
    if not isinstance(container, Mapping):
        raise Obstacle("expected a mapping with a container", place)
    for key in custom:
        if key != "container":
            raise Obstacle(
                f"unknown field {key} beside container", (*place, key), "move it into container, or remove it"
            )
    return container
