"""
The containers of a run: those of testcontainers, with log files and exit reports.
"""

from __future__ import annotations

import contextlib
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import docker.errors
from docker.models.containers import Container
from testcontainers.core.container import DockerContainer
from testcontainers.core.exceptions import ContainerStartException
from testcontainers.core.network import Network
from testcontainers.core.waiting_utils import WaitStrategy

from kserve_conformance.objects import ObjectKey
from kserve_conformance.signals import signals_wait
from kserve_conformance.targets.container.daemon import TIMEOUT, explanation, host_override
from kserve_conformance.targets.container.reaper import unless_gone
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.kubernetes.observer import FileLog
from kserve_conformance.targets.programs.processes import exit_report, log_end

#: Prefix of the names of all containers and networks, followed by the id of the run.
PREFIX = "kserve-conformance"

LOOPBACK = "127.0.0.1"

#: What servers in containers listen on: Docker forwards a published port to the container's own address.
EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - It is an interface of a container.

#: Seconds that a program has to exit by itself.
STOPS_WITHIN = 10

#: Seconds to wait for a log file to catch up with the daemon.
CATCHES_UP_WITHIN = 5.0

#: A process that a signal ended exits with this and the signal's number.
SIGNALLED = 128

#: Exceptions of Docker's client and testcontainers for a container that does not start or is not ready in time:
#: testcontainers raises StopIteration for one that has exited (ContainerStatusWaitStrategy).
NOT_STARTED = (docker.errors.DockerException, OSError, RuntimeError, StopIteration)


def network(run: str, labels: dict[str, str]) -> Network:
    """Create the network of a run. Raises ``CannotStart``."""
    made = Network(docker_client_kw={"timeout": TIMEOUT}, docker_network_kw={"driver": "bridge", "labels": labels})
    made.name = f"{PREFIX}-{run}"
    try:
        with signals_wait():
            return made.create()
    except (docker.errors.DockerException, OSError) as error:
        raise CannotStart(
            f"cannot create a Docker network: {explanation(error)}",
            hint="'docker network prune' removes networks that no container uses",
        ) from error


