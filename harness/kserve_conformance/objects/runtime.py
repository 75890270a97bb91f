"""
Runtimes and catalogues: what a service can be served by.

A :class:`Runtime` types the fields that KServe's choice reads and keeps the
whole manifest for the fields that only the pod shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from kserve_conformance.objects.manifest import (
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    Manifest,
    Namespace,
    ObjectKey,
    at,
)


@dataclass(frozen=True, slots=True)
class SupportedFormat:
    """One entry of ``spec.supportedModelFormats``. An absent version is None; an empty one is ``""``."""

    name: str = ""
    version: str | None = None
    auto_select: bool = False
    priority: int | None = None


@dataclass(frozen=True)
class Runtime:
    """
    A ServingRuntime or ClusterServingRuntime, as the API server stores it.

    ``created`` is whole seconds since the epoch, as precise as a
    ``creationTimestamp`` is; 0 where the manifest has none.
    """

    key: ObjectKey
    formats: tuple[SupportedFormat, ...] = ()
    protocols: tuple[str, ...] = ()
    disabled: bool = False
    multi_model: bool = False
    multi_node: bool = False
    created: int = 0
    manifest: Manifest = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its ``metadata.name``."""
        return self.key.name

    @property
    def annotations(self) -> Manifest:
        """Its own ``metadata.annotations``, not those of its pods."""
        return at(self.manifest, "metadata", "annotations") or {}

    @property
    def spec(self) -> Manifest:
        """Its whole ``spec``."""
        return self.manifest.get("spec") or {}

    @classmethod
    def from_manifest(cls, manifest: Manifest) -> Runtime:
        """Type a whole, valid ServingRuntime or ClusterServingRuntime."""
        spec = manifest.get("spec") or {}
        metadata = manifest["metadata"]
        kind = manifest["kind"]
        namespace = Namespace(metadata.get("namespace") or "default") if kind == NAMESPACED_RUNTIME else None
        return cls(
            key=ObjectKey(kind, metadata["name"], namespace),
            formats=tuple(
                SupportedFormat(
                    name=entry.get("name", ""),
                    version=entry.get("version"),
                    auto_select=bool(entry.get("autoSelect")),
                    priority=entry.get("priority"),
                )
                for entry in spec.get("supportedModelFormats") or ()
            ),
            protocols=tuple(spec.get("protocolVersions") or ()),
            disabled=bool(spec.get("disabled")),
            multi_model=bool(spec.get("multiModel")),
            multi_node=spec.get("workerSpec") is not None,
            created=seconds_of(metadata.get("creationTimestamp")),
            manifest=manifest,
        )


def seconds_of(timestamp: object) -> int:
    """
    Read an RFC 3339 timestamp as whole seconds since the epoch; 0 for none.

    >>> seconds_of("1970-01-01T00:01:00Z")
    60
    """
    return _seconds_of(timestamp) if isinstance(timestamp, str) and timestamp else 0


@lru_cache(maxsize=4096)  # The objects of a catalogue are made at the same few moments.
def _seconds_of(timestamp: str) -> int:
    from datetime import datetime  # Only dumps have timestamps: a plain resolve does not pay for the import.

    return int(datetime.fromisoformat(timestamp).timestamp())


@dataclass(frozen=True)
class Catalogue:
    """The runtimes of a cluster. A service sees those of its own namespace and those of the cluster."""

    runtimes: tuple[Runtime, ...] = ()

    @classmethod
    def of(cls, manifests: Iterable[Manifest]) -> Catalogue:
        """Collect the runtimes among some objects; other kinds are left out."""
        return cls(
            tuple(
                Runtime.from_manifest(manifest)
                for manifest in manifests
                if manifest.get("kind") in (NAMESPACED_RUNTIME, CLUSTER_RUNTIME)
            )
        )

    def in_namespace(self, namespace: Namespace) -> tuple[Runtime, ...]:
        """The ServingRuntimes of a namespace."""
        return self._by_namespace.get(namespace, ())

    @property
    def in_cluster(self) -> tuple[Runtime, ...]:
        """The ClusterServingRuntimes."""
        return self._by_namespace.get(None, ())

    def get(self, key: ObjectKey) -> Runtime | None:
        """The runtime of that kind, name and namespace, or None."""
        return self._by_key.get(key)

    def __iter__(self) -> Iterator[Runtime]:
        return iter(self.runtimes)

    def __len__(self) -> int:
        return len(self.runtimes)

    @cached_property
    def _by_key(self) -> dict[ObjectKey, Runtime]:
        return {runtime.key: runtime for runtime in self.runtimes}

    @cached_property
    def _by_namespace(self) -> dict[Namespace | None, tuple[Runtime, ...]]:
        scopes: dict[Namespace | None, list[Runtime]] = {}
        for runtime in self.runtimes:
            scopes.setdefault(runtime.key.namespace, []).append(runtime)
        return {namespace: tuple(found) for namespace, found in scopes.items()}
