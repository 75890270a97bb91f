"""
The runs of a matrix: one per target, each with its record.

Targets in memory run in worker processes. Every other target runs in a
``kserve-conformance run`` process of its own, so that it opens, fails and ends as
it does there. No process outlives this one, and only this one concludes: from the
records, never from how a process ended. One that ends early leaves an incomplete
record, and its column says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import msgspec

from kserve_conformance.child import ending_of, spawn
from kserve_conformance.machine import allowed
from kserve_conformance.matrix.resume import is_reusable
from kserve_conformance.record.matrix import Run
from kserve_conformance.rules.releases import release_named
from kserve_conformance.signals import interrupt_on_signals
from kserve_conformance.suite import Suite
from kserve_conformance.suite.declared_deviations import DeclaredDeviations
from kserve_conformance.suite.selection import Selection
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.kinds import KINDS, is_own_build
from kserve_conformance.targets.spec import PUBLIC_PARAMETERS, Spec

#: The folder of a matrix that has each run's record.
RUNS = "runs"

#: The beginning of the name of a folder that a run in progress writes to.
_UNFINISHED = ".run-"

#: Seconds between two looks at the progress of a run.
_LOOK = 0.5

#: Seconds that an interrupted run may take to close its target.
_ENDS_WITHIN = 60

#: How many of the last lines of stderr are searched for the reason why a run has no record.
_LAST = 20


class RunListener(Protocol):
    """Callbacks for the progress of a matrix, called from several threads."""

    def started(self, spec: Spec) -> None:
        """A run starts."""

    def advanced(self, spec: Spec, scenarios: int) -> None:
        """A run has finished this many scenarios."""

    def printed(self, spec: Spec, line: str) -> None:
        """A run printed a line to stderr."""

    def finished(self, spec: Spec, error: str | None) -> None:
        """A run finished, with a record or an error."""

    def reused(self, spec: Spec) -> None:
        """The record of an earlier run is reused."""


@dataclass(frozen=True)
class Plan:
    """The selection for every target, and the folder of the records."""

    selection: Selection
    out: Path
    resume: bool = False
    #: The number of targets to run in parallel; None for the default of each kind.
    jobs: int | None = None
    #: The deviations that the implementation declares, for targets that are not releases themselves.
    declared: DeclaredDeviations | None = None

    def declared_of(self, spec: Spec) -> DeclaredDeviations | None:
        """The declared deviations that a target is judged by."""
        return self.declared if is_own_build(spec) else None

    def record_of(self, spec: Spec) -> Path:
        """The file that has the record of a target's run."""
        return self.out / RUNS / f"{file_name(spec)}.ndjson"

    @property
    def header_selection(self) -> dict[str, Any]:
        """The selection, for a record's header."""
        given = {"tags": self.selection.tags, "words": self.selection.keyword}
        return {key: value for key, value in given.items() if value}


def file_name(spec: Spec) -> str:
    """
    The file name for a target.

    >>> file_name(Spec("memory", "v0.15.2"))
    'memory-v0.15.2'
    """
    return "".join(letter if letter.isalnum() or letter in ".-_=" else "-" for letter in spec.again)


def lane_of(spec: Spec) -> str:
    """
    The lane of a target. Targets in the same lane run one after the other, regardless of ``--jobs``.

    Targets of a shared cluster do, and so do controllers whose webhooks listen on
    a fixed port (see ``rules.releases``).
    """
    kind = KINDS[spec.kind]
    if kind.is_shared:
        return kind.name
    if spec.kind == "controlplane" and spec.argument != DOCUMENTED:
        port = release_named(spec.argument).fixed_webhook_port
        if port is not None:
            return f"port {port}"
    return str(spec)


