"""Processes, their ends and the guard, with processes that are none of KServe's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.programs.guard import FOLDER, groups_left
from kserve_conformance.targets.programs.processes import Guard, Process, free_ports, is_free, tail


@pytest.fixture
def guard(tmp_path):
    made = Guard(tmp_path / "run")
    yield made
    made.close()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not condition():
        time.sleep(0.02)
    return condition()


def start(guard, tmp_path, script):
    return Process("it", ["sh", "-c", script], log=tmp_path / "it.log", guard=guard)


class TestEnding:
    def test_it_reports_how_it_ended_with_its_last_output(self, guard, tmp_path):
        """
        The end of the log is part of the error that a death makes.
        """
        process = start(guard, tmp_path, "echo one; echo two >&2; exit 7")
        assert wait_for(lambda: not process.is_alive)

        assert process.exit_report == "it exited with code 7; the end of its log:\n    one\n    two"
        process.stop()

    def test_a_signal_is_named(self, guard, tmp_path):
        """
        A process that was killed says by what.
        """
        process = start(guard, tmp_path, "sleep 60")
        os.kill(process.pid, signal.SIGKILL)
        assert wait_for(lambda: not process.is_alive)

        assert process.exit_report.startswith("it was killed by SIGKILL")
        assert "(empty)" in process.exit_report
        process.stop()

    def test_its_children_end_with_it(self, guard, tmp_path):
        """
        The whole group is ended, also what ignores SIGTERM.
        """
        process = start(guard, tmp_path, "trap '' TERM; sleep 60 & echo $!; wait")
        assert wait_for(lambda: tail(process.log))
        child = int(tail(process.log))

        process.stop(timedelta(seconds=0.1))

        assert not process.is_alive
        assert wait_for(lambda: not is_running(child))

    def test_a_program_that_is_not_there_is_reported(self, guard, tmp_path):
        """
        Nothing is started, and the name is in the error.
        """
        with pytest.raises(CannotStart, match="it cannot be run"):
            Process("it", [tmp_path / "none"], log=tmp_path / "it.log", guard=guard)

    def test_stopping_twice_is_harmless(self, guard, tmp_path):
        """
        What is gone is gone.
        """
        process = start(guard, tmp_path, "true")
        process.stop()
        process.stop()

        assert not process.is_alive


class TestGuarding:
    def test_groups_that_were_forgotten_are_left_alone(self):
        """
        Only what was started and never ended is left.
        """
        assert groups_left(["+10\n", "+20\n", "-10\n", "+30\n", "-99\n"]) == {20, 30}

    def test_it_ends_what_a_killed_harness_left(self, tmp_path):
        """
        When the pipe closes without notice, the groups are killed and the folder is deleted.
        """
        run = tmp_path / "run"
        run.mkdir()
        script = (
            "import sys, time; from pathlib import Path\n"
            "from kserve_conformance.targets.programs.processes import Guard, Process\n"
            "run = Path(sys.argv[1]); guard = Guard(run)\n"
            "process = Process('it', ['sleep', '60'], log=run / 'log', guard=guard)\n"
            "print(process.pid, flush=True); time.sleep(60)\n"
        )
        with subprocess.Popen([sys.executable, "-c", script, str(run)], stdout=subprocess.PIPE, text=True) as harness:
            pid = int(harness.stdout.readline())
            harness.kill()

        assert wait_for(lambda: not is_running(pid))
        assert wait_for(lambda: not run.exists())

    def test_a_folder_alone_is_guarded_too(self, tmp_path):
        """
        Where nothing of a run is a process here, the folder is deleted all the same, and the guard ends by itself.
        """
        run = tmp_path / "run"
        run.mkdir()
        made = Guard(run)
        made.watch(FOLDER)

        made.close()

        assert not run.exists()
        assert made._process.returncode == 0

    def test_an_orderly_end_leaves_the_folder(self, tmp_path):
        """
        A guard with nothing to end deletes nothing: the folder may be kept.
        """
        run = tmp_path / "run"
        run.mkdir()
        made = Guard(run)
        process = Process("it", ["true"], log=run / "log", guard=made)
        process.stop()
        made.close()

        assert run.exists()


class TestPorts:
    def test_ports_are_different_and_free(self):
        """
        The requested number of ports, each of which can be bound.
        """
        ports = free_ports(5)

        assert len(set(ports)) == 5
        assert all(is_free(port) for port in ports)


class TestTail:
    def test_the_last_lines_are_shown_and_long_ones_are_cut(self, tmp_path):
        """
        A log of megabytes costs no more than its end.
        """
        log = tmp_path / "log"
        log.write_text("\n".join([*("x" * 1000 for _ in range(200)), "last"]), encoding="utf-8")

        lines = tail(log, 3).splitlines()

        assert [len(line) for line in lines] == [500, 500, 4]
        assert tail(tmp_path / "none") == ""
