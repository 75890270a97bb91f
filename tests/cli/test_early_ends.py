"""Runs that end early, at every phase and in every way: never a success, never a stale or half report."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import call

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.outputs import LOCK
from kserve_conformance.record.matrix import read_matrix
from kserve_conformance.reports.folder import MATRIX, RECORD, RUN_REPORTS, WRITTEN

pytestmark = pytest.mark.slow

#: The release of the run before, by whose name a stale report is found, and the one of the run that ends early.
OLD, NEW = "v0.14.1", "v0.15.2"

FEATURE = """\
@core
Feature: Ours
  Scenario: first
    Given a ClusterServingRuntime "ours"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "ours"
  Scenario: second
    Given a ClusterServingRuntime "ours"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then the run reaches a step
"""

#: A suite that waits at the phase that the environment names, and writes the process id of the run to a file there.
SUITE = """\
import os, pathlib, time

def reach(phase):
    if os.environ.get("PHASE") == phase:
        how = os.environ.get("HOW", "")
        if how:
            exec(how)
            return
        pathlib.Path("reached.part").write_text(str(os.getpid()))
        pathlib.Path("reached.part").rename("reached")
        time.sleep(120)
"""

CONFTEST = """\
from reaching import reach

reach("start")

def pytest_collection_modifyitems(items):
    reach("collection")

def pytest_sessionfinish():
    reach("record")
"""

STEPS = """\
from pytest_bdd import then
from reaching import reach

@then("the run reaches a step")
def reaches():
    reach("step")
"""

PHASES = ("start", "collection", "step", "record")


@dataclass(frozen=True)
class Folder:
    """A suite in a folder, and the reports of an earlier run of another release."""

    path: Path

    @property
    def out(self) -> Path:
        return self.path / "reports"

    @property
    def command(self) -> list[str]:
        words = ("run", "--suite", ".", "--target", f"memory:{NEW}", "--jobs", "1")
        return [sys.executable, "-m", "kserve_conformance", *words]

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.path), **more}

    def start(self, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command,
            cwd=self.path,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def reached(self, running: subprocess.Popen[str]) -> int:
        """Wait until the run has reached its phase; return the process id of the child."""
        wait(lambda: (self.path / "reached").exists() or running.poll() is not None)
        assert running.poll() is None, running.communicate()
        return int((self.path / "reached").read_text())

    def complete(self, *more: str, within: tuple[str, ...] = (), **variables: str) -> subprocess.CompletedProcess[str]:
        """Run to the end, ``within`` a program that limits it."""
        return subprocess.run(
            [*within, *self.command, *more],
            cwd=self.path,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def assert_nothing_stale_or_half(self) -> None:
        """No report of the earlier run is left, and each report that exists is whole."""
        assert not (self.out / MATRIX).exists()
        for name in RUN_REPORTS:
            report = self.out / name
            if report.exists():
                text = report.read_text(encoding="utf-8")
                assert OLD not in text
                assert text.endswith({".html": "</html>", ".xml": "</testsuites>\n"}.get(report.suffix, "\n"))
        record = self.out / RECORD
        assert not record.exists() or OLD not in record.read_text(encoding="utf-8")

    def assert_record_concludes_nothing(self) -> None:
        """A record that is left is incomplete, or says that it was interrupted."""
        record = self.out / RECORD
        if record.exists():
            code = call(self.path, "report", str(record)).returncode
            assert code in (Exit.NO, Exit.BROKEN, Exit.RECORD)


def wait(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Has a process ended, apart from a zombie that has not been reaped?"""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture(scope="module")
def earlier(tmp_path_factory) -> Path:
    """A folder with the suite and the reports of a run of the old release, and stray ones of a matrix."""
    folder: Path = tmp_path_factory.mktemp("earlier")
    (folder / "features").mkdir()
    (folder / "features/a.feature").write_text(FEATURE)
    (folder / "steps").mkdir()
    (folder / "steps/own.py").write_text(STEPS)
    (folder / "reaching.py").write_text(SUITE)
    (folder / "conftest.py").write_text(CONFTEST)
    run = call(folder, "run", "--suite", ".", "--target", f"memory:{OLD}")
    assert run.returncode == Exit.OK, run.stdout + run.stderr
    (folder / "reports" / MATRIX).write_bytes(b"old")
    (folder / "reports/notes.txt").write_text("not ours")
    return folder


