"""
Docker's daemon: reached, or told in which way it cannot be; images found, pulled and loaded; what is left of runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.spec import Progress

if TYPE_CHECKING:
    from docker.client import DockerClient

#: By this label every container of a run is known; its value is the process that began the run.
LABEL = "kserve-conformance.run"

#: How long the daemon may say nothing: loading an image on a busy machine takes it a while.
TIMEOUT = 300

#: How long a daemon may take to answer that it is there.
PATIENCE = 10

LOCAL = frozenset({"localhost", "127.0.0.1", "::1", None})


class NoDaemon(CannotStart):
    """There is no Docker daemon that answers."""

    hint = "start Docker, or point DOCKER_HOST at its socket; 'docker version' tells whether it answers"


class NotAllowed(CannotStart):
    """Docker's daemon is there, but not for this user."""

    hint = "add yourself to the group 'docker', use rootless Docker, or point DOCKER_HOST at a socket that you may use"


class FarDaemon(CannotStart):
    """Docker's daemon is on another machine, whose loopback interface cannot be reached from here."""

    hint = "use a daemon of this machine: the API server is published on its loopback interface alone"


class NoImage(CannotStart):
    """An image is neither here nor to be had from a registry."""

    hint = "check its name, log in to its registry, or load it from an archive with 'docker load'"


def daemon(timeout: int = TIMEOUT) -> DockerClient:
    """
    A client of the daemon that ``DOCKER_HOST``, Docker's context, or its usual socket leads to.

    Testcontainers finds it, so that its settings hold. Raises ``NoDaemon``, ``NotAllowed``, ``FarDaemon``.
    """
    import docker.errors
    from testcontainers.core.docker_client import DockerClient as Finder

    try:
        client: DockerClient = Finder(timeout=timeout).client
    except (docker.errors.DockerException, OSError) as error:
        raise refused(error) from error
    far = far_host(str(client.api.base_url), os.environ.get("DOCKER_HOST", ""))
    if far is not None:
        client.close()
        raise FarDaemon(f"Docker's daemon is on {far}")
    return client


def refused(error: BaseException) -> CannotStart:
    """Say why a daemon cannot be reached: what the system said stands in the causes of what a client raises."""
    for cause in _causes(error):
        if isinstance(cause, PermissionError):
            return NotAllowed(f"Docker's daemon does not let this user in: {cause}")
        if isinstance(cause, FileNotFoundError):
            return NoDaemon(f"there is no Docker daemon: {cause}")
        if isinstance(cause, ConnectionError) and not isinstance(cause, BrokenPipeError):
            return NoDaemon(f"Docker's daemon does not answer: {cause}")
    return NoDaemon(f"Docker's daemon cannot be asked: {error}")


def far_host(base_url: str, docker_host: str) -> str | None:
    """The machine that a daemon is on, unless it is this one."""
    if docker_host.startswith("ssh://"):
        host = urlparse(docker_host).hostname
    elif base_url.startswith("http+"):
        host = None  # A socket.
    else:
        host = urlparse(base_url).hostname
    return None if host in LOCAL else host


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        # urllib3 hands on what the system said as an argument.
        waiting += [one.__cause__, one.__context__, *(arg for arg in one.args if isinstance(arg, BaseException))]


def has(client: DockerClient, image: str) -> bool:
    """Does the daemon have an image?"""
    import docker.errors

    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        return False
    return True


def pull(client: DockerClient, image: str, progress: Progress) -> None:
    """Have an image from its registry. Raises ``NoImage`` with what Docker said."""
    import docker.errors

    progress(f"pulling {image}")
    try:
        client.images.pull(image)
    except (docker.errors.DockerException, OSError) as error:
        raise NoImage(f"the image {image} is not here and cannot be pulled: {said(error)}") from error


def load(client: DockerClient, archive: Path) -> None:
    """Give an archive's images to the daemon. Raises ``NoImage``."""
    import docker.errors

    try:
        with archive.open("rb") as file:
            client.images.load(file)
    except (docker.errors.DockerException, OSError) as error:
        raise NoImage(f"Docker does not take the image that was made: {said(error)}") from error


def said(error: BaseException) -> str:
    """What the daemon itself gave as a reason, else the error's text."""
    return str(getattr(error, "explanation", None) or error)


def left(client: DockerClient, run: str | None = None) -> Sequence[str]:
    """The names of containers of one run, or of all, that are still there in whatever state."""
    label = LABEL if run is None else f"{LABEL}={run}"
    found: list[dict[str, Any]] = client.api.containers(all=True, filters={"label": label})
    return tuple(sorted(one["Names"][0].lstrip("/") if one.get("Names") else one["Id"][:12] for one in found))
