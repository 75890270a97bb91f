"""
From the words and tables of a feature to Kubernetes objects.

An empty cell of a table leaves the field out; a cell of two quotes is the empty
string. Fields that a feature does not mention get values that work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    SERVICE,
    Manifest,
    Namespace,
    ObjectKey,
    at,
    replaced,
)
from kserve_conformance.rules.releases import UnknownRelease, release_named
from kserve_conformance.suite.problems import SuiteCode
from kserve_conformance.targets.contract import MODEL_SERVER

#: The storage of a model whose feature does not mention one; nothing is ever fetched from it.
STORAGE_URI = "gs://example/models/model"

#: Multi-node services may only use a persistent volume claim.
MULTI_NODE_STORAGE_URI = "pvc://models/model"

RUNTIME_COLUMNS = frozenset({"format", "version", "autoSelect", "priority"})
KEY_COLUMNS = frozenset({"kind", "name", "namespace"})
MANY_RUNTIMES_COLUMNS = RUNTIME_COLUMNS | {"name", "protocols", "disabled", "multiModel", "multiNode"}


def bad_table(message: str) -> SuiteError:
    """The error for a table, or words instead of one, that a step does not accept."""
    return SuiteError(message, code=SuiteCode.BAD_TABLE)


def rows(table: Sequence[Sequence[str]], columns: frozenset[str]) -> list[dict[str, str]]:
    """Read a table with a header as one mapping a row, empty cells left out. Raises ``SuiteError``."""
    header, *body = table
    unknown = [name for name in header if name not in columns]
    if unknown:
        raise bad_table(f"unknown columns {', '.join(unknown)}; expected {', '.join(sorted(columns))}")
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell != ""} for row in body]


def mappings(table: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Read a table with a header as one mapping a row, empty cells kept."""
    header, *body = table
    return [dict(zip(header, row, strict=True)) for row in body]


def keys_of_table(table: Sequence[Sequence[str]]) -> list[ObjectKey]:
    """The objects that a table lists by kind, name and namespace. Raises ``SuiteError``."""
    return [
        ObjectKey(row["kind"], row["name"], Namespace(row["namespace"]) if "namespace" in row else None)
        for row in rows(table, KEY_COLUMNS)
    ]


def _string(cell: str) -> str:
    return "" if cell == '""' else cell


def _flag(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise bad_table(f"expected true or false, got {cell!r}")
    return cell == "true"


def _number(cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise bad_table(f"expected an integer, got {cell!r}") from None


def format_entry(row: Mapping[str, str]) -> dict[str, Any]:
    """One entry of ``supportedModelFormats`` from a row."""
    entry: dict[str, Any] = {"name": _string(row.get("format", '""'))}
    if "version" in row:
        entry["version"] = _string(row["version"])
    if "autoSelect" in row:
        entry["autoSelect"] = _flag(row["autoSelect"])
    if "priority" in row:
        entry["priority"] = _number(row["priority"])
    return entry


def protocols(text: str) -> list[str]:
    """A list of protocols from words separated by commas."""
    return [_string(word.strip()) for word in text.split(",") if word.strip()]


def default_spec(ref: ObjectKey) -> dict[str, Any]:
    """The spec of a runtime that a feature only names."""
    return {
        "supportedModelFormats": [],
        "containers": [
            {
                "name": "kserve-container",
                "image": f"example.com/{ref.kind.lower()}/{ref.name}:1",
                "args": ["--model_name={{.Name}}"],
            }
        ],
    }


def worker_spec(ref: ObjectKey) -> dict[str, Any]:
    """The worker nodes of a runtime that a feature only calls multi-node."""
    return {
        "pipelineParallelSize": 2,
        "tensorParallelSize": 1,
        "containers": [{"name": "worker-container", "image": f"example.com/{ref.kind.lower()}/{ref.name}-worker:1"}],
    }


def runtime_manifest(ref: ObjectKey, spec: Mapping[str, Any]) -> dict[str, Any]:
    """A runtime manifest with this spec."""
    metadata: dict[str, Any] = {"name": ref.name}
    if ref.namespace is not None:
        metadata["namespace"] = ref.namespace
    return {"apiVersion": API_VERSIONS[ref.kind], "kind": ref.kind, "metadata": metadata, "spec": dict(spec)}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge one mapping into another, deeply; lists are replaced, and null removes a key."""
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def model_server_spec() -> dict[str, Any]:
    """The part of a runtime's spec that runs the model server, which is small and ready immediately."""
    return {
        "containers": [
            {
                "name": "kserve-container",
                "image": MODEL_SERVER,
                "args": ["--model_name={{.Name}}"],
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "1", "memory": "64Mi"}},
            }
        ]
    }


