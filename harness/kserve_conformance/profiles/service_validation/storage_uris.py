"""Checks of lists of storage URIs with their mount paths, and of confidential models."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_validation.components import (
    Implementation,
    Implementations,
    any_containers,
    predictor_with_kserve_container,
)
from kserve_conformance.profiles.service_validation.storage import uri_of, uri_of_kserve_container

#: The mount path of a storage URI that sets none: the default of ``StorageUri.MountPath`` in the CRDs.
DEFAULT_PATH = "/mnt/models"

#: ``KBSResourceIdRegexp``, pkg/validation/confidential.go, since v0.20.0.
RESOURCE_ID = re.compile("kbs:///[a-zA-Z0-9_.-]+/[a-zA-Z0-9_.-]+/[a-zA-Z0-9_.-]+")

#: The panic of the webhook when it reads the first part of an empty path.
NO_PART = "panic: runtime error: index out of range [0] with length 0 [recovered]"

#: Source: ``validateMultipleStorageURIsSpec``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.16.0.
NO_PARENT = (
    "storage paths must have a common parent directory. Current paths: [{paths}] have no common parent beyond root"
)

_TRANSFORMER = any_containers()
_EXPLAINER = any_containers("art")


def storage_uris_are_valid(service: Manifest) -> str | None:
    """
    A component must not have both a storage URI and a list of them; the paths of the list must share a parent.

    Source: ``validateMultipleStorageURIs``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.16.0.
    """
    components: tuple[tuple[str, Implementations], ...] = (
        ("transformer", _TRANSFORMER),
        ("explainer", _EXPLAINER),
        ("predictor", predictor_with_kserve_container),
    )
    for kind, implementations in components:
        spec = at(service, "spec", kind)
        if spec is None:
            continue
        found = implementations(spec)
        uris = spec.get("storageUris")
        if uris is None:
            continue
        if found and own_uri(kind, found[0]) is not None:
            return "Setting both StorageURI and StorageURIs is not supported."
        message = _list_problem(uris)
        if message is not None:
            return message
    return None


def own_uri(kind: str, implementation: Implementation) -> str | None:
    """The storage URI of an implementation; for custom containers of a predictor, that of the serving container."""
    if kind == "predictor" and implementation.is_custom:
        return uri_of_kserve_container(implementation.spec)
    return uri_of(implementation)


def _list_problem(uris: Sequence[Manifest]) -> str | None:
    """
    The schema already rejects empty URIs and relative paths. Claims are only compared if there are two other URIs.

    Source: ``validateStorageURISpec`` and ``validateMultipleStorageURIsSpec``,
    pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.16.0.
    """
    paths: dict[bool, list[str]] = {True: [], False: []}
    for one in uris:
        path = one.get("mountPath") or DEFAULT_PATH
        if path == "/":
            return "storage path cannot be empty"
        if ".." in path:
            return f"storage path cannot contain '..' for security reasons: {path}"
        paths[(one.get("uri") or "").startswith("pvc://")].append(path)
    claims, others = paths[True], paths[False]
    if len(others) <= 1:
        return None
    if len(set(claims)) < len(claims):
        return "PVC storage paths must be unique"
    return _parent_problem(others)


def _parent_problem(paths: list[str]) -> str | None:
    """Source: ``FindCommonParentPath``, pkg/utils/storage.go, since v0.16.0."""
    parts = [path.strip("/").split("/") if path.strip("/") else [] for path in paths]
    shortest = min((len(part) for part in parts if part), default=0)
    if shortest and not all(parts):
        return NO_PART
    if shortest and len({part[0] for part in parts}) == 1:
        return None
    return NO_PARENT.format(paths=" ".join(paths))


def confidential_model_is_valid(service: Manifest) -> str | None:
    """
    A confidential model must have a storage URI, and its resource id must be a key broker path.

    Source: ``validateConfidential``, pkg/apis/serving/v1beta1/inference_service_validation.go, and
    ``ValidateConfidentialSpec``, pkg/validation/confidential.go, since v0.20.0.
    """
    predictor = at(service, "spec", "predictor") or {}
    found = predictor_with_kserve_container(predictor)
    confidential = next((one.spec.get("confidential") for one in found if not one.is_custom), None)
    if confidential is None or not confidential.get("enabled"):
        return None
    if not own_uri("predictor", found[0]):
        return "confidential model serving requires storageUri to be set"
    id_ = confidential.get("resourceId")
    if not id_ or RESOURCE_ID.fullmatch(id_):
        return None
    value = json.dumps(id_, ensure_ascii=False)
    return f"spec.predictor.confidential.resourceId: Invalid value: {value}: must be in the format kbs:///<repo>/<type>/<tag>"
