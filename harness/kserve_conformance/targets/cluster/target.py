"""
The target ``cluster``: an existing installation, tested without touching other objects.

Names have the run's prefix, and a scenario whose result the cluster's own runtimes would change is skipped (see
:mod:`isolation`).
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
    """A unique prefix and label for a run."""
    run = f"kc-{secrets.token_hex(2)}-"
    return Names(run, {LABEL: run.rstrip("-")})


class Cluster(InstalledTarget):
    """An existing KServe installation. Open it with ``with``; it leaves nothing behind, or reports what."""

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
        ``reference`` creates the reference target of a release, ``connect`` the client of the cluster.

        ``permissions`` are written to the file ``role`` at the end. ``release`` is only needed if the installation does
        not show it.
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
        """The ClusterServingRuntimes that existed before the run."""
        served = self._client.resources()[API_VERSIONS[CLUSTER_RUNTIME], CLUSTER_RUNTIME]
        return tuple(
            {"apiVersion": API_VERSIONS[CLUSTER_RUNTIME], "kind": CLUSTER_RUNTIME, **one}
            for one in self._client.get(served.path())["items"]
        )

    def close(self) -> None:
        """Delete everything that the run created, and write the role that it needed."""
        was_open = self._run_namespaces is not None
        super().close()
        if was_open and self._permissions is not None and self._role is not None:
            self._role.write_text(dump(self._permissions.role("kserve-conformance")), encoding="utf-8")

    # The contract, which a shared cluster cannot keep completely

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """Create or update in order. Raises ``CannotDo`` if the cluster's own runtimes would change a result."""
        answers: list[Admission] = []
        for manifest in objects:
            if self._isolation is not None:
                self._isolation.apply(manifest)
            answers.extend(super().apply(manifest))
        return tuple(answers)

    def store(self, *objects: Manifest) -> None:  # noqa: ARG002 - The contract's signature.
        """Raise ``CannotDo``: KServe's webhooks apply to every user of the cluster."""
        raise CannotDo(
            "objects cannot be stored without KServe's webhooks in an existing cluster",
            hint="use kind:RELEASE or controlplane:RELEASE",
        )

    def delete(self, *keys: ObjectKey) -> None:
        """Delete, services with all that they own."""
        super().delete(*keys)
        if self._isolation is not None:
            for key in keys:
                self._isolation.delete(key)

    def advance_clock(self) -> None:
        """Advance the clock by a second."""
        super().advance_clock()
        if self._isolation is not None:
            self._isolation.advance_clock()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """The settled choice. Raises ``CannotDo`` if the cluster's own runtimes would change it."""
        if self._isolation is not None:
            self._isolation.observe(service)
        return super().observe(service, within)

    def install(self, release: str) -> None:
        """Raise ``CannotDo``: an existing installation is never replaced."""
        raise CannotDo(f"{self.identity.target} cannot install {release}: it tests an existing installation")

    def reset(self) -> None:
        """Delete everything that a scenario left."""
        super().reset()
        if self._isolation is not None:
            self._isolation.reset()

    def _set_mode(self, mode: str) -> None:
        raise CannotDo(
            f"{self.identity.target} cannot set the default deployment mode {mode}: the installation is shared"
        )
