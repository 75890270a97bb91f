"""``matrix`` from end to end: many targets, one record, one page, and no verdict lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.outputs import LOCK, folder_lock

#: Custom targets: right (and counted), wrong, one that ends its process, and one that waits.
OWN = """\
import os, time
from pathlib import Path
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.faulty import AnswersWrong, Wrapped
from kserve_conformance.targets.memory import MemoryTarget

def right():
    with Path("opened").open("a") as file:
        file.write("x")
    return MemoryTarget("v0.15.2")

def wrong():
    return AnswersWrong(MemoryTarget("v0.15.2"))

def closed():
    raise CannotStart("it does not come up")

class Dies(Wrapped):
    def observe(self, service, within):
        os._exit(17)

def dies():
    return Dies(MemoryTarget("v0.15.2"))

class Waits(Wrapped):
    def observe(self, service, within):
        Path("waiting.part").write_text(str(os.getpid()))
        Path("waiting.part").rename("waiting")
        time.sleep(60)
        return super().observe(service, within)

def waits():
    return Waits(MemoryTarget("v0.15.2"))
"""

#: A fast part of the suite with a claim and with a scenario of other releases.
PART = ("--tags", "explicit and core")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    return tmp_path


def environment(cwd: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(cwd), "SOURCE_DATE_EPOCH": "0"}


def call(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kserve_conformance", "matrix", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment(cwd), capture_output=True, text=True, check=False)


def result_of(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def targets_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["target"]: one for one in document["targets"]}


class TestMatrix:
    def test_runs_a_range_and_writes_one_record_and_every_report(self, folder):
        """All conform: 0, a line for each target on stderr and in the result, and the files in the folder."""
        run = call(folder, "memory:v0.10.2..v0.11.1", "memory:documented", *PART, "--out", "out")

        assert run.returncode == Exit.OK, run.stderr
        assert run.stdout.count("  conforms (part of the suite") == 4
        assert run.stdout.count(" passed") == 4
        assert "Every target conforms (part of the suite" in run.stdout
        assert run.stderr.count("finished in") == 4
        reports = {"matrix.ndjson.xz", "matrix.html", "matrix.md", "matrix.svg", "matrix.json", "matrix.yaml", "runs"}
        assert {file.name for file in (folder / "out").iterdir()} == reports
        assert len(list((folder / "out/runs").iterdir())) == 4

    @pytest.mark.slow
    def test_parallel_runs_write_the_same_record(self, folder):
        """The number of jobs changes no byte of the record."""
        call(folder, "memory:v0.8.0..v0.9.0", *PART, "--out", "one", "--jobs", "1")
        call(folder, "memory:v0.8.0..v0.9.0", *PART, "--out", "two", "--jobs", "2")

        assert (folder / "one/matrix.ndjson.xz").read_bytes() == (folder / "two/matrix.ndjson.xz").read_bytes()

    @pytest.mark.slow
    def test_shows_first_where_memory_and_another_target_differ(self, folder):
        """
        A target that claims a release and chooses otherwise is 1, and its differences come first in the reports.
        """
        run = call(folder, "memory:v0.15.2", "python:own:wrong", *PART, "--out", "out", "--format", "json")
        (pair,) = result_of(run)["comparisons"]

        assert run.returncode == Exit.NO
        assert (pair["reference"], pair["real"], pair["broken"]) == ("memory:v0.15.2", "python:own:wrong", None)
        assert 0 < len(pair["differences"]) <= pair["compared"]
        first = pair["differences"][0]
        assert (first["reference"]["verdict"], first["real"]["verdict"]) == ("passed", "failed")
        assert first["real"]["choices"] == [
            {"outcome": "runs", "runtime": {"kind": "ClusterServingRuntime", "name": "wrong", "namespace": None}}
        ]
        assert first["real"]["reproduce"].startswith("kserve-conformance run --target python:own:wrong --scenario ")
        page = (folder / "out/matrix.html").read_text()
        assert page.index("ClusterServingRuntime wrong") < page.index('id="claims"') < page.index('id="rules"')
        summary = (folder / "out/matrix.md").read_text()
        assert summary.index("ClusterServingRuntime wrong") < summary.index("## What the documentation claims")

    @pytest.mark.slow
    def test_agrees_with_a_target_that_does_the_same(self, folder):
        """Equal choices on another kind of target are not a difference."""
        run = call(folder, "memory:v0.15.2", "python:own:right", *PART, "--out", "out", "--format", "json")
        (pair,) = result_of(run)["comparisons"]

        assert run.returncode == Exit.OK
        assert (pair["differences"], pair["notCompared"]) == ([], {})
        assert pair["compared"] > 10

    @pytest.mark.slow
    def test_a_run_that_dies_is_3(self, folder):
        """The target is listed without a result."""
        run = call(folder, "memory:v0.15.2", "python:own:dies", *PART, "--out", "out", "--format", "json")
        column = targets_of(result_of(run))["python:own:dies"]

        assert run.returncode == Exit.BROKEN
        assert not column["conforms"]
        assert column["broken"] == "the process of the run exited with code 17 before its record was complete"
        assert all(rule["verdicts"]["python:own:dies"] == "errored" for rule in result_of(run)["rules"])
        assert "python:own:dies" in (folder / "out/matrix.html").read_text()

    @pytest.mark.slow
    def test_a_target_that_does_not_start_never_conforms(self, folder):
        """As in ``run``, every scenario is errored for one cause, and the exit code is 3."""
        run = call(folder, "memory:v0.15.2", "python:own:closed", *PART, "--out", "out", "--format", "json")

        assert run.returncode == Exit.BROKEN
        assert targets_of(result_of(run))["python:own:closed"]["broken"].endswith("it does not come up")

    def test_runs_the_suite_as_run_does(self, folder):
        """Each record in the folder and in the matrix equals the one that ``run`` writes."""
        call(folder, "memory:v0.15.2", *PART, "--out", "out")
        subprocess.run(
            [sys.executable, "-m", "kserve_conformance", "run", "--target", "memory:v0.15.2", *PART, "--out", "run"],
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            check=True,
        )
        record = (folder / "run/record.ndjson").read_text()
        extracted = call(folder, "--record", "out/matrix.ndjson.xz", "--extract", "memory:v0.15.2")

        assert (folder / "out/runs/memory-v0.15.2.ndjson").read_text() == record == extracted.stdout


class TestRecord:
    @pytest.mark.slow
    def test_reports_are_rendered_from_the_record_alone(self, folder):
        """Without running anything: the same files, the same exit code."""
        first = call(folder, "memory:v0.15.2", "python:own:wrong", *PART, "--out", "out")
        again = call(folder, "--record", "out/matrix.ndjson.xz", "--out", "deeper/again")

        assert first.returncode == again.returncode == Exit.NO
        for name in ("matrix.html", "matrix.md", "matrix.svg", "matrix.json", "matrix.yaml"):
            assert (folder / "out" / name).read_bytes() == (folder / "deeper/again" / name).read_bytes()

    @pytest.mark.slow
    def test_a_cut_record_is_4(self, folder):
        """Half a matrix is not readable."""
        call(folder, "memory:v0.15.2", *PART, "--out", "out")
        data = (folder / "out/matrix.ndjson.xz").read_bytes()
        (folder / "cut.xz").write_bytes(data[: len(data) // 2])

        assert call(folder, "--record", "cut.xz").returncode == Exit.RECORD


@pytest.mark.slow
class TestResume:
    def test_reuses_complete_runs_and_runs_the_rest(self, folder):
        """A real target is not run twice; memory targets always are."""
        arguments = ("memory:v0.15.2", "python:own:right", *PART, "--out", "out", "--resume")
        first = call(folder, *arguments)
        record = (folder / "out/matrix.ndjson.xz").read_bytes()
        second = call(folder, *arguments)

        assert (first.returncode, second.returncode) == (Exit.OK, Exit.OK)
        assert (folder / "opened").read_text() == "x"
        assert "python:own:right reused from an earlier run" in second.stderr
        assert (folder / "out/matrix.ndjson.xz").read_bytes() == record

    @pytest.mark.parametrize("change", ["cut", "errored", "narrower", "other-suite", "not-resumed"])
    def test_reruns_what_was_another_run(self, folder, change):
        """A cut or errored run, one of another selection or suite, or any run without --resume, runs again."""
        call(folder, "python:own:right", *PART, "--out", "out")
        file = folder / "out/runs/python-own-right.ndjson"
        lines = file.read_text().splitlines(keepends=True)
        match change:
            case "cut":
                file.write_text("".join(lines[:-1]))
            case "errored":
                broken = {"verdict": "errored", "finding": {"message": "broke"}}
                scenario, footer = json.loads(lines[1]) | broken, json.loads(lines[-1])
                footer["counts"]["errored"] += 1
                footer["counts"]["passed"] -= 1
                file.write_text("".join([lines[0], json.dumps(scenario) + "\n", *lines[2:-1], json.dumps(footer)]))
            case "narrower":
                file.write_text("".join(lines).replace("explicit and core", "explicit"))
            case "other-suite":
                digest = json.loads(lines[0])["suite"]["digest"]
                file.write_text("".join(lines).replace(digest, "sha256:" + "0" * 64))
        run = call(
            folder, "python:own:right", *PART, "--out", "out", *([] if change == "not-resumed" else ["--resume"])
        )

        assert run.returncode == Exit.OK
        assert (folder / "opened").read_text() == "xx"

    def test_an_interrupted_matrix_keeps_finished_runs(self, folder):
        """Ctrl-C is 3: the other runs have no result, and --resume runs only those."""
        arguments = ["memory:v0.15.2", "python:own:right", "python:own:waits", *PART, "--out", "out"]
        process = subprocess.Popen(
            [sys.executable, "-m", "kserve_conformance", "matrix", *arguments, "--format", "json"],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + 120
        while not (folder / "waiting").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=120)
        columns = targets_of(json.loads(stdout))

        assert process.returncode == Exit.BROKEN
        assert columns["memory:v0.15.2"]["conforms"]
        assert columns["python:own:right"]["conforms"]
        assert "interrupted" in columns["python:own:waits"]["broken"]
        resumed = call(folder, "memory:v0.15.2", "python:own:right", *PART, "--out", "out", "--resume")
        assert resumed.returncode == Exit.OK
        assert (folder / "opened").read_text() == "x"


class TestKilled:
    @pytest.mark.slow
    def test_leaves_no_process_and_no_older_report(self, folder):
        """Every run ends with the matrix, and what an earlier one reported is gone."""
        (folder / "out").mkdir()
        (folder / "out/matrix.md").write_text("Every target conforms")
        (folder / "out/notes.md").write_text("mine")
        words = ["memory:v0.15.2", "python:own:waits", *PART, "--out", "out"]
        process = subprocess.Popen(
            [sys.executable, "-m", "kserve_conformance", "matrix", *words],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 120
        while not (folder / "waiting").exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        process.kill()
        process.wait()
        run = Path("/proc") / (folder / "waiting").read_text() / "cwd"
        while run.exists():
            assert time.monotonic() < end
            time.sleep(0.1)

        assert {file.name for file in (folder / "out").glob("*.*")} - {LOCK} == {"notes.md"}

    def test_second_one_in_the_folder_is_3(self, folder):
        """It names the first, and changes nothing."""
        with folder_lock(folder):
            second = call(folder, "memory:v0.15.2", *PART, "--out", str(folder))

        assert second.returncode == Exit.BROKEN
        assert f"is in use: process {os.getpid()} " in second.stderr


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((), "at least one target is required"),
            (("nonsense:all",), "unknown target kind"),
            (("memory:v9.9.9",), "unknown KServe release"),
            (("memory:all", "--tags", "explicit and ordering"), "no scenario matches"),
            (("memory:all", "--tags", "nonsense"), "no scenario has the tag @nonsense"),
            (("memory:all", "--extract", "memory:v0.15.2"), "--extract requires --record"),
            (("memory:all", "--record", "x"), "--record runs nothing"),
            (("--record", "x", "--tags", "explicit"), "--record runs nothing"),
            (("--record", "x", "-k", "explicit"), "--record runs nothing"),
            (("--record", "x", "--jobs", "2"), "--record runs nothing"),
            (("--record", "x", "--resume"), "--record runs nothing"),
            (("memory:v0.15.2", "--out", "own.py/out"), "choose another folder with --out"),
        ],
    )
    def test_invalid_arguments_are_2(self, folder, arguments, message):
        """Nothing runs, and the error says what is wrong."""
        run = call(folder, *arguments)

        assert (run.returncode, run.stdout) == (Exit.USAGE, "")
        assert message in run.stderr
