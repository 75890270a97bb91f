"""How far a run is, on stderr: a bar for a person who watches, a line for what is not as it should be in a log."""

from __future__ import annotations

from collections import Counter

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from kserve_conformance.pytest_plugin.reports import scenario_in, start_in
from kserve_conformance.reports.text import FEW, one_line

#: What is worth a line of its own while the run still goes on.
_TELLING = {"failed": "red", "errored": "red", "deviates": "yellow"}


class Progress:
    """A pytest plugin that counts verdicts as they come. ``uncollected`` has what could not be collected, in words."""

    def __init__(self, total: int) -> None:
        self._console = Console(stderr=True, highlight=False)
        self.uncollected: list[str] = []
        self._broken: Counter[str] = Counter()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        if self._console.is_terminal:
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
        Have pytest tell what was raised in the cheapest way, here and in workers.

        Nobody is shown it: a finding tells a failure in the words of the feature.
        pytest's own way, with the source of every frame, costs up to 0.3 s for a
        step. The option ``--tb`` itself comes with the plugin for terminals,
        which a run does without.
        """
        config.option.tbstyle = "native"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a scenario once its verdict is known, wherever it ran."""
        start, scenario = start_in(report), scenario_in(report)
        if self._bar is not None and self._task is not None:
            if start is not None:
                self._bar.update(self._task, total=len(start.collected))
            if scenario is not None:
                self._bar.advance(self._task)
        if scenario is not None and scenario.verdict in _TELLING:
            self._tell(scenario.verdict, scenario.id, scenario.reason or "")

    def _tell(self, verdict: str, id_: str, reason: str) -> None:
        """Tell a scenario in a line; of those that break for one reason a few: a target that is gone breaks all."""
        if verdict == "errored":
            self._broken[reason] += 1
            if self._broken[reason] > FEW + 1:
                return
            if self._broken[reason] > FEW:
                id_ = f"more, for the same reason: {one_line(reason)}"
        self._console.print(
            Text(f"{verdict:>8} ", style=_TELLING[verdict]).append(id_, style="default"), soft_wrap=True
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what kept a feature from being collected: without it, its scenarios would only be missing."""
        if report.failed:
            self.uncollected.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Say that pytest broke, and how."""
        self._console.print(Text(str(excrepr)), soft_wrap=True)

    def stop(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
