"""
A control plane for other programs: KServe's own admission and controller, without a cluster.

It is no target: nothing is observed through it, and nothing of ours is stored in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from kserve_conformance.objects import Manifest
from kserve_conformance.rules.releases import UnknownRelease, release_named
from kserve_conformance.targets.contract import NO_BUILD, Build, Unreachable
from kserve_conformance.targets.controlplane.access import Access
from kserve_conformance.targets.controlplane.plane import Plane, ReleaseParts
from kserve_conformance.targets.programs import binaries
from kserve_conformance.targets.spec import Progress, silent


class Sandbox:
    """etcd, kube-apiserver and KServe's manager of one release, until it is closed. Open it with ``with``."""

    def __init__(
        self,
        release: str,
        *,
        build: Build = NO_BUILD,
        default_mode: str | None = None,
        progress: Progress = silent,
    ) -> None:
        """
        ``build`` is a vendor's own, in place of the release's; the default mode is the release's own by default.

        Nothing is started yet. Raises ``UnknownRelease`` unless there is a source.
        """
        try:
            release = release_named(release).name
            default_mode = default_mode or release_named(release).default_mode
        except UnknownRelease:
            if build.source is None:
                raise
        self._name = release
        self._own = build
        self._mode = default_mode
        self._progress = progress
        self._plane: Plane | None = None
        #: The runtimes of the overlay, in place of shipped ones with their names.
        self.overlaid_runtimes: tuple[Manifest, ...] = ()

    def __enter__(self) -> Self:
        """Fetch, build and start everything. Raises ``CannotStart``."""
        release = ReleaseParts(self._name, self._progress, self._own, mode=self._mode)
        assets = binaries.assets(self._progress)
        self.overlaid_runtimes = release.source.overlay.runtimes
        self._progress(f"starting KServe {self._name}")
        self._plane = Plane(release, assets, self._progress, None, has_beacons=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        plane, self._plane = self._plane, None
        if plane is not None:
            for left in plane.close():
                self._progress(f"could not be removed: {left}")

    @property
    def _running(self) -> Plane:
        if self._plane is None:
            raise Unreachable("the sandbox is not running")
        return self._plane

    @property
    def access(self) -> Access:
        """How to reach it. Raises ``Unreachable`` if it does not run."""
        return self._running.access()

    def create(self, manifests: Iterable[Manifest]) -> None:
        """Create objects of kinds without namespaces, past no webhook. Raises ``ApiError`` for the first rejection."""
        plane = self._running
        for manifest in manifests:
            plane.admin.post(plane.served[manifest["apiVersion"], manifest["kind"]].path(), manifest)

    def check(self) -> None:
        """Raise ``Unreachable`` with the last words of a process that has ended."""
        self._running.check()