class LoggedContainer(DockerContainer):
    """A container of one program, with the program as its network alias and its output followed into a file."""

    def __init__(self, image: str, program: str, *, run: str, labels: dict[str, str], network: Network | None) -> None:
        """Nothing is created yet: see :meth:`start`."""
        super().__init__(image, docker_client_kw={"timeout": TIMEOUT}, network=network, network_aliases=[program])
        # testcontainers would also add its Docker Hub prefix to images of other registries: see images.
        self.image = image
        self.program = program
        self._log = Path()
        self._began = 0
        self._follower: threading.Thread | None = None
        self.with_name(f"{PREFIX}-{run}-{program}")
        self.with_envs(NO_PROXY="*", no_proxy="*")
        self.arguments(labels=labels, security_opt=["no-new-privileges"])

    def arguments(self, **more: Any) -> Self:
        """Add arguments for Docker's ``create``."""
        self._kwargs = {**self._kwargs, **more}
        return self

    def published(self, port: int) -> Self:
        """Publish a port, on the loopback interface unless testcontainers uses another host."""
        address = EVERY_INTERFACE if host_override() else LOOPBACK
        # testcontainers accepts only ports; Docker's client also takes an address.
        self.ports[f"{port}/tcp"] = (address, None)  # type: ignore[assignment]
        return self

    def get_container_host_ip(self) -> str:
        """Where published ports are reached."""
        return host_override() or LOOPBACK

    def start_logged(self, log: Path) -> Self:
        """Start it and follow its output into a file. Raises ``CannotStart``."""
        self._log = log
        self._began = log.stat().st_size if log.exists() else 0
        try:
            with signals_wait():
                self.start()
        except NOT_STARTED as error:
            raise CannotStart(f"cannot start {self.program} from {self.image}: {explanation(error)}") from error
        self._follower = threading.Thread(
            target=_follow, args=(self.get_wrapped_container(), log), daemon=True, name=f"log-{self.program}"
        )
        self._follower.start()
        return self

    def wait_until(self, strategy: WaitStrategy) -> None:
        """Wait until it is ready. Raises ``CannotStart`` with the end of its log."""
        try:
            strategy.wait_until_ready(self)
        except NOT_STARTED as error:
            if not self.is_alive:
                raise CannotStart(self.exit_report) from error
            raise CannotStart(f"{self.program} is not ready: {error}\n{self.log_end}") from error

    @property
    def is_alive(self) -> bool:
        """Whether it is running. Its output ends when it exits, so the daemon is only queried then."""
        return (self._follower is not None and self._follower.is_alive()) or self._state().get("Running", False)

    @property
    def log_end(self) -> str:
        """The end of its log, indented for a message."""
        return log_end(self._log, self._began)

    @property
    def exit_report(self) -> str:
        """How it ended and what it wrote last."""
        state = self._state()
        if not state:
            return f"the container of {self.program} was removed; the end of its log:\n{self.log_end}"
        if self._follower is not None:
            self._follower.join(CATCHES_UP_WITHIN)
        code = int(state.get("ExitCode", 0))
        return exit_report(self.program, SIGNALLED - code if code > SIGNALLED else code, self.log_end)

    def stopped_copy(self, folder: Path, into: Path) -> None:
        """Stop it, and copy a folder out of it. Raises ``CannotStart``."""
        container = self.get_wrapped_container()
        try:
            container.stop(timeout=STOPS_WITHIN)
            stream, _ = container.get_archive(str(folder))
            with tempfile.TemporaryFile() as file:
                file.writelines(stream)
                file.seek(0)
                with tarfile.open(fileobj=file) as archive:
                    archive.extractall(into, filter="data")
        except (docker.errors.DockerException, OSError) as error:
            raise CannotStart(f"cannot copy {folder} out of {self.program}: {explanation(error)}") from error

    @property
    def log(self) -> ContainerLog:
        """Its log file, with everything written so far."""
        return ContainerLog(self._log, container=self.get_wrapped_container())

    def remove(self) -> None:
        """Stop and remove it. Raises ``CannotStart`` if Docker cannot; a missing container is not an error."""
        try:
            unless_gone(self.stop)
        except (docker.errors.DockerException, OSError) as error:
            raise CannotStart(f"cannot remove the container of {self.program}: {explanation(error)}") from error
        finally:
            if self._follower is not None:
                self._follower.join(CATCHES_UP_WITHIN)
            self.get_docker_client().client.close()

    def _state(self) -> dict[str, Any]:
        """Its state in Docker; empty if it was removed or never created."""
        try:
            container = self.get_wrapped_container()
            container.reload()
        except ContainerStartException:
            return {}
        except (docker.errors.DockerException, OSError):
            return {}
        state: dict[str, Any] = container.attrs["State"]
        return state


def _follow(container: Container, log: Path) -> None:
    """Write all output of a container into a file, until it exits."""
    with contextlib.suppress(docker.errors.DockerException, OSError), log.open("ab", buffering=0) as file:
        for chunk in container.logs(stream=True, follow=True):
            file.write(chunk)


@dataclass
class ContainerLog(FileLog):
    """The log file of a container, up to date at each read."""

    container: Container | None = None

    def rewind(self) -> None:
        """Only what is written from now on counts."""
        self._catch_up()
        super().rewind()

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """The error lines about a service, as JSON, without noise."""
        self._catch_up()
        yield from super().errors(service)

    def text(self) -> str:
        """What was written since the scenario began, or the end of it."""
        self._catch_up()
        return super().text()

    def _catch_up(self) -> None:
        """Wait until the daemon's last line is in the file. Lines have timestamps, so no two are equal."""
        if self.container is None:
            return
        try:
            last: bytes = self.container.logs(tail=1)
        except (docker.errors.DockerException, OSError):
            return
        deadline = time.monotonic() + CATCHES_UP_WITHIN
        while last not in self._end(len(last)) and time.monotonic() < deadline:
            time.sleep(0.002)

    def _end(self, longest: int) -> bytes:
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - longest - 256 * 1024))
            return file.read()