@pytest.fixture
def folder(earlier, tmp_path) -> Folder:
    shutil.copytree(earlier, tmp_path, dirs_exist_ok=True)
    return Folder(tmp_path)


class TestKilled:
    @pytest.mark.parametrize("phase", PHASES)
    def test_child_is_3_and_its_end_is_reported(self, folder, phase):
        """The parent concludes nothing from a child that is gone, and reports what was recorded as incomplete."""
        running = folder.start(PHASE=phase)
        os.kill(folder.reached(running), signal.SIGKILL)
        stdout, stderr = running.communicate(timeout=120)

        assert running.returncode == Exit.BROKEN
        assert "error: the process of the run was killed by SIGKILL before its record was complete" in stderr
        assert "hint: " in stderr
        # The second scenario is the one that waits, so the first is recorded.
        assert ("Does not conform" in stdout) == (phase in ("step", "record"))
        assert (folder.out / "summary.md").exists() == (phase in ("step", "record"))
        assert (folder.out / "notes.txt").read_text() == "not ours"
        assert not (folder.out / LOCK).exists()
        folder.assert_nothing_stale_or_half()
        folder.assert_record_concludes_nothing()

    @pytest.mark.parametrize("phase", PHASES)
    def test_parent_takes_its_child_along(self, folder, phase):
        """Nothing goes on without the process that would conclude, and the next run can start."""
        running = folder.start(PHASE=phase)
        child = folder.reached(running)
        running.kill()
        running.communicate(timeout=120)

        wait(lambda: is_gone(child))
        folder.assert_nothing_stale_or_half()
        folder.assert_record_concludes_nothing()
        assert not any((folder.out / name).exists() for name in RUN_REPORTS)

    @pytest.mark.parametrize("phase", PHASES)
    @pytest.mark.parametrize(
        ("number", "send"),
        [(signal.SIGTERM, os.kill), (signal.SIGHUP, os.kill), (signal.SIGINT, os.killpg), (signal.SIGTERM, os.killpg)],
        ids=["SIGTERM", "SIGHUP", "Ctrl-C", "SIGTERM for the group"],
    )
    def test_by_a_signal_it_is_3(self, folder, phase, number, send):
        """A signal is forwarded; one that a terminal or a service manager sends to both processes counts once."""
        running = folder.start(PHASE=phase)
        child = folder.reached(running)
        send(running.pid, number)
        stdout, stderr = running.communicate(timeout=120)

        assert running.returncode == Exit.BROKEN
        assert "interrupted" in stdout + stderr
        assert number == signal.SIGINT or f"ended by {number.name}" in stdout + stderr
        assert is_gone(child)
        folder.assert_nothing_stale_or_half()
        folder.assert_record_concludes_nothing()

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_while_reports_are_written_leaves_whole_ones(self, folder, number):
        """All written reports belong to this run; unless the signal came too late, the run fails."""
        running = folder.start()
        wait(lambda: any(file.suffix == ".part" for file in folder.out.iterdir()) or running.poll() is not None)
        running.send_signal(number)
        running.communicate(timeout=120)

        assert running.returncode in (Exit.BROKEN, Exit.OK, -signal.SIGKILL)
        if running.returncode == Exit.OK:
            assert all((folder.out / name).exists() for name in (RECORD, *RUN_REPORTS))
        folder.assert_nothing_stale_or_half()


class TestExits:
    @pytest.mark.parametrize("phase", PHASES)
    @pytest.mark.parametrize(
        ("how", "jobs"),
        [
            ("os._exit(0)", "1"),
            ("os._exit(0)", "2"),
            ("import pytest; pytest.exit('enough', returncode=0)", "1"),
            ("import atexit; atexit.register(os._exit, 0); os.kill(os.getpid(), 15)", "1"),
        ],
    )
    def test_of_a_suite_are_never_0(self, folder, phase, how, jobs):
        """Whatever code of the suite makes its process exit with, the run was not completed."""
        process = folder.complete("--jobs", jobs, PHASE=phase, HOW=how)

        # pytest reports its own exit as an error of what called it: of the suite, or of the step.
        expected = {"start": Exit.USAGE, "step": Exit.NO} if "pytest.exit" in how else {}
        assert process.returncode == expected.get(phase, Exit.BROKEN), process.stdout
        folder.assert_nothing_stale_or_half()
        folder.assert_record_concludes_nothing()

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_of_a_copy_of_the_process_are_not_results(self, folder, jobs):
        """A step that forks and fails is a failure, although its copy passes."""
        process = folder.complete("--jobs", jobs, PHASE="step", HOW="assert os.fork() == 0")

        assert process.returncode == Exit.NO, process.stdout

    def test_after_the_record_change_nothing(self, folder):
        """A process that ends after its footer, however it does, has a result: that of its record."""
        with (folder.path / "conftest.py").open("a") as file:
            file.write("\ndef pytest_unconfigure():\n    import os\n    os._exit(7)\n")

        run = folder.complete()

        assert run.returncode == Exit.OK, run.stderr


