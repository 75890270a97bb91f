"""A measurement as a value, and how one is taken."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: The console script of the environment that runs the benchmarks.
PROGRAM = Path(sys.executable).with_name("kserve-conformance")


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of the table: what was measured, of how many runs, and what is required of it.

    ``required`` is the most that is allowed, or the least where ``more_is_better``;
    None where nothing is asked. ``note`` says what a reader must know to not be
    misled.
    """

    what: str
    values: tuple[float, ...]
    unit: str
    required: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def measured(self) -> float:
        """The median of the runs."""
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool | None:
        """Is it as fast as required? None where nothing is."""
        if self.required is None:
            return None
        return self.measured >= self.required if self.more_is_better else self.measured <= self.required


#: A benchmark: given how often to measure, the rows that come of it.
Benchmark = Callable[[int], Iterator[Row]]


class Broken(Exception):
    """What was to be measured did not do what it should: its time says nothing."""


def cpu_seconds(call: Callable[[], object]) -> float:
    """How long one core works on a call, whatever else the machine does meanwhile."""
    started = time.process_time()
    call()
    return time.process_time() - started


@dataclass(frozen=True, slots=True)
class Took:
    """What a process took: on the wall's clock, and of a core."""

    seconds: float
    cpu: float


def cold(arguments: Sequence[str], expected: int = 0) -> Took:
    """What a process of its own takes, from its start to its end. Raises ``Broken`` if it ends otherwise."""
    started, used = time.perf_counter(), _cpu_of_children()
    done = subprocess.run(  # noqa: S603 - our own program
        [str(PROGRAM), *arguments], cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    took = Took(time.perf_counter() - started, _cpu_of_children() - used)
    if done.returncode != expected:
        last = "\n".join(done.stdout.splitlines()[-12:] or done.stderr.splitlines()[-12:])
        raise Broken(f"{' '.join(arguments)} ended with {done.returncode}, not {expected}:\n{last}")
    return took


def cpu_note(took: Sequence[Took]) -> str:
    """How much of a core it was: on a busy machine the wall's clock tells of others too."""
    seconds = statistics.median(one.cpu for one in took)
    return f"{seconds:.{3 if seconds >= 100 else 2}g} s of a core"


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
