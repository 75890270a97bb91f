"""The progress of a run on stderr: a bar in a terminal, and a line for each scenario that fails, errors or deviates."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from kserve_conformance.characters import one_line
from kserve_conformance.cli.output import progress_console
from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.reports import scenario_in, start_in
from kserve_conformance.record import Redaction, Scenario
from kserve_conformance.record.causes import without_names
from kserve_conformance.reports.text import FEW
from kserve_conformance.reports.verdicts import readable_id

#: The verdicts that have a line of their own, and its color.
_COLORS = {"failed": "red", "errored": "red", "deviates": "yellow"}


class RunProgress:
    """
    A pytest plugin that shows verdicts as they arrive.

    ``uncollected`` has the errors of features that were not collected, ``error`` the
    error of the harness by which the session ended early. ``bar`` is False where a
    debugger uses the terminal.
    """

    def __init__(self, total: int, *, bar: bool = True) -> None:
        self._console = progress_console()
        self._redaction = Redaction.of_this_machine()
        self.uncollected: list[str] = []
        self.error: HarnessError | None = None
        self._errors: Counter[str] = Counter()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        if bar and self._console.is_terminal:
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task("scenarios", total=total)
            self._bar.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """
        Use the cheapest style of tracebacks, here and in workers.

        They are never shown: a finding describes a failure in the words of the feature.
        pytest's default style costs up to 0.3 s for a step. The option ``--tb`` belongs
        to the terminal plugin, which a run does not load.
        """
        config.option.tbstyle = "native"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show a scenario once its verdict is known, whichever process ran it."""
        start, scenario = start_in(report), scenario_in(report)
        if self._bar is not None and self._task is not None and start is not None:
            self._bar.update(self._task, total=len(start.collected))
        if scenario is not None:
            self.show(scenario)

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

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the error of a feature that cannot be collected: otherwise its scenarios would just be missing."""
        if report.failed:
            self.uncollected.append(self._redaction.text(str(report.longrepr)))

    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """
        Print an internal error of pytest or a plugin; keep one of the harness, whose message is enough.

        True keeps pytest from printing it as well.
        """
        if isinstance(excinfo.value, HarnessError):
            self.error = excinfo.value
        else:
            self._console.print(Text(self._redaction.text(str(excrepr))), soft_wrap=True)
        return True

    def stop(self) -> None:
        """Remove the bar from the terminal."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