class TestReplaced:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ("", "1 of 2 selected scenarios were not collected"),
            ("change('selected', settings.selected[:1])", "the record of the run is invalid: "),
            (
                (
                    "change('selected', settings.selected[:1])\n"
                    "    change('selection', dataclasses.replace(settings.selection, keyword='first'))"
                ),
                "1 of 2 selected scenarios were not collected",
            ),
        ],
        ids=["items", "items and settings", "items, settings and selection"],
    )
    def test_part_of_the_run_is_not_believed(self, folder, changes, message):
        """A conftest that drops scenarios, also from what the harness knows of them, gets no conclusion."""
        (folder.path / "conftest.py").write_text(
            "import dataclasses\n"
            "def pytest_collection_modifyitems(config, items):\n"
            "    del items[1:]\n"
            "    settings = config.pluginmanager.getplugin('kserve-record')._settings\n"
            "    change = lambda name, value: object.__setattr__(settings, name, value)\n"
            f"    {changes}\n"
        )

        run = folder.complete()

        assert run.returncode == Exit.BROKEN
        assert message in run.stderr
        folder.assert_record_concludes_nothing()

    def test_its_exit_code_counts_before_an_invalid_record(self, folder):
        """A process that failed, too, is reported as that."""
        (folder.path / "conftest.py").write_text(
            "import os\n"
            "def pytest_collection_modifyitems(config, items):\n"
            "    settings = config.pluginmanager.getplugin('kserve-record')._settings\n"
            "    object.__setattr__(settings, 'selected', settings.selected[:1])\n"
            "def pytest_unconfigure():\n"
            "    os._exit(17)\n"
        )

        run = folder.complete()

        assert run.returncode == Exit.BROKEN
        assert "error: the process of the run exited with code 17 before its record was complete" in run.stderr


class TestLock:
    def test_second_run_is_3_and_names_the_first(self, folder):
        """It changes nothing in the folder, and once the first is gone, however it went, another can start."""
        first = folder.start(PHASE="step")
        child = folder.reached(first)
        before = {file.name: file.stat().st_mtime_ns for file in folder.out.iterdir()}
        second = folder.complete()
        after = {file.name: file.stat().st_mtime_ns for file in folder.out.iterdir()}
        first.kill()
        first.communicate()
        wait(lambda: is_gone(child))

        assert second.returncode == Exit.BROKEN
        assert f"reports is in use: process {first.pid} " in second.stderr
        assert before == after
        assert (folder.out / LOCK).exists()
        assert folder.complete().returncode == Exit.OK
        assert not (folder.out / LOCK).exists()

    def test_matrix_waits_for_no_run_either(self, folder):
        """All commands that write to a folder use the same lock."""
        first = folder.start(PHASE="step")
        folder.reached(first)
        matrix = call(folder.path, "matrix", "memory:v0.15.2", "--tags", "explicit and core", "--out", "reports")
        report = call(folder.path, "report", "reports/record.ndjson", "--out", "reports")
        first.terminate()
        first.communicate(timeout=120)

        assert matrix.returncode == Exit.BROKEN
        assert f"process {first.pid} " in matrix.stderr
        # Its record has no footer yet.
        assert report.returncode == Exit.RECORD


def limited(size: int) -> tuple[str, ...]:
    """Limits the size of files to a number of bytes: a write beyond it fails as on a full disk."""
    return ("prlimit", f"--fsize={size}")


@pytest.fixture(params=[16, 24, 32, 48, 64, 96, 128, 192])
def small_disk(request, tmp_path_factory) -> Iterator[Path]:
    """A file system of a few kilobytes; skips where this user cannot mount one."""
    place: Path = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


