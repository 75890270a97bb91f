"""What a release installs: the fields of its CRDs, its webhooks, its configuration and its runtimes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from radar.trees import Tree

#: The kinds whose fields are compared.
KINDS = ("InferenceService", "ServingRuntime", "ClusterServingRuntime")


def surface(tree: Tree) -> dict[str, dict[str, str]]:
    """The surface of a tree by section: names with their descriptions."""
    return {
        "CRD fields": dict(crd_fields(tree)),
        "webhooks": dict(webhooks(tree)),
        "ConfigMap keys": dict(configuration(tree)),
        "shipped runtimes": dict(runtimes(tree)),
    }


def crd_fields(tree: Tree) -> Iterator[tuple[str, str]]:
    """The path and type of every field, since v0.13.0 in config/crd/full, before it in config/crd."""
    folder = "config/crd/full" if (tree.folder / "config/crd/full").is_dir() else "config/crd"
    for path in tree.paths(f"{folder}/*.yaml"):
        for document in _documents(tree, path):
            if document.get("kind") != "CustomResourceDefinition":
                continue
            kind = document["spec"]["names"]["kind"]
            for version in document["spec"]["versions"] if kind in KINDS else ():
                schema = (version.get("schema") or {}).get("openAPIV3Schema") or {}
                yield from _fields(f"{kind} {version['name']} ", schema)


def _fields(path: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, field in (schema.get("properties") or {}).items():
        here = f"{path}.{name}" if not path.endswith(" ") else f"{path}{name}"
        yield here, str(field.get("type", "any"))
        yield from _fields(here, field)
        yield from _fields(here, field.get("items") or {})


def webhooks(tree: Tree) -> Iterator[tuple[str, str]]:
    """The path, resources, operations and failure policy of every webhook of config/webhook/manifests.yaml."""
    for document in _documents(tree, "config/webhook/manifests.yaml"):
        for hook in document.get("webhooks") or ():
            rules = "; ".join(
                f"{' '.join(sorted(rule.get('operations') or ()))} {' '.join(rule.get('resources') or ())}"
                f" {' '.join(rule.get('apiVersions') or ())}"
                for rule in hook.get("rules") or ()
            )
            path = ((hook.get("clientConfig") or {}).get("service") or {}).get("path", "")
            yield f"{document['kind']} {hook['name']}", f"{path}: {rules}; {hook.get('failurePolicy', '')}"


def configuration(tree: Tree) -> Iterator[tuple[str, str]]:
    """Every key of ``inferenceservice-config``, with the values of the JSON in it."""
    for document in _documents(tree, "config/configmap/inferenceservice.yaml"):
        for key, text in (document.get("data") or {}).items():
            if key == "_example":
                continue
            try:
                yield from _values(key, json.loads(text))
            except ValueError:
                yield key, text.strip()


def _values(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _values(f"{path}.{key}", one)
    else:
        yield path, json.dumps(value)


def runtimes(tree: Tree) -> Iterator[tuple[str, str]]:
    """The runtimes that config/runtimes installs, with every field that selects them."""
    for kustomization in _documents(tree, "config/runtimes/kustomization.yaml"):
        for member in kustomization.get("resources") or ():
            for document in _documents(tree, f"config/runtimes/{member}"):
                spec = document.get("spec") or {}
                formats = ", ".join(_format(one) for one in spec.get("supportedModelFormats") or ())
                flags = [flag for flag in ("disabled", "multiModel") if spec.get(flag)]
                flags += ["multi-node"] if spec.get("workerSpec") is not None else []
                protocols = " ".join(spec.get("protocolVersions") or ())
                yield document["metadata"]["name"], "; ".join(filter(None, (formats, protocols, " ".join(flags))))


def _format(entry: Mapping[str, Any]) -> str:
    version = f" {entry['version']}" if "version" in entry else ""
    priority = f" priority {entry['priority']}" if "priority" in entry else ""
    return f"{entry['name']}{version}{' autoSelect' if entry.get('autoSelect') else ''}{priority}"


def _documents(tree: Tree, path: str) -> Iterator[dict[str, Any]]:
    text = tree.text(path)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from (one for one in yaml.load_all(text or "", Loader=loader) if one)
