"""How far a matrix is, on stderr: bars for a person who watches, a line for each target in a log."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from kserve_conformance.matrix.runs import Progress
from kserve_conformance.targets.spec import Spec

#: How much of what a target says has room beside its bar.
_SAID = 60


class SideBySide:
    """Tells of each target when it begins and ends; ``told`` is what a matrix calls."""

    def __init__(self, targets: int, scenarios: int) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._targets = targets
        self._scenarios = scenarios
        self._began: dict[str, float] = {}
        self._tasks: dict[str, TaskID] = {}
        self._done = 0
        self._lock = threading.Lock()
        self._bars: Bars | None = None
        self.told = Progress(self._starts, self._at, self._said, self._ended, self._kept)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[said]}", style="dim"),
                console=self._console,
                transient=True,
            )
            self._all = self._bars.add_task("targets", total=self._targets, said="")
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _starts(self, spec: Spec) -> None:
        with self._lock:
            self._began[spec.name] = time.monotonic()
            if self._bars is not None:
                self._tasks[spec.name] = self._bars.add_task(spec.name, total=self._scenarios, said="")

    def _at(self, spec: Spec, scenarios: int) -> None:
        if self._bars is not None:
            self._bars.update(self._tasks[spec.name], completed=scenarios)

    def _said(self, spec: Spec, line: str) -> None:
        if self._bars is not None:
            self._bars.update(self._tasks[spec.name], said=line[:_SAID])
        else:
            self._console.print(Text(f"  {spec.name}: {line}"), soft_wrap=True)

    def _ended(self, spec: Spec, error: str | None) -> None:
        took = f"{time.monotonic() - self._began.get(spec.name, time.monotonic()):.1f} s"
        self._tell(spec, f"asked, {took}" if error is None else f"broken: {error}", error is None)

    def _kept(self, spec: Spec) -> None:
        self._tell(spec, "taken over from an earlier run", good=True)

    def _tell(self, spec: Spec, text: str, good: bool) -> None:
        with self._lock:
            self._done += 1
            if self._bars is not None:
                if spec.name in self._tasks:
                    self._bars.remove_task(self._tasks[spec.name])
                self._bars.advance(self._all)
            line = Text(f"[{self._done}/{self._targets}] ", style="dim").append(f"{spec.name} ", style="default")
            self._console.print(line.append(text, style="default" if good else "red"), soft_wrap=True)
