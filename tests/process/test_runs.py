"""Whole runs against implementations: what the record says of them, and that nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

import pytest
from leftovers import wait_for

from kserve_conformance.record import Record, Verdict, read

#: Long enough for a Python to start on a machine that has much else to do.
TIMEOUT = 60

#: A few scenarios of each kind: that something runs, that something is refused, and what the pod is.
FEW = "rule-explicit-disabled or rule-gpu-tag"


@dataclass(frozen=True)
class Run:
    """A run that came to its end."""

    code: int
    output: str
    record: Record

    @property
    def verdicts(self) -> Counter[Verdict]:
        return Counter(scenario.verdict for scenario in self.record.scenarios)

    @property
    def reasons(self) -> str:
        return "\n".join(sorted({str(scenario.reason) for scenario in self.record.scenarios}))


def command(target, out, *arguments):
    return [
        sys.executable, "-m", "kserve_conformance", "run", "--target", target, "--out", str(out), *arguments
    ]  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """Runs the suite that ships, or a part of it."""

    def of(target: str, *arguments: str) -> Run:
        done = subprocess.run(command(target, tmp_path, *arguments), capture_output=True, text=True, check=False)
        record = tmp_path / "record.ndjson"
        assert record.exists(), done.stdout + done.stderr
        return Run(done.returncode, done.stdout + done.stderr, read(BytesIO(record.read_bytes())))

    return of


class TestHonest:
    @pytest.mark.parametrize("release", ["v0.15.2", "v0.10.2", "v0.8.0"])
    def test_our_own_resolver_behind_the_protocol_is_right(self, implementation, run, release):
        """
        On old and new releases: nothing fails or errors; only scenarios that the protocol cannot report are skipped.
        """
        done = run(
            implementation("honest", release).target(release=release, timeout=TIMEOUT), "--tags", "explicit or legacy"
        )

        assert done.verdicts[Verdict.FAILED] == done.verdicts[Verdict.ERRORED] == 0
        assert done.verdicts[Verdict.PASSED] > 50
        assert done.record.header.target.release == release
        skipped = [scenario.reason for scenario in done.record.scenarios if scenario.verdict is Verdict.SKIPPED]
        assert all("does not report" in reason or "does not support" in reason for reason in skipped)

    def test_an_implementation_that_reports_only_choices_has_verdicts_on_choices(self, implementation, run):
        """What it reports is right, and the rest has no verdict."""
        done = run(implementation("partial").target(release="v0.15.2", timeout=TIMEOUT), "--tags", "explicit or legacy")

        assert done.verdicts[Verdict.FAILED] == done.verdicts[Verdict.ERRORED] == 0
        assert done.verdicts[Verdict.PASSED] > 10
        assert done.verdicts[Verdict.SKIPPED] > 10
        assert "target does not report stored services" in done.reasons

    def test_pods_that_are_not_reported_are_skipped(self, implementation, run):
        """Never passed and never failed; the choices are as right as ever."""
        done = run(implementation("says_nothing_of_pods").target(release="v0.15.2", timeout=TIMEOUT), "--tags", FEW)
        of_pods = {scenario.verdict for scenario in done.record.scenarios if "rule-gpu-tag" in scenario.tags} - {
            Verdict.UNSUPPORTED
        }

        assert of_pods == {Verdict.SKIPPED}
        assert "target does not report pod templates" in done.reasons
        assert done.verdicts[Verdict.PASSED] > 0
        assert done.verdicts[Verdict.FAILED] == done.verdicts[Verdict.ERRORED] == 0


class TestFaulty:
    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("dies_on_third", "exited with code 1 before it answered"),
            ("never_answers", "did not answer within 0.5 s"),
            ("answers_garbage", "the answer is not valid JSON"),
            ("wrong_id", "expected an answer to question"),
            ("two_lines", "wrote an extra line"),
            ("huge_answer", "bytes without ending the line"),
        ],
    )
    def test_an_implementation_that_breaks_the_protocol_is_an_error(self, implementation, run, name, reason):
        """There is no verdict on its choices, and the run ends."""
        timeout = 0.5 if name == "never_answers" else TIMEOUT
        done = run(implementation(name).target(release="v0.15.2", timeout=timeout, restarts=2), "--tags", FEW)

        errored = done.verdicts[Verdict.ERRORED]
        assert errored > 0
        assert done.verdicts[Verdict.FAILED] == 0
        # One that dies on its third question has answered the two of a small world.
        assert done.verdicts[Verdict.PASSED] == 0 or name == "dies_on_third"
        assert reason in done.reasons
        assert "restarts" in done.reasons
        assert done.code != 0

    def test_an_implementation_that_is_wrong_fails(self, implementation, run):
        """And nothing of it passes."""
        done = run(implementation("always_wrong").target(release="v0.15.2", timeout=TIMEOUT), "--tags", FEW)

        assert done.verdicts[Verdict.FAILED] > 0
        assert done.verdicts[Verdict.PASSED] == done.verdicts[Verdict.ERRORED] == 0
        assert done.code == 1

    def test_an_implementation_that_answers_nothing_does_not_conform(self, implementation, run):
        """Nothing is reported, so nothing passes."""
        done = run(implementation("says_nothing").target(release="v0.15.2", timeout=TIMEOUT), "--tags", FEW)

        assert set(done.verdicts) <= {Verdict.SKIPPED, Verdict.UNSUPPORTED}
        assert done.code != 0


class TestEnding:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_a_run_that_is_ended_leaves_no_process(self, implementation, tmp_path, number):
        """Not even one that ignores the end of its input, and not even if the harness is killed."""
        made = implementation("never_answers")
        with subprocess.Popen(
            command(made.target(timeout=600), tmp_path, "--tags", FEW),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        ) as harness:
            logs = "kserve-conformance-process-*/stderr.log"
            assert wait_for(lambda: any("asked" in one.read_text() for one in tmp_path.glob(logs)), seconds=60)
            assert made.processes()
            harness.send_signal(number)
            harness.wait(timeout=60)

        assert made.is_gone(within=30)
        # The folder is removed last, and a killed parent does not wait for that.
        assert wait_for(lambda: not list(tmp_path.glob("kserve-conformance-process-*")), seconds=30)
