"""
Deletion of single objects with their dependents, and of everything that a scenario left.

No garbage collector and no namespace controller run here. So dependents are deleted explicitly, and namespaces are
emptied and reused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType

from kserve_conformance.objects import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    SERVICE,
    Manifest,
    Namespace,
    ObjectKey,
    at,
)
from kserve_conformance.targets.kubernetes.beacons import NAMES
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, Names
from kserve_conformance.targets.kubernetes.observer import MODEL_MESH, SERVERLESS

#: What services own in the modes that make Deployments, in those that make Knative Services, and in any, by API version
#: and kind; and by Events about them.
OF_DEPLOYMENTS = (
    ("apps/v1", "Deployment"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress"),
    ("keda.sh/v1alpha1", "ScaledObject"),
    ("opentelemetry.io/v1beta1", "OpenTelemetryCollector"),
)
OF_KNATIVE = (
    ("serving.knative.dev/v1", "Service"),
    ("networking.istio.io/v1beta1", "VirtualService"),
)
OF_ANY = (
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Event"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
)


def owned(modes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The kinds that services in these modes own; none without modes, because then there was no service."""
    wanted = set(modes) - {MODEL_MESH}
    if not wanted:
        return ()
    return (
        *(OF_KNATIVE if wanted & SERVERLESS else ()),
        *(OF_DEPLOYMENTS if wanted - SERVERLESS else ()),
        *OF_ANY,
    )


#: The cluster's own objects of these kinds, which are never deleted.
SERVERS_OWN = {("v1", "Service"): "kubernetes", ("v1", "ConfigMap"): "kube-root-ca.crt"}

#: Where KServe itself is installed. Scenarios create runtimes there too, next to its configuration, its webhooks'
#: Service and, where it runs as a pod, its own Deployment.
KSERVES_OWN = Namespace("kserve")

#: How long KServe may take to finalize a deleted service before its finalizer is removed.
FINALIZED_WITHIN = 5.0

#: As many concurrent requests as two cores can use.
THREADS = 4


@dataclass
class Sweeper:
    """Deletes from one API server, bypassing every webhook."""

    past: Client
    resource_of: Callable[[str, str], Resource | None]
    manager_is_alive: Callable[[], bool]
    wait_for_queue: Callable[[], None]
    names: Names = AS_WRITTEN
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "sweeping"))

    def close(self) -> None:
        """End its threads."""
        self._threads.shutdown()

    def delete(self, keys: Iterable[ObjectKey], versions: Mapping[ObjectKey, str] = MappingProxyType({})) -> None:
        """
        Delete objects; services with all that they own. ``versions`` are API versions of kinds that are not KServe's.
        """
        keys = tuple(keys)
        services = [key for key in keys if key.kind == SERVICE]
        self._services_gone([self._delete_service(key) for key in services])
        for key in services:
            self._delete_owned(str(key.namespace), key.name)
        for key in keys:
            if key.kind != SERVICE:
                resource = self.resource_of(versions.get(key) or API_VERSIONS.get(key.kind, "v1"), key.kind)
                if resource is not None:
                    self.past.delete(resource.path(key.namespace, key.name))

    def sweep(self, namespaces: Iterable[str], modes: Iterable[str]) -> None:
        """
        Delete every service and runtime of these namespaces and every ClusterServingRuntime of this run.

        ``modes`` are those that services were in: what is owned in them is deleted too.
        """
        namespaces = tuple(namespaces)
        services = self._kserve(SERVICE)
        if KSERVES_OWN in namespaces:
            self._sweep_kserves_own(services)
        for namespace in namespaces:
            self.past.delete(services.path(namespace))
        # A service that is being deleted no longer needs a runtime, so both are deleted at once.
        runtimes = self._begin_runtimes(namespaces)
        self._services_gone([services.path(namespace) for namespace in namespaces])
        for one in (*runtimes, *self._begin(self._owned(namespaces, modes))):
            one.result()

    def _begin(self, collections: Iterable[tuple[str, str]]) -> list[Future[None]]:
        """Delete collections in parallel, each except for the object with the given name."""
        return [self._threads.submit(self._delete_all, path, but) for path, but in collections]

    def _begin_runtimes(self, namespaces: Iterable[str]) -> list[Future[None]]:
        beacon = f"{self.names.prefix}{NAMES[CLUSTER_RUNTIME]}"
        of_cluster = self._kserve(CLUSTER_RUNTIME).path()
        if self.names.selector:
            first = self._threads.submit(delete_selected, self.past, of_cluster, self.names.selector, beacon)
        else:
            first = self._threads.submit(self._delete_all, of_cluster, beacon)
        return [first, *self._begin((self._kserve(NAMESPACED_RUNTIME).path(one), "") for one in namespaces)]

    def _owned(self, namespaces: Iterable[str], modes: Iterable[str]) -> Iterator[tuple[str, str]]:
        kinds = owned(modes)
        for namespace in namespaces:
            for api_version, kind in kinds if namespace != KSERVES_OWN else ():
                resource = self.resource_of(api_version, kind)
                if resource is not None:
                    yield resource.path(namespace), SERVERS_OWN.get((api_version, kind), "")

    def _sweep_kserves_own(self, services: Resource) -> None:
        """Delete the services of KServe's own namespace: there, only their dependents may be deleted."""
        found = self.past.get(services.path(KSERVES_OWN))["items"]
        self.delete(ObjectKey(SERVICE, one["metadata"]["name"], KSERVES_OWN) for one in found)

    def left(self, namespaces: Iterable[str], others: Mapping[ObjectKey, str]) -> Iterator[str]:
        """
        The objects of scenarios that still exist in these namespaces or cluster-wide, and those of ``others`` that do.

        Of kinds that are not KServe's, only dependents of a service count: a cluster puts its own objects into every
        namespace.
        """
        beacon = f"{self.names.prefix}{NAMES[CLUSTER_RUNTIME]}"
        ours = {"labelSelector": self.names.selector} if self.names.selector else {}
        for one in self.past.get(self._kserve(CLUSTER_RUNTIME).path(), **ours)["items"]:
            if one["metadata"]["name"] != beacon:
                yield _described(CLUSTER_RUNTIME, one)
        kinds = [*((API_VERSIONS[kind], kind) for kind in (SERVICE, NAMESPACED_RUNTIME)), *WORTH_TELLING]
        for namespace in sorted(namespaces):
            for api_version, kind in kinds:
                resource = self.resource_of(api_version, kind)
                if resource is None:
                    continue
                for one in self.past.get(resource.path(namespace))["items"]:
                    if kind in API_VERSIONS or any(_owners(one)):
                        yield _described(kind, one)
        for key, api_version in others.items():
            resource = self.resource_of(api_version, key.kind)
            if resource is not None and (one := self.past.find(resource.path(key.namespace, key.name))) is not None:
                yield _described(key.kind, one)

    def _delete_all(self, path: str, but: str) -> None:
        query = {"fieldSelector": f"metadata.name!={but}"} if but else {}
        self.past.delete(path, **query)

    def _kserve(self, kind: str) -> Resource:
        resource = self.resource_of(API_VERSIONS[kind], kind)
        if resource is None:
            raise ApiError(404, "NotFound", f"the API server serves no {kind}")
        return resource

    def _delete_service(self, key: ObjectKey) -> str:
        path = self._kserve(SERVICE).path(key.namespace, key.name)
        self.past.delete(path)
        return path

    def _services_gone(self, paths: Iterable[str]) -> None:
        """
        Wait until services, or all services of collections, are gone.

        KServe removes its finalizer as its last act on a service, so afterwards it creates nothing more for it.
        """
        deadline = time.monotonic() + FINALIZED_WITHIN
        for path in paths:
            while left := self._left(path):
                if not self.manager_is_alive() or time.monotonic() > deadline:
                    self._take_finalizers(left)
                else:
                    time.sleep(0.004)

    def _left(self, path: str) -> list[ObjectKey]:
        found = self.past.find(path)
        if found is None:
            return []
        items = found.get("items", [found])
        return [ObjectKey(SERVICE, one["metadata"]["name"], one["metadata"]["namespace"]) for one in items]

    def _take_finalizers(self, keys: Iterable[ObjectKey]) -> None:
        for key in keys:
            path = self._kserve(SERVICE).path(key.namespace, key.name)
            try:
                self.past.patch(path, {"metadata": {"finalizers": None}})
            except ApiError as error:
                if error.status != 404:
                    raise
        if self.manager_is_alive():
            self.wait_for_queue()

    def _delete_owned(self, namespace: str, service: str) -> None:
        for api_version, kind in (*OF_KNATIVE, *OF_DEPLOYMENTS, *OF_ANY):
            resource = self.resource_of(api_version, kind)
            if resource is None:
                continue
            for one in self.past.get(resource.path(namespace))["items"]:
                if service in _owners(one):
                    self.past.delete(resource.path(namespace, one["metadata"]["name"]))


def delete_selected(client: Client, path: str, selector: str, but: str = "") -> None:
    """
    Delete the objects that match a selector, one by one.

    Deleting the collection would need the verb ``deletecollection`` on all objects, since RBAC has no selectors: too
    much for a shared cluster.
    """
    for one in client.get(path, labelSelector=selector)["items"]:
        if one["metadata"]["name"] != but:
            client.delete(f"{path}/{one['metadata']['name']}")


#: Kinds that services own and that a report names: Events expire by themselves.
WORTH_TELLING = tuple(one for one in (*OF_DEPLOYMENTS, *OF_KNATIVE, *OF_ANY) if one != ("v1", "Event"))


def _owners(one: Manifest) -> Iterator[str]:
    """The names of the services that own an object."""
    for owner in at(one, "metadata", "ownerReferences") or ():
        if owner.get("kind") == SERVICE:
            yield str(owner.get("name"))


def _described(kind: str, one: Manifest) -> str:
    metadata = one["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{kind} {place}{metadata['name']}{' (being deleted)' if metadata.get('deletionTimestamp') else ''}"
