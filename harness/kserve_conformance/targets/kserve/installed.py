"""
Targets whose KServe runs in a cluster with nodes: one that was there before, or one that was made for the run.

Namespaces of the run have its label and no pods; ClusterServingRuntimes of the run
have its prefix and its label. Both are deleted at the end, and what could not be
deleted is reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME
from kserve_conformance.targets.contract import Build, Identity, Unreachable
from kserve_conformance.targets.kserve.installation import Install, find
from kserve_conformance.targets.kserve.pod_log import PodLog
from kserve_conformance.targets.kubernetes.beacons import NAMESPACE, all_beacons
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoResponse
from kserve_conformance.targets.kubernetes.deletion import delete_selected
from kserve_conformance.targets.kubernetes.live import LiveTarget
from kserve_conformance.targets.kubernetes.names import Names
from kserve_conformance.targets.kubernetes.namespaces import Namespaces
from kserve_conformance.targets.kubernetes.session import Link
from kserve_conformance.targets.spec import Progress, silent

OBSERVED_THROUGH = (
    "the pod template of the Deployment or Knative Service that the installed KServe's controller makes, in which a "
    "mark names its runtime; the service's status and events for failures"
)


class InstalledTarget(LiveTarget):
    """A KServe in a cluster. Subclasses make the cluster, or find it; open it with ``with``."""

    #: Was a source tree installed in place of the release whose name it was given?
    is_source_tree = False

    #: What was given in place of the release's own build.
    build: Build | None = None

    def __init__(
        self, name: str, names: Names, *, release: str | None, keep: bool, progress: Progress = silent
    ) -> None:
        """``release`` is needed only where the installation does not say which it is."""
        super().__init__(names)
        self.identity = Identity(target=name, release=release or "")
        self._given_release = release
        self._keep = keep
        self._progress = progress
        self._run_namespaces: Namespaces | None = None
        self._left: tuple[str, ...] = ()

    # What a subclass says

    def _reach(self) -> Client:
        """Make the client of the cluster, and the cluster if need be. Raises ``CannotStart``."""
        raise NotImplementedError

    def _past_webhooks(self, client: Client) -> Client:
        """The client that clears away; one that KServe's webhooks do not see, where there is such a user."""
        return client

    def _opened(self) -> None:
        """Called once the installation is found, before anything is written."""

    # Opening and closing

    def __enter__(self) -> Self:
        """Find the installation and make the beacons. Raises ``CannotStart``, ``Unreachable``."""
        try:
            self._open_cluster()
        except NoResponse as error:
            self.close()
            raise Unreachable(f"the cluster did not respond: {error}") from error
        except BaseException:
            self.close()
            raise
        return self

    def _open_cluster(self) -> None:
        self._client = self._reach()
        self._past = self._past_webhooks(self._client)
        self._found(find(self._client, self._given_release))
        self._run_namespaces = Namespaces(self._client, self._names)
        self._opened()
        self._make_beacons()
        self._session.connect(self._made_link())
        self._session.beacons.wait_for_queue()

    def _found(self, install: Install) -> None:
        self.install_found = install
        self.identity = Identity(
            target=self.identity.target,
            release=install.release,
            api_server=str(self._client.get("/version")["gitVersion"]),
            observed_through=OBSERVED_THROUGH,
            binaries={f"image-{number}": digest for number, digest in enumerate(install.image_ids, 1)},
            build=self.build,
            is_source_tree=self.is_source_tree,
        )

    def _make_beacons(self) -> None:
        self._ensure_namespace(self._names.namespace(NAMESPACE))
        served = self._client.resources()
        for beacon in all_beacons(self.install_found.mode, self._names):
            resource = served[beacon["apiVersion"], beacon["kind"]]
            with _already_there():
                self._client.post(resource.path(beacon["metadata"].get("namespace")), beacon)

    def _made_link(self) -> Link:
        return Link(
            admin=self._client,
            past=self._past,
            served=self._client.resources(),
            mode=self.install_found.mode,
            log=PodLog(self._client, self.install_found.namespace),
            # Nothing of a cluster is a process of ours: a request shows whether it answers.
            check=lambda: None,
            is_alive=lambda: True,
            has_runtime_webhooks=self.install_found.has_runtime_webhooks,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete everything that the run made. Never raises for what is gone, or cannot be reached any more."""
        self._session.close()
        namespaces, self._run_namespaces = self._run_namespaces, None
        if namespaces is None:
            return
        if self._keep:
            self._progress("kept the namespaces and runtimes of this run")
            if selector := self._names.selector:
                self._progress(f"  delete them with: kubectl delete namespaces,clusterservingruntimes -l {selector}")
            return
        try:
            self._left = (*self._delete_beacons(), *namespaces.delete())
        except TargetError as error:
            self._left = (f"everything labelled {self._names.selector}: {error}",)

    def _delete_beacons(self) -> tuple[str, ...]:
        served = self._client.resources()[API_VERSIONS[CLUSTER_RUNTIME], CLUSTER_RUNTIME]
        delete_selected(self._client, served.path(), self._names.selector)
        left = self._client.get(served.path(), labelSelector=self._names.selector)["items"]
        return tuple(f"{CLUSTER_RUNTIME} {one['metadata']['name']}" for one in left)

    def reset(self) -> None:
        """Delete everything that a scenario left."""
        if self._run_namespaces is not None:
            self._run_namespaces.stop_pods()
        super().reset()

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:  # noqa: ARG002 - It costs nothing in either case.
        """What could not be deleted: known once the target was closed, as only then everything should be gone."""
        return self._left

    def _ensure_namespace(self, name: str) -> None:
        if self._run_namespaces is None:
            raise Unreachable("the target is not open")
        self._run_namespaces.ensure(name)


@contextlib.contextmanager
def _already_there() -> Iterator[None]:
    """Accept an object that exists: this run made it, or an earlier one in a cluster that is ours."""
    try:
        yield
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise
