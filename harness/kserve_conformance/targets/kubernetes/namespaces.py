"""
The namespaces of a run: created with its label, without pods, and deleted at its end.

Scenarios are about the pod that would be created, with images that do not exist. So each namespace has a quota of zero
pods, and nothing runs on the cluster's nodes unless the scenario needs it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from kserve_conformance.targets.kubernetes.client import ApiError, Client
from kserve_conformance.targets.kubernetes.names import Names

QUOTA = "kserve-conformance-no-pods"

#: KServe's pod webhook handles namespaces without this label; no namespace of a run is a control plane's.
PATH = "/api/v1/namespaces"

#: How long the cluster may take to delete a namespace, with the garbage collector behind it.
DELETED_WITHIN = 60.0


@dataclass
class Namespaces:
    """The namespaces that one run created in one cluster, by their names there."""

    client: Client
    names: Names
    made: set[str] = field(default_factory=set)
    _running: set[str] = field(default_factory=set)

    def ensure(self, name: str) -> None:
        """Create a namespace that allows no pods, unless this run has already done so."""
        manifest = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": dict(self.names.labels)},
        }
        try:
            self.client.post(PATH, manifest)
        except ApiError as error:
            if error.reason != "AlreadyExists" or not self._is_ours(name):
                raise
        self.made.add(name)
        self._forbid_pods(name)

    def _is_ours(self, name: str) -> bool:
        """
        May the run use an existing namespace: does it have the run's label, or does the cluster belong to the run?
        """
        if not self.names.labels:
            return True
        labels = self.client.get(f"{PATH}/{name}")["metadata"].get("labels") or {}
        return all(labels.get(key) == value for key, value in self.names.labels.items())

    def _forbid_pods(self, name: str) -> None:
        quota = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": QUOTA},
            "spec": {"hard": {"pods": "0"}},
        }
        try:
            self.client.post(f"{PATH}/{name}/resourcequotas", quota)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
        self._running.discard(name)

    def run_pods(self, name: str) -> None:
        """Allow pods in a namespace until :meth:`stop_pods`."""
        self.client.delete(f"{PATH}/{name}/resourcequotas/{QUOTA}")
        self._running.add(name)

    def stop_pods(self) -> None:
        """Forbid pods in every namespace again."""
        for name in tuple(self._running):
            self._forbid_pods(name)

    def delete(self) -> tuple[str, ...]:
        """Delete all of them and wait; return those that still exist, with the conditions that the cluster reports."""
        for name in self.made:
            self.client.delete(f"{PATH}/{name}")
        deadline = time.monotonic() + DELETED_WITHIN
        left = set(self.made)
        while left and time.monotonic() < deadline:
            left = {name for name in left if self.client.find(f"{PATH}/{name}") is not None}
            if left:
                time.sleep(0.2)
        return tuple(self._stuck(sorted(left)))

    def _stuck(self, names: Iterable[str]) -> Iterable[str]:
        for name in names:
            found = self.client.find(f"{PATH}/{name}")
            if found is not None:
                said = [one.get("message", "") for one in found.get("status", {}).get("conditions") or ()]
                yield f"Namespace {name}: {'; '.join(filter(None, said)) or 'is still being deleted'}"


def ensure_namespace(client: Client, name: str) -> None:
    """Create a namespace unless it exists."""
    try:
        client.post("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    except ApiError as error:
        if error.status != 409:
            raise


def remove_namespace(client: Client, name: str) -> None:
    """Delete an empty namespace of a cluster in which no controller does it."""
    namespace = client.delete(f"{PATH}/{name}")
    if namespace is not None:
        client.put(f"{PATH}/{name}/finalize", {**namespace, "spec": {"finalizers": []}})
