"""
The running parts of a control plane in a container: its folder here, its programs there, and how all of it ends.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from kserve_conformance.objects import SERVICE
from kserve_conformance.rules.releases import FIXED_WEBHOOK_PORT
from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.container import daemon
from kserve_conformance.targets.container.image import (
    ABOUT,
    API_SERVER,
    DATA,
    ETCD,
    FORMAT,
    MANAGER,
    SOURCE,
    About,
    Contents,
    contents,
)
from kserve_conformance.targets.container.runner import PORT, SECRETS, ControlPlaneContainer, NotOurs, new_run
from kserve_conformance.targets.container.wire import INIT, Program, Wire, WireLog
from kserve_conformance.targets.contract import CannotStart, Identity, Unreachable
from kserve_conformance.targets.kserve import prerequisites
from kserve_conformance.targets.kserve.api_server import (
    ADMINISTRATOR,
    LESS_COLLECTING,
    api_server_flags,
    etcd_flags,
    kubeconfig_of,
    new_tokens,
    token_file,
    wait_ready,
)
from kserve_conformance.targets.kserve.disposable import OBSERVED_THROUGH
from kserve_conformance.targets.kserve.prerequisites import ready_beacons
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
from kserve_conformance.targets.programs.certificates import Certificate, self_signed
from kserve_conformance.targets.programs.guard import FOLDER
from kserve_conformance.targets.programs.processes import Guard, last_words
from kserve_conformance.targets.spec import Progress

#: Nobody else is in the container, so ports may be fixed.
ETCD_URL = "https://127.0.0.1:2379"
PEER_URL = "https://127.0.0.1:2380"

#: Where programs in the container find what the harness writes there.
INSIDE = Certificate(key=Path(SECRETS / "tls.key"), certificate=Path(SECRETS / "tls.crt"))
TOKENS = SECRETS / "tokens.csv"
KUBECONFIG = SECRETS / "kubeconfig"
#: controller-runtime takes the certificate of webhooks from below its TMPDIR.
SERVED = SECRETS / "k8s-webhook-server" / "serving-certs"

MANAGER_STOPS_WITHIN = timedelta(seconds=5)

#: How long the last words of a container that ends are waited for.
ENDS_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What a container is made of: a ready image, or a release with a vendor's manager or a source of one's own.

    ``logs`` is where logs are kept whatever happens; ``keep`` leaves the container running.
    """

    image: str | None = None
    manager: Path | None = None
    source: Path | None = None
    logs: Path | None = None
    keep: bool = False


