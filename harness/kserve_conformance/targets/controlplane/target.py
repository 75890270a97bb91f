"""
The target ``controlplane``: a release's own controller over an API server that runs nothing.

It decides everything that the suite tests: admission, choice, status, the workload's pod template. Names are used as
written, because the control plane belongs to the run; scenarios run one after the other, and a reset between them
deletes everything.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

from kserve_conformance.targets.contract import NO_BUILD, Build, CannotDo, Capability, Identity, Unreachable
from kserve_conformance.targets.controlplane.access import Access
from kserve_conformance.targets.controlplane.batches import Batches
from kserve_conformance.targets.controlplane.plane import Plane, ReleaseParts
from kserve_conformance.targets.kserve import prerequisites
from kserve_conformance.targets.kserve.disposable import Disposable
from kserve_conformance.targets.kubernetes.observer import FileLog
from kserve_conformance.targets.kubernetes.session import Link
from kserve_conformance.targets.programs import binaries
from kserve_conformance.targets.spec import Progress, silent


def kept(access: Access) -> Iterator[str]:
    """The lines that say how to use and how to end a control plane that was kept."""
    yield f"kept the control plane of KServe {access.release}; it runs until you end it"
    yield f"  use it with: export KUBECONFIG={shlex.quote(access.kubeconfig)}"
    yield f"  end it with: kserve-conformance sandbox --end {shlex.quote(access.folder)}"


class ControlPlane(Disposable):
    """etcd, kube-apiserver and KServe's manager of one release, as plain processes. Open it with ``with``."""

    def __init__(
        self,
        release: str,
        *,
        build: Build = NO_BUILD,
        keep: bool = False,
        progress: Progress = silent,
        assets: Path | None = None,
        logs: Path | None = None,
        upgrades: bool = False,
        is_prepared: bool = False,
    ) -> None:
        """
        ``build`` is a vendor's own, in place of the release's.

        ``is_prepared`` says that another process has built everything and reported the progress.

        ``upgrades`` lets scenarios install other releases: each is built first, and
        each swap takes seconds, so it is off by default.

        ``assets`` is a folder with etcd and kube-apiserver; ``logs`` is a folder to keep logs in; ``keep`` leaves
        everything running on close. Nothing is started yet.
        """
        super().__init__()
        self.capabilities = frozenset(
            {Capability.DEFAULT_MODE, Capability.DELETION, Capability.WORKLOADS}
            | ({Capability.UPGRADE} if upgrades else set())
        )
        self._opened_with = release
        self._is_prepared = is_prepared
        self._wanted = release
        #: The releases that were installed, by name.
        self._releases: dict[str, ReleaseParts] = {}
        self._own = build
        self._keep = keep
        self._progress = progress
        self._given_assets = assets
        self._logs = logs
        self.identity = Identity(target=f"controlplane:{release}", release=release)
        self._plane: Plane | None = None

    def prepare(self) -> None:
        """Fetch and build everything that is needed, and start nothing. Raises ``CannotStart``."""
        self._release(self._opened_with)
        binaries.assets(self._progress, self._given_assets)

    def __enter__(self) -> Self:
        """Start everything. Raises ``CannotStart`` with the end of the log of what did not start."""
        release = self._release(self._opened_with)
        assets = binaries.assets(self._progress, self._given_assets)
        self._plane = Plane(release, assets, self._progress, self._logs)
        try:
            self.identity = self._plane.identity
            self._manager_log = FileLog(self._plane.manager_log)
            self._session.open(self._made_link())
            self._require_reconciles()
        except BaseException:
            self._end(keep=False)
            raise
        return self

    def close(self) -> None:
        """
        Stop every process and delete the folder of the run, unless ``keep`` is set and it runs.

        Never raises for what is gone.
        """
        self._end(keep=self._keep)

    def _end(self, *, keep: bool) -> None:
        plane, self._plane = self._plane, None
        self._session.close()
        if plane is None:
            return
        if keep:
            try:
                access = plane.leave()
            except Unreachable as error:
                self._progress(f"the control plane is not kept: {error}")
            else:
                for line in kept(access):
                    self._progress(line)
                return
        self._survivors = plane.close()

    @property
    def observed_release(self) -> str:
        """The release that the next observation is of."""
        return self._wanted

    @property
    def _running(self) -> Plane:
        if self._plane is None:
            raise Unreachable("the control plane is not open")
        return self._plane

    def _made_link(self) -> Link:
        plane = self._running
        return Link(
            admin=plane.admin,
            past=plane.past,
            served=plane.served,
            mode=plane.release.mode,
            log=self._manager_log,
            check=plane.check,
            is_alive=plane.manager_is_alive,
            has_runtime_webhooks=plane.release.source.has_runtime_webhooks,
        )

    def batches(self, within: timedelta) -> Batches:
        """Run many cases, batched where they can share the cluster."""
        return Batches(self, self._session, self._ensure_release, within)

    def install(self, release: str) -> None:
        """
        Stop the manager, install another release's CRDs and configuration, start its manager, then its webhooks.

        Raises ``CannotDo`` without ``upgrades``, and ``CannotStart``.
        """
        if Capability.UPGRADE not in self.capabilities:
            raise CannotDo(
                f"upgrades are not enabled for {self.identity.target}", hint=f"use {self.identity.target},upgrades=yes"
            )
        self._wanted = release
        self._ensure_release()

    def _ensure_release(self) -> None:
        """Swap in the requested release if another one runs."""
        plane = self._running
        if self._wanted == plane.release.name:
            return
        wanted = self._release(self._wanted)
        with self._session.reaching():
            if self._session.touched and plane.manager_is_alive():
                # The old controller must have reconciled every service. Otherwise the new one adds the finalizer, a
                # write that the new release's webhooks see.
                self._session.see_all()
                self._session.beacons.wait_for_queue()
            self._swap(wanted)

    def _release(self, name: str) -> ReleaseParts:
        """The parts of a release, found or built once. Raises ``CannotStart``."""
        if name not in self._releases:
            is_own = name == self._opened_with
            progress = silent if is_own and self._is_prepared else self._progress
            self._releases[name] = ReleaseParts(name, progress, self._own if is_own else NO_BUILD)
        return self._releases[name]

    def _swap(self, release: ReleaseParts) -> None:
        """Swap in another release, and wait until it has reconciled everything stored."""
        self._running.swap(release)
        self._session.reconnect(self._made_link())

    def _set_mode(self, mode: str) -> None:
        prerequisites.configure(self._running.admin, self._running.release.source, mode)

    def reset(self) -> None:
        """Delete everything that was applied or stored since the last reset, and return to the opened release."""
        super().reset()
        # Swapped back only when needed: the next upgrade scenario starts with its own release.
        self._wanted = self._opened_with

    def _before_sweep(self) -> None:
        """If no manager runs, start that of the opened release, after deleting what may have crashed it."""
        plane = self._running
        if plane.manager_is_alive():
            return
        self._progress("KServe's manager exited; restarting it")
        plane.stop_manager()
        self._session.sweeper.sweep(self._session.touched, self._session.modes)
        self._swap(self._release(self._opened_with))
