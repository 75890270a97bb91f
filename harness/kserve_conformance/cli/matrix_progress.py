"""The progress of a matrix on stderr: bars in a terminal, a line for each target in a log."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from kserve_conformance.characters import printable
from kserve_conformance.cli.output import progress_console
from kserve_conformance.targets.spec import Spec

#: The most characters of a target's message next to its bar.
_MESSAGE_WIDTH = 60


class MatrixProgress:
    """Shows when each target starts and finishes; a matrix calls it as its ``RunListener``."""

    def __init__(self, targets: int, scenarios: int) -> None:
        self._console = progress_console()
        self._targets = targets
        self._scenarios = scenarios
        self._started: dict[str, float] = {}
        self._tasks: dict[str, TaskID] = {}
        self._done = 0
        self._lock = threading.Lock()
        self._bars: Bars | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[message]}", style="dim"),
                console=self._console,
                transient=True,
            )
            self._all = self._bars.add_task("targets", total=self._targets, message="")
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def started(self, spec: Spec) -> None:
        """A run starts."""
        with self._lock:
            self._started[spec.name] = time.monotonic()
            if self._bars is not None:
                self._tasks[spec.name] = self._bars.add_task(
                    escape(printable(spec.name)), total=self._scenarios, message=""
                )

    def advanced(self, spec: Spec, scenarios: int) -> None:
        """A run has finished this many scenarios."""
        if self._bars is not None:
            self._bars.update(self._tasks[spec.name], completed=scenarios)

    def printed(self, spec: Spec, line: str) -> None:
        """A run printed a line to stderr."""
        if self._bars is not None:
            self._bars.update(self._tasks[spec.name], message=escape(printable(line)[:_MESSAGE_WIDTH]))
        else:
            self._console.print(Text(f"  {spec.name}: {line}"), soft_wrap=True)

    def finished(self, spec: Spec, error: str | None) -> None:
        """A run finished, with a record or an error."""
        duration = f"{time.monotonic() - self._started.get(spec.name, time.monotonic()):.1f} s"
        self._show(spec, f"finished in {duration}" if error is None else f"failed: {error}", error is None)

    def reused(self, spec: Spec) -> None:
        """The record of an earlier run is reused."""
        self._show(spec, "reused from an earlier run", good=True)

    def _show(self, spec: Spec, text: str, good: bool) -> None:
        with self._lock:
            self._done += 1
            if self._bars is not None:
                if spec.name in self._tasks:
                    self._bars.remove_task(self._tasks[spec.name])
                self._bars.advance(self._all)
            line = Text(f"[{self._done}/{self._targets}] ", style="dim").append(f"{spec.name} ", style="default")
            self._console.print(line.append(text, style="default" if good else "red"), soft_wrap=True)
