"""
The running parts of a control plane: folder, processes, logs, and shutdown.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kserve_conformance.objects import SERVICE
from kserve_conformance.rules.releases import target_mode
from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.contract import NO_BUILD, BadTarget, Build, Identity, Unreachable
from kserve_conformance.targets.controlplane.access import Access, RunningProcess
from kserve_conformance.targets.controlplane.api_server import ApiServer, kubeconfig
from kserve_conformance.targets.controlplane.controller import Controller
from kserve_conformance.targets.kserve import overlay as overlays
from kserve_conformance.targets.kserve import prerequisites
from kserve_conformance.targets.kserve.disposable import OBSERVED_THROUGH
from kserve_conformance.targets.kserve.prerequisites import ready_beacons
from kserve_conformance.targets.kserve.source import PAST_WEBHOOKS, Definition, Source
from kserve_conformance.targets.kserve.webhooks import remove_webhooks, wait_for_webhooks
from kserve_conformance.targets.kubernetes.beacons import NAMESPACE, beacon_service
from kserve_conformance.targets.kubernetes.client import Resource
from kserve_conformance.targets.kubernetes.namespaces import remove_namespace
from kserve_conformance.targets.programs import binaries, cache
from kserve_conformance.targets.programs.certificates import issued
from kserve_conformance.targets.programs.processes import Guard, Process
from kserve_conformance.targets.spec import Progress


class ReleaseParts:
    """The parts of one release: a manager to run and a source to install."""

    def __init__(
        self,
        name: str,
        progress: Progress,
        build: Build = NO_BUILD,
        mode: str | None = None,
    ) -> None:
        """
        Find, fetch or build both; ``mode`` is the default deployment mode.

        Raises ``CannotStart``, and ``BadTarget`` for build tags where nothing is built.
        """
        self.name = name
        self.mode = mode or target_mode(name)
        source, manager, overlay = (build.path(part) for part in ("source", "manager", "overlay"))
        if build.go_tags and (source is None or manager is not None):
            raise BadTarget("build tags require a source tree to build", hint="pass --source without --manager")
        # Invalid arguments are reported before anything is fetched or built.
        program = None if manager is None else binaries.executable(manager, "the manager")
        read = overlays.NONE if overlay is None else overlays.read(overlay, progress)
        self.source = Source(source or binaries.source(name), read)
        self.is_source_tree = source is not None or overlay is not None
        self.build = build.published(name)
        # What cannot be installed is reported before minutes are spent on a build.
        for line in self.source.problems():
            progress(line)
        self.program = program or binaries.executable(self._built(progress, source, build.go_tags), "the manager")

    def _built(self, progress: Progress, source: Path | None, go_tags: tuple[str, ...]) -> Path:
        if source is None:
            return binaries.manager(self.name, progress)
        return binaries.manager_of(source, progress, go_tags)


class Plane:
    """etcd, kube-apiserver and one manager at a time, in one folder."""

    def __init__(
        self,
        release: ReleaseParts,
        assets: binaries.Assets,
        progress: Progress,
        logs: Path | None,
        *,
        has_beacons: bool = True,
    ) -> None:
        """
        Start everything and wait for it.

        Without beacons, only KServe's own objects are stored. Raises ``CannotStart``, leaving nothing but the logs.
        """
        self.release = release
        self._has_beacons = has_beacons
        #: The CRDs whose current definition is known to be applied.
        self._defined: tuple[Definition, ...] = ()
        self._assets = assets
        self._progress = progress
        self._kept_logs = logs
        with signals_wait():
            self.folder = Path(tempfile.mkdtemp(prefix="kserve-conformance-"))
            self._guard = Guard(self.folder)
        self._logs = self.folder / "logs"
        self._logs.mkdir(mode=0o700)
        self._server: ApiServer | None = None
        self._controller: Controller | None = None
        try:
            self._start()
        except BaseException as error:
            if isinstance(error, Exception):
                error.add_note(f"logs: {self.keep_logs()}")
            self.close()
            raise

    def _start(self) -> None:
        self._certificate = issued(self.folder)
        data = seeded(self.release, self._assets, self._progress, lambda: self._api_server(None))
        with ThreadPoolExecutor(1) as aside:
            digests = aside.submit(self._binaries)
            self._server = self._api_server(data)
            self._server.wait()
            self.admin = self._server.admin
            self.past = self._server.client(PAST_WEBHOOKS)
            prerequisites.wait_known(self.admin)
            self._defined = self.release.source.definitions
            self._kubeconfig = self.folder / "kubeconfig"
            kubeconfig(self._server, self._certificate, self._kubeconfig)
            if not self._has_beacons:
                prerequisites.remove_beacons(self.past)
                prerequisites.configure(self.admin, self.release.source, self.release.mode)
            self.start_manager()
            if self._has_beacons and self._controller is not None:
                self._progress(f"KServe's webhook port {self._controller.webhook_port} is open on every interface")
            if not self._has_beacons:
                remove_namespace(self.admin, NAMESPACE)
            self.identity = Identity(
                target=f"controlplane:{self.release.name}",
                release=self.release.name,
                api_server=self._server.version,
                observed_through=OBSERVED_THROUGH,
                binaries=digests.result(),
                digests={"crds": self.release.source.digest},
                build=self.release.build,
                is_source_tree=self.release.is_source_tree,
            )

    def _api_server(self, data: Path | None) -> ApiServer:
        return ApiServer(
            self._assets,
            folder=self.folder,
            logs=self._logs,
            certificate=self._certificate,
            guard=self._guard,
            data=data,
        )

    def _binaries(self) -> dict[str, str]:
        programs = {
            "manager": self.release.program,
            "kube-apiserver": self._assets.api_server,
            "etcd": self._assets.etcd,
        }
        return {name: binaries.digest(program) for name, program in programs.items()}

    @property
    def manager_log(self) -> Path:
        """The log of KServe's manager."""
        return self._logs / "manager.log"

    @property
    def manager(self) -> Process | None:
        """The manager's process, running or exited."""
        return self._controller.process if self._controller is not None else None

    def manager_is_alive(self) -> bool:
        """Is the manager's process running?"""
        return self.manager is not None and self.manager.is_alive

    def start_manager(self) -> None:
        """Start the release's manager and point the webhooks at it. Raises ``CannotStart``, leaving nothing running."""
        self.served: dict[tuple[str, str], Resource] = self.admin.resources()
        try:
            self._start_manager()
        except BaseException:
            self.stop_manager()
            raise

    def _start_manager(self) -> None:
        controller = Controller(
            self.release.program,
            folder=self.folder,
            log=self.manager_log,
            kubeconfig=self._kubeconfig,
            certificate=self._certificate,
            guard=self._guard,
        )
        self._controller = controller
        controller.wait()
        controller.install_webhooks(self.admin, self.release.source)
        harmless = beacon_service("ClusterServingRuntime", self.release.mode, name="conformance-hello")
        services = self.served[harmless["apiVersion"], SERVICE]
        wait_for_webhooks(self.admin, services.path(NAMESPACE), harmless, controller.process)

    def stop_manager(self) -> None:
        """Stop the manager, and delete its webhook configurations, which would fail every write without it."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
        remove_webhooks(self.admin)

    def swap(self, release: ReleaseParts) -> None:
        """
        Install another release over what is stored. Raises ``CannotStart``; then no manager runs until the next swap.
        """
        there, self._defined = self._defined, ()
        with ThreadPoolExecutor(1) as aside:
            # A manager takes a second to exit, but reconciles nothing after the signal.
            stopping = aside.submit(self.stop_manager)
            prerequisites.define(self.admin, release.source.definitions, there)
            stopping.result()
        self._defined = release.source.definitions
        prerequisites.configure(self.admin, release.source, release.mode)
        self.release = release
        ready_beacons(self.past, self.served, self.release.mode)
        self.start_manager()

    def check(self) -> None:
        """Raise ``Unreachable`` if no manager runs or a process has exited, with the end of its log."""
        ended = self._server.dead if self._server is not None else None
        if ended is None and self.manager is not None and not self.manager.is_alive:
            ended = self.manager
        if ended is not None or self.manager is None:
            raise Unreachable(
                "KServe's manager is not running" if ended is None else ended.exit_report,
                hint=f"complete logs: {self.keep_logs()}",
            )

    def access(self) -> Access:
        """How to reach the running processes. Raises ``Unreachable`` if one of them is not running."""
        self.check()
        server, controller = self._server, self._controller
        if server is None or controller is None:
            raise Unreachable("the control plane is not running")
        return Access(
            release=self.release.name,
            api_server=server.version,
            default_mode=self.release.mode,
            folder=str(self.folder),
            kubeconfig=str(self._kubeconfig),
            processes={
                "etcd": RunningProcess.of(server.etcd),
                "kube-apiserver": RunningProcess.of(server.process),
                "manager": RunningProcess.of(controller.process),
            },
            ports={"etcd": server.etcd_port, "kube-apiserver": server.port, "webhooks": controller.webhook_port},
            is_source_tree=self.release.is_source_tree,
        )

    def leave(self) -> Access:
        """
        Keep everything running after the harness exits, and return how to reach it.

        Raises ``Unreachable`` if a process is not running: then close it.
        """
        with signals_wait():
            access = self.access()
            access.save()
            if self._kept_logs is not None:
                self.keep_logs()
            if self._server is not None and self._controller is not None:
                for process in (self._server.etcd, self._server.process, self._controller.process):
                    process.leave()
                self._server.admin.close()
            self._server = self._controller = None
            self._guard.close()
            return access

    def keep_logs(self) -> Path:
        """Copy the logs to a permanent folder, and return it."""
        kept = self._kept_logs or cache.folder() / "logs" / self.folder.name
        try:
            shutil.copytree(self._logs, kept, dirs_exist_ok=True)
        except OSError:
            return self._logs
        return kept

    def close(self) -> tuple[str, ...]:
        """
        Stop every process and delete the folder; return what remains.

        Signals are deferred, because a half-finished shutdown would leave processes behind. Never raises for what is
        gone.
        """
        with signals_wait():
            if self._controller is not None:
                self._controller.process.stop()
            if self._server is not None:
                self._server.stop()
            self._controller = self._server = None
            if self._kept_logs is not None:
                self.keep_logs()
            shutil.rmtree(self.folder, ignore_errors=True)
            self._guard.close()
            # If starting was interrupted, only the guard knows the process.
            shutil.rmtree(self.folder, ignore_errors=True)
            return (
                *(f"process group {group}" for group in self._guard.survivors()),
                *((f"folder {self.folder}",) if self.folder.exists() else ()),
            )


def seeded(
    release: ReleaseParts, assets: binaries.Assets, progress: Progress, api_server: Callable[[], ApiServer]
) -> Path:
    """
    An etcd folder with a release's CRDs: from the cache, or created with a temporary API server.

    Raises ``CannotStart``.
    """
    entry = cache.folder() / prerequisites.seed_name(binaries.digest(assets.api_server), release.name, release.source)
    if not entry.exists():
        progress(f"installing the CRDs of KServe {release.name} (the first time only)")

    def make(unfinished: Path) -> None:
        server = api_server()
        try:
            server.wait()
            prerequisites.fill(server.admin, release.source, release.mode)
            server.save(unfinished)
        except BaseException:
            server.stop()
            raise

    return cache.made(entry, make)
