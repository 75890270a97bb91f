"""
One container, from its making to its end: made through testcontainers, attached before it starts, and gone afterwards.
"""

from __future__ import annotations

import contextlib
import io
import secrets
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Self

import docker.errors
from docker.models.containers import Container
from docker.utils.socket import frames_iter
from testcontainers.core.container import DockerContainer
from testcontainers.core.labels import create_labels

from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.container.daemon import LABEL, TIMEOUT, said
from kserve_conformance.targets.contract import CannotStart

#: The API server's port inside: the only one that is published, on loopback, at any port that is free.
PORT = 6443

#: What programs write credentials into: memory that nothing survives in.
SECRETS = PurePosixPath("/run")

#: The first part of the name of every container of ours.
PREFIX = "kserve-conformance"


class NotOurs(CannotStart):
    """An image holds no control plane that this version can run."""

    hint = "make one with 'kserve-conformance image RELEASE --out FILE'"


class ControlPlaneContainer(DockerContainer):
    """
    A container of a control plane's image.

    Its input is attached before it starts, and closed by Docker as soon as we are gone, however we went:
    its first process then ends and Docker removes it. So nothing else has to watch
    over it, Ryuk included, which testcontainers would otherwise start from another image.
    """

    def __init__(self, image: str, run: str) -> None:
        """``run`` marks it, so that what is left of a run can be found. Nothing is made yet."""
        super().__init__(image, docker_client_kw={"timeout": TIMEOUT})
        # The name is whole: a prefix for images of a hub is none of its business.
        self.image = image
        self.run = run
        self._attached: Any = None

    def create(self) -> Self:
        """Make it, but do not start it yet. Raises ``CannotStart`` with the daemon's reason."""
        with signals_wait():
            try:
                self._container = self._client.containers.create(
                    self.image,
                    name=f"{PREFIX}-{self.run}",
                    labels=create_labels(self.image, {LABEL: self.run}),
                    ports={f"{PORT}/tcp": ("127.0.0.1", None)},
                    # Docker closes an input that is open for one client once that one is gone.
                    stdin_open=True,
                    auto_remove=True,
                    cap_drop=["ALL"],
                    security_opt=["no-new-privileges"],
                    tmpfs={str(SECRETS): "mode=0700"},
                )
            except (docker.errors.DockerException, OSError) as error:
                raise CannotStart(f"Docker makes no container of {self.image}: {said(error)}") from error
        return self

    def start(self) -> Self:
        """Attach to it and start it. Raises ``CannotStart`` with the daemon's reason."""
        container = self.get_wrapped_container()
        try:
            streams = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            self._attached = self._client.api.attach_socket(container.id, params=streams)
            # Requests would give up on what says nothing for a while.
            self._socket.settimeout(None)
            container.start()
        except (docker.errors.DockerException, OSError) as error:
            raise CannotStart(f"the container of {self.image} does not start: {said(error)}") from error
        return self

    @property
    def port(self) -> int:
        """The port of this machine at which the API server is published. Raises ``CannotStart``."""
        container = self.get_wrapped_container()
        try:
            container.reload()
            bound = container.attrs["NetworkSettings"]["Ports"][f"{PORT}/tcp"]
            return int(bound[0]["HostPort"])
        except (docker.errors.DockerException, KeyError, TypeError, IndexError) as error:
            raise CannotStart(f"the container of {self.image} has ended, or its port is not published") from error

    def send(self, data: bytes) -> None:
        """Write into its input. Raises ``OSError`` if it is gone."""
        self._socket.sendall(data)

    def received(self) -> Iterator[bytes]:
        """What it writes, until it has ended or the connection is closed."""
        for _, chunk in frames_iter(self._attached, tty=False):
            yield chunk

    def fetch(self, path: PurePosixPath, into: Path) -> None:
        """Copy a file or a folder out of it. Raises ``NotOurs`` if there is none."""
        try:
            stream, _ = self.get_wrapped_container().get_archive(str(path))
            packed = io.BytesIO(b"".join(stream))
        except docker.errors.NotFound as error:
            raise NotOurs(f"the image {self.image} holds no control plane: it has no {path}") from error
        except (docker.errors.DockerException, OSError) as error:
            raise CannotStart(f"{path} cannot be read of the image {self.image}: {said(error)}") from error
        with tarfile.open(fileobj=packed) as archive:
            archive.extractall(into, filter="data")

    def remove(self) -> None:
        """End and remove it; never raises for what is gone. Raises ``CannotStart`` if Docker refuses."""
        container, self._container = self._container, None
        self._shut()
        try:
            if container is not None:
                _remove(container)
        finally:
            self._detach()

    def let_go(self) -> None:
        """Leave it alone: it goes on if it was told to."""
        self._container = None
        self._detach()

    def _detach(self) -> None:
        if self._attached is None:
            return
        self._shut()
        attached, connection, self._attached = self._attached, self._socket, None
        # The connection was wrapped as a file, and the answer that it once was has another one of it.
        for one in (getattr(attached, "_response", None), attached, connection):
            if one is not None:
                with contextlib.suppress(OSError, ValueError):
                    one.close()

    def _shut(self) -> None:
        """Whoever reads has its end now; of a closed connection it would never hear."""
        if self._attached is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    @property
    def _client(self) -> Any:
        return self.get_docker_client().client

    @property
    def _socket(self) -> socket.socket:
        attached = self._attached
        if attached is None:
            raise OSError("the container is not attached")
        # Over a Unix socket the connection is wrapped as a file.
        found: socket.socket = getattr(attached, "_sock", attached)
        return found


def _remove(container: Container) -> None:
    try:
        container.remove(force=True, v=True)
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        # It is being removed already, by Docker itself.
        if error.status_code != 409:
            raise CannotStart(f"Docker does not remove the container {container.name}: {said(error)}") from error
    except (docker.errors.DockerException, OSError) as error:
        raise CannotStart(f"Docker does not remove the container {container.id}: {error}") from error


def new_run() -> str:
    """A name for a run that no other has."""
    return secrets.token_hex(4)
