"""
The target ``container``: the control plane of a release in one container.

It decides as ``controlplane`` does, because it is the same programs; they need Docker to run
and, with a ready image, nothing to be built. Other releases cannot be installed
over it: an image holds one.
"""

from __future__ import annotations

from typing import Self

from kserve_conformance.targets.container.plane import ContainerPlane, Settings
from kserve_conformance.targets.contract import CannotDo, Capability, Identity, Unreachable
from kserve_conformance.targets.kserve import prerequisites
from kserve_conformance.targets.kserve.disposable import Disposable
from kserve_conformance.targets.kubernetes.live import Link
from kserve_conformance.targets.spec import Progress, silent


class ContainerTarget(Disposable):
    """etcd, kube-apiserver and KServe's manager of one release in a container. Open it with ``with``."""

    capabilities = frozenset({Capability.DEFAULT_MODE})

    def __init__(self, release: str, settings: Settings | None = None, progress: Progress = silent) -> None:
        """Nothing is made yet."""
        super().__init__()
        self._release = release
        self._settings = settings or Settings()
        self._progress = progress
        self.identity = Identity(target=f"container:{release}", release=release)
        self._plane: ContainerPlane | None = None

    def __enter__(self) -> Self:
        """Have the image, and start everything in it. Raises ``CannotStart`` with the last lines of what ended."""
        self._plane = ContainerPlane(self._release, self._settings, self._progress)
        try:
            self.identity = self._plane.identity
            self._namespaces.clear()
            self._unseen.clear()
            self._connect(self._made_link())
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """End the container and delete the folder of the run. Never raises for what is gone already."""
        plane, self._plane, self._open = self._plane, None, None
        if plane is not None:
            self._outlived = plane.close()

    @property
    def observed_release(self) -> str:
        """The release that answers."""
        return self._release

    @property
    def _running(self) -> ContainerPlane:
        if self._plane is None:
            raise Unreachable("the container is not open")
        return self._plane

    def _made_link(self) -> Link:
        plane = self._running
        return Link(
            admin=plane.admin,
            past=plane.past,
            served=plane.served,
            mode=plane.mode,
            log=plane.log,
            check=plane.check,
            is_alive=plane.manager_is_alive,
            has_runtime_webhooks=plane.source.has_runtime_webhooks,
        )

    def install(self, release: str) -> None:
        """Refuse: an image holds one release, so this is always ``CannotDo``."""
        error = CannotDo(f"{self.identity.target} holds one release, so {release} cannot be installed over it")
        error.hint = f"ask for it: controlplane:{self._release},upgrades=yes"
        raise error

    def _set_mode(self, mode: str) -> None:
        prerequisites.configure(self._running.admin, self._running.source, mode)
        self._mode_is_set(mode)

    def _before_sweep(self) -> None:
        """Where no manager runs, start it again: but first take away what it may have died of."""
        plane = self._running
        if plane.manager_is_alive():
            return
        self._progress("KServe's manager has ended: starting it again")
        plane.stop_manager()
        self._sweeper.sweep(self._touched, self._modes)
        plane.restart_manager()
        self._connect(self._made_link())
        self._modes.add(plane.mode)
        # What a status says of a service from before was written by the manager of before.
        self._new.clear()
        self._beacons.queue_passed()
