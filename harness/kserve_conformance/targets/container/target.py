"""
The target ``container``: etcd, kube-apiserver and KServe's manager of a release, from published images.

It decides like ``controlplane``, because it runs the same programs; it needs nothing but Docker. No other release can
be installed over it.
"""

from __future__ import annotations

from typing import Self

from kserve_conformance.targets.container.plane import ContainerPlane, ContainerSettings
from kserve_conformance.targets.contract import CannotDo, Capability, Identity, Unreachable
from kserve_conformance.targets.kserve.disposable import Disposable
from kserve_conformance.targets.kserve.prerequisites import configure
from kserve_conformance.targets.kubernetes.session import Link
from kserve_conformance.targets.spec import Progress, silent


class ContainerTarget(Disposable):
    """KServe of one release in containers. Open it with ``with``."""

    capabilities = frozenset({Capability.DEFAULT_MODE, Capability.DELETION, Capability.WORKLOADS})

    def __init__(self, release: str, settings: ContainerSettings, progress: Progress = silent) -> None:
        """Nothing is started yet."""
        super().__init__()
        self._release = release
        self._settings = settings
        self._progress = progress
        self.identity = Identity(target=f"container:{release}", release=release)
        self._plane: ContainerPlane | None = None

    def __enter__(self) -> Self:
        """Pull missing images and start everything. Raises ``CannotStart`` with the end of the log of what failed."""
        self._plane = ContainerPlane(self._release, self._settings, self._progress)
        try:
            self.identity = self._plane.identity
            self._session.open(self._made_link())
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Remove the containers and delete the folder of the run. Never raises for what is gone."""
        plane, self._plane = self._plane, None
        self._session.close()
        if plane is not None:
            self._survivors = plane.close()

    @property
    def observed_release(self) -> str:
        """The running release."""
        return self._release

    @property
    def plane(self) -> ContainerPlane:
        """The containers. Raises ``Unreachable`` if the target is not open."""
        if self._plane is None:
            raise Unreachable("the target is not open")
        return self._plane

    def _made_link(self) -> Link:
        plane = self.plane
        return Link(
            admin=plane.admin,
            past=plane.past,
            served=plane.served,
            mode=plane.mode,
            log=plane.manager.log,
            check=plane.check,
            is_alive=plane.manager_is_alive,
            has_runtime_webhooks=plane.source.has_runtime_webhooks,
        )

    def install(self, release: str) -> None:
        """Raise ``CannotDo``: this target runs one release."""
        raise CannotDo(
            f"{self.identity.target} cannot install {release}: it runs one release",
            hint=f"use controlplane:{self._release},upgrades=yes",
        )

    def _set_mode(self, mode: str) -> None:
        configure(self.plane.admin, self.plane.source, mode)

    def _before_sweep(self) -> None:
        """If the manager has exited, restart it after deleting what may have crashed it."""
        plane = self.plane
        if plane.manager_is_alive():
            return
        self._progress("KServe's manager exited; restarting it")
        plane.stop_manager()
        self._session.sweeper.sweep(self._session.touched, self._session.modes)
        plane.restart_manager()
        self._session.reconnect(self._made_link())
