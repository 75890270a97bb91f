"""
Translation between the names of a scenario and those in a cluster.

A cluster that belongs to the run uses names as written. In a shared one every namespace and runtime gets the run's
prefix, so that no other object is touched, and the objects of the run are found by label. The prefix is removed from
everything that the cluster returns.
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

#: Label of everything that a run creates outside its own namespaces; the value is the run's prefix.
LABEL = "kserve-conformance.run"

#: Paths of the runtime's name in a service.
_RUNTIME_OF_SERVICE = ("spec", "predictor", "model", "runtime")


@dataclass(frozen=True, slots=True)
class Names:
    """
    The names of one run on one cluster. Without a prefix, names stay as written.

    >>> Names("kc-7-").key(ObjectKey("ClusterServingRuntime", "sklearn"))
    ObjectKey(kind='ClusterServingRuntime', name='kc-7-sklearn', namespace=None)
    """

    prefix: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def selector(self) -> str:
        """
        The label selector of everything created outside the run's namespaces; empty if the cluster belongs to the run.
        """
        return ",".join(f"{key}={value}" for key, value in self.labels.items())

    def namespace(self, name: str) -> Namespace:
        """The name of a scenario's namespace in the cluster."""
        return Namespace(f"{self.prefix}{name}")

    def key(self, key: ObjectKey) -> ObjectKey:
        """The key of a scenario's object in the cluster."""
        if not self.prefix:
            return key
        name = f"{self.prefix}{key.name}" if key.kind in RUNTIME_KINDS else key.name
        return ObjectKey(key.kind, name, self.namespace(key.namespace) if key.namespace is not None else None)

    def manifest(self, manifest: Manifest) -> Manifest:
        """A scenario's manifest with its names in the cluster."""
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
        """An admission with the scenario's names."""
        if not self.prefix:
            return answer
        return replace(answer, key=key, stored=self._back(answer.stored), rejected=self._back(answer.rejected))

    def observation(self, observed: Observation) -> Observation:
        """An observation with the scenario's names."""
        if not self.prefix:
            return observed
        return replace(
            observed,
            service=self._back(observed.service),
            runtime=self._ref(observed.runtime),
            one_of=tuple(map(self._key, observed.one_of)),
            message=self._back(observed.message),
            errors=self._back(observed.errors),
            pod=self._back(observed.pod),
            workload=self._ref(observed.workload),
            status_runtime=self._ref(observed.status_runtime),
            logs=self._back(observed.logs),
        )

    def text(self, text: str) -> str:
        """A text from the cluster with the scenario's names."""
        return text.replace(self.prefix, "") if self.prefix else text

    def _ref(self, ref: ObjectKey | None) -> ObjectKey | None:
        return None if ref is None else self._key(ref)

    def _key(self, ref: ObjectKey) -> ObjectKey:
        return ObjectKey(ref.kind, self._back(ref.name), self._back(ref.namespace))

    def _back(self, value: Any) -> Any:
        """A value without the prefix and the run's labels; the prefix is random enough to be unambiguous."""
        if isinstance(value, str):
            return value.replace(self.prefix, "")
        if isinstance(value, Mapping):
            return {key: self._back(one) for key, one in value.items() if key != LABEL}
        if isinstance(value, list | tuple):
            return type(value)(self._back(one) for one in value)
        return value


#: Names as written.
AS_WRITTEN = Names()
