"""
What KServe's CRDs and the API server require of a service and a runtime, where all releases agree.

Fields that later releases added say since when; fields that no rule of the
harness reads are left to the API server.

Source: config/crd (since v0.13.0 config/crd/full) of each KServe release since v0.8.0,
compared release by release; names by ``NameIsDNSSubdomain``, k8s.io/apimachinery.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final

from packaging.version import InvalidVersion, Version

from kserve_conformance.manifests.problems import ManifestCode, Path, Problem
from kserve_conformance.manifests.shapes import (
    Boolean,
    Field,
    Integer,
    IntegerOrString,
    ListOf,
    MapOf,
    Object,
    Reading,
    String,
    described,
    is_mapping,
    missing,
)
from kserve_conformance.objects import API_VERSIONS, RUNTIME_KINDS, SERVICE, Manifest

#: The groups whose objects of KServe's kinds are KServe's; the second one is KFServing's, before v0.7.
_GROUPS: Final = ("serving.kserve.io", "serving.kubeflow.org")

#: How many problems of one object are reported.
_MOST: Final = 1000

_V0_8_0: Final = Version("0.8.0")
_V0_9_0: Final = Version("0.9.0")
_V0_10_0: Final = Version("0.10.0")
_V0_11_1: Final = Version("0.11.1")
_V0_12_0: Final = Version("0.12.0")
_V0_14_0: Final = Version("0.14.0")
_V0_15_0: Final = Version("0.15.0")
_V0_20_0: Final = Version("0.20.0")

_STRING: Final = Field(String())
_STRINGS: Final = Field(ListOf(String()))
_BOOLEAN: Final = Field(Boolean())
_INTEGER: Final = Field(Integer())
_ANY_OBJECT: Final = Field(Object())
_STRING_MAP: Final = MapOf(String())


def _named(fields: Mapping[str, Field] | None = None, *, since: Version = _V0_8_0) -> Object:
    """An object with a required name."""
    return Object({"name": Field(String(), required=since), **(fields or {})})


_RESOURCES: Final = Field(
    Object({"limits": Field(MapOf(IntegerOrString())), "requests": Field(MapOf(IntegerOrString()))})
)

_CONTAINER_FIELDS: Final = {
    "image": _STRING,
    "command": _STRINGS,
    "args": _STRINGS,
    "workingDir": _STRING,
    "imagePullPolicy": _STRING,
    "env": Field(ListOf(_named({"value": _STRING, "valueFrom": _ANY_OBJECT}))),
    "resources": _RESOURCES,
    "livenessProbe": _ANY_OBJECT,
    "readinessProbe": _ANY_OBJECT,
}

_CONTAINERS: Final = ListOf(_named(_CONTAINER_FIELDS))

_POD_FIELDS: Final = {
    "affinity": _ANY_OBJECT,
    "nodeSelector": Field(_STRING_MAP),
    "tolerations": Field(ListOf(Object())),
}

_RUNTIME_SPEC: Final = Object(
    {
        # v0.8.0 had a container type of its own, without a required name.
        "containers": Field(ListOf(_named(_CONTAINER_FIELDS, since=_V0_9_0)), required=_V0_8_0),
        "supportedModelFormats": Field(
            ListOf(
                _named(
                    {"version": _STRING, "autoSelect": _BOOLEAN, "priority": Field(Integer(least=1), since=_V0_11_1)}
                )
            )
        ),
        "protocolVersions": Field(ListOf(String()), since=_V0_9_0),
        "disabled": _BOOLEAN,
        "multiModel": _BOOLEAN,
        "replicas": _INTEGER,
        "labels": Field(_STRING_MAP, since=_V0_10_0),
        "annotations": Field(_STRING_MAP, since=_V0_10_0),
        "imagePullSecrets": Field(ListOf(Object({"name": _STRING})), since=_V0_10_0),
        "volumes": Field(ListOf(_named()), since=_V0_9_0),
        "hostIPC": Field(Boolean(), since=_V0_14_0),
        "workerSpec": Field(
            Object(
                {
                    "containers": Field(_CONTAINERS, required=_V0_14_0),
                    "pipelineParallelSize": Field(Integer(), since=_V0_15_0),
                    "tensorParallelSize": Field(Integer(), since=_V0_15_0),
                    **_POD_FIELDS,
                }
            ),
            since=_V0_14_0,
        ),
        **_POD_FIELDS,
    }
)

_MODEL_FIELDS: Final = {
    "name": _STRING,
    "storageUri": _STRING,
    "protocolVersion": _STRING,
    "runtimeVersion": _STRING,
    "storage": Field(
        Object({"key": _STRING, "path": _STRING, "schemaPath": _STRING, "parameters": Field(_STRING_MAP)}),
        since=_V0_9_0,
    ),
    **_CONTAINER_FIELDS,
}

_MODEL: Final = Object(
    {
        "modelFormat": Field(_named({"version": _STRING})),
        "runtime": _STRING,
        **_MODEL_FIELDS,
    }
)

_COMPONENT_FIELDS: Final = {
    "containers": Field(_CONTAINERS),
    "labels": Field(_STRING_MAP, since=_V0_11_1),
    "annotations": Field(_STRING_MAP, since=_V0_11_1),
    "imagePullSecrets": Field(ListOf(Object({"name": _STRING}))),
    "volumes": Field(ListOf(_named())),
    "serviceAccountName": _STRING,
    "minReplicas": _INTEGER,
    "maxReplicas": _INTEGER,
    "containerConcurrency": _INTEGER,
    "canaryTrafficPercent": _INTEGER,
    "timeout": _INTEGER,
    "hostIPC": _BOOLEAN,
    **_POD_FIELDS,
}

#: The predictor's keys for single frameworks, with the release that brought each.
LEGACY_KEYS: Final[Mapping[str, Version]] = {
    **dict.fromkeys(
        ("sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "lightgbm", "paddle", "pmml"), _V0_8_0
    ),
    "huggingface": _V0_12_0,
}

_SERVICE_SPEC: Final = Object(
    {
        "predictor": Field(
            Object(
                {
                    "model": Field(_MODEL),
                    **{key: Field(Object(_MODEL_FIELDS), since=since) for key, since in LEGACY_KEYS.items()},
                    "name": Field(String(), since=_V0_20_0),
                    "workerSpec": Field(
                        Object(
                            {
                                "containers": Field(_CONTAINERS),
                                "pipelineParallelSize": Field(Integer(), since=_V0_15_0),
                                "tensorParallelSize": Field(Integer(), since=_V0_15_0),
                                **_POD_FIELDS,
                            }
                        ),
                        since=_V0_14_0,
                    ),
                    **_COMPONENT_FIELDS,
                }
            ),
            required=_V0_8_0,
        ),
        "transformer": Field(Object(_COMPONENT_FIELDS)),
        "explainer": Field(Object(_COMPONENT_FIELDS)),
    }
)

_METADATA: Final = Object(
    {
        "namespace": _STRING,
        "labels": Field(_STRING_MAP),
        "annotations": Field(_STRING_MAP),
        "creationTimestamp": _STRING,
        "generation": _INTEGER,
    }
)

_SCHEMAS: Final = {
    SERVICE: Object({"spec": Field(_SERVICE_SPEC)}),
    **{kind: Object({"spec": Field(_RUNTIME_SPEC)}) for kind in RUNTIME_KINDS},
}

_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_SUBDOMAIN_WORDS: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)


def is_kserve(manifest: Manifest) -> bool:
    """Is it a service or a runtime, of whatever version?"""
    api_version = manifest.get("apiVersion")
    return manifest.get("kind") in API_VERSIONS and (
        not isinstance(api_version, str) or "/" not in api_version or api_version.split("/")[0] in _GROUPS
    )


def check(
    manifest: Manifest, release: str | None = None, *, spellings: Mapping[Path, str] | None = None
) -> tuple[Problem, ...]:
    """
    List what an API server with KServe's CRDs would reject in an object.

    With a release, only the fields of its CRDs are checked; without one, those of
    any release. Objects of other kinds only need a kind, an apiVersion and a
    name. ``spellings`` are the source's own texts of unquoted scalars.

    >>> check({"kind": "ClusterServingRuntime", "apiVersion": "serving.kserve.io/v1alpha1",
    ...        "metadata": {"name": "r"}, "spec": {"containers": [], "disabled": "true"}})[0].headline
    'spec.disabled: expected true or false, got "true"'
    """
    reading = Reading(_version(release) if release else None, spellings or {})
    return tuple(islice(_problems(manifest, reading), _MOST))


@cache
def _version(release: str) -> Version | None:
    """A release's version, read once because objects are checked by the thousand; None for a branch, newer than all."""
    try:
        return Version(release)
    except InvalidVersion:
        return None


