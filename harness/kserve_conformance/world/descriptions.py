"""
Runtimes and services as steps describe them: in words, in a table, or as YAML.

A step parses its text and hands the parts over; what they mean for a manifest is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kserve_conformance.manifests import value
from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Manifest, Namespace, ObjectKey
from kserve_conformance.world.objects import (
    RUNTIME_COLUMNS,
    bad_table,
    default_spec,
    format_entry,
    merged,
    model_server_spec,
    protocols,
    rows,
    service_manifest,
    whole,
    worker_spec,
)
from kserve_conformance.world.world import World

Table = Sequence[Sequence[str]]

#: The name of a service whose scenario does not name it.
DEFAULT_NAME = "model"

_SPEAKS = re.compile(r'speaks "([^"]*)"')
_CREATED_LATER = "was created later"
_DOCUMENT_END = re.compile(r"^---\s*$", re.MULTILINE)


def cluster_runtime(name: str) -> ObjectKey:
    """The ClusterServingRuntime of this name."""
    return ObjectKey(CLUSTER_RUNTIME, name)


def namespaced_runtime(name: str, namespace: str) -> ObjectKey:
    """The ServingRuntime of this name and namespace."""
    return ObjectKey(NAMESPACED_RUNTIME, name, Namespace(namespace))


def add_runtime(world: World, ref: ObjectKey, facts: str, table: Table | None, docstring: str | None) -> None:
    """Add a runtime to a scenario. Raises ``SuiteError``."""
    spec = _spec(ref, facts, table, docstring)
    if _CREATED_LATER in facts:
        world.wait_a_second()
    world.add_runtime(ref, spec)


def apply_runtime(world: World, ref: ObjectKey, facts: str, table: Table | None, docstring: str | None) -> None:
    """Apply a runtime now, and remember whether it was accepted. Raises ``SuiteError``."""
    spec = _spec(ref, facts, table, docstring)
    if _CREATED_LATER in facts:
        world.wait_a_second()
    world.apply_runtime(ref, spec)


def _spec(ref: ObjectKey, facts: str, table: Table | None, docstring: str | None) -> dict[str, Any]:
    spec = default_spec(ref)
    if table is not None:
        spec["supportedModelFormats"] = [format_entry(row) for row in rows(table, RUNTIME_COLUMNS)]
    if docstring is not None:
        spec = {**spec, **value(docstring)}
    for fact in facts.split(" and ") if facts else ():
        spec = merged(spec, _fields(ref, fact.strip()))
    return spec


def _fields(ref: ObjectKey, fact: str) -> dict[str, Any]:
    """The spec fields of a fact about a runtime."""
    match fact:
        case "is disabled":
            return {"disabled": True}
        case "is multi-model":
            return {"multiModel": True}
        case "is multi-node":
            return {"workerSpec": worker_spec(ref)}
        case "runs the model server":
            return model_server_spec()
        case _ if fact == _CREATED_LATER:
            return {}
    if match := _SPEAKS.fullmatch(fact):
        return {"protocolVersions": protocols(match[1])}
    raise bad_table(f"unknown fact about a runtime: {fact!r}")


def service(
    name: str,
    namespace: str,
    model_format: str,
    *,
    version: str | None = None,
    protocol: str | None = None,
    runtime: str | None = None,
) -> Manifest:
    """A service that requests a format; a field that is None is left out."""
    model = _without_none(
        modelFormat=_without_none(name=model_format, version=version), protocolVersion=protocol, runtime=runtime
    )
    return service_manifest(name, namespace, model)


def legacy_service(name: str, namespace: str, key: str, protocol: str | None) -> Manifest:
    """A service in the legacy schema; without a protocol the field is left out."""
    return service_manifest(name, namespace, _without_none(protocolVersion=protocol), key=key)


def service_of(text: str) -> Manifest:
    """The service of a doc string."""
    return whole(value(text))


def objects_of(text: str) -> list[Manifest]:
    """The objects of a doc string with one or more YAML documents."""
    return [whole(value(document)) for document in _DOCUMENT_END.split(text) if document.strip()]


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
