"""
The fields that a release's CRDs do not have yet.

The API server drops an unknown field when an object is written, silently unless
the client requests strict validation. So a field of a later release is lost from
every object that an earlier release stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Manifest, replaced
from kserve_conformance.rules.releases import TABLE, release_named


@dataclass(frozen=True, slots=True)
class UnknownFields:
    """The names that a release drops from a service's spec and predictor, a runtime's spec, and a runtime's formats."""

    service: frozenset[str] = frozenset()
    predictor: frozenset[str] = frozenset()
    runtime: frozenset[str] = frozenset()
    format: frozenset[str] = frozenset()


def pruned(manifest: Manifest, unknown: UnknownFields) -> Manifest:
    """
    Drop the fields that the release's CRDs do not have.

    Source: config/crd/serving.kserve.io_*.yaml, v0.8.0 to v0.12.1; config/crd/full/serving.kserve.io_*.yaml, since
    v0.13.0.
    """
    spec = given = manifest.get("spec") or {}
    if manifest.get("kind") == SERVICE:
        spec = _without(given, unknown.service)
        predictor = spec.get("predictor")
        if predictor and not unknown.predictor.isdisjoint(predictor):
            spec = {**spec, "predictor": _without(predictor, unknown.predictor)}
    elif manifest.get("kind") in RUNTIME_KINDS:
        spec = _without(given, unknown.runtime)
        formats = spec.get("supportedModelFormats")
        if formats and not all(map(unknown.format.isdisjoint, formats)):
            spec = {**spec, "supportedModelFormats": [_without(entry, unknown.format) for entry in formats]}
    return manifest if spec is given else replaced(manifest, spec, "spec")


def _without(part: Manifest, names: frozenset[str]) -> Manifest:
    """Without these fields; most objects have none of them and are not copied."""
    return part if names.isdisjoint(part) else {key: value for key, value in part.items() if key not in names}


@cache
def unknown_fields(release: str) -> UnknownFields:
    """
    The fields that came with later releases than this one (``new_fields`` of each). Raises ``UnknownRelease``.

    >>> sorted(unknown_fields("v0.10.2").format)
    ['priority']
    """
    version = release_named(release).version
    later = {field for newer in TABLE if newer.version > version for field in newer.new_fields}

    def inside(parent: str) -> frozenset[str]:
        return frozenset(name for field in later for path, _, name in [field.rpartition(".")] if path == parent)

    return UnknownFields(
        service=inside("InferenceService.spec"),
        predictor=inside("InferenceService.spec.predictor"),
        runtime=inside("ServingRuntime.spec"),
        format=inside("ServingRuntime.spec.supportedModelFormats"),
    )
