"""
The target ``cluster``: an installation that was there before the run, tested without touching anybody else's objects.

Names have the run's prefix, and a scenario whose answer the cluster's own runtimes
would change is not run (see :mod:`isolation`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from kserve_conformance.manifests import dump
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, Manifest, ObjectKey
from kserve_conformance.targets.cluster.isolation import Isolation
from kserve_conformance.targets.cluster.permissions import Permissions
from kserve_conformance.targets.contract import Admission, CannotDo, Capability, Observation, Target
from kserve_conformance.targets.kserve.installed import InstalledTarget
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.names import LABEL, Names
from kserve_conformance.targets.spec import Progress, silent


def names_of_a_run() -> Names:
    """A prefix and a label that no other run has."""
    run = f"kc-{secrets.token_hex(2)}-"
    return Names(run, {LABEL: run.rstrip("-")})


class Cluster(InstalledTarget):
    """A KServe that was installed before the run. Open it with ``with``; it leaves nothing behind, or says what."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(
        self,
        name: str,
        reference: Callable[[str], Target],
        connect: Callable[[], Client],
        *,
        release: str | None = None,
        keep: bool = False,
        permissions: Permissions | None = None,
        role: Path | None = None,
        progress: Progress = silent,
    ) -> None:
        """
        ``reference`` makes the reference target of a release, ``connect`` the client of the cluster.

        What ``permissions`` noted is written to the file ``role`` at the end.
        ``release`` is needed only where the installation does not say it.
        """
        super().__init__(name, names_of_a_run(), release=release, keep=keep, progress=progress)
        self._reference = reference
        self._connect_cluster = connect
        self._permissions = permissions
        self._role = role
        self._isolation: Isolation | None = None

    def _reach(self) -> Client:
        return self._connect_cluster()

    def _opened(self) -> None:
        reference = partial(self._reference, self.install_found.release)
        self._isolation = Isolation(reference, self._names, self._others_there())
        self._isolation.configure(self.install_found.mode)

    def _others_there(self) -> tuple[Manifest, ...]:
        """The ClusterServingRuntimes that were there before the run."""
        served = self._client.resources()[API_VERSIONS[CLUSTER_RUNTIME], CLUSTER_RUNTIME]
        return tuple(
            {"apiVersion": API_VERSIONS[CLUSTER_RUNTIME], "kind": CLUSTER_RUNTIME, **one}
            for one in self._client.get(served.path())["items"]
        )

    def close(self) -> None:
        """Delete everything that the run made, and write the role that it needed."""
        was_open = self._run_namespaces is not None
        super().close()
        if was_open and self._permissions is not None and self._role is not None:
            self._role.write_text(dump(self._permissions.role("kserve-conformance")), encoding="utf-8")

    # The contract, where a cluster of others' cannot keep all of it

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Create or update in order, unless the cluster's own runtimes would change an answer: ``CannotDo``."""
        answers: list[Admission] = []
        for manifest in objects:
            if self._isolation is not None:
                self._isolation.apply(manifest)
            answers.extend(super().apply(manifest))
        return tuple(answers)

    def store(self, *objects: Manifest) -> None:  # noqa: ARG002 - The contract names them.
        """Raise ``CannotDo``: every user of the cluster meets KServe's webhooks."""
        raise CannotDo(
            "no user of this cluster bypasses KServe's webhooks, so objects cannot be stored past them",
            hint="use kind:RELEASE or controlplane:RELEASE",
        )

    def delete(self, *keys: ObjectKey) -> None:
        """Delete, services with all that they own."""
        super().delete(*keys)
        if self._isolation is not None:
            for key in keys:
                self._isolation.delete(key)

    def advance_clock(self) -> None:
        """Let a second pass."""
        super().advance_clock()
        if self._isolation is not None:
            self._isolation.advance_clock()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice, unless the cluster's own runtimes would change it: ``CannotDo``."""
        if self._isolation is not None:
            self._isolation.observe(service)
        return super().observe(service, within)

    def install(self, release: str) -> None:
        """Raise ``CannotDo``: an existing installation is never replaced."""
        raise CannotDo(f"{self.identity.target} cannot install {release}: the installation belongs to its cluster")

    def reset(self) -> None:
        """Delete everything that a scenario left."""
        super().reset()
        if self._isolation is not None:
            self._isolation.reset()

    def _set_mode(self, mode: str) -> None:
        raise CannotDo(
            f"{self.identity.target} cannot set the default deployment mode {mode}: the installation is shared"
        )
