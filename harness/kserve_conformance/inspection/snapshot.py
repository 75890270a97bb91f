"""
Reading an installation without a single write.

The client sends only GET requests. A list that cannot be read is reported as unread: whatever depends on it is then not
checked, which never counts as fine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO

import msgspec

from kserve_conformance.exceptions import TargetError
from kserve_conformance.inspection import WORKLOAD_NAMES, Stored, Unread
from kserve_conformance.objects import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    RUNTIME_KINDS,
    SERVICE,
    Manifest,
    ObjectKey,
)
from kserve_conformance.profiles import Profile, profile_of
from kserve_conformance.rules.releases import full_name
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kserve import installation
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Connections, Resource, Response

#: Page size of lists; further pages are read with the continue token.
PAGE = 500

#: The label of objects that KServe creates for a service. Source: ``InferenceServicePodLabelKey``,
#: pkg/constants/constants.go, since v0.8.0.
OF_A_SERVICE = "serving.kserve.io/inferenceservice"

#: KServe's default namespace, if its controller cannot be searched for.
USUAL_NAMESPACE = "kserve"

CONFIGURATION = "ConfigMap"

CLUSTER_RUNTIMES = Resource(
    "serving.kserve.io", "v1alpha1", CLUSTER_RUNTIME, "clusterservingruntimes", namespaced=False
)
NAMESPACED_RUNTIMES = Resource("serving.kserve.io", "v1alpha1", NAMESPACED_RUNTIME, "servingruntimes")
SERVICES = Resource("serving.kserve.io", "v1beta1", SERVICE, "inferenceservices")
DEPLOYMENTS = Resource("apps", "v1", "Deployment", "deployments")
KNATIVE_SERVICES = Resource("serving.knative.dev", "v1", "Service", "services")

#: The kinds that are read in every namespace, and their label.
OF_NAMESPACES = (
    (NAMESPACED_RUNTIMES, ""),
    (SERVICES, ""),
    (DEPLOYMENTS, OF_A_SERVICE),
    (KNATIVE_SERVICES, OF_A_SERVICE),
)


class OnlyGets:
    """Connections that only send GET requests."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def request(self, method: str, url: str, *, body: Manifest | bytes | None, **options: Any) -> Response:
        """Make a request. Raises ``TargetError`` for anything but a plain GET."""
        if method != "GET" or body is not None:
            raise TargetError(
                f"{method} {url.partition('?')[0]}: the installation is read-only", code=TargetCode.READ_ONLY
            )
        return self._connections.request(method, url, body=None, **options)

    def close(self) -> None:
        """Close them."""
        self._connections.close()


def read_only(client: Client) -> Client:
    """A read-only client; clients derived from it are read-only too."""
    return client.through(OnlyGets)


