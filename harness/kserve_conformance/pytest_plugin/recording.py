"""
Writing the record, in the one process that hears of every scenario.

Scenarios are written in the order of the suite, each as soon as all before it
are: a run over two processes gives the record of a run in one, and a run that
is killed leaves what was known, without a footer.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import kserve_conformance
from kserve_conformance.pytest_plugin.keeping import LEFTOVERS, Keeper
from kserve_conformance.pytest_plugin.session import Asked, named_release
from kserve_conformance.pytest_plugin.verdicts import steps_of
from kserve_conformance.record.model import (
    Baseline,
    Finding,
    Header,
    Implementation,
    Scenario,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
)
from kserve_conformance.record.writer import RecordWriter
from kserve_conformance.signals import signals_wait, terminated_as_interrupted

#: The phase of the report that xdist makes of a worker that died.
_CRASHED = "???"


class Recorder:
    """Hears pytest's reports and writes the record."""

    def __init__(self, asked: Asked, path: Path, keeper: Keeper) -> None:
        self._asked = asked
        self._path = path
        self._keeper = keeper
        self._leftovers: dict[str, None] = {}
        self._writer: RecordWriter | None = None
        self._finished = False
        self._collected: tuple[str, ...] | None = None
        self._ids: dict[str, str] = {}
        self._crashes: dict[str, str] = {}
        self._waiting: dict[str, Scenario] = {}
        self._next = 0
        self._written = 0
        self._interrupted: str | None = None
        self._began = time.perf_counter()
        self._listening = contextlib.ExitStack()
        path.unlink(missing_ok=True)
        self._listening.enter_context(terminated_as_interrupted())

    # --- what pytest tells ----------------------------------------------

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a scenario's verdict from the report that carries it."""
        opened = getattr(report, "kserve_opened", None)
        if opened is not None and self._writer is None:
            self._ids = opened["collected"]
            self._open(msgspec.convert(opened["target"], TargetIdentity), tuple(self._ids.values()))
        scenario = getattr(report, "kserve_scenario", None)
        if scenario is not None:
            self._take(msgspec.convert(scenario, Scenario))
        elif report.when == _CRASHED:
            self._crashes[report.nodeid] = _of_crash(str(report.longrepr))
        # Which scenario a test stands for is only known once some worker has told it.
        for nodeid in [nodeid for nodeid in self._crashes if nodeid in self._ids]:
            self._take(self._crashed(self._ids[nodeid], self._crashes.pop(nodeid)))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Somebody ended the run."""
        self._interrupted = str(excinfo.value) or "interrupted by the user"

    def pytest_internalerror(self, excrepr: object) -> None:
        """Pytest or a plugin broke."""
        self._interrupted = f"pytest broke: {str(excrepr).strip().splitlines()[-1]}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended, and tells what its target left behind."""
        told = getattr(node, "workeroutput", {}).get(LEFTOVERS, ())
        self._leftovers.update(dict.fromkeys(told))

    # The outermost: scenarios are torn down and the target is closed by then, whatever that raised.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Iterator[None]:
        """Write what is left, and a footer that says whether the run came to its end."""
        try:
            yield
        except KeyboardInterrupt as error:
            # A run that is ended while it clears away is told like one that is ended before.
            self._interrupted = self._interrupted or str(error) or "interrupted by the user"
            session.exitstatus = exitstatus = pytest.ExitCode.INTERRUPTED
        except BaseException as error:
            self._interrupted = self._interrupted or f"pytest broke: {type(error).__name__}: {error}"
            raise
        finally:
            with signals_wait():
                self._finish(session, exitstatus)

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        writer = self._writer
        if writer is None:
            release = named_release(self._asked.target) or "unknown"
            collected = tuple(scenario.id for scenario in self._asked.selected)
            nothing = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
            identity = TargetIdentity(target=self._asked.target.name, release=release)
            writer = self._open(identity, () if nothing else collected)
        for id_ in self._collected or ():
            if id_ in self._waiting:
                self._write(self._waiting.pop(id_))
        writer.finish(
            leftovers=tuple(self._leftovers | dict.fromkeys(self._keeper.leftovers)),
            interrupted=self._why_interrupted(session, exitstatus),
            seconds=round(time.perf_counter() - self._began, 3) if self._asked.timings else None,
        )
        self._finished = True

    def abandon(self) -> None:
        """Let go of the file without a footer if the session never came to its end."""
        self._listening.close()
        if self._writer is not None and not self._finished:
            with contextlib.suppress(OSError):
                self._writer.__exit__(RuntimeError, None, None)

    # --- what is written --------------------------------------------------

    def _open(self, target: TargetIdentity, collected: tuple[str, ...]) -> RecordWriter:
        """Write the header."""
        order = self._asked.order
        self._collected = tuple(sorted(collected, key=lambda id_: order[id_]))
        header = header_of(self._asked, target, self._collected)
        self._writer = RecordWriter(self._path, header).__enter__()
        return self._writer

    def _take(self, scenario: Scenario) -> None:
        """Keep a scenario until all before it are written. A signal waits, so that none is lost on its way."""
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

    def _crashed(self, id_: str, told: str) -> Scenario:
        info = self._asked.scenarios[self._asked.order[id_]]
        return Scenario(
            id=info.id,
            name=info.name,
            feature=info.feature,
            path=info.path,
            about=info.about,
            line=info.line,
            topic=info.topic,
            level=info.tags.level,
            rules=info.tags.rules,
            tags=info.tags.names,
            row=dict(info.row),
            verdict=Verdict.ERRORED,
            reason=told,
            steps=steps_of(info, ("errored",) * len(info.steps)),
            finding=Finding(message=told),
        )

    def _why_interrupted(self, session: pytest.Session, exitstatus: int) -> str | None:
        if self._interrupted is not None:
            return self._interrupted
        if exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            return str(session.shouldstop or "the features could not all be collected")
        if self._collected is not None and self._written < len(self._collected):
            crash = next(iter(self._crashes.values()), None)
            why = session.shouldfail or session.shouldstop or crash
            return str(why or "not every scenario was run, and nothing says why")
        return None


def header_of(asked: Asked, target: TargetIdentity, collected: tuple[str, ...]) -> Header:
    """The header of a record: what was asked, of whom, and the scenarios that were collected, in the suite's order."""
    suite, selection = asked.suite, asked.selection
    given: dict[str, Any] = {
        "tags": selection.tags,
        "words": selection.keyword,
        "ids": list(selection.ids),
        "failedIn": selection.rerun.record if selection.rerun else None,
        "shard": str(selection.shard) if selection.shard else None,
    }
    if len(collected) < len(asked.selected):
        # pytest's own -k and -m, a path, a plugin: whatever it was, the run was narrower than it says otherwise.
        given["scenarios"] = f"{len(collected)} of {len(asked.selected)}"
    return Header(
        harness=kserve_conformance.__version__,
        suite=SuiteIdentity(name=suite.name, version=suite.version, digest=suite.digest),
        target=target,
        implementation=msgspec.json.decode(asked.implementation, type=Implementation),
        selection={key: value for key, value in given.items() if value},
        collected=collected,
        started=_started() if asked.timings or "SOURCE_DATE_EPOCH" in os.environ else None,
        baseline=msgspec.json.decode(asked.baseline, type=Baseline) if asked.baseline else None,
    )


def _of_crash(said: str) -> str:
    """What xdist says of a worker that died, in the words of a record."""
    last = next(reversed(said.strip().splitlines()), "")
    return f"the process that ran it ended: {last}" if last else "the process that ran it ended"


def _started() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
