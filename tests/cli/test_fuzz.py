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

import pytest

from kserve_conformance.cli.exit_codes import Exit

IMPLEMENTATIONS = Path(__file__).parent.parent / "support/implementations"
COMMAND = [sys.executable, "-m", "kserve_conformance"]


def process(name: str, *arguments: str, **parameters: object) -> str:
    words = [sys.executable, str(IMPLEMENTATIONS / f"{name}.py"), *arguments]
    return f"process:{shlex.join(words)}{''.join(f',{key}={value}' for key, value in parameters.items())}"


def call(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def fuzz(cwd: Path, *arguments: str):
    """A search, and what it answers programs."""
    done = call(cwd, "fuzz", *arguments, "--format", "json")
    return done.returncode, json.loads(done.stdout)


def verdicts(cwd: Path, target: str) -> dict[str, int]:
    """What a run of the features in a folder says of a target."""
    done = call(cwd, "run", "--suite", str(cwd), "--target", target, "--format", "json", "--out", str(cwd / "reports"))
    told = json.loads(done.stdout)
    return {verdict: number for verdict, number in told["counts"].items() if number}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("found")
    arguments = ("memory:v0.14.1", "memory:v0.16.0", "--seed", "1", "--max-examples", "1500", "--out", "features")
    code, told = fuzz(folder, *arguments)
    return folder, code, told


class TestTwoReleases:
    def test_that_differ_are_1_and_every_way_is_told(self, found):
        """With the known seed the known ways are found."""
        _, code, told = found
        assert code == Exit.NO
        assert (told["compared"], told["errored"], told["untold"]) == (1500, 0, 0)
        assert {one["part"] for one in told["differences"]} >= {"outcome", "admission", "status_runtime", "message"}

    def test_of_old_releases_can_be_told_too(self, tmp_path):
        """Where a status says nothing of a failure, the scenario rests on the workload."""
        arguments = ("memory:v0.8.0", "memory:v0.10.2", "--seed", "1", "--max-examples", "600", "--out", "features")
        _, told = fuzz(tmp_path, *arguments)
        for one in told["differences"]:
            if not one["shrunk"]:
                (tmp_path / one["feature"]).unlink()

        assert set(verdicts(tmp_path, "memory:v0.8.0")) == {"passed"}
        assert set(verdicts(tmp_path, "memory:v0.10.2")) == {"failed"}

    def test_scenarios_pass_on_the_left_and_fail_on_the_right(self, found):
        """What is printed can be pasted: it runs, and says what differs."""
        folder, _, told = found
        number = len([one for one in told["differences"] if one["shrunk"]])
        assert number == 10
        for one in told["differences"]:
            if not one["shrunk"]:
                (folder / one["feature"]).unlink()

        assert verdicts(folder, "memory:v0.14.1") == {"passed": number}
        assert verdicts(folder, "memory:v0.16.0") == {"failed": number}

    def test_can_be_played_again_on_any_two(self, found):
        """The file has the world: the same two differ again, equal ones do not."""
        folder, _, told = found
        file = told["differences"][0]["file"]

        code, again = fuzz(folder, "--replay", file, "memory:v0.14.1", "memory:v0.16.0")
        assert (code, again["differences"][0]["part"]) == (Exit.NO, told["differences"][0]["part"])
        code, again = fuzz(folder, "--replay", file, "memory:v0.16.0", "memory:v0.16.0")
        assert (code, again["compared"], again["differences"]) == (Exit.OK, 1, [])

    def test_that_are_equal_are_0(self, tmp_path):
        """And every world was compared."""
        code, told = fuzz(tmp_path, "memory:v0.15.2", "memory:v0.15.2", "--seed", "1", "--max-examples", "1000")
        assert (code, told["compared"], told["differences"]) == (Exit.OK, 1000, [])
        assert not (tmp_path / "differences").exists()

    def test_give_the_same_worlds_for_the_same_seed(self, tmp_path):
        """All that is told but the time is the same, and the seed is told."""
        arguments = ("memory:v0.14.1", "memory:v0.15.2", "--seed", "3", "--max-examples", "300")
        one, two = (fuzz(tmp_path, *arguments, "--out", name)[1] for name in ("same", "same"))
        del one["seconds"], two["seconds"]
        assert one == two
        done = call(tmp_path, "fuzz", "memory:v0.15.2", "memory:v0.15.2", "--max-examples", "5")
        assert "seed " in done.stderr
        assert done.stderr.split("seed ")[1].split()[0] in done.stdout


class TestProcesses:
    def test_an_honest_one_is_0(self, tmp_path):
        """Our own resolver behind the protocol, held against itself in memory."""
        right = process("honest", "v0.15.2", release="v0.15.2", timeout=60)
        code, told = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-examples", "1500")
        assert (code, told["compared"], told["differences"]) == (Exit.OK, 1500, [])

    def test_a_wrong_one_is_found_and_made_small_enough_to_run(self, tmp_path):
        """The scenario fails on it, and passes on what it was held against."""
        right = process("always_wrong", release="v0.15.2", timeout=60)
        code, told = fuzz(
            tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-examples", "200", "--out", "features"
        )
        assert code == Exit.NO
        first = next(one for one in told["differences"] if one["part"] == "outcome")
        assert len(first["scenario"].splitlines()) == 6

        assert set(verdicts(tmp_path, "memory:v0.15.2")) == {"passed"}
        # What rests on a pod, of which this one tells nothing, has no verdict.
        on_right = verdicts(tmp_path, right)
        assert set(on_right) <= {"failed", "skipped"}
        assert on_right["failed"] > len(told["differences"]) / 2

    def test_one_that_dies_is_no_agreement(self, tmp_path):
        """However often it is started again, it never answers enough to be compared whole."""
        right = process("dies_on_third", release="v0.15.2", timeout=60)
        code, told = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-examples", "300")
        assert code == Exit.BROKEN
        assert told["lost"] is not None
        assert told["errored"] > 0
        assert told["compared"] < 300

    def test_one_that_tells_nothing_compares_nothing(self, tmp_path):
        """No world was compared: that is no agreement."""
        right = process("says_nothing", release="v0.15.2", timeout=60)
        code, told = fuzz(tmp_path, "memory:v0.15.2", right, "--seed", "2", "--max-examples", "100")
        assert (code, told["compared"], told["untold"]) == (Exit.BROKEN, 0, 100)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_that_is_ended_tells_what_was_compared(self, tmp_path, number):
        """The report comes, and the answer is that there is none."""
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
    def test_that_cannot_be_is_2(self, tmp_path, arguments):
        """Nothing is played."""
        assert call(tmp_path, "fuzz", *arguments).returncode == Exit.USAGE