@dataclass
class Reading:
    """One reading of an installation: of the named namespaces, or of all."""

    client: Client
    namespaces: Sequence[str] = ()
    #: The option that sets the installed release, for hints.
    release_option: str = "--release"
    unread: list[Unread] = field(default_factory=list)

    def read(self, release: str | None = None) -> tuple[Stored, Profile]:
        """
        Read everything that is compared.

        ``release`` is needed if the installation does not show it. Raises ``TargetError`` and ``UnknownRelease``.
        """
        namespace, found = self._controller_if_needed(release)
        profile = profile_of(full_name(release or found))
        mode = self._mode(namespace, profile)
        cluster = self._list(CLUSTER_RUNTIMES, None, "")
        runtimes, services, *workloads = (list(self._everywhere(resource, label)) for resource, label in OF_NAMESPACES)
        if {CLUSTER_RUNTIME, NAMESPACED_RUNTIME, SERVICE} <= {
            one.kind for one in self.unread
        } and not runtimes + services:
            raise TargetError(
                "cannot read runtimes and services",
                code=TargetCode.CANNOT_READ,
                hint="grant the verb list on clusterservingruntimes, servingruntimes and inferenceservices",
            )
        stored = Stored(
            mode=mode,
            runtimes=(*(cluster or ()), *runtimes),
            services=tuple(services),
            workloads=tuple(one for kind in workloads for one in kind),
            unread=tuple(self.unread),
        )
        return stored, profile

    def read_service(self, service: ObjectKey, release: str | None = None) -> tuple[Stored, Profile]:
        """
        Read one service, the runtimes that it can see, and its workload.

        With ``release`` the controller need not be found. Raises ``TargetError`` if there is no such service,
        or if it or a runtime cannot be read, and ``UnknownRelease``.
        """
        namespace, detected = self._controller_if_needed(release)
        profile = profile_of(full_name(release or detected))
        mode = self._mode(namespace, profile)
        found = self._get(SERVICES, service)
        if found is None:
            raise TargetError(
                "; ".join(str(one) for one in self.unread if one.kind == SERVICE)
                or f"no InferenceService {service.name} in namespace {service.namespace}",
                code=TargetCode.CANNOT_READ,
                hint=f"list its services with: kubectl get inferenceservices -n {service.namespace}",
            )
        cluster = self._list(CLUSTER_RUNTIMES, None, "")
        runtimes = self._list(NAMESPACED_RUNTIMES, service.namespace, "")
        if cluster is None or runtimes is None:
            raise TargetError(
                "; ".join(str(one) for one in self.unread if one.kind in RUNTIME_KINDS),
                code=TargetCode.CANNOT_READ,
                hint="without all runtimes that the service can see there is no answer: grant the verb list on them",
            )
        stored = Stored(
            mode=mode,
            runtimes=(*cluster, *runtimes),
            services=(found,),
            workloads=tuple(self._workloads_of(service)),
            unread=tuple(self.unread),
        )
        return stored, profile

    def write_lines(self, stream: BinaryIO, release: str | None = None) -> tuple[Profile, str]:
        """
        Write every service and runtime as a line of JSON; return the installed release and its default mode.

        A part of them would give other answers, so this raises ``TargetError`` if any list cannot be read.
        """
        namespace, found = self._controller_if_needed(release)
        profile = profile_of(full_name(release or found))
        mode = self._mode(namespace, profile)
        self._write(CLUSTER_RUNTIMES, None, stream)
        for resource in (NAMESPACED_RUNTIMES, SERVICES):
            for each in dict.fromkeys(self.namespaces) or (None,):
                self._write(resource, each, stream)
        return profile, mode

    def _write(self, resource: Resource, namespace: str | None, stream: BinaryIO) -> None:
        start = stream.tell()

        def restart() -> None:
            stream.seek(start)
            stream.truncate()

        def keep(objects: list[Manifest]) -> None:
            for each in objects:
                each["metadata"].pop("managedFields", None)
                stream.write(msgspec.json.encode(each) + b"\n")

        try:
            self._read_pages(resource, namespace, "", keep, restart)
        except ApiError as error:
            if error.status == 404 and resource is CLUSTER_RUNTIMES:
                return
            where = "all namespaces" if namespace is None else f"namespace {namespace}"
            what = resource.plural if resource is CLUSTER_RUNTIMES else f"{resource.plural} in {where}"
            hint = f"grant the verb list on {resource.plural} in the API group {resource.group}"
            if namespace is None and resource.namespaced:
                hint += ", or read only some namespaces with --namespace"
            raise TargetError(
                f"cannot list {what}: {error.message}",
                code=TargetCode.CANNOT_READ,
                hint=hint if _is_forbidden(error) else None,
            ) from error

    def runtimes_elsewhere(self, namespace: str) -> tuple[Manifest, ...]:
        """The ServingRuntimes of other namespaces; none where they may not be listed, which hides no answer."""
        noted = len(self.unread)
        found = self._list(NAMESPACED_RUNTIMES, None, "") or ()
        del self.unread[noted:]
        return tuple(one for one in found if one["metadata"].get("namespace") != namespace)

    def _workloads_of(self, service: ObjectKey) -> Iterator[Manifest]:
        """Its Deployment, else its Knative Service."""
        for resource in (DEPLOYMENTS, KNATIVE_SERVICES):
            for form in WORKLOAD_NAMES:
                one = self._get(resource, ObjectKey(resource.kind, form.format(service.name), service.namespace))
                if one is not None:
                    yield one
                    return

    def _get(self, resource: Resource, key: ObjectKey) -> Manifest | None:
        """One object; None if it does not exist or cannot be read, which is noted."""
        try:
            one = self.client.find(resource.path(key.namespace, key.name))
        except ApiError as error:
            if not _is_forbidden(error):
                raise
            self.unread.append(Unread(resource.kind, error.message, key.namespace))
            return None
        api_version = API_VERSIONS.get(resource.kind, resource.api_version)
        return None if one is None else {"apiVersion": api_version, "kind": resource.kind, **one}

    def _controller_if_needed(self, release: str | None) -> tuple[str, str]:
        try:
            return self._controller(release)
        except installation.NotInstalled:
            # The controller may run outside of the cluster.
            if release is None:
                raise
            return USUAL_NAMESPACE, release

    def _controller(self, release: str | None) -> tuple[str, str]:
        """KServe's namespace and release. With a given release, a forbidden search is noted, not raised."""
        try:
            return installation.controller_of(self.client, release)
        except installation.NotInstalled:
            raise
        except CannotStart as error:
            error.hint = f"set the release with {self.release_option}, for example {self.release_option} v0.15.2"
            raise
        except ApiError as error:
            if not _is_forbidden(error):
                raise
            if release is None:
                raise TargetError(
                    f"cannot detect the installed KServe release: {error.message}",
                    code=TargetCode.CANNOT_READ,
                    hint=f"set the release with {self.release_option}, for example {self.release_option} v0.15.2",
                ) from error
            return USUAL_NAMESPACE, release

    def _mode(self, namespace: str, profile: Profile) -> str:
        try:
            return installation.default_mode(self.client, namespace)
        except (ApiError, installation.NotInstalled) as error:
            if isinstance(error, ApiError) and not _is_forbidden(error):
                raise
            said = error.message if isinstance(error, ApiError) else str(error)
            because = f"assuming the default deployment mode {profile.default_mode}: {said}"
            self.unread.append(Unread(CONFIGURATION, because, namespace))
            return profile.default_mode

    def _everywhere(self, resource: Resource, label: str) -> Iterator[Manifest]:
        for namespace in dict.fromkeys(self.namespaces) or (None,):
            yield from self._list(resource, namespace, label) or ()

    def _list(self, resource: Resource, namespace: str | None, label: str) -> list[Manifest] | None:
        """All objects, or None if they cannot be read. A kind that is not served has none."""
        found: list[Manifest] = []
        try:
            self._read_pages(resource, namespace, label, found.extend, found.clear)
        except ApiError as error:
            # Since v0.19.0 an installation can leave out the cluster runtimes.
            if error.status == 404 and resource in (KNATIVE_SERVICES, CLUSTER_RUNTIMES):
                return []
            self.unread.append(Unread(resource.kind, error.message, namespace))
            return None
        return found

    def _read_pages(
        self,
        resource: Resource,
        namespace: str | None,
        label: str,
        keep: Callable[[list[Manifest]], object],
        restart: Callable[[], object],
    ) -> None:
        """
        Read a list in pages. If the snapshot of the first page expires on the way, restart and read it in one.

        Source: ``ListPager.List``, k8s.io/client-go/tools/pager/pager.go, does the same for 410 Gone.
        """
        api_version = API_VERSIONS.get(resource.kind, resource.api_version)
        selected = {"labelSelector": label} if label else {}
        query = {"limit": str(PAGE), **selected}
        while True:
            try:
                answer = self.client.get(resource.path(namespace), **query)
            except ApiError as error:
                if error.status != HTTPStatus.GONE or "continue" not in query:
                    raise
                restart()
                query = selected
                continue
            keep([{"apiVersion": api_version, "kind": resource.kind, **one} for one in answer["items"]])
            token = (answer.get("metadata") or {}).get("continue")
            if not token:
                return
            query = {**query, "continue": token}


def _is_forbidden(error: ApiError) -> bool:
    return error.status in (401, 403)
