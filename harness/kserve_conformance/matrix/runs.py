"""
Having every target asked, and keeping the record of each.

Targets in memory are played in worker processes. Every other target is asked by
``kserve-conformance run`` in a process of its own, as a person would, so that it
opens, breaks and ends as it does there. Whatever ends such a process leaves no
whole record, and its column says so.
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

from kserve_conformance.machine import allowed
from kserve_conformance.matrix.resume import may_be_kept
from kserve_conformance.record.matrix import Run
from kserve_conformance.rules.releases import release_named
from kserve_conformance.signals import interrupt_on_signals
from kserve_conformance.suite import Suite
from kserve_conformance.suite.selection import Selection
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.kinds import KINDS
from kserve_conformance.targets.spec import PUBLIC_PARAMETERS, Spec

#: The folder of a matrix that has each run's record.
RUNS = "runs"

#: How often it is looked how far a run is.
_LOOK = 0.5

#: How long a run that was told to end may take to close its target.
_ENDS_WITHIN = 60

#: How many of the last lines of a run's stderr are looked at to say why it has no record.
_LAST = 20


class RunListener(Protocol):
    """Is called as the runs of a matrix proceed, from several threads."""

    def started(self, spec: Spec) -> None:
        """A run starts."""

    def advanced(self, spec: Spec, scenarios: int) -> None:
        """A run has finished so many scenarios."""

    def printed(self, spec: Spec, line: str) -> None:
        """A run printed a line to stderr."""

    def finished(self, spec: Spec, error: str | None) -> None:
        """A run finished, with a record or an error."""

    def reused(self, spec: Spec) -> None:
        """The record of an earlier run is reused."""


@dataclass(frozen=True)
class Question:
    """What is asked of every target, and where records are kept."""

    selection: Selection
    out: Path
    resume: bool = False
    #: How many targets are asked beside each other; None for what suits each kind.
    jobs: int | None = None

    def record_of(self, spec: Spec) -> Path:
        """The file that has the record of a target's run."""
        return self.out / RUNS / f"{file_name(spec)}.ndjson"

    @property
    def told(self) -> dict[str, Any]:
        """The selection as a record's header has it."""
        given = {"tags": self.selection.tags, "words": self.selection.keyword}
        return {key: value for key, value in given.items() if value}


def file_name(spec: Spec) -> str:
    """
    A target as a name of a file.

    >>> file_name(Spec("memory", "v0.15.2"))
    'memory-v0.15.2'
    """
    return "".join(letter if letter.isalnum() or letter in ".-_=" else "-" for letter in spec.again)