class ContainerPlane:
    """etcd, kube-apiserver and one manager in a container, and the folder of the run with their logs."""

    def __init__(self, release: str, settings: Settings, progress: Progress) -> None:
        """Start everything and wait for it. Raises ``CannotStart``; nothing is left behind then but the logs."""
        self._settings = settings
        self._progress = progress
        self._container: ControlPlaneContainer | None = None
        self._wire: Wire | None = None
        self.run = new_run()
        with signals_wait():
            self.folder = Path(tempfile.mkdtemp(prefix="kserve-conformance-"))
            self._guard = Guard(self.folder)
            self._guard.watch(FOLDER)
        self._logs = self.folder / "logs"
        self._logs.mkdir(mode=0o700)
        try:
            self._start(release)
        except BaseException as error:
            if isinstance(error, Exception) and any(self._logs.iterdir()):
                error.add_note(f"logs: {self.keep_logs()}")
            self.close()
            raise

    def _start(self, release: str) -> None:
        self._certificate = self_signed(self.folder)
        self._container = ControlPlaneContainer(self._image(release), self.run)
        self._container.create()
        about = self._about(release)
        self.mode = about.mode
        self._container.fetch(SOURCE, self.folder)
        self.source = Source(self.folder / SOURCE.name)
        self._container.start()
        self._wire = Wire(self._container.send, self._container.received(), self._logs)
        self._start_programs()
        self.served = self.admin.resources()
        self._start_manager()
        self.identity = Identity(
            target=f"container:{release}",
            release=release,
            api_server=str(self.admin.get("/version")["gitVersion"]),
            observed_through=OBSERVED_THROUGH,
            digests=about.digests,
        )

    def _image(self, release: str) -> str:
        """The image that is run: the one that was given, or that of the release, loaded unless the daemon has it."""
        settings = self._settings
        client = daemon.daemon()
        try:
            if settings.image is not None:
                if not daemon.has(client, settings.image):
                    daemon.pull(client, settings.image, self._progress)
                return settings.image
            made = contents(release, self._progress, manager=settings.manager, source=settings.source)
            if not daemon.has(client, made.name):
                self._load(made)
            return made.name
        finally:
            client.close()

    def _load(self, made: Contents) -> None:
        self._progress(f"making the image {made.name} (the first time only)")
        archive = self.folder / "image.tar"
        client = daemon.daemon()
        try:
            made.save(archive)
            daemon.load(client, archive)
        finally:
            client.close()
            archive.unlink(missing_ok=True)

    def _about(self, release: str) -> About:
        """What the image says of itself. Raises ``NotOurs`` if that is not what was asked for."""
        container = self._running_container
        container.fetch(ABOUT, self.folder)
        try:
            about = msgspec.json.decode((self.folder / ABOUT.name).read_bytes(), type=About)
        except msgspec.DecodeError as error:
            raise NotOurs(f"the image {container.image} does not say what it holds: {error}") from error
        if about.format != FORMAT:
            raise NotOurs(f"the image {container.image} has format {about.format}, and this version runs {FORMAT}")
        if about.release != release:
            wrong = NotOurs(f"the image {container.image} holds {about.release} and not {release}")
            wrong.hint = f"ask for container:{about.release},image={container.image}"
            raise wrong
        return about

    def _start_programs(self) -> None:
        wire = self._running_wire
        self.tokens = new_tokens()
        certificate, key = self._certificate.pem.decode(), self._certificate.key.read_text(encoding="utf-8")
        for folder in (SECRETS, SERVED):
            wire.write(folder / "tls.crt", certificate)
            wire.write(folder / "tls.key", key)
        wire.write(TOKENS, token_file(self.tokens))
        wire.write(KUBECONFIG, kubeconfig_of(PORT, INSIDE.certificate, self.tokens[ADMINISTRATOR]).decode())
        self._etcd = wire.run(
            "etcd",
            [ETCD, *etcd_flags(Path(DATA), ETCD_URL, PEER_URL, INSIDE)],
            shown="etcd",
            environment=LESS_COLLECTING,
            vital=True,
        )
        self._server = wire.run(
            "kube-apiserver",
            # Docker forwards what it publishes to the container's own address.
            [API_SERVER, *api_server_flags(ETCD_URL, PORT, INSIDE, Path(TOKENS), address="0.0.0.0")],  # noqa: S104
            shown="kube-apiserver",
            environment=LESS_COLLECTING,
            vital=True,
        )
        self.port = self._running_container.port
        self.admin = self._client(ADMINISTRATOR)
        self.past = self._client(PAST_WEBHOOKS)
        self._wait_ready()
        prerequisites.wait_known(self.admin)

    def _wait_ready(self) -> None:
        try:
            wait_ready(self.admin, self._etcd, self._server)
        except CannotStart as error:
            if self._etcd.is_alive and self._server.is_alive:
                error.hint = f"does anything keep this machine from 127.0.0.1:{self.port}, where Docker publishes it?"
            raise

    def _client(self, user: str) -> Client:
        return connect_local(self.port, self.tokens[user], self._certificate.certificate)

    def _start_manager(self) -> None:
        """Start the manager and aim the webhooks at it. Raises ``CannotStart``."""
        self._manager = self._running_wire.run(
            "manager",
            [MANAGER],
            shown="KServe's manager",
            environment={
                "KUBECONFIG": str(KUBECONFIG),
                "POD_NAMESPACE": KSERVE_NAMESPACE,
                "TMPDIR": str(SECRETS),
                "HOME": str(SECRETS),
            },
        )
        # Nobody else listens there, so the port that every release has by itself is as good as any.
        install_webhooks(self.admin, self.source, FIXED_WEBHOOK_PORT, self._certificate.pem)
        harmless = beacon_service("ClusterServingRuntime", self.mode, name="conformance-hello")
        services = self.served[harmless["apiVersion"], SERVICE]
        wait_for_webhooks(self.admin, services.path(NAMESPACE), harmless, self._manager)

    @property
    def _running_container(self) -> ControlPlaneContainer:
        if self._container is None:
            raise Unreachable("the container is not open")
        return self._container

    @property
    def _running_wire(self) -> Wire:
        if self._wire is None:
            raise Unreachable("the container is not open")
        return self._wire

    @property
    def log(self) -> WireLog:
        """What KServe's manager writes."""
        wire = self._running_wire
        return WireLog(wire.log("manager"), wire=wire, name="manager")

    @property
    def programs(self) -> Mapping[str, Program]:
        """The programs in the container, by what they are called."""
        return {one.shown: one for one in (self._etcd, self._server, self._manager)}

    def manager_is_alive(self) -> bool:
        """Does the manager run?"""
        return self._manager.is_alive

    def stop_manager(self) -> None:
        """End the manager, and delete the webhook configurations that would refuse every write without it."""
        self._running_wire.stop(self._manager, MANAGER_STOPS_WITHIN)
        remove_webhooks(self.admin)

    def restart_manager(self) -> None:
        """Start the manager again, after :meth:`stop_manager`. Raises ``CannotStart``."""
        prerequisites.configure(self.admin, self.source, self.mode)
        ready_beacons(self.past, self.served, self.mode)
        self._start_manager()

    def check(self) -> None:
        """Raise ``Unreachable`` with the last words of what has ended."""
        wire = self._running_wire
        ended = next((one for one in self.programs.values() if wire.code(one.name) is not None), None)
        if ended is not None:
            text = ended.epitaph
        elif not wire.is_open:
            text = f"the container has ended; its last lines:\n{last_words(wire.log(INIT))}"
        else:
            return
        error = Unreachable(text)
        error.hint = f"the whole log is kept: {self.keep_logs()}"
        raise error

    def keep_logs(self) -> Path:
        """Copy the logs to where they stay, and say where."""
        kept = self._settings.logs or cache.folder() / "logs" / self.folder.name
        try:
            shutil.copytree(self._logs, kept, dirs_exist_ok=True)
        except OSError:
            return self._logs
        return kept

    def close(self) -> tuple[str, ...]:
        """
        End the container and delete the folder, unless they are to be kept; what is there all the same.

        Signals wait for it: halfway there is no good end. Never raises for what is gone.
        """
        with signals_wait():
            keep = self._settings.keep and self._wire is not None and self._wire.is_open
            refused = self._end(keep=keep)
            if self._settings.logs is not None:
                self.keep_logs()
            if not keep:
                shutil.rmtree(self.folder, ignore_errors=True)
            self._guard.forget(FOLDER)
            self._guard.close()
            folder = (f"folder {self.folder}",) if self.folder.exists() and not keep else ()
            return (*refused, *self._left(keep=keep), *folder)

    def _end(self, *, keep: bool) -> tuple[str, ...]:
        container, self._container = self._container, None
        wire, self._wire = self._wire, None
        if container is None:
            return ()
        try:
            if keep and wire is not None:
                wire.stay()
                wire.sync(INIT)
                self._tell_kept()
                container.let_go()
            else:
                container.remove()
        except CannotStart as error:
            return (str(error),)
        finally:
            if wire is not None:
                wire.wait_closed(ENDS_WITHIN)
            container.get_docker_client().client.close()
        return ()

    def _tell_kept(self) -> None:
        access = self.folder / "kubeconfig"
        access.touch(mode=0o600)
        access.write_bytes(kubeconfig_of(self.port, self._certificate.certificate, self.tokens[ADMINISTRATOR]))
        self._progress(f"the container is kept: docker rm -f kserve-conformance-{self.run}; its access is {access}")

    def _left(self, *, keep: bool) -> tuple[str, ...]:
        """The run's container, if it is there though it should not be."""
        if keep:
            return ()
        try:
            client = daemon.daemon()
        except CannotStart:
            return ()
        try:
            return tuple(f"container {name}" for name in daemon.left(client, self.run))
        finally:
            client.close()
