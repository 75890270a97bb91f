"""
The fields that a release's CRDs do not know yet.

The API server drops such a field when an object is written, without a word
unless the client asks for strictness. So a field that came with a later release
is lost for good in what an earlier one stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Manifest, replaced


@dataclass(frozen=True, slots=True)
class UnknownFields:
    """The names that a release drops from a service's spec and predictor, a runtime's spec, and a runtime's formats."""

    service: frozenset[str] = frozenset()
    predictor: frozenset[str] = frozenset()
    runtime: frozenset[str] = frozenset()
    format: frozenset[str] = frozenset()


def pruned(manifest: Manifest, unknown: UnknownFields) -> Manifest:
    """
    Drop what the release's CRDs do not know.

    Source: ``config/crd/serving.kserve.io_*.yaml`` (from v0.14.0 ``config/crd/full``) of each release.
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
    """Most objects have nothing to drop, and are not copied."""
    return part if names.isdisjoint(part) else {key: value for key, value in part.items() if key not in names}


#: v0.8.0: no protocols, no priorities, no worker nodes, and only a few settings of pods.
UNKNOWN_V0_8 = UnknownFields(
    service=frozenset({"canary"}),
    predictor=frozenset({"huggingface", "workerSpec", "storageUris", "name"}),
    runtime=frozenset(
        {
            "protocolVersions",
            "workerSpec",
            "volumes",
            "labels",
            "annotations",
            "imagePullSecrets",
            "hostIPC",
            "schedulerName",
        }
    ),
    format=frozenset({"priority"}),
)


def known_from(unknown: UnknownFields, *names: str) -> UnknownFields:
    """The same, once a release knows some of the names, wherever they stand."""
    learned = frozenset(names)
    return UnknownFields(
        unknown.service - learned, unknown.predictor - learned, unknown.runtime - learned, unknown.format - learned
    )


UNKNOWN_V0_9 = known_from(UNKNOWN_V0_8, "protocolVersions", "volumes")
UNKNOWN_V0_10 = known_from(UNKNOWN_V0_9, "labels", "annotations", "imagePullSecrets")
UNKNOWN_V0_11_1 = known_from(UNKNOWN_V0_10, "priority")
UNKNOWN_V0_12 = known_from(UNKNOWN_V0_11_1, "huggingface")
UNKNOWN_V0_14 = known_from(UNKNOWN_V0_12, "workerSpec", "hostIPC")
UNKNOWN_V0_16 = known_from(UNKNOWN_V0_14, "storageUris")
UNKNOWN_V0_17 = known_from(UNKNOWN_V0_16, "schedulerName")
UNKNOWN_V0_20 = known_from(UNKNOWN_V0_17, "name", "canary")
