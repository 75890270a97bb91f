"""Measurements as values, and how they are taken."""

from __future__ import annotations

import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: The console script of the environment that runs the benchmarks.
PROGRAM = Path(sys.executable).with_name("kserve-conformance")


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of the table: what was measured, the value of each run, and the requirement.

    ``required`` is the maximum, or the minimum where ``more_is_better``; None without a
    requirement. ``note`` has what readers need to interpret the value.
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
        """Is the requirement met? None without one."""
        if self.required is None:
            return None
        return self.measured >= self.required if self.more_is_better else self.measured <= self.required


#: A benchmark: given the number of runs, its rows.
Benchmark = Callable[[int], Iterator[Row]]


class Broken(Exception):
    """The measured command did not do what it should, so its time means nothing."""


@dataclass(frozen=True, slots=True)
class Program:
    """A way to call the command line, and where."""

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def of_checkout(cls, folder: Path) -> Program:
        """
        The command line of another checkout: in its own environment, or in ours where it has none.

        Raises ``Broken`` for a folder that is not a checkout.
        """
        script = folder / ".venv/bin/kserve-conformance"
        if script.is_file():
            return cls((str(script),), folder, os.environ)
        if not (folder / "harness/kserve_conformance").is_dir():
            raise Broken(f"{folder} is not a checkout of kserve-conformance")
        environment = {**os.environ, "PYTHONPATH": str(folder / "harness")}
        return cls((sys.executable, "-m", "kserve_conformance"), folder, environment)


#: The command line of this checkout.
OURS = Program((str(PROGRAM),), ROOT, os.environ)


def cpu_seconds(call: Callable[[], object]) -> float:
    """The processor time of a call, which other work on the machine does not affect."""
    started = time.process_time()
    call()
    return time.process_time() - started


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a process took, in seconds of wall-clock time and of processor time."""

    seconds: float
    cpu: float


def cold(arguments: Sequence[str], expected: int = 0, program: Program = OURS) -> Duration:
    """Run the command line in a new process and time it. Raises ``Broken`` for another exit code."""
    started, used = time.perf_counter(), _cpu_of_children()
    done = subprocess.run(  # noqa: S603 - our own program
        [*program.command, *arguments],
        cwd=program.folder,
        env=program.environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    duration = Duration(time.perf_counter() - started, _cpu_of_children() - used)
    if done.returncode != expected:
        last = "\n".join(done.stdout.splitlines()[-12:] or done.stderr.splitlines()[-12:])
        raise Broken(f"{' '.join(arguments)} exited with {done.returncode}, expected {expected}:\n{last}")
    return duration


@dataclass(frozen=True, slots=True)
class Usage(Duration):
    """What a command used; ``memory`` is the peak of it and its children together, in MB."""

    memory: float


def observed(command: Sequence[str], expected: int = 0) -> Usage:
    """Run a command and measure its time and memory. Raises ``Broken`` for another exit code."""
    started, used = time.perf_counter(), _cpu_of_children()
    peak = 0
    with (
        tempfile.TemporaryFile("w+") as stderr,
        subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
        ) as process,
    ):
        while process.poll() is None:
            peak = max(peak, sum(map(_memory, _family(process.pid))))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_SAMPLE)
        usage = Usage(time.perf_counter() - started, _cpu_of_children() - used, peak / 1e6)
        stderr.seek(0)
        if process.returncode != expected:
            raise Broken(f"{' '.join(command)} exited with {process.returncode}:\n{stderr.read()[-2000:]}")
    return usage


#: Seconds between two measurements of memory.
_SAMPLE = 0.2


def _family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in file.read_text().split():
                yield from _family(int(child))


def _memory(pid: int) -> int:
    """The proportional set size in bytes, which counts memory that forked processes share once; 0 elsewhere."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def cpu_note(durations: Sequence[Duration]) -> str:
    """The processor time: on a busy machine, wall-clock time includes other work."""
    seconds = statistics.median(one.cpu for one in durations)
    return f"{seconds:.{3 if seconds >= 100 else 2}g} s of processor time"


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