class TestFullDisk:
    @pytest.mark.parametrize("size", [0, 1, 8, 500, 1000, 1500, 2000, 3000, 10_000])
    def test_is_3_at_every_write(self, folder, size):
        """Whichever file is the first that does not fit, the run says so and leaves no half report."""
        run = folder.complete(within=limited(size))

        assert run.returncode == Exit.BROKEN
        assert "error: cannot write to reports" in run.stderr or "reports/record.ndjson: File too large" in run.stderr
        assert "Traceback" not in run.stderr
        folder.assert_nothing_stale_or_half()
        assert not list(folder.out.glob(".*"))

    def test_of_a_small_file_system_is_3(self, folder, small_disk):
        """The same on a file system without space, until there is enough."""
        run = folder.complete("--out", str(small_disk / "reports"))
        written = Folder(small_disk)

        assert "Traceback" not in run.stderr
        written.assert_nothing_stale_or_half()
        if all((written.out / name).exists() for name in (RECORD, *RUN_REPORTS)):
            assert run.returncode == Exit.OK
        else:
            assert run.returncode == Exit.BROKEN
            assert "No space left on device" in run.stderr

    @pytest.mark.parametrize("size", [0, 3000])
    def test_leaves_no_half_matrix(self, tmp_path, size):
        """Neither its record nor a report."""
        words = ("matrix", "memory:v0.15.2", "--tags", "explicit and core", "--out", "out")
        run = subprocess.run(
            [*limited(size), sys.executable, "-m", "kserve_conformance", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

        assert run.returncode == Exit.BROKEN
        assert "Traceback" not in run.stderr
        if (tmp_path / "out" / MATRIX).exists():
            read_matrix(tmp_path / "out" / MATRIX)
        assert not [file.name for file in (tmp_path / "out").glob(".*")]

    def test_leaves_no_half_report(self, folder):
        """``report --out`` and ``report merge`` write each file whole or not at all."""
        assert folder.complete().returncode == Exit.OK
        words = ("report", "reports/record.ndjson", "--out", "again")
        run = subprocess.run(
            [*limited(3000), sys.executable, "-m", "kserve_conformance", *words],
            cwd=folder.path,
            capture_output=True,
            text=True,
            check=False,
        )

        assert run.returncode == Exit.BROKEN
        assert "error: cannot write to again/report.html: File too large" in run.stderr
        assert not list((folder.path / "again").iterdir())


class TestStreams:
    @pytest.mark.parametrize(
        ("redirection", "code"),
        [("2>/dev/full", 0), ("2>&-", 0), (">/dev/full", 3), (">&-", 3), (">&- 2>&-", 3), ("<&-", 0), ("| true", 3)],
    )
    def test_that_are_lost_change_only_a_success(self, folder, redirection, code):
        """
        If the result cannot be written, a success becomes an error; a failure or an unreadable record keeps its code.
        """
        assert folder.complete().returncode == Exit.OK
        (folder.path / "bad.ndjson").write_bytes(b"\xff\xfe{")

        assert shell(folder, f"report reports/record.ndjson {redirection}") == code
        assert shell(folder, f"report bad.ndjson {redirection}") == Exit.RECORD

    @pytest.mark.parametrize("redirection", ["", "2>/dev/full", "2>&-", ">/dev/full", ">&-", "| true"])
    def test_that_are_lost_leave_a_failure(self, folder, redirection):
        """A target that does not conform still does not."""
        expected = 'it runs on ClusterServingRuntime "ours"'
        (folder.path / "features/a.feature").write_text(FEATURE.replace(expected, expected.replace("ours", "theirs")))

        assert shell(folder, f"run --suite . --jobs 1 {redirection}") == Exit.NO


def shell(folder: Folder, words: str) -> int:
    """The exit code of a command line of a shell."""
    line = f"set -o pipefail; {sys.executable} -m kserve_conformance {words}"
    return subprocess.run(
        ["bash", "-c", line], cwd=folder.path, env=folder.environment(), check=False, capture_output=True
    ).returncode


class TestNames:
    def test_are_those_of_the_reports(self):
        """Every report that a run or a matrix writes is removed by the next one."""
        from kserve_conformance.cli.attest import SUFFIX
        from kserve_conformance.cli.summary import WRITTEN as OF_A_RUN
        from kserve_conformance.reports import FILES
        from kserve_conformance.reports.matrices import FILES as OF_A_MATRIX

        assert {*(FILES[name] for name in OF_A_RUN), *OF_A_MATRIX.values(), RECORD, RECORD + SUFFIX, MATRIX} == set(
            WRITTEN
        )
