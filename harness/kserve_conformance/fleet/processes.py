"""The processes that read parts, on this machine: started when they are needed, and always ended."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from concurrent.futures.process import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from enum import StrEnum
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Final, Protocol, Self

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.signals import interrupt_on_signals

#: How many objects a worker makes from one search for cycles to the next.
_COLLECTED: Final = 50_000


class FleetCode(StrEnum):
    """What can go wrong with a fleet besides its manifests."""

    #: A process that read a part of the input ended before it was done.
    WORKER_LOST = "worker-lost"
    #: Dask is not installed.
    NO_DASK = "no-dask"
    #: The address of a scheduler is invalid, or needs TLS.
    SCHEDULER_ADDRESS = "scheduler-address"
    #: A scheduler with TLS needs certificates, or those are invalid.
    CERTIFICATES = "certificates"
    #: A scheduler cannot be reached, or has no workers.
    SCHEDULER = "scheduler"
    #: A worker or the scheduler has another build of this package.
    WORKER_BUILD = "worker-build"
    #: A worker does not have the files of the input.
    WORKER_FILES = "worker-files"
    #: Runtimes were found only after services had been printed.
    RUNTIMES_MISSED = "runtimes-missed"


class FleetError(HarnessError):
    """A fleet cannot be read to its end. There are no results."""


class Workers(Protocol):
    """Whatever runs functions on parts: processes of this machine, or a cluster of machines."""

    @property
    def number(self) -> int:
        """How many parts are read at the same time."""

    def executor(self) -> Executor:
        """Start the workers, unless they are running."""


class OpenWorkers(Workers, AbstractContextManager["OpenWorkers"], Protocol):
    """Workers that are ended with a block."""


class Processes:
    """
    Processes of this machine. As a context manager it ends them, also on Ctrl-C and SIGTERM.

    They also end when this process is killed.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool: ProcessPoolExecutor | None = None
        self._signals = ExitStack()

    def executor(self) -> Executor:
        """The pool, started on first use. With one process, functions run in this one."""
        if self.number <= 1:
            return InProcess()
        if self._pool is None:
            self._signals.enter_context(interrupt_on_signals())
            # A fork has everything imported already. Elsewhere than on Linux it is not safe.
            method = "fork" if sys.platform == "linux" else None
            context = multiprocessing.get_context(method)
            self._pool = ProcessPoolExecutor(self.number, context, _prepare)
        return self._pool

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._signals:
            if self._pool is None:
                return
            others = set() if kind is None else set(multiprocessing.active_children())
            self._pool.shutdown(wait=kind is None, cancel_futures=True)
            for process in others:
                process.terminate()
            for process in others:
                process.join()


class InProcess(Executor):
    """Runs each function at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function; its exceptions are raised here."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def workers_needed() -> Iterator[None]:
    """Raise :class:`FleetError` if a worker is lost."""
    try:
        yield
    except BrokenExecutor as broken:
        raise FleetError(
            "a worker process ended unexpectedly; the input was not read to its end",
            code=FleetCode.WORKER_LOST,
            hint="if the system was short of memory, run it again with --workers 1",
        ) from broken


def _prepare() -> None:
    """In a new process: leave Ctrl-C to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # Parts are read into many objects that are in no cycle, and what was imported stays.
    gc.freeze()
    gc.set_threshold(_COLLECTED)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
