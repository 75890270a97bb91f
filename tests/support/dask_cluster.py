"""A real Dask scheduler and workers on this machine, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds until a process must have started.
_START = 60


@dataclass
class DaskCluster:
    """A scheduler and its workers, with one thread each."""

    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


def _start(module: str, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments], stdout=file, stderr=file, cwd=log.parent
        )


def _address(file: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + _START
    while time.monotonic() < until and process.poll() is None:
        if file.exists() and (text := file.read_text()):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise AssertionError(f"the scheduler did not start:\n{log.read_text()}")


@contextmanager
def dask_cluster(folder: Path, workers: int, options: Sequence[str] = (), host: str = "") -> Iterator[DaskCluster]:
    """A cluster that is ended with the block; ``options`` are those of the scheduler and of each worker."""
    file, log = folder / "scheduler.json", folder / "scheduler.log"
    where = ("--host", host or "tcp://127.0.0.1", "--no-dashboard")
    scheduler = _start(
        "dask_scheduler", (*where, "--port", "0", "--scheduler-file", str(file), *options), folder / "scheduler.log"
    )
    cluster = None
    try:
        cluster = DaskCluster(_address(file, scheduler, log))
        once = ("--nthreads", "1", "--no-nanny", *where, *options)
        for number in range(workers):
            place = folder / f"worker-{number}"
            place.mkdir()
            cluster.workers.append(_start("dask_worker", (cluster.address, *once), place / "worker.log"))
        yield cluster
    finally:
        # On SIGTERM each would first wait for the others.
        for process in (*(cluster.workers if cluster else ()), scheduler):
            process.kill()
            process.wait()