def rejection_message(manifest: Manifest, problems: Iterable[Problem]) -> str:
    """
    The API server's whole message for an object that it rejects for these problems.

    Source: ``NewInvalid`` in pkg/api/errors/errors.go, k8s.io/apimachinery.
    """
    words = [problem.rejection or problem.headline for problem in problems]
    name = (manifest.get("metadata") or {}).get("name", "")
    message = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
    group = str(manifest.get("apiVersion", "")).split("/")[0]
    return f'{manifest.get("kind")}.{group} "{name}" is invalid: {message}'


def _problems(manifest: Any, reading: Reading) -> Iterator[Problem]:
    if not is_mapping(manifest):
        yield Problem(
            ManifestCode.NOT_AN_OBJECT,
            f"expected a Kubernetes object, got {described(manifest)}",
            hint="an object is a mapping with apiVersion, kind, metadata and spec",
        )
        return
    kind, api_version = manifest.get("kind"), manifest.get("apiVersion")
    for name, found in (("kind", kind), ("apiVersion", api_version)):
        if found is None or found == "":
            yield missing(
                (name,), hint="this is not a Kubernetes object" if kind is None and api_version is None else None
            )
        elif not isinstance(found, str):
            yield from String().problems(found, (name,), reading)
    if not isinstance(kind, str):
        return
    is_ours = is_kserve(manifest)
    if is_ours and isinstance(api_version, str) and api_version not in ("", API_VERSIONS[kind]):
        yield _other_version(kind, api_version)
        return
    yield from _metadata(manifest, reading, is_ours=is_ours)
    if is_ours:
        yield from _SCHEMAS[kind].inside(manifest, (), reading)


