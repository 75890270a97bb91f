"""``fuzz`` from end to end, in processes of their own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.fuzz import command, exit_code, parse_duration
from kserve_conformance.fuzz import Summary

IMPLEMENTATIONS = Path(__file__).parent.parent / "support/implementations"
COMMAND = [sys.executable, "-m", "kserve_conformance"]


def process(name: str, *arguments: str, **parameters: object) -> str:
    words = [sys.executable, str(IMPLEMENTATIONS / f"{name}.py"), *arguments]
    return f"process:{shlex.join(words)}{''.join(f',{key}={value}' for key, value in parameters.items())}"


def call(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def fuzz(cwd: Path, *arguments: str):
    """Run a search; its exit code and its result as JSON."""
    done = call(cwd, "fuzz", *arguments, "--format", "json")
    return done.returncode, json.loads(done.stdout)


def verdicts(cwd: Path, target: str) -> dict[str, int]:
    """Run the features in a folder on a target and count the verdicts."""
    done = call(cwd, "run", "--suite", str(cwd), "--target", target, "--format", "json", "--out", str(cwd / "reports"))
    report = json.loads(done.stdout)
    return {verdict: number for verdict, number in report["counts"].items() if number}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("found")
    arguments = ("memory:v0.14.1", "memory:v0.16.0", "--seed", "1", "--max-cases", "1500", "--out", "features")
    code, report = fuzz(folder, *arguments)
    return folder, code, report


class TestTwoReleases:
    def test_that_differ_are_1_and_every_difference_is_reported(self, found):
        """A known seed finds the known differences."""
        _, code, report = found
        assert code == Exit.NO
        assert (report["compared"], report["errored"], report["nothingReported"]) == (1500, 0, 0)
        assert {one["part"] for one in report["differences"]} >= {"outcome", "admission", "status_runtime", "message"}

    @pytest.mark.slow
    def test_of_old_releases_produce_scenarios_too(self, tmp_path):
        """Where the status shows no failure, the scenario relies on the workload."""
        arguments = ("memory:v0.8.0", "memory:v0.10.2", "--seed", "1", "--max-cases", "600", "--out", "features")
        _, report = fuzz(tmp_path, *arguments)
        for one in report["differences"]:
            if not one["shrunk"]:
                (tmp_path / one["feature"]).unlink()

        assert set(verdicts(tmp_path, "memory:v0.8.0")) == {"passed"}
        assert set(verdicts(tmp_path, "memory:v0.10.2")) == {"failed"}

    def test_scenarios_pass_on_the_left_and_fail_on_the_right(self, found):
        """Every scenario runs as written and states the difference."""
        folder, _, report = found
        number = len([one for one in report["differences"] if one["shrunk"]])
        assert number == 10
        for one in report["differences"]:
            if not one["shrunk"]:
                (folder / one["feature"]).unlink()

        assert verdicts(folder, "memory:v0.14.1") == {"passed": number}
        assert verdicts(folder, "memory:v0.16.0") == {"failed": number}

    def test_can_be_replayed_on_any_two(self, found):
        """The file has the case: the same targets differ again, equal ones do not."""
        folder, _, report = found
        file = report["differences"][0]["file"]

        code, again = fuzz(folder, "--replay", file, "memory:v0.14.1", "memory:v0.16.0")
        assert (code, again["differences"][0]["part"]) == (Exit.NO, report["differences"][0]["part"])
        code, again = fuzz(folder, "--replay", file, "memory:v0.16.0", "memory:v0.16.0")
        assert (code, again["compared"], again["differences"]) == (Exit.OK, 1, [])

    def test_that_are_equal_are_0(self, tmp_path):
        """And every case was compared."""
        code, report = fuzz(tmp_path, "memory:v0.15.2", "memory:v0.15.2", "--seed", "1", "--max-cases", "1000")
        assert (code, report["compared"], report["differences"]) == (Exit.OK, 1000, [])
        assert not (tmp_path / "differences").exists()

    @pytest.mark.slow
    def test_are_the_same_for_the_same_seed(self, tmp_path):
        """The results are equal but for the duration, and a random seed is printed."""
        arguments = ("memory:v0.14.1", "memory:v0.15.2", "--seed", "3", "--max-cases", "300")
        one, two = (fuzz(tmp_path, *arguments, "--out", name)[1] for name in ("same", "same"))
        del one["seconds"], two["seconds"]
        assert one == two
        done = call(tmp_path, "fuzz", "memory:v0.15.2", "memory:v0.15.2", "--max-cases", "5")
        assert "seed " in done.stderr
        assert done.stderr.split("seed ")[1].split()[0] in done.stdout


@pytest.mark.slow
class TestProcesses:
    def test_an_honest_one_is_0(self, tmp_path):
        """The reference behind the line protocol agrees with itself in memory."""
        right = process("honest", "v0.15.2", release="v0.15.2", timeout=60)
        code, report = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-cases", "1500")
        assert (code, report["compared"], report["differences"]) == (Exit.OK, 1500, [])

    def test_a_wrong_one_differs_in_a_scenario_that_runs(self, tmp_path):
        """The scenario fails on it and passes on the reference."""
        right = process("always_wrong", release="v0.15.2", timeout=60)
        code, report = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-cases", "200", "--out", "features")
        assert code == Exit.NO
        first = next(one for one in report["differences"] if one["part"] == "outcome")
        assert len(first["scenario"].splitlines()) == 6

        assert set(verdicts(tmp_path, "memory:v0.15.2")) == {"passed"}
        # A scenario about a pod is skipped: this one does not report pods.
        on_right = verdicts(tmp_path, right)
        assert set(on_right) <= {"failed", "skipped"}
        assert on_right["failed"] > len(report["differences"]) / 2

    def test_one_that_dies_is_3(self, tmp_path):
        """However often it is restarted, not every case is compared, so the run is incomplete."""
        right = process("dies_on_third", release="v0.15.2", timeout=60)
        code, report = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-cases", "300")
        assert code == Exit.BROKEN
        assert report["lost"] is not None
        assert report["errored"] > 0
        assert report["compared"] < 300

    def test_one_that_dies_has_its_error_counted_for_people(self, tmp_path):
        """Every error is printed, so no others are counted."""
        right = process("dies_on_third", release="v0.15.2", timeout=60)
        done = call(tmp_path, "fuzz", "memory:v0.15.2", right, "--seed", "2", "--max-cases", "300")
        assert "1 × GivenUp: " in done.stdout
        assert "stopped early: GivenUp: " in done.stdout
        assert "0 of 1 cases compared, 0 differ, 1 errored" in done.stdout
        assert "other errors" not in done.stdout

    def test_one_that_reports_nothing_is_3(self, tmp_path):
        """No case was compared, so the run is incomplete."""
        right = process("says_nothing", release="v0.15.2", timeout=60)
        code, report = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-cases", "100")
        assert (code, report["compared"], report["nothingReported"]) == (Exit.BROKEN, 0, 100)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_an_interrupted_search_is_3_and_reports_what_it_compared(self, tmp_path, number):
        """Whichever signal ends it, the summary is printed."""
        command = [*COMMAND, "fuzz", "memory:v0.15.2", process("honest", "v0.15.2", timeout=60), "--max-time", "5m"]
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as running:
            assert running.stderr is not None
            while "cases" not in running.stderr.readline():
                time.sleep(0.01)
            os.kill(running.pid, number)
            out, _ = running.communicate(timeout=120)
        assert running.returncode == Exit.BROKEN
        assert "interrupted" in out
        assert "cases compared, 0 differ" in out


class TestExitCode:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({}, Exit.OK),
            ({"nothing_reported": 1, "cases": 11}, Exit.OK),
            ({"cases": 11, "errored": 1}, Exit.BROKEN),
            ({"lost": "died"}, Exit.BROKEN),
            ({"is_interrupted": True}, Exit.BROKEN),
            ({"cases": 0, "compared": 0}, Exit.BROKEN),
            ({"cases": 10, "compared": 0, "nothing_reported": 10}, Exit.BROKEN),
            ({"differences": {("x",): object()}}, Exit.NO),
            ({"differences": {("x",): object()}, "lost": "died"}, Exit.NO),
        ],
    )
    def test_is_0_only_if_every_case_was_compared_and_equal(self, change, code):
        """One errored case, a lost target or an interrupt is never agreement; a difference stays a difference."""
        summary = Summary(seed=1, cases=10, compared=10)
        for name, value in change.items():
            setattr(summary, name, value)

        assert exit_code(summary) == code


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("memory:v0.15.2",),
            ("memory:v0.15.2", "nothing:x"),
            ("memory:v0.15.2", "memory:v0.15.2", "--max-time", "soon"),
            ("memory:v0.15.2", "memory:v0.15.2", "--replay", "/"),
        ],
    )
    def test_invalid_arguments_are_2(self, tmp_path, arguments):
        """Before any case runs."""
        assert call(tmp_path, "fuzz", *arguments).returncode == Exit.USAGE


class TestAdmission:
    def test_of_one_release_is_0_and_every_object_was_compared(self, tmp_path):
        """And the result counts how many objects got which answer."""
        arguments = ("--admission", "memory:v0.15.2", "memory:v0.15.2", "--seed", "1", "--max-cases", "400")
        code, report = fuzz(tmp_path, *arguments)

        assert (code, report["objects"], report["compared"], report["differences"]) == (Exit.OK, 400, 400, [])
        assert min(report["accepted"], report["withUnknownFields"], report["withInvalidFields"]) > 40
        assert not (tmp_path / "differences").exists()

    @pytest.mark.slow
    def test_of_two_releases_is_1_and_each_difference_can_be_replayed(self, tmp_path):
        """The manifest of a difference is a file that shows it again, and that any other tool can read."""
        arguments = ("--admission", "memory:v0.10.2", "memory:v0.20.0", "--seed", "1", "--max-cases", "200")
        code, report = fuzz(tmp_path, *arguments)
        assert code == Exit.NO
        first = report["differences"][0]
        assert first["manifest"]["kind"] == first["kind"]

        replayed = ("--admission", "--replay", first["file"], "memory:v0.10.2")
        code, again = fuzz(tmp_path, *replayed, "memory:v0.20.0")
        assert (code, again["differences"][0]["part"]) == (Exit.NO, first["part"])
        code, again = fuzz(tmp_path, *replayed, "memory:v0.10.2")
        assert (code, again["compared"], again["differences"]) == (Exit.OK, 1, [])

    def test_of_a_target_without_dry_runs_is_2(self, tmp_path):
        """An implementation behind the protocol stores what it is sent."""
        done = call(tmp_path, "fuzz", "--admission", "memory:v0.15.2", process("honest", release="v0.15.2"))

        assert done.returncode == Exit.USAGE
        assert "cannot answer without storing" in done.stderr
        assert "use memory, controlplane, container, kind or cluster targets" in done.stderr

    @pytest.mark.parametrize("text", ["kind: Pod", "a: [", "kind: InferenceService\nmetadata: {}"])
    def test_of_a_file_with_something_else_is_2(self, tmp_path, text):
        """Only KServe's kinds can be sent."""
        (tmp_path / "file.yaml").write_text(text, encoding="utf-8")

        done = call(tmp_path, "fuzz", "--admission", "memory:v0.15.2", "memory:v0.15.2", "--replay", "file.yaml")

        assert done.returncode == Exit.USAGE
        assert "file.yaml cannot be replayed" in done.stderr


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5 m", 90), ("10m", 600), ("2h", 7200), (None, None)]
    )
    def test_is_in_seconds_without_a_unit(self, text, seconds):
        """Seconds, minutes or hours."""
        assert parse_duration(click.Context(command), command.params[0], text) == seconds

    @pytest.mark.parametrize("text", ["soon", "1d", "-1s", "", "1m30s"])
    def test_that_cannot_be_read_is_an_error(self, text):
        """The message says what is expected."""
        with pytest.raises(click.BadParameter, match="expected a duration such as 90s, 10m or 1h"):
            parse_duration(click.Context(command), command.params[0], text)