def run_all(specs: Sequence[Spec], plan: Plan, listener: RunListener) -> tuple[tuple[Run, ...], str | None]:
    """
    Run every target; return the runs in order, and what interrupted them, or None.

    A failing target does not raise: its run says why there is no record. Raises
    ``OSError`` if records cannot be written.
    """
    (plan.out / RUNS).mkdir(parents=True, exist_ok=True)
    for unfinished in (plan.out / RUNS).glob(f"{_UNFINISHED}*"):
        # Left by a matrix that was killed; the lock of the folder excludes one that runs.
        shutil.rmtree(unfinished, ignore_errors=True)
    runs = _Runs(plan, listener)
    interrupted = None
    with interrupt_on_signals():
        try:
            runs.make(specs)
        except KeyboardInterrupt as error:
            interrupted = str(error) or "interrupted by the user"
            runs.stop()
    return tuple(runs.run_of(spec, interrupted) for spec in specs), interrupted


@dataclass
class _Runs:
    """The runs of one matrix in progress."""

    plan: Plan
    listener: RunListener
    ended: dict[str, str | None] = field(default_factory=dict)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def make(self, specs: Sequence[Spec]) -> None:
        suite = Suite.shipped()
        wanted: list[Spec] = []
        for spec in specs:
            if self.plan.resume and self._is_reusable(spec, suite):
                self.ended[spec.name] = None
                self.listener.reused(spec)
            else:
                # An older record must not be mistaken for this run's.
                self.plan.record_of(spec).unlink(missing_ok=True)
                wanted.append(spec)
        memory = [spec for spec in wanted if spec.kind == "memory"]
        others = [spec for spec in wanted if spec.kind != "memory"]
        self._in_parallel(memory, self.plan.jobs or allowed()[0], self._run_in_memory)
        self._in_parallel(others, self.plan.jobs or 1, self._run_in_process)

    def _is_reusable(self, spec: Spec, suite: Suite) -> bool:
        plan = self.plan
        return is_reusable(spec, plan.record_of(spec), suite, plan.header_selection, plan.declared_of(spec))

    def run_of(self, spec: Spec, interrupted: str | None) -> Run:
        """The run of a target. One that did not finish because of an interrupt says so."""
        parameters = tuple((key, spec.parameters[key]) for key in PUBLIC_PARAMETERS if key in spec.parameters)
        file = self.plan.record_of(spec)
        broken = self.ended.get(spec.name, f"did not run: {interrupted or 'unknown reason'}")
        record = file.read_bytes() if file.is_file() else None
        if record is None or (broken is not None and spec.name not in self.ended):
            return Run(spec.name, broken=broken or "no record was written", parameters=parameters)
        return Run(spec.name, record=record if broken is None else None, broken=broken, parameters=parameters)

    def stop(self) -> None:
        """Stop the remaining runs; each closes its target and records the interrupt."""
        self.stopping.set()
        for child in list(self.children):
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + _ENDS_WITHIN
        for thread in self.threads:
            thread.join(max(0.0, end - time.monotonic()))
        for child in list(self.children):
            if child.poll() is None:
                child.kill()

    # --- lanes ------------------------------------------------------------

    def _in_parallel(self, specs: Iterable[Spec], number: int, work: Callable[[SimpleQueue[list[Spec]]], None]) -> None:
        """Work on lanes of targets in threads, each of which only waits for a process."""
        lanes: dict[str, list[Spec]] = {}
        for spec in specs:
            lanes.setdefault(lane_of(spec), []).append(spec)
        queue: SimpleQueue[list[Spec]] = SimpleQueue()
        for lane in lanes.values():
            queue.put(lane)
        self.threads = [
            threading.Thread(target=work, args=(queue,), daemon=True) for _ in range(min(number, len(lanes)))
        ]
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            # With a timeout, because otherwise a signal would wait for the thread's end.
            while thread.is_alive():
                thread.join(_LOOK)

    def _of(self, queue: SimpleQueue[list[Spec]]) -> Iterator[Spec]:
        while not self.stopping.is_set():
            try:
                lane = queue.get_nowait()
            except Empty:
                return
            for spec in lane:
                if self.stopping.is_set():
                    return
                self.listener.started(spec)
                yield spec

    def _end(self, spec: Spec, error: str | None) -> None:
        self.ended[spec.name] = error
        self.listener.finished(spec, error)

    # --- in memory --------------------------------------------------------

    def _run_in_memory(self, queue: SimpleQueue[list[Spec]]) -> None:
        """Feed one worker; start a new one if it dies."""
        worker: subprocess.Popen[bytes] | None = None
        for spec in self._of(queue):
            if worker is None:
                worker = self._child([sys.executable, "-m", "kserve_conformance.matrix.worker"], stderr=None)
            result = self._result_of(worker, spec)
            if result is None:
                code = worker.wait()
                self._end(spec, f"its process {ending_of(code)}")
                worker = None
            else:
                self._end(spec, result["error"])
        if worker is not None and worker.stdin is not None:
            worker.stdin.close()
            worker.wait()

    def _result_of(self, worker: subprocess.Popen[bytes], spec: Spec) -> dict[str, str | None] | None:
        question = {
            "target": str(spec),
            "tags": self.plan.selection.tags,
            "words": self.plan.selection.keyword,
            "record": str(self.plan.record_of(spec)),
        }
        if worker.stdin is None or worker.stdout is None:
            return None
        try:
            worker.stdin.write(msgspec.json.encode(question) + b"\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
            result: dict[str, str | None] = msgspec.json.decode(line)
        except (OSError, msgspec.DecodeError):
            return None
        return result

    # --- in processes of their own ------------------------------------------

    def _run_in_process(self, queue: SimpleQueue[list[Spec]]) -> None:
        for spec in self._of(queue):
            try:
                self._end(spec, self._run(spec))
            except OSError as error:
                self._end(spec, f"cannot start the run, or cannot keep its record: {error}")

    def _run(self, spec: Spec) -> str | None:
        """Run a target in a child process; return why there is no record, or None if there is one."""
        selection, declared = self.plan.selection, self.plan.declared_of(spec)
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=self.plan.out / RUNS) as folder:
            record = Path(folder) / "record.ndjson"
            child = self._child(
                [
                    *(sys.executable, "-m", "kserve_conformance", "run"),
                    *("--target", str(spec), "--out", folder, "--format", "json"),
                    *(["--tags", selection.tags] if selection.tags else []),
                    *(["-k", selection.keyword] if selection.keyword else []),
                    *(["--deviations", str(declared.file)] if declared else []),
                ],
                stderr=subprocess.PIPE,
            )
            last: deque[str] = deque(maxlen=_LAST)
            readers = [
                threading.Thread(target=self._listen, args=(child, spec, last), daemon=True),
                # The JSON result is not needed, but must not fill the pipe.
                threading.Thread(target=lambda: child.stdout and child.stdout.read(), daemon=True),
            ]
            for reader in readers:
                reader.start()
            while child.poll() is None:
                time.sleep(_LOOK)
                self.listener.advanced(spec, _scenarios_in(record))
            for reader in readers:
                reader.join()
            error = next((line.removeprefix("error: ") for line in last if line.startswith("error: ")), None)
            if not record.is_file() or (error is not None and child.returncode not in (0, 1)):
                return error or f"its process {ending_of(child.returncode)}: {last[-1] if last else 'no output'}"
            # The record of an interrupted run is kept: the reader reports that.
            shutil.move(record, self.plan.record_of(spec))
        return None

    def _listen(self, child: subprocess.Popen[bytes], spec: Spec, last: deque[str]) -> None:
        for line in child.stderr or ():
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                last.append(text)
                self.listener.printed(spec, text)

    def _child(self, command: list[str], stderr: int | None) -> subprocess.Popen[bytes]:
        child = spawn(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self.children.append(child)
        return child


def _scenarios_in(record: Path) -> int:
    """The number of scenarios that have a line so far; the header is one more line."""
    try:
        return max(0, record.read_bytes().count(b"\n") - 1)
    except OSError:
        return 0