def _other_version(kind: str, api_version: str) -> Problem:
    expected = API_VERSIONS[kind]
    group, _, version = api_version.rpartition("/")
    if group == _GROUPS[1]:
        hint = "serving.kubeflow.org is KFServing; KServe v0.7 and later serve serving.kserve.io"
    elif version == "v1alpha2" and kind == SERVICE:
        hint = f"write apiVersion: {expected}, and spec.predictor instead of spec.default"
    else:
        hint = f"write apiVersion: {expected}"
    return Problem(
        ManifestCode.INVALID_FIELD,
        f"expected {expected} for kind {kind}, got {described(api_version)}",
        ("apiVersion",),
        hint=hint,
        rejection=f'no matches for kind "{kind}" in version "{api_version}"',
    )


def _metadata(manifest: Manifest, reading: Reading, *, is_ours: bool) -> Iterator[Problem]:
    metadata = manifest.get("metadata")
    if metadata is not None and not is_mapping(metadata):
        yield from _METADATA.problems(metadata, ("metadata",), reading)
        return
    found = metadata or {}
    name, path = found.get("name"), ("metadata", "name")
    if name is None or name == "":
        hint = (
            "metadata.name is required here; generateName is not supported in scenarios"
            if found.get("generateName")
            else None
        )
        yield missing(path, hint=hint, rejection="metadata.name: Required value: name or generateName is required")
    elif not isinstance(name, str):
        yield from String().problems(name, path, reading)
    elif is_ours and (len(name) > 253 or not _SUBDOMAIN.match(name)):
        yield Problem(
            ManifestCode.INVALID_FIELD,
            f"expected a lowercase RFC 1123 subdomain, got {described(name)}",
            path,
            hint="use at most 253 lowercase letters, digits, '-' and '.', starting and ending with a letter or digit",
            rejection=f'metadata.name: Invalid value: "{name}": {_SUBDOMAIN_WORDS}',
        )
    namespace = found.get("namespace")
    if isinstance(namespace, str) and namespace and (len(namespace) > 63 or not _LABEL.match(namespace)):
        yield Problem(
            ManifestCode.INVALID_FIELD,
            f"expected a lowercase RFC 1123 label, got {described(namespace)}",
            ("metadata", "namespace"),
            hint="use at most 63 lowercase letters, digits and '-', starting and ending with a letter or digit",
        )
    yield from _METADATA.inside(found, ("metadata",), reading)
