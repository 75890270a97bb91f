"""
The target ``cluster``: an install that is there already, asked without touching anything of anybody else's.

Namespaces of the run's own have its label and no pods; ClusterServingRuntimes of the
run's own have its prefix and its label. Both are gone at the end, and what is not
is told.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, Manifest, ObjectKey
from kserve_conformance.targets.cluster.installation import Install, find
from kserve_conformance.targets.cluster.isolation import Isolation
from kserve_conformance.targets.cluster.logs import PodLog
from kserve_conformance.targets.cluster.namespaces import Namespaces
from kserve_conformance.targets.cluster.permissions import Permissions
from kserve_conformance.targets.contract import Admission, CannotDo, Capability, Identity, Observation, Unreachable
from kserve_conformance.targets.kubernetes.beacons import NAMESPACE, all_beacons
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoAnswer
from kserve_conformance.targets.kubernetes.deletion import delete_selected
from kserve_conformance.targets.kubernetes.live import Link, LiveTarget
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, LABEL, Names

OBSERVED_THROUGH = (
    "the pod template of the Deployment or Knative Service that the installed KServe's controller makes, in which a "
    "mark names its runtime; the service's status and events for failures"
)


def names_of_a_run() -> Names:
    """A prefix and a label that no other run has."""
    run = f"kc-{secrets.token_hex(2)}-"
    return Names(run, {LABEL: run.rstrip("-")})


class Cluster(LiveTarget):
    """A KServe in a cluster. Open it with ``with``; it leaves nothing behind, or says what."""

    def __init__(
        self,
        name: str,
        reach: Callable[[], Client],
        *,
        release: str | None = None,
        past: Callable[[Client], Client] | None = None,
        is_ours: bool = False,
        keep: bool = False,
        capabilities: frozenset[Capability] = frozenset(),
        permissions: Permissions | None = None,
        role: Path | None = None,
    ) -> None:
        """
        ``reach`` makes the client of the cluster; ``past`` makes of it one that no webhook of KServe sees.

        ``is_ours`` says that the whole cluster belongs to this run: names stay as they
        are written, and nothing else is expected there. What ``permissions`` noted is written to
        the file ``role`` at the end. ``release`` is needed only where the install does not say it.
        """
        super().__init__(AS_WRITTEN if is_ours else names_of_a_run())
        self.capabilities = capabilities
        self.identity = Identity(target=name, release=release or "")
        self._reach = reach
        self._make_past = past
        self._given_release = release
        self._is_ours = is_ours
        self._keep = keep
        self._permissions = permissions
        self._role = role
        self._run_namespaces: Namespaces | None = None
        self._isolation: Isolation | None = None
        self._left: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Find the install and make the beacons. Raises ``CannotStart``, ``Unreachable``."""
        try:
            self._open_cluster()
        except NoAnswer as error:
            self.close()
            raise Unreachable(f"the cluster does not answer: {error}") from error
        except BaseException:
            self.close()
            raise
        return self

    def _open_cluster(self) -> None:
        self._client = self._reach()
        self._past = self._make_past(self._client) if self._make_past is not None else None
        self._found(find(self._client, self._given_release))
        self._run_namespaces = Namespaces(self._client, self._names, self._check)
        if not self._is_ours:
            self._isolation = Isolation(self.install_found.release, self._names, self._others_there())
            self._isolation.configure(self.install_found.mode)
        self._make_beacons()
        self._connect(self._made_link())
        self._beacons.queue_passed()

    def _found(self, install: Install) -> None:
        self.install_found = install
        version = str(self._client.get("/version")["gitVersion"])
        self.identity = Identity(
            target=self.identity.target,
            release=install.release,
            api_server=version,
            observed_through=OBSERVED_THROUGH,
            digests={f"image-{number}": digest for number, digest in enumerate(install.image_ids, 1)},
        )

    def _others_there(self) -> tuple[Manifest, ...]:
        """The ClusterServingRuntimes that were there before the run."""
        served = self._client.resources()[API_VERSIONS[CLUSTER_RUNTIME], CLUSTER_RUNTIME]
        return tuple(
            {"apiVersion": API_VERSIONS[CLUSTER_RUNTIME], "kind": CLUSTER_RUNTIME, **one}
            for one in self._client.get(served.path())["items"]
        )

    def _make_beacons(self) -> None:
        mode = self.install_found.mode
        self._ensure_namespace(self._names.namespace(NAMESPACE))
        served = self._client.resources()
        for beacon in all_beacons(mode, self._names):
            resource = served[beacon["apiVersion"], beacon["kind"]]
            with _there_already():
                self._client.post(resource.path(beacon["metadata"].get("namespace")), beacon)

    def _made_link(self) -> Link:
        return Link(
            admin=self._client,
            past=self._past or self._client,
            served=self._client.resources(),
            mode=self.install_found.mode,
            log=PodLog(self._client, self.install_found.namespace),
            check=self._check,
            is_alive=lambda: True,
            has_runtime_webhooks=self.install_found.has_runtime_webhooks,
        )

    def _check(self) -> None:
        """Nothing of a cluster is a process of ours: whether it answers is seen when it is asked."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete everything that the run made. Never raises for what is gone, or cannot be reached any more."""
        self._open = None
        namespaces, self._run_namespaces = self._run_namespaces, None
        if namespaces is None:
            return
        if not self._keep:
            try:
                self._left = (*self._delete_beacons(), *namespaces.delete())
            except TargetError as error:
                self._left = (f"everything labelled {self._names.selector}: {error}",)
        self._write_role()

    def _write_role(self) -> None:
        if self._permissions is not None and self._role is not None:
            role = yaml.safe_dump(self._permissions.role("kserve-conformance"), sort_keys=False)
            self._role.write_text(role, encoding="utf-8")

    def _delete_beacons(self) -> tuple[str, ...]:
        served = self._client.resources()[API_VERSIONS[CLUSTER_RUNTIME], CLUSTER_RUNTIME]
        delete_selected(self._client, served.path(), self._names.selector)
        left = self._client.get(served.path(), labelSelector=self._names.selector)["items"]
        return tuple(f"{CLUSTER_RUNTIME} {one['metadata']['name']}" for one in left)

    # The contract, where a cluster of others' cannot keep all of it

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Create or update in order, unless the cluster's own runtimes would change an answer: ``NotIsolated``."""
        answers: list[Admission] = []
        for manifest in objects:
            if self._isolation is not None:
                self._isolation.apply(manifest)
            answers.extend(super().apply(manifest))
        return tuple(answers)

    def store(self, *objects: Manifest) -> None:
        """Put objects in store past KServe's webhooks. Raises ``CannotDo`` where nobody is exempt from them."""
        if self._past is None:
            error = CannotDo("nobody is exempt from the webhooks of this install, so nothing can be stored past them")
            error.hint = "kind:RELEASE and controlplane:RELEASE can"
            raise error
        super().store(*objects)

    def delete(self, *keys: ObjectKey) -> None:
        """Delete, services with all that they own."""
        super().delete(*keys)
        if self._isolation is not None:
            for key in keys:
                self._isolation.delete(key)

    def tick(self) -> None:
        """Let a second pass."""
        super().tick()
        if self._isolation is not None:
            self._isolation.tick()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice, unless the cluster's own runtimes would change it: ``NotIsolated``."""
        if self._isolation is not None:
            self._isolation.observe(service)
        return super().observe(service, within)

    def install(self, release: str) -> None:
        """An install of somebody else's is never replaced: ``CannotDo``."""
        raise CannotDo(f"{self.identity.target} is not ours, so {release} cannot be installed over it")

    def reset(self) -> None:
        """Delete everything that a scenario left."""
        if self._run_namespaces is not None:
            self._run_namespaces.stop_pods()
        super().reset()
        if self._isolation is not None:
            self._isolation.reset()

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:  # noqa: ARG002 - It costs nothing in either case.
        """What could not be deleted: known once the target was closed, as only then everything is to be gone."""
        return self._left

    def _set_mode(self, mode: str) -> None:
        raise CannotDo(f"the configuration of {self.identity.target} is not ours, so the default mode cannot be {mode}")

    def _ensure_namespace(self, name: str) -> None:
        if self._run_namespaces is None:
            raise Unreachable("the target is not open")
        self._run_namespaces.ensure(name)


@contextlib.contextmanager
def _there_already() -> Iterator[None]:
    """What is there is as it should be: it was made by this run, or in a cluster of our own by one before."""
    try:
        yield
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise
