"""
A control plane in three containers on their own network, from start to removal.

Certificates, tokens and the manager's kubeconfig are copied into the containers before
they start: nothing is mounted, so that the daemon need not see this machine's files.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from testcontainers.core.config import testcontainers_config
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import CompositeWaitStrategy, HttpWaitStrategy, LogMessageWaitStrategy

from kserve_conformance.objects import SERVICE
from kserve_conformance.rules.releases import FIXED_WEBHOOK_PORT, target_mode
from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.container import daemon
from kserve_conformance.targets.container.containers import EVERY_INTERFACE, PREFIX, LoggedContainer, network
from kserve_conformance.targets.container.images import Images
from kserve_conformance.targets.container.reaper import LABEL, unless_gone
from kserve_conformance.targets.container.run import Run, remove_stale
from kserve_conformance.targets.contract import Build, CannotStart, Identity, Unreachable
from kserve_conformance.targets.kserve import overlay as overlays
from kserve_conformance.targets.kserve.api_server import (
    ADMINISTRATOR,
    LESS_COLLECTING,
    READY,
    START_WITHIN,
    api_server_flags,
    etcd_flags,
    kubeconfig_of,
    new_tokens,
    token_file,
)
from kserve_conformance.targets.kserve.disposable import OBSERVED_THROUGH
from kserve_conformance.targets.kserve.module import module_folder
from kserve_conformance.targets.kserve.prerequisites import (
    configure,
    fill,
    ready_beacons,
    seed_name,
    wait_known,
)
from kserve_conformance.targets.kserve.source import KSERVE_NAMESPACE, PAST_WEBHOOKS, Source
from kserve_conformance.targets.kserve.webhooks import (
    install_webhooks,
    remove_webhooks,
    wait_for_webhooks,
)
from kserve_conformance.targets.kubernetes.beacons import NAMESPACE, beacon_service
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.connection import connect_local
from kserve_conformance.targets.programs import cache
from kserve_conformance.targets.programs.certificates import Certificate, issued
from kserve_conformance.targets.spec import Progress

#: The programs, which are also the host names of the containers.
ETCD, API_SERVER, MANAGER = "etcd", "kube-apiserver", "kserve-controller"

ETCD_PORT = 2379
API_SERVER_PORT = 6443

#: Folder with the files of the run in a container.
INSIDE = Path("/etc/kserve-conformance")
TOKENS = INSIDE / "tokens.csv"
KUBECONFIG = INSIDE / "kubeconfig"
DATA = INSIDE / "etcd"

#: Where controller-runtime looks for the certificate of webhooks (pkg/webhook/server.go, defaultCertPath).
SERVED = Path("/tmp/k8s-webhook-server/serving-certs")  # noqa: S108 - Inside the container.

#: What kube-apiserver and controller-runtime log once they listen.
SERVING_SECURELY = "Serving securely on"
SERVING_WEBHOOKS = "(?i)serving webhook server"


@dataclass(frozen=True, slots=True)
class ContainerSettings:
    """
    The user's settings: images, the source of CRDs and configuration, and what to keep.

    ``source`` is a checkout of KServe instead of the release's module, ``overlay`` what replaces its manifests.
    ``logs`` is a folder to copy logs to; ``keep`` leaves the containers running.
    """

    images: Images
    source: Path | None = None
    overlay: Path | None = None
    build: Build | None = None
    logs: Path | None = None
    keep: bool = False


class ContainerPlane:
    """etcd, kube-apiserver and KServe's manager in containers, and the folder of the run with their logs."""

    def __init__(self, release: str, settings: ContainerSettings, progress: Progress) -> None:
        """Start everything and wait for it. Raises ``CannotStart``; only logs are left behind then."""
        self.release = release
        self.mode = target_mode(release)
        self._settings = settings
        self._progress = progress
        self._containers: dict[str, LoggedContainer] = {}
        self._network: Network | None = None
        self._clients: tuple[Client, ...] = ()
        self.source = Source(
            settings.source or module_folder(release, progress),
            overlays.NONE if settings.overlay is None else overlays.read(settings.overlay, progress),
        )
        for line in self.source.problems():
            progress(line)
        if settings.keep:
            testcontainers_config.ryuk_disabled = True  # It would remove what should be kept.
        digests = self._prepare()
        with signals_wait():
            self.run = Run()
        self._logs = self.run.folder / "logs"
        self._logs.mkdir(mode=0o700)
        try:
            self._start(digests)
        except BaseException as error:
            if isinstance(error, Exception) and any(self._logs.iterdir()):
                error.add_note(f"logs: {self.keep_logs()}")
            self.close()
            raise

    def _prepare(self) -> dict[str, str]:
        """Remove what dead runs left, and pull missing images; return the digest of each image."""
        client = daemon.connect()
        try:
            remove_stale(client, self._progress)
            return self._settings.images.digests(client, self._progress)
        finally:
            client.close()

    def _start(self, digests: Mapping[str, str]) -> None:
        self.tokens = new_tokens()
        hosts = (ETCD, API_SERVER, MANAGER, "localhost", "127.0.0.1", *filter(None, [daemon.host_override()]))
        self._certificate = issued(self.run.folder, hosts)
        self._network = network(self.run.id, self.run.labels)
        self._start_store(self._seed(digests))
        self._start_api_server()
        wait_known(self.admin)
        self.served = self.admin.resources()
        self._start_manager()
        self.identity = Identity(
            target=f"container:{self.release}",
            release=self.release,
            api_server=str(self.admin.get("/version")["gitVersion"]),
            observed_through=OBSERVED_THROUGH,
            binaries=digests,
            digests={"crds": self.source.digest},
            build=self._settings.build,
            is_source_tree=self._settings.source is not None or self._settings.overlay is not None,
        )

    def _seed(self, digests: Mapping[str, str]) -> Path:
        """An etcd folder with the release's CRDs: from the cache, or created now."""
        images = hashlib.sha256(f"{digests[ETCD]} {digests[API_SERVER]}".encode()).hexdigest()
        entry = cache.folder() / seed_name(f"sha256:{images}", self.release, self.source)
        return cache.made(entry, self._fill, lambda: self._progress("waiting for another run to install the CRDs"))

    def _fill(self, seed: Path) -> None:
        self._progress(f"installing the CRDs of KServe {self.release} (the first time only)")
        store = self._start_store(None)
        self._start_api_server()
        fill(self.admin, self.source, self.mode)
        self._disconnect()
        self._containers.pop(API_SERVER).remove()
        with tempfile.TemporaryDirectory() as folder:
            store.stopped_copy(DATA, Path(folder))
            cache.copy_folder(Path(folder), seed)
        self._containers.pop(ETCD).remove()

    def _container(self, image: str, program: str, *, entrypoint: list[str] | None = None) -> LoggedContainer:
        """Create a container with the run's certificate, without starting it."""
        made = LoggedContainer(image, program, run=self.run.id, labels=self.run.labels, network=self._network)
        if entrypoint is not None:
            made.arguments(entrypoint=entrypoint)
        made.with_envs(**LESS_COLLECTING)
        for inside, file in zip(_files(_inside()), _files(self._certificate), strict=True):
            made.with_copy_into_container(file, str(inside))
        self._containers[program] = made
        return made

    def _start_store(self, seed: Path | None) -> LoggedContainer:
        """Start etcd with the data of a seed."""
        urls = (f"https://{EVERY_INTERFACE}:{ETCD_PORT}", f"https://127.0.0.1:{ETCD_PORT + 1}")
        store = self._container(self._settings.images.etcd, ETCD, entrypoint=["etcd"])
        flags = etcd_flags(DATA, *urls, _inside())
        flags.append(f"--advertise-client-urls=https://{ETCD}:{ETCD_PORT}")
        store.with_command(flags)
        if seed is not None:
            store.with_copy_into_container(seed / DATA.name, str(DATA.parent))
        return store.start_logged(self._logs / "etcd.log")

    def _start_api_server(self) -> None:
        server = self._container(self._settings.images.api_server, API_SERVER, entrypoint=["kube-apiserver"])
        server.with_copy_into_container(token_file(self.tokens).encode(), str(TOKENS))
        server.published(API_SERVER_PORT)
        etcd = f"https://{ETCD}:{ETCD_PORT}"
        server.with_command(api_server_flags(etcd, API_SERVER_PORT, _inside(), TOKENS, address=EVERY_INTERFACE))
        server.start_logged(self._logs / "kube-apiserver.log")
        try:
            server.wait_until(self._ready())
        except CannotStart:
            self._raise_if_ended(ETCD)
            raise
        self.host, self.port = server.get_container_host_ip(), server.get_exposed_port(API_SERVER_PORT)
        self._clients = self.admin, self.past = self._client(ADMINISTRATOR), self._client(PAST_WEBHOOKS)

    def _ready(self) -> CompositeWaitStrategy:
        """The first strategy fails at once if the server exits; the second waits until all APIs are served."""
        answers = HttpWaitStrategy(API_SERVER_PORT, READY).using_tls(insecure=True)
        answers.with_header("Authorization", f"Bearer {self.tokens[ADMINISTRATOR]}")
        both = CompositeWaitStrategy(LogMessageWaitStrategy(SERVING_SECURELY), answers)
        return both.with_startup_timeout(START_WITHIN).with_poll_interval(0.1)

    def _raise_if_ended(self, program: str) -> None:
        if not self._containers[program].is_alive:
            raise CannotStart(self._containers[program].exit_report)

    def _client(self, user: str) -> Client:
        return connect_local(self.port, self.tokens[user], self._certificate.authority, self.host)

    def _start_manager(self) -> None:
        """Start the manager and point the webhooks at it. Raises ``CannotStart``."""
        manager = self._container(self._settings.images.manager, MANAGER)
        for name, file in (("tls.crt", self._certificate.certificate), ("tls.key", self._certificate.key)):
            manager.with_copy_into_container(file, str(SERVED / name))
        server = f"https://{API_SERVER}:{API_SERVER_PORT}"
        access = kubeconfig_of(server, _inside().authority, self.tokens[ADMINISTRATOR])
        manager.with_copy_into_container(access, str(KUBECONFIG))
        manager.with_envs(KUBECONFIG=str(KUBECONFIG), POD_NAMESPACE=KSERVE_NAMESPACE)
        manager.start_logged(self._logs / "manager.log")
        manager.wait_until(
            LogMessageWaitStrategy(SERVING_WEBHOOKS).with_startup_timeout(START_WITHIN).with_poll_interval(0.1)
        )
        # Nothing else listens in that container, so the default port of every release is free.
        webhooks = f"https://{MANAGER}:{FIXED_WEBHOOK_PORT}"
        install_webhooks(self.admin, self.source, webhooks, self._certificate.authority.read_bytes())
        harmless = beacon_service("ClusterServingRuntime", self.mode, name="conformance-hello")
        services = self.served[harmless["apiVersion"], SERVICE]
        wait_for_webhooks(self.admin, services.path(NAMESPACE), harmless, manager)

    @property
    def manager(self) -> LoggedContainer:
        """KServe's manager. Raises ``Unreachable`` if it is not running."""
        try:
            return self._containers[MANAGER]
        except KeyError:
            raise Unreachable("KServe's manager is not running") from None

    def manager_is_alive(self) -> bool:
        """Whether the manager is running."""
        return MANAGER in self._containers and self.manager.is_alive

    def stop_manager(self) -> None:
        """Remove the manager, and its webhook configurations, which would reject every write without it."""
        if MANAGER in self._containers:
            self._containers.pop(MANAGER).remove()
        remove_webhooks(self.admin)

    def restart_manager(self) -> None:
        """Start the manager again, after :meth:`stop_manager`. Raises ``CannotStart``."""
        configure(self.admin, self.source, self.mode)
        ready_beacons(self.past, self.served, self.mode)
        self._start_manager()

    def check(self) -> None:
        """Raise ``Unreachable`` if a container has exited, with the end of its log."""
        ended = next((one for one in self._containers.values() if not one.is_alive), None)
        if ended is not None:
            raise Unreachable(ended.exit_report, hint=f"complete logs: {self.keep_logs()}")

    def keep_logs(self) -> Path:
        """Copy the logs to a permanent folder, and return it."""
        kept = self._settings.logs or cache.folder() / "logs" / self.run.folder.name
        try:
            shutil.copytree(self._logs, kept, dirs_exist_ok=True)
        except OSError:
            return self._logs
        return kept

    def close(self) -> tuple[str, ...]:
        """
        Remove the containers, their network and the folder unless ``keep`` is set; return what remains.

        Signals are deferred, because a half-finished removal would leave containers behind. Never raises for what is
        gone.
        """
        with signals_wait():
            keep = self._settings.keep and bool(self._containers) and self.manager_is_alive()
            failures = self._report_kept() if keep else self._remove()
            if self._settings.logs is not None:
                self.keep_logs()
            if not keep:
                shutil.rmtree(self.run.folder, ignore_errors=True)
            self.run.end()
            if keep:
                return ()
            folder = (f"folder {self.run.folder}",) if self.run.folder.exists() else ()
            return (*failures, *self._leftovers(), *folder)

    def _disconnect(self) -> None:
        for client in self._clients:
            client.close()
        self._clients = ()

    def _remove(self) -> tuple[str, ...]:
        self._disconnect()
        failures = []
        for program in reversed(list(self._containers)):
            try:
                self._containers.pop(program).remove()
            except CannotStart as error:
                failures.append(str(error))
        made, self._network = self._network, None
        if made is not None:
            unless_gone(made.remove)
        return tuple(failures)

    def _report_kept(self) -> tuple[str, ...]:
        access = self.run.folder / "kubeconfig"
        access.touch(mode=0o600)
        server = f"https://{self.host}:{self.port}"
        access.write_bytes(kubeconfig_of(server, self._certificate.authority, self.tokens[ADMINISTRATOR]))
        label = f"label={LABEL}={self.run.id}"
        self._progress("kept the containers of this run")
        self._progress(f"  use them with: export KUBECONFIG={access}")
        self._progress(
            f"  remove them with: docker rm -f $(docker ps -aqf {label}); docker network rm {PREFIX}-{self.run.id}"
        )
        return ()

    def _leftovers(self) -> tuple[str, ...]:
        """Containers and networks of the run that should be gone."""
        try:
            client = daemon.connect()
        except CannotStart:
            return ()
        try:
            return daemon.leftovers(client, self.run.id)
        finally:
            client.close()


def _inside() -> Certificate:
    """The certificate's paths in containers."""
    return Certificate(key=INSIDE / "tls.key", certificate=INSIDE / "tls.crt", authority=INSIDE / "ca.crt")


def _files(certificate: Certificate) -> tuple[Path, Path, Path]:
    return certificate.key, certificate.certificate, certificate.authority
