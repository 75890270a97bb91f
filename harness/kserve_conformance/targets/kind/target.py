"""
The target ``kind``: a release of KServe installed in a kind cluster from its own manifests.

The cluster belongs to the run, so names stay as written, other releases can be installed over it, and pods really run
where a scenario needs them. It is deleted at the end unless ``keep`` is set or it existed before.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from kserve_conformance.objects import SERVICE, Manifest, Namespace, ObjectKey
from kserve_conformance.rules.releases import target_mode
from kserve_conformance.targets.contract import MODEL_SERVER, Build, CannotDo, Capability
from kserve_conformance.targets.kind import cert_manager, installer, pods
from kserve_conformance.targets.kind.clusters import PREFIX, KindCluster, KindFailed, config_of
from kserve_conformance.targets.kind.manifests import Choices
from kserve_conformance.targets.kind.programs import model_server
from kserve_conformance.targets.kserve import overlay as overlays
from kserve_conformance.targets.kserve.installation import find
from kserve_conformance.targets.kserve.installed import InstalledTarget
from kserve_conformance.targets.kserve.overlay import Overlay
from kserve_conformance.targets.kserve.source import KSERVE_NAMESPACE, PAST_WEBHOOKS, WEBHOOK_SERVICE, Source
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.connection import connect
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN
from kserve_conformance.targets.programs import binaries, cache
from kserve_conformance.targets.programs.archive import Image, write
from kserve_conformance.targets.programs.certificates import Certificate, issued

#: The image for a manager that is passed as a program.
OWN_IMAGE = "kserve-conformance.invalid/kserve-controller:{}"

#: Replaces KServe's storage initializer: it downloads nothing and records its arguments.
STORAGE_INITIALIZER = "kserve-conformance.invalid/storage-initializer:1"

#: A numeric user: a kubelet cannot tell that a name is not root.
NONROOT = "65532"


@dataclass(frozen=True, slots=True)
class KindSettings:
    """
    How a cluster is created and what is installed into it.

    ``cluster`` is the name of an existing one; ``images`` are archives to load on its nodes; ``node_image`` replaces
    kind's own. ``manager`` is an image
    or a program that replaces the release's own controller, ``source`` a checkout of KServe, ``overlay`` what replaces
    its manifests.
    ``cert_manager`` leaves certificates to the cert-manager of the cluster.
    """

    cluster: str | None = None
    images: tuple[Path, ...] = ()
    node_image: str | None = None
    manager: str | None = None
    source: Path | None = None
    overlay: Path | None = None
    build: Build | None = None
    cert_manager: bool = False
    upgrades: bool = False
    keep: bool = False
    logs: Path | None = None


class KindTarget(InstalledTarget):
    """A kind cluster with KServe in it. Open it with ``with``."""

    def __init__(self, release: str, settings: KindSettings, progress: Callable[[str], None]) -> None:
        """Nothing is created yet."""
        can = {
            Capability.DEFAULT_MODE,
            Capability.DELETION,
            Capability.PODS,
            Capability.WORKLOADS,
            *({Capability.UPGRADE} if settings.upgrades else ()),
        }
        super().__init__(
            f"kind:{release}",
            # The whole cluster belongs to the run.
            AS_WRITTEN,
            release=release,
            keep=settings.keep,
            progress=progress,
        )
        self.is_source_tree = settings.source is not None or settings.overlay is not None
        self.build = settings.build
        self._overlay: Overlay | None = None
        self.capabilities = frozenset(can)
        self._release = self._wanted = self._installed = release
        self._settings = settings
        self._folder: Path | None = None
        self._kind: KindCluster | None = None
        self._has_model_server = False

    def __enter__(self) -> Self:
        """Create the cluster, install the release, and connect. Raises ``CannotStart``."""
        self._folder = Path(tempfile.mkdtemp(prefix="kserve-conformance-kind-"))
        try:
            return super().__enter__()
        except BaseException as error:
            if self._kind is not None and isinstance(error, Exception):
                error.add_note(f"logs: {self._export_logs()}")
            self._discard()
            raise

    def _past_webhooks(self, client: Client) -> Client:
        return client.impersonating(PAST_WEBHOOKS, "system:masters")

    def _reach(self) -> Client:
        """Create or find the cluster, load images, and install the release."""
        folder, settings = self._run_folder, self._settings
        name = settings.cluster or f"{PREFIX}-{secrets.token_hex(3)}"
        kind = KindCluster(name, folder / "kubeconfig")
        if settings.cluster is None:
            self._progress(f"creating the kind cluster {name}")
            kind.create(settings.node_image, config_of(folder))
            self._kind = kind
        else:
            if not kind.is_there():
                raise KindFailed(f"no kind cluster named {name}")
            kind.write_kubeconfig()
            if settings.cert_manager:
                cert_manager.require(connect(kind.context, kind.kubeconfig))
            self._kind = kind
        for archive in settings.images:
            self._progress(f"loading the images of {archive.name}")
            kind.load(archive)
        self._image = self._own_image()
        client = connect(kind.context, kind.kubeconfig)
        self._install(client, self._release, None)
        return client

    def _own_image(self) -> str | None:
        """The image of a controller that is passed as an image or as a program."""
        manager = self._settings.manager
        if manager is None or not Path(manager).expanduser().is_file():
            return manager
        program = binaries.executable(Path(manager).expanduser(), "the manager")
        archive = self._run_folder / "manager.tar"
        image = OWN_IMAGE.format(self._release)
        write(archive, Image(image, {"manager": program}, ("/manager",), user=NONROOT))
        self._running_kind.load(archive)
        return image

    def _install(self, client: Client, release: str, before: str | None) -> None:
        installer.install(
            client,
            self._source(release),
            self._choices(release),
            None if self._settings.cert_manager else self._certificate,
            self._source(before) if before is not None else None,
            self._progress,
        )
        self._installed = release

    def _source(self, release: str) -> Source:
        if release != self._release:
            return Source(binaries.source(release))
        if self._overlay is None:
            path = self._settings.overlay
            self._overlay = overlays.NONE if path is None else overlays.read(path, self._progress)
        return Source(self._settings.source or binaries.source(release), self._overlay)

    def _choices(self, release: str) -> Choices:
        authority = None
        if not self._settings.cert_manager:
            import base64

            authority = base64.b64encode(self._certificate.authority.read_bytes()).decode()
        image = self._image if release == self._release else None
        return Choices(release, target_mode(release), image, authority, STORAGE_INITIALIZER)

    @cached_property
    def _certificate(self) -> Certificate:
        folder = self._run_folder / "webhooks"
        folder.mkdir(mode=0o700)
        host = f"{WEBHOOK_SERVICE}.{KSERVE_NAMESPACE}.svc"
        return issued(folder, (host, f"{host}.cluster.local"))

    @property
    def _run_folder(self) -> Path:
        if self._folder is None:
            raise CannotDo("the target is not open")
        return self._folder

    @property
    def _running_kind(self) -> KindCluster:
        if self._kind is None:
            raise CannotDo("the target is not open")
        return self._kind

    # Releases over each other

    @property
    def observed_release(self) -> str:
        """The release that the next observation is of."""
        return self._wanted

    def install(self, release: str) -> None:
        """Install another release over what is stored. Raises ``CannotDo`` without ``upgrades``."""
        if Capability.UPGRADE not in self.capabilities:
            raise CannotDo(
                f"upgrades are not enabled for {self.identity.target}", hint=f"use {self.identity.target},upgrades=yes"
            )
        self._wanted = release
        self._ensure_release()

    def _ensure_release(self) -> None:
        if self._wanted == self._installed:
            return
        with self._session.reaching():
            self._install(self._client, self._wanted, self._installed)
            self.install_found = find(self._client, self._wanted)
            self._session.reconnect(self._made_link())

    def reset(self) -> None:
        """Delete everything that a scenario left, and return to the opened release."""
        super().reset()
        self._wanted = self._release

    def _set_mode(self, mode: str) -> None:
        choices = replace(self._choices(self._installed), mode=mode)
        installer.configure(self._client, self._source(self._installed), choices)

    # Pods

    def run_pods(self, namespace: str) -> None:
        """Allow pods in a namespace until the next reset."""
        if not self._has_model_server:
            self._load_model_server()
        if self._run_namespaces is None:
            raise CannotDo("the target is not open")
        with self._session.reaching():
            self._session.make_namespace(ObjectKey("ServingRuntime", "any", Namespace(namespace)))
            self._run_namespaces.run_pods(namespace)

    def _load_model_server(self) -> None:
        """Load the images of the model server and of the storage initializer's replacement on the node."""
        program = {"model-server": model_server(self._progress)}
        archive = self._run_folder / "model-server.tar"
        write(
            archive,
            Image(MODEL_SERVER, program, ("/model-server",), user=NONROOT),
            Image(STORAGE_INITIALIZER, program, ("/model-server", "initialize"), user=NONROOT),
        )
        self._running_kind.load(archive)
        self._has_model_server = True

    def running(self, service: ObjectKey, within: timedelta) -> Manifest:
        """The predictor's pod once it and the service are ready. Raises ``NotSettled``."""
        with self._session.reaching():
            return pods.ready(self._client, self._session.resource(SERVICE), service, within)

    def predict(self, service: ObjectKey, path: str, body: Manifest) -> Any:
        """Post a document to a path of a running predictor, through the API server. Raises ``NotSettled``."""
        with self._session.reaching():
            return pods.predict(self._client, service, path, body)

    # Ending

    def close(self) -> None:
        """Delete the cluster, unless it is to be kept or was there before. Never raises for what is gone already."""
        if self._settings.cluster is not None:
            super().close()
        self._session.close()
        self._discard()

    def _discard(self) -> None:
        kind, self._kind = self._kind, None
        folder, self._folder = self._folder, None
        if kind is not None and self._settings.cluster is None:
            if self._settings.keep:
                self._progress("kept the kind cluster of this run")
                self._progress(f"  use it with: kind export kubeconfig --name {kind.name}")
                self._progress(f"  delete it with: kind delete cluster --name {kind.name}")
            else:
                try:
                    kind.delete()
                except KindFailed as error:
                    self._left = (*self._left, f"kind cluster {kind.name}: {error}")
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _export_logs(self) -> Path:
        """Export the logs of nodes and pods to a permanent folder, and return it."""
        kept = self._settings.logs or cache.folder() / "logs" / self._run_folder.name
        self._running_kind.export_logs(kept)
        return kept
