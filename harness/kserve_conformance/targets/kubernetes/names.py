"""
How the names of a scenario are those of a cluster.

A cluster of our own takes names as they are written. In a shared one every
namespace and every runtime gets the same prefix, so that no other object is
touched, and what the run made is found by its label. Whatever the
cluster answers has the prefix taken away again: names compare as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    RUNTIME_KINDS,
    SERVICE,
    Manifest,
    Namespace,
    ObjectKey,
    at,
    replaced,
)
from kserve_conformance.targets.contract import Admission, Observation

#: What everything that a run makes outside its own namespaces is labelled with; its value is the run's prefix.
LABEL = "kserve-conformance.run"

#: Where a service names a runtime.
_RUNTIME_OF_SERVICE = ("spec", "predictor", "model", "runtime")


@dataclass(frozen=True, slots=True)
class Names:
    """
    The names of one run on one cluster. Without a prefix everything is as it is written.

    >>> Names("kc-7-").key(ObjectKey("ClusterServingRuntime", "sklearn"))
    ObjectKey(kind='ClusterServingRuntime', name='kc-7-sklearn', namespace=None)
    """

    prefix: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def selector(self) -> str:
        """The label selector of everything that was made outside our namespaces; empty where all is ours."""
        return ",".join(f"{key}={value}" for key, value in self.labels.items())

    def namespace(self, name: str) -> Namespace:
        """A scenario's namespace as the cluster has it."""
        return Namespace(f"{self.prefix}{name}")

    def key(self, key: ObjectKey) -> ObjectKey:
        """A scenario's object as the cluster names it."""
        if not self.prefix:
            return key
        name = f"{self.prefix}{key.name}" if key.kind in RUNTIME_KINDS else key.name
        return ObjectKey(key.kind, name, self.namespace(key.namespace) if key.namespace is not None else None)

    def manifest(self, manifest: Manifest) -> Manifest:
        """A scenario's manifest as it is written to the cluster."""
        if not self.prefix:
            return manifest
        key = self.key(ObjectKey.of(manifest))
        there = replaced(manifest, key.name, "metadata", "name")
        if key.namespace is not None:
            there = replaced(there, key.namespace, "metadata", "namespace")
        if key.kind == CLUSTER_RUNTIME:
            there = replaced(there, {**(at(there, "metadata", "labels") or {}), **self.labels}, "metadata", "labels")
        if key.kind == SERVICE and isinstance(named := at(there, *_RUNTIME_OF_SERVICE), str) and named:
            there = replaced(there, f"{self.prefix}{named}", *_RUNTIME_OF_SERVICE)
        return there

    def admission(self, key: ObjectKey, answer: Admission) -> Admission:
        """An answer about a scenario's object, in the scenario's words."""
        if not self.prefix:
            return answer
        return replace(answer, key=key, stored=self._back(answer.stored), rejected=self._back(answer.rejected))

    def observation(self, seen: Observation) -> Observation:
        """What was observed, in the scenario's words."""
        if not self.prefix:
            return seen
        return replace(
            seen,
            service=self._back(seen.service),
            runtime=self._ref(seen.runtime),
            message=self._back(seen.message),
            errors=self._back(seen.errors),
            pod=self._back(seen.pod),
            workload=self._ref(seen.workload),
            status_runtime=self._ref(seen.status_runtime),
            logs=self._back(seen.logs),
        )

    def text(self, text: str) -> str:
        """Any text of the cluster, in the scenario's words."""
        return text.replace(self.prefix, "") if self.prefix else text

    def _ref(self, ref: ObjectKey | None) -> ObjectKey | None:
        return None if ref is None else ObjectKey(ref.kind, self._back(ref.name), self._back(ref.namespace))

    def _back(self, value: Any) -> Any:
        """Any value without the prefix and without our labels; the prefix is so odd that it means nothing else."""
        if isinstance(value, str):
            return value.replace(self.prefix, "")
        if isinstance(value, Mapping):
            return {key: self._back(one) for key, one in value.items() if key != LABEL}
        if isinstance(value, list | tuple):
            return type(value)(self._back(one) for one in value)
        return value


#: Names as they are written.
AS_WRITTEN = Names()