def runtimes_of_table(
    table: Sequence[Sequence[str]], kind: str, namespace: Any
) -> Iterable[tuple[ObjectKey, dict[str, Any]]]:
    """Several runtimes from one table: rows with the same name are formats of one runtime."""
    by_name: dict[str, list[dict[str, str]]] = {}
    for row in rows(table, MANY_RUNTIMES_COLUMNS):
        if "name" not in row:
            raise bad_table("name is required in every row; repeat it for each format")
        by_name.setdefault(row["name"], []).append(row)
    for name, entries in by_name.items():
        ref = ObjectKey(kind, name, namespace)
        spec = default_spec(ref)
        spec["supportedModelFormats"] = [format_entry(entry) for entry in entries if "format" in entry]
        for entry in entries:
            if "protocols" in entry:
                spec["protocolVersions"] = protocols(entry["protocols"])
            if "disabled" in entry:
                spec["disabled"] = _flag(entry["disabled"])
            if "multiModel" in entry:
                spec["multiModel"] = _flag(entry["multiModel"])
            if "multiNode" in entry and _flag(entry["multiNode"]):
                spec["workerSpec"] = worker_spec(ref)
        yield ref, spec


def whole(manifest: Manifest, kind: str | None = None) -> Manifest:
    """Fill in kind, API version and namespace if a doc string leaves them out."""
    kind = manifest.get("kind") or kind or SERVICE
    filled: Manifest = {"apiVersion": API_VERSIONS.get(kind, "v1"), "kind": kind, **manifest}
    if kind != CLUSTER_RUNTIME and at(filled, "metadata", "namespace") is None:
        filled = replaced(filled, "default", "metadata", "namespace")
    return filled


def service_manifest(
    name: str,
    namespace: str,
    implementation: Mapping[str, Any],
    *,
    key: str = "model",
) -> dict[str, Any]:
    """A service with one implementation under a key of its predictor, its storage filled in."""
    return {
        "apiVersion": API_VERSIONS[SERVICE],
        "kind": SERVICE,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"predictor": {key: {"storageUri": STORAGE_URI, **implementation}}},
    }


def on_several_nodes(service: Manifest, release: str) -> Manifest:
    """Add worker nodes to a service, and what its release requires for such a service."""
    annotation = {"serving.kserve.io/autoscalerClass": _multi_node_autoscaler(release)}
    service = replaced(
        service, {**(at(service, "metadata", "annotations") or {}), **annotation}, "metadata", "annotations"
    )
    service = replaced(service, MULTI_NODE_STORAGE_URI, "spec", "predictor", "model", "storageUri")
    return replaced(service, {"pipelineParallelSize": 2, "tensorParallelSize": 1}, "spec", "predictor", "workerSpec")


def _multi_node_autoscaler(release: str) -> str:
    """The autoscaler class that a release requires; earlier releases require none, and all know "external"."""
    try:
        return release_named(release).multi_node_autoscaler or "external"
    except UnknownRelease:
        return "none"


def key_of_runtime(ref: ObjectKey) -> ObjectKey:
    """The key of a runtime as a stored object."""
    return ObjectKey(ref.kind, ref.name, ref.namespace)
