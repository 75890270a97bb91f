"""
What two services must have in common to be decided alike: all of them but their names and the paths of their models.

A fleet has few different services. Each is checked and decided once, with stand-ins for what may differ; a text that
contains a stand-in is completed for each service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kserve_conformance.objects import SERVICE, Manifest

#: Stands for a name that KServe accepts.
NAME: Final = "kserve-conformance-name"
#: Stands for the path of a model, behind the scheme of its URI.
_PATH: Final = "kserve-conformance-model"
_NESTED_PATH: Final = f"{_PATH}/path"

#: ``IsvcNameFmt``, pkg/apis/serving/v1beta1/inference_service_validation.go, and no longer than any check minds.
_NAME_FORMAT: Final = re.compile(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?\Z")
#: Schemes of which no release looks at the path.
_URI: Final = re.compile(r"((?:s3|gs|hdfs|webhdfs|pvc|hf|oci)://)[\w.:@=%+-]+(/[\w.:@=%+/-]*)?\Z")
#: Values that any label may have: pkg/util/validation/validation.go, k8s.io/apimachinery.
_LABEL: Final = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\Z")
#: The annotations whose values KServe reads; of others only the key can matter, to a placeholder.
_READ: Final = re.compile(r"serving\.kserve\.io/|knative|modelFormat\Z")


def fingerprint(manifest: Manifest) -> str:
    """
    A text that is equal for specs that are valid and decided alike.

    The values of labels and of annotations that KServe does not read are left out. Only a placeholder of a runtime sees
    them, and it puts them into the pod whatever they are.
    """
    spec = manifest.get("spec")
    metadata = manifest.get("metadata")
    if manifest.get("kind") != SERVICE or not isinstance(metadata, dict):
        return repr((manifest.get("kind"), spec))
    name = metadata.get("name")
    return repr(
        (
            metadata.get("namespace"),
            None if isinstance(name, str) and _NAME_FORMAT.match(name) else name,
            "uid" in metadata,
            _valid_labels(metadata.get("labels")),
            _keys(metadata.get("annotations")),
            _generic(spec),
            "predictor" in manifest,
        )
    )


def stand_in(manifest: Manifest) -> Manifest:
    """The service that stands for all with its fingerprint."""
    metadata = {**manifest["metadata"]}
    if _NAME_FORMAT.match(metadata["name"]):
        metadata["name"] = NAME
    return {**manifest, "metadata": metadata, "spec": _generic(manifest.get("spec"))}


def completed(text: str, name: str, uri: str) -> str:
    """A text about a stand-in, for a service."""
    if NAME in text:
        text = text.replace(NAME, name)
    if _PATH in text:
        generic = _generic_uri(uri)
        text = text.replace(generic, uri)
    return text


def uri_of(manifest: Manifest) -> str:
    """The URI of a service's model, wherever its predictor has it; empty if there is none."""
    spec = manifest.get("spec")
    predictor = spec.get("predictor") if isinstance(spec, dict) else None
    for part in predictor.values() if isinstance(predictor, dict) else ():
        if type(part) is dict and isinstance(uri := part.get("storageUri"), str):
            return uri
    return ""


def _generic(spec: Any) -> Any:
    predictor = spec.get("predictor") if type(spec) is dict else None
    if type(predictor) is not dict:
        return spec
    for key, part in predictor.items():
        if type(part) is dict and isinstance(uri := part.get("storageUri"), str):
            generic = _generic_uri(uri)
            if generic != uri:
                return {**spec, "predictor": {**predictor, key: {**part, "storageUri": generic}}}
            return spec
    return spec


def _generic_uri(uri: str) -> str:
    match = _URI.match(uri)
    if match is None:
        return uri
    return match[1] + (_NESTED_PATH if match[2] else _PATH)


def _valid_labels(labels: Any) -> Any:
    if not isinstance(labels, Mapping):
        return labels
    return [(key, None if isinstance(value, str) and _LABEL.match(value) else value) for key, value in labels.items()]


def _keys(values: Any) -> Any:
    if not isinstance(values, Mapping):
        return values
    return [(key, value if not isinstance(value, str) or _READ.search(key) else None) for key, value in values.items()]