def lane_of(spec: Spec) -> str:
    """
    Targets of one lane follow each other, whatever is asked for.

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


def run_all(specs: Sequence[Spec], question: Question, listener: RunListener) -> tuple[tuple[Run, ...], str | None]:
    """
    A run of every target, in their order, and what interrupted them, if anything did.

    Never raises for what goes wrong with one target: its run says why there is no
    record. Raises ``OSError`` where records cannot be written.
    """
    (question.out / RUNS).mkdir(parents=True, exist_ok=True)
    runs = _Runs(question, listener)
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
    """The runs of one matrix while they are made."""

    question: Question
    listener: RunListener
    ended: dict[str, str | None] = field(default_factory=dict)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def make(self, specs: Sequence[Spec]) -> None:
        suite = Suite.shipped()
        wanted: list[Spec] = []
        for spec in specs:
            if self.question.resume and may_be_kept(spec, self.question.record_of(spec), suite, self.question.told):
                self.ended[spec.name] = None
                self.listener.reused(spec)
            else:
                # An older record must not be taken for this run's.
                self.question.record_of(spec).unlink(missing_ok=True)
                wanted.append(spec)
        memory = [spec for spec in wanted if spec.kind == "memory"]
        others = [spec for spec in wanted if spec.kind != "memory"]
        self._beside_each_other(memory, self.question.jobs or allowed()[0], self._play)
        self._beside_each_other(others, self.question.jobs or 1, self._ask)

    def run_of(self, spec: Spec, interrupted: str | None) -> Run:
        """What came of a target. What never came to its end because all was interrupted says so."""
        parameters = tuple((key, spec.parameters[key]) for key in PUBLIC_PARAMETERS if key in spec.parameters)
        file = self.question.record_of(spec)
        broken = self.ended.get(spec.name, f"not asked: {interrupted or 'nothing says why'}")
        record = file.read_bytes() if file.is_file() else None
        if record is None or (broken is not None and spec.name not in self.ended):
            return Run(spec.name, broken=broken or "no record was written", parameters=parameters)
        return Run(spec.name, record=record if broken is None else None, broken=broken, parameters=parameters)

    def stop(self) -> None:
        """End what still runs; each run closes its target and says in its record that it was interrupted."""
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

    def _beside_each_other(
        self, specs: Iterable[Spec], number: int, work: Callable[[SimpleQueue[list[Spec]]], None]
    ) -> None:
        """Work on lanes of targets in so many threads, each of which only waits for a process."""
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
            # With a timeout, or a signal would wait for the thread's end.
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

    def _play(self, queue: SimpleQueue[list[Spec]]) -> None:
        """Feed one worker; a new one follows a worker that died."""
        worker: subprocess.Popen[bytes] | None = None
        for spec in self._of(queue):
            if worker is None:
                worker = self._child([sys.executable, "-m", "kserve_conformance.matrix.worker"], stderr=None)
            told = self._told_by(worker, spec)
            if told is None:
                code = worker.wait()
                self._end(spec, f"the process that played it ended with {code}")
                worker = None
            else:
                self._end(spec, told["error"])
        if worker is not None and worker.stdin is not None:
            worker.stdin.close()
            worker.wait()

    def _told_by(self, worker: subprocess.Popen[bytes], spec: Spec) -> dict[str, str | None] | None:
        question = {
            "target": str(spec),
            "tags": self.question.selection.tags,
            "words": self.question.selection.keyword,
            "record": str(self.question.record_of(spec)),
        }
        if worker.stdin is None or worker.stdout is None:
            return None
        try:
            worker.stdin.write(msgspec.json.encode(question) + b"\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
            told: dict[str, str | None] = msgspec.json.decode(line)
        except (OSError, msgspec.DecodeError):
            return None
        return told

    # --- by a process of their own ------------------------------------------

    def _ask(self, queue: SimpleQueue[list[Spec]]) -> None:
        for spec in self._of(queue):
            try:
                self._end(spec, self._asked(spec))
            except OSError as error:
                self._end(spec, f"its run could not be started or kept: {error}")

    def _asked(self, spec: Spec) -> str | None:
        """Have ``run`` ask a target; why there is no record, None where there is one."""
        selection = self.question.selection
        with tempfile.TemporaryDirectory(prefix=".run-", dir=self.question.out / RUNS) as folder:
            record = Path(folder) / "record.ndjson"
            child = self._child(
                [
                    *(sys.executable, "-m", "kserve_conformance", "run"),
                    *("--target", str(spec), "--out", folder, "--format", "json"),
                    *(["--tags", selection.tags] if selection.tags else []),
                    *(["-k", selection.keyword] if selection.keyword else []),
                ],
                stderr=subprocess.PIPE,
            )
            last: deque[str] = deque(maxlen=_LAST)
            readers = [
                threading.Thread(target=self._listen, args=(child, spec, last), daemon=True),
                # The result for programs is not wanted, and must not fill its pipe.
                threading.Thread(target=lambda: child.stdout and child.stdout.read(), daemon=True),
            ]
            for reader in readers:
                reader.start()
            while child.poll() is None:
                time.sleep(_LOOK)
                self.listener.advanced(spec, _scenarios_in(record))
            for reader in readers:
                reader.join()
            if not record.is_file():
                said = next((line for line in last if line.startswith("error: ")), last[-1] if last else "")
                return f"run ended with {child.returncode}: {said.removeprefix('error: ') or 'it said nothing'}"
            # Whole or not, it is kept: what reads it says what is wrong with it.
            shutil.move(record, self.question.record_of(spec))
        return None

    def _listen(self, child: subprocess.Popen[bytes], spec: Spec, last: deque[str]) -> None:
        for line in child.stderr or ():
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                last.append(text)
                self.listener.printed(spec, text)

    def _child(self, command: list[str], stderr: int | None) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C is for this process, which then ends its children one by one.
        child = subprocess.Popen(  # noqa: S603 - this very program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True
        )
        self.children.append(child)
        return child


def _scenarios_in(record: Path) -> int:
    """How many scenarios have a line already; the header is one more."""
    try:
        return max(0, record.read_bytes().count(b"\n") - 1)
    except OSError:
        return 0
