"""
Removal of a run's containers and networks: at its end, after it was killed, and at the next start.

Ryuk, the reaper of testcontainers, does this as well unless ``TESTCONTAINERS_RYUK_DISABLED`` is set. Its image must be
pulled, which is not always possible. So the harness starts this process, which waits for the end of the run on a pipe
that closes when the harness exits, even if it is killed.

This file runs as a script (see :class:`~kserve_conformance.targets.container.run.Run`), and imports only the standard
library until it has something to remove.
"""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker.client import DockerClient

#: The label of every container and network; its value is the id of the run.
LABEL = "kserve-conformance.run"

#: Written into the pipe by a run that has removed everything itself.
DONE = "done"

#: A daemon may still be creating what the killed harness requested last, so one look is not enough.
LOOKS = 3
PAUSE = 1.0


def remove_run(client: DockerClient, run: str) -> None:
    """Remove the containers of a run, then its network. Raises what Docker's client raises."""
    filters = {"label": f"{LABEL}={run}"}
    for container in client.containers.list(all=True, filters=filters, ignore_removed=True):
        unless_gone(partial(container.remove, force=True, v=True))
    for network in client.networks.list(filters=filters):
        unless_gone(network.remove)


def unless_gone(remove: Callable[[], object]) -> None:
    """Call ``remove``; an object that is gone or already being removed is not an error."""
    import docker.errors

    try:
        remove()
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if error.status_code != 409 or "already in progress" not in str(error.explanation):
            raise


def main(run: str, folder: str) -> None:
    """Wait until the harness exits; unless it has cleaned up, remove its containers, network and folder."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.read().strip() == DONE:
        return
    from docker.client import DockerClient

    shutil.rmtree(folder, ignore_errors=True)
    client = DockerClient.from_env()
    for look in range(LOOKS):
        time.sleep(PAUSE if look else 0)
        remove_run(client, run)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
