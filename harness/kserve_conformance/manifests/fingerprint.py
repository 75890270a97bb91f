"""
What two services must have in common to be decided alike: all of them but their names and the paths of their models.

A fleet has few different services. Each is checked and decided once, with stand-ins for what may differ; a text that
contains a stand-in is completed for each service.
"""

from __future__ import annotations

import hashlib
import marshal
import re
from functools import lru_cache
from typing import Any, Final

from kserve_conformance.crds.schema import ROOT_FIELDS
from kserve_conformance.crds.structure import METADATA_FIELDS
from kserve_conformance.manifests.metadata import TIMES, is_time
from kserve_conformance.objects import Manifest

#: The version of marshal that writes equal values as equal bytes.
_NO_REFERENCES: Final = 2
#: The bytes of a fingerprint.
_DIGEST: Final = 16

_ROOT: Final = frozenset({*ROOT_FIELDS, "spec", "status"})

#: The fields of metadata that are checked, but decide nothing.
_CHECKED: Final = METADATA_FIELDS - {"name", "namespace", "uid", "labels", "annotations"}

#: Stands for a name that KServe accepts.
NAME: Final = "kserve-conformance-name"
#: Stands for the namespace of services that are decided alike in many.
NAMESPACE: Final = "kserve-conformance-ns"
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


def fingerprint(manifest: Manifest) -> int:
    """
    A number that is equal for services that the API server treats alike, and for others as good as never.

    It is the same in every process. Services in the same namespace are decided alike, too. The values of labels and of
    annotations that KServe does not read are left out. Only a placeholder of a runtime sees them, and it puts them into
    the pod whatever they are.
    """
    metadata = manifest["metadata"]
    name, namespace = metadata.get("name"), metadata.get("namespace")
    is_stored = "uid" in metadata
    return int.from_bytes(
        hashlib.blake2b(
            marshal.dumps(
                (
                    NAME if isinstance(name, str) and has_plain_name(name) else name,
                    None if isinstance(namespace, str) and has_plain_name(namespace) else namespace,
                    manifest.get("apiVersion"),
                    is_stored,
                    # The API server writes the status of a stored service, of which only the deployment mode is read;
                    # of a written one it decodes all.
                    _recorded_mode(manifest.get("status")) if is_stored else manifest.get("status"),
                    label_keys(metadata.get("labels")),
                    read_annotations(metadata.get("annotations")),
                    _generic(manifest.get("spec")),
                    _odd(manifest, _ROOT),
                    _odd(metadata, METADATA_FIELDS),
                    # The API server has checked those of a stored service.
                    None if is_stored else _checked(metadata),
                ),
                _NO_REFERENCES,
            ),
            digest_size=_DIGEST,
        ).digest()
    )


def _recorded_mode(status: Any) -> Any:
    return status.get("deploymentMode") if isinstance(status, dict) else None


def _checked(metadata: Manifest) -> list[Any] | None:
    """The other fields that are checked: those whose values are checked with these, and the types of the rest."""
    keys = metadata.keys() & _CHECKED
    return [(key, _checked_part(key, metadata[key])) for key in sorted(keys)] if keys else None


def _checked_part(key: str, value: Any) -> Any:
    if type(value) is list or key == "generateName" or (key in TIMES and type(value) is str and not is_time(value)):
        return value
    return type(value).__name__


def _odd(mapping: Manifest, known: frozenset[str]) -> list[Any] | None:
    """What a mapping has besides the known fields."""
    if known.issuperset(mapping):
        return None
    keys = mapping.keys() - known
    return [(key, mapping[key]) for key in sorted(keys)]


def has_plain_name(name: str) -> bool:
    """Is it a name that every check of every release accepts?"""
    return _NAME_FORMAT.match(name) is not None


def stand_in(manifest: Manifest) -> Manifest:
    """The service that stands for all with its fingerprint."""
    metadata = {**manifest["metadata"]}
    if has_plain_name(metadata["name"]):
        metadata["name"] = NAME
    return {**manifest, "metadata": metadata, "spec": _generic(manifest.get("spec"))}


def completed(text: str, name: str, uri: str, namespace: str = NAMESPACE) -> str:
    """A text about a stand-in, for a service."""
    if NAME in text:
        text = text.replace(NAME, name)
    if NAMESPACE in text:
        text = text.replace(NAMESPACE, namespace)
    if _PATH in text:
        generic = generic_uri(uri)
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
            generic = generic_uri(uri)
            if generic != uri:
                return {**spec, "predictor": {**predictor, key: {**part, "storageUri": generic}}}
            return spec
    return spec


def generic_uri(uri: str) -> str:
    """
    A URI with a stand-in for its path, if no release looks at the path.

    >>> generic_uri("s3://models/fraud"), generic_uri("https://example.com/fraud")
    ('s3://kserve-conformance-model/path', 'https://example.com/fraud')
    """
    match = _URI.match(uri)
    if match is None:
        return uri
    return match[1] + (_NESTED_PATH if match[2] else _PATH)


def label_keys(labels: Any) -> Any:
    """Labels with None for the values that are valid."""
    if type(labels) is not dict:
        return labels
    valid = _LABEL.match
    return [(key, None if type(value) is str and valid(value) else value) for key, value in labels.items()]


def read_annotations(annotations: Any) -> Any:
    """Annotations with None for the values that KServe does not read."""
    if type(annotations) is not dict:
        return annotations
    return [(key, None if type(value) is str and _is_unread(key) else value) for key, value in annotations.items()]


@lru_cache(maxsize=4096)
def _is_unread(key: str) -> bool:
    return _READ.search(key) is None
