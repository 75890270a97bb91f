"""A pass over the parts of an input: each is read by a worker, and the results come in the order of the input."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from kserve_conformance.fleet.parts import Part
from kserve_conformance.fleet.processes import Workers, workers_needed
from kserve_conformance.limits import MEBIBYTE
from kserve_conformance.manifests import Loader

#: Less than this many bytes are read faster without other processes.
PARALLEL: Final = 24 * MEBIBYTE

#: How many parts wait for each worker, so that memory is bounded.
_AHEAD: Final = 3

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Job:
    """A part to read, or the notes of opening a source."""

    part: Part | None
    opened: Loader | None = None


@dataclass(slots=True)
class Reading(Generic[Result]):
    """A job, and the result that a worker makes of it; None if it is left to this process."""

    job: Job
    future: Future[Result] | None = None

    def result(self) -> Result | None:
        """Wait for the result of a worker. Raises :class:`~kserve_conformance.fleet.FleetError` if it is lost."""
        if self.future is None:
            return None
        with workers_needed():
            return self.future.result()

    def cancel(self) -> None:
        """The result is of no use."""
        if self.future is not None:
            self.future.cancel()
            self.future = None


def ordered(
    jobs: Iterable[Job],
    workers: Workers,
    function: Callable[[Part, bytes], Result],
    options: bytes,
    *,
    parallel_bytes: int = PARALLEL,
    is_done: Callable[[Part], bool] | None = None,
) -> Iterator[Reading[Result]]:
    """
    Submit the parts of jobs to workers if there is much to read, and yield the jobs in order.

    Parts that are ``is_done`` are not submitted.
    """
    waiting: deque[Reading[Result]] = deque()
    #: The parts that wait, and their bytes, until other processes are worth their start.
    count = size = 0
    executor: Executor | None = None

    def submit(reading: Reading[Result]) -> None:
        part = reading.job.part
        if part is not None and executor is not None and (is_done is None or not is_done(part)):
            with workers_needed():
                reading.future = executor.submit(function, part, options)

    for job in jobs:
        reading: Reading[Result] = Reading(job)
        waiting.append(reading)
        if job.part is not None:
            count, size = count + 1, size + job.part.size
        if executor is None and workers.number > 1 and count > 1 and size > parallel_bytes:
            executor = workers.executor()
            for each in waiting:
                submit(each)
        elif executor is not None:
            submit(reading)
        # One worker reads each part at once; several wait until it is known whether there is enough to read.
        ahead = _AHEAD * workers.number if executor is not None else len(waiting) if workers.number > 1 else 0
        while len(waiting) > ahead:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()
