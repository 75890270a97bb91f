"""
Writing the record, in the one process that gets the report of every scenario.

Scenarios are written in the order of the suite, each as soon as all before it are: a run over two processes writes the
record of a run in one, and a run that is killed leaves a record without a footer.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.pytest_plugin.reports import CAUSE, LEFTOVERS, scenario_in, start_in
from kserve_conformance.record.model import Scenario, TargetIdentity
from kserve_conformance.record.writer import RecordWriter
from kserve_conformance.scenario_runs import RunSettings, TargetLease
from kserve_conformance.scenario_runs.lines import crash_line, header_line
from kserve_conformance.signals import INTERRUPTED_BY_USER, interrupt_on_signals, signals_wait
from kserve_conformance.suite.selection import scenarios_lost
from kserve_conformance.targets.kinds import named_release

#: The phase of the report that xdist creates for a worker that died.
_CRASHED = "???"


class Recorder:
    """Receives pytest's reports and writes the record."""

    def __init__(self, settings: RunSettings, path: Path, lease: TargetLease) -> None:
        self._settings = settings
        self._path = path
        self._lease = lease
        self._leftovers: dict[str, None] = {}
        self._writer: RecordWriter | None = None
        self._finished = False
        self._collected: tuple[str, ...] | None = None
        self._lost: str | None = None
        self._crashed: str | None = None
        self._ids: dict[str, str] = {}
        self._crashes: dict[str, str] = {}
        self._waiting: dict[str, Scenario] = {}
        self._next = 0
        self._written = 0
        self._interrupted: str | None = None
        self._cause: str | None = None
        self._began = time.perf_counter()
        self._signals = contextlib.ExitStack()
        path.unlink(missing_ok=True)
        self._signals.enter_context(interrupt_on_signals())

    # --- pytest's hooks ---------------------------------------------------

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a scenario's line from the report that carries it."""
        start = start_in(report)
        if start is not None and self._writer is None:
            self._ids = start.collected
            self._open(start.target, tuple(self._ids.values()))
        scenario = scenario_in(report)
        if scenario is not None:
            self._take(scenario)
        elif report.when == _CRASHED:
            self._crashes[report.nodeid] = reason = _crash_reason(str(report.longrepr))
            self._crashed = self._crashed or reason
        # The scenario of a node id is only known once some worker has reported it.
        for nodeid in [nodeid for nodeid in self._crashes if nodeid in self._ids]:
            info = self._settings.scenarios[self._settings.order[self._ids[nodeid]]]
            self._take(crash_line(info, self._crashes.pop(nodeid)))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was interrupted."""
        self._interrupted = str(excinfo.value) or INTERRUPTED_BY_USER

    def pytest_internalerror(self, excrepr: object) -> None:
        """Note that pytest or a plugin failed."""
        self._interrupted = f"pytest failed: {str(excrepr).strip().splitlines()[-1]}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Note what the target of a worker left behind, and why it was given up."""
        output = getattr(node, "workeroutput", {})
        self._leftovers.update(dict.fromkeys(output.get(LEFTOVERS, ())))
        self._cause = self._cause or output.get(CAUSE)

    # The outermost wrapper: by then scenarios are torn down and the target is closed, whatever that raised.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Iterator[None]:
        """Write what is left, and a footer that says whether the run was completed."""
        try:
            yield
        except KeyboardInterrupt as error:
            # An interrupt during the cleanup counts like an earlier one.
            self._interrupted = self._interrupted or str(error) or INTERRUPTED_BY_USER
            session.exitstatus = exitstatus = pytest.ExitCode.INTERRUPTED
        except BaseException as error:
            self._interrupted = self._interrupted or f"pytest failed: {type(error).__name__}: {error}"
            raise
        finally:
            with signals_wait():
                self._finish(session, exitstatus)

    def abandon(self) -> None:
        """Close the file without a footer if the session never finished."""
        self._signals.close()
        if self._writer is not None and not self._finished:
            with contextlib.suppress(OSError):
                self._writer.__exit__(RuntimeError, None, None)

    # --- the record -------------------------------------------------------

    def _open(self, target: TargetIdentity, collected: tuple[str, ...]) -> RecordWriter:
        """Write the header."""
        order = self._settings.order
        self._collected = tuple(sorted(collected, key=lambda id_: order[id_]))
        expected = self._collected
        if self._settings.all_selected:
            expected = tuple(scenario.id for scenario in self._settings.selected)
            self._lost = scenarios_lost(expected, self._collected)
        self._writer = RecordWriter(self._path, header_line(self._settings, target, expected)).__enter__()
        return self._writer

    def _take(self, scenario: Scenario) -> None:
        """Keep a scenario until all before it are written. Signals are deferred, so that no line is lost."""
        with signals_wait():
            self._waiting[scenario.id] = scenario
            while self._collected and self._next < len(self._collected):
                id_ = self._collected[self._next]
                if id_ not in self._waiting:
                    return
                self._write(self._waiting.pop(id_))
                self._next += 1

    def _write(self, scenario: Scenario) -> None:
        if self._writer is not None:
            self._writer.add(scenario)
            self._written += 1

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        writer = self._writer
        if writer is None:
            release = named_release(self._settings.target) or "unknown"
            selected = tuple(scenario.id for scenario in self._settings.selected)
            nothing = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
            identity = TargetIdentity(target=self._settings.target.name, release=release)
            writer = self._open(identity, () if nothing else selected)
        for id_ in self._collected or ():
            if id_ in self._waiting:
                self._write(self._waiting.pop(id_))
        writer.finish(
            leftovers=tuple(self._leftovers | dict.fromkeys(self._lease.leftovers)),
            interrupted=self._why_interrupted(session, exitstatus),
            cause=self._cause or self._lease.given_up,
            seconds=round(time.perf_counter() - self._began, 3) if self._settings.timings else None,
        )
        self._finished = True

    def _why_interrupted(self, session: pytest.Session, exitstatus: int) -> str | None:
        if self._interrupted is not None:
            return self._interrupted
        if exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            return str(session.shouldstop or "some features could not be collected")
        if self._collected is not None and self._written < len(self._collected):
            crash = next(iter(self._crashes.values()), None)
            return str(session.shouldfail or session.shouldstop or crash or "not every scenario ran")
        # A run in one process would have ended with it.
        return self._lost or self._crashed


def _crash_reason(report: str) -> str:
    """The reason for the record from xdist's report of a worker that died."""
    last = next(reversed(report.strip().splitlines()), "")
    return f"the worker process died: {last}" if last else "the worker process died"
