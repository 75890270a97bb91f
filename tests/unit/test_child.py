"""Child processes: how they ended is known, and they end with their parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from kserve_conformance.child import Ending, ReportedError, ending_of

#: Runs work in a child and prints how it ended.
PARENT = """\
import os, signal, sys, time
from kserve_conformance.child import run_in_child
from kserve_conformance.exceptions import HarnessError

def work():
    {work}

print("before", end=" ")
ending = run_in_child(work)
print(ending.code, ending, ending.error)
"""


def parent(work: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PARENT.format(work=work)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


class TestEnding:
    @pytest.mark.parametrize(
        ("code", "words"),
        [(0, "exited with code 0"), (7, "exited with code 7"), (-9, "was killed by SIGKILL"), (-99, "signal 99")],
    )
    def test_is_named(self, code, words):
        """By the name of the signal, if it has one."""
        assert words in ending_of(code)
        assert str(Ending(code)) == ending_of(code)


class TestRunInChild:
    @pytest.mark.parametrize(
        ("work", "ending"),
        [
            ("pass", "0 exited with code 0 None"),
            ("os._exit(0)", "0 exited with code 0 None"),
            ("os._exit(9)", "9 exited with code 9 None"),
            ("sys.exit(0)", "1 exited with code 1 None"),
            ("os.kill(os.getpid(), signal.SIGKILL)", "-9 was killed by SIGKILL None"),
            ("import atexit; atexit.register(os._exit, 5)", "5 exited with code 5 None"),
        ],
    )
    def test_reports_how_it_ended(self, work, ending):
        """Nothing that the child does ends the parent, or returns into it."""
        assert parent(work).stdout.strip() == f"before {ending}"

    def test_reports_an_error_of_the_harness(self):
        """With its hint; a pipe that a process left open does not block the parent."""
        done = parent("os.fork() or time.sleep(5); raise HarnessError('no', hint='try')")

        assert str(ReportedError("no", "try", 3)) in done.stdout

    def test_prints_any_other_error(self):
        """A bug shows its traceback."""
        assert "ZeroDivisionError" in parent("1 / 0").stderr

    def test_writes_to_stderr_only(self):
        """Only the parent has a result, also if a program of the child prints."""
        done = parent("print('noise'); os.system('echo more noise')")

        assert "noise" not in done.stdout
        assert "noise" in done.stderr
        assert "more noise" in done.stderr

    def test_runs_exit_functions(self):
        """A suite may clean up with atexit."""
        assert "cleaned" in parent("import atexit; atexit.register(print, 'cleaned')").stderr

    def test_ends_with_its_parent(self, tmp_path):
        """Also if that is killed, and first by SIGTERM, so that targets are closed."""
        work = f"""
    open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
    try:
        time.sleep(60)
    finally:
        open({str(tmp_path / "closed")!r}, "w").close()"""
        with subprocess.Popen([sys.executable, "-c", PARENT.format(work=work)], stdout=subprocess.DEVNULL) as running:
            wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
            running.kill()
        wait_for((tmp_path / "closed").exists)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_forwards_signals(self, tmp_path, number):
        """The child ends as by Ctrl-C, and the parent goes on."""
        work = f"""
    open({str(tmp_path / "pid")!r}, "w").close()
    time.sleep(60)"""
        command = [sys.executable, "-c", PARENT.format(work=work)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            wait_for((tmp_path / "pid").exists)
            running.send_signal(number)
            stdout, _ = running.communicate(timeout=60)

        assert "interrupted" in stdout
        assert running.returncode == 0


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
