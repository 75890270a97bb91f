"""The progress of a run on stderr: a bar in a terminal, and a line for each scenario that fails, errors or deviates."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from rich.text import Text

from kserve_conformance.characters import one_line
from kserve_conformance.cli.output import progress_console
from kserve_conformance.record import Redaction, Scenario
from kserve_conformance.record.causes import without_names
from kserve_conformance.reports.text import FEW
from kserve_conformance.reports.verdicts import readable_id

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

#: The verdicts that have a line of their own, and its color.
_COLORS = {"failed": "red", "errored": "red", "deviates": "yellow"}


class RunProgress:
    """Shows verdicts as they arrive. ``bar`` is False where a debugger uses the terminal."""

    def __init__(self, total: int, *, bar: bool = True) -> None:
        self._console = progress_console()
        self._redaction = Redaction.of_this_machine()
        self._errors: Counter[str] = Counter()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        if bar and self._console.is_terminal:
            self._bar, self._task = _started_bar(self._console, total)

    def expect(self, total: int) -> None:
        """Correct the number of scenarios: a part of what was selected may not be collected."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, total=total)

    def show(self, scenario: Scenario) -> None:
        """Advance the bar by a scenario, and print a line unless it passed or did not apply."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)
        if scenario.verdict in _COLORS:
            redaction = self._redaction.knowing((scenario.row,))
            named = msgspec.structs.replace(
                scenario, name=redaction.secrets(scenario.name), row=redaction.row(scenario.row)
            )
            self._print(scenario.verdict, readable_id(named), redaction.text(scenario.reason or ""))

    def _print(self, verdict: str, name: str, reason: str) -> None:
        """Print a line; only a few for errors with one reason, since a lost target makes every scenario error."""
        if verdict == "errored":
            cause = without_names(reason)
            self._errors[cause] += 1
            if self._errors[cause] > FEW + 1:
                return
            if self._errors[cause] > FEW:
                name = f"and more, for the same reason: {one_line(reason)}"
        self._console.print(
            Text(f"{verdict:>8} ", style=_COLORS[verdict]).append(name, style="default"), soft_wrap=True
        )

    def print(self, text: str) -> None:
        """Print a redacted text."""
        self._console.print(Text(self._redaction.text(text)), soft_wrap=True)

    def stop(self) -> None:
        """Remove the bar from the terminal."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _started_bar(console: Console, total: int) -> tuple[Progress, TaskID]:
    # Imported for a terminal alone: it takes longer than a hundred scenarios in memory.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task("scenarios", total=total)
    bar.start()
    return bar, task
