"""
Docker's daemon: a client or the reason for having none, images, and leftovers of runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from kserve_conformance.targets.container.reaper import LABEL
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.spec import Progress

if TYPE_CHECKING:
    from docker.client import DockerClient

#: Seconds that the daemon may take for one request: creating a container on a busy machine takes a while.
TIMEOUT = 300

#: Seconds that the daemon may take to answer at all.
PATIENCE = 10

LOCAL = frozenset({"localhost", "127.0.0.1", "::1", None})


def connect(timeout: int = TIMEOUT) -> DockerClient:
    """
    Connect to the daemon of ``DOCKER_HOST``, of Docker's context, or of the default socket.

    Testcontainers finds it, so that its settings apply. Raises ``CannotStart``.
    """
    import docker.errors
    from testcontainers.core.docker_client import DockerClient as Finder

    try:
        client: DockerClient = Finder(timeout=timeout).client
    except (docker.errors.DockerException, OSError) as error:
        raise unavailable(error) from error
    try:
        if host_override() is None:
            require_local(str(client.api.base_url), os.environ.get("DOCKER_HOST", ""))
    except CannotStart:
        client.close()
        raise
    return client


def require_local(base_url: str, docker_host: str) -> None:
    """Raise ``CannotStart`` for a daemon on another machine, whose loopback interface cannot be reached from here."""
    remote = remote_host(base_url, docker_host)
    if remote is not None:
        raise CannotStart(
            f"Docker's daemon is on {remote}, and the API server would only be published on its loopback interface",
            code=TargetCode.REMOTE_DOCKER,
            hint=f"set TESTCONTAINERS_HOST_OVERRIDE={remote} to publish it on every interface, or use a local daemon",
        )


def host_override() -> str | None:
    """The host of published ports, if testcontainers' settings name one."""
    from testcontainers.core.config import testcontainers_config

    return testcontainers_config.tc_host_override


def unavailable(error: BaseException) -> CannotStart:
    """Why the daemon cannot be reached: the operating system's error is among the causes of the client's exception."""
    for cause in _causes(error):
        if isinstance(cause, PermissionError):
            return CannotStart(
                f"permission denied by Docker's daemon: {cause}",
                code=TargetCode.DOCKER_PERMISSION,
                hint="add yourself to the docker group, use rootless Docker, or point DOCKER_HOST at another socket",
            )
        if isinstance(cause, FileNotFoundError):
            return _not_running(f"Docker is not running: {cause}")
        if isinstance(cause, ConnectionError) and not isinstance(cause, BrokenPipeError):
            return _not_running(f"Docker's daemon does not respond: {cause}")
    return _not_running(f"cannot connect to Docker's daemon: {error}")


def _not_running(message: str) -> CannotStart:
    hint = "start Docker, or point DOCKER_HOST at its socket; 'docker version' shows whether it responds"
    return CannotStart(message, code=TargetCode.NO_DOCKER, hint=hint)


def remote_host(base_url: str, docker_host: str) -> str | None:
    """The host of a remote daemon; None for a local one."""
    if docker_host.startswith("ssh://"):
        host = urlparse(docker_host).hostname
    elif base_url.startswith("http+"):
        host = None  # A socket.
    else:
        host = urlparse(base_url).hostname
    return None if host in LOCAL else host


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    visited: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in visited:
            continue
        visited.add(id(one))
        yield one
        # urllib3 passes the operating system's error on as an argument.
        waiting += [one.__cause__, one.__context__, *(arg for arg in one.args if isinstance(arg, BaseException))]


def image_id(client: DockerClient, image: str, progress: Progress, hint: str) -> str:
    """The digest of an image, pulled if missing. Raises ``CannotStart`` with Docker's reason."""
    import docker.errors

    try:
        return str(client.images.get(image).id)
    except docker.errors.ImageNotFound:
        progress(f"pulling {image}")
    try:
        return str(client.images.pull(image).id)
    except (docker.errors.DockerException, OSError) as error:
        raise CannotStart(
            f"cannot pull the image {image}: {explanation(error)}", code=TargetCode.NO_IMAGE, hint=hint
        ) from error


def explanation(error: BaseException) -> str:
    """The daemon's own reason if there is one, otherwise the error's text."""
    return str(getattr(error, "explanation", None) or error)


def leftovers(client: DockerClient, run: str | None = None) -> tuple[str, ...]:
    """The containers and networks, in any state, of one run or of all."""
    filters = {"label": LABEL if run is None else f"{LABEL}={run}"}
    containers: list[dict[str, Any]] = client.api.containers(all=True, filters=filters)
    networks: list[dict[str, Any]] = client.api.networks(filters=filters)
    names = ((one.get("Names") or [one["Id"][:12]])[0].lstrip("/") for one in containers)
    return (
        *(f"container {name}" for name in sorted(names)),
        *(f"network {name}" for name in sorted(one["Name"] for one in networks)),
    )
