"""Runs that belong to others: shards, reruns of failures, and runs with a baseline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import call
from record_examples import record, scenario

from kserve_conformance.cli import code_of
from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.jobs import useful_workers, workers
from kserve_conformance.cli.other_builds import EarlierRuns
from kserve_conformance.cli.records import RecordInput
from kserve_conformance.record import TargetIdentity, Verdict, read
from kserve_conformance.reports import project
from kserve_conformance.suite import ROOT

STEPS = """\
import os
from pytest_bdd import then
from pytest_bdd.parsers import parse


@then(parse("{name} is as {variable} says"))
def as_said(name, variable):
    said = os.environ.get(variable, "passed")
    if said == "errored":
        raise RuntimeError(name)
    assert said == "passed", name
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six scenarios, whose verdicts the environment sets."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "features").mkdir()
    (folder / "steps").mkdir()
    (folder / "steps/said.py").write_text(STEPS)
    for name in "ab":
        scenarios = "".join(
            f"  Scenario: {name}{number}\n    Then it is as {name.upper()}{number} says\n" for number in (1, 2, 3)
        )
        (folder / f"features/{name}.feature").write_text(f"@core\nFeature: {name}\n{scenarios}")
    return folder


def run(suite: Path, out: Path, *arguments: str, **verdicts: str):
    """Run the suite; its exit code and its result as JSON, or stderr."""
    done = call(out.parent, "run", "--suite", str(suite), "--out", str(out), "--format", "json", *arguments, **verdicts)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


class TestShards:
    @pytest.mark.slow
    def test_merge_into_the_record_of_one_run(self, suite, tmp_path):
        """Three shards, merged in any order, equal the record of one run byte by byte, with its exit code."""
        run(suite, tmp_path / "whole", A2="failed")
        codes = [run(suite, tmp_path / f"shard-{n}", "--shard", f"{n}/3", A2="failed")[0] for n in (1, 2, 3)]
        records = [str(tmp_path / f"shard-{n}/record.ndjson") for n in (3, 1, 2)]
        merged = call(tmp_path, "report", "merge", *records, "--out", "merged", "--format", "json")

        assert sorted(codes) == [Exit.OK, Exit.OK, Exit.NO]
        assert merged.returncode == Exit.NO
        assert json.loads(merged.stdout)["counts"]["passed"] == 5
        assert (tmp_path / "merged/record.ndjson").read_bytes() == (tmp_path / "whole/record.ndjson").read_bytes()
        assert (tmp_path / "merged/report.html").is_file()

    def test_are_never_mistaken_for_the_whole(self, suite, tmp_path):
        """The header names the shard, and the conclusion is partial."""
        code, result = run(suite, tmp_path / "shard", "--shard", "1/3")

        assert (code, result["result"]) == (Exit.OK, "partial")
        assert "shard 1/3" in " ".join(result["notes"])
        assert read(tmp_path / "shard/record.ndjson").header.selection == {"shard": "1/3"}

    def test_of_a_memory_run_are_listed_as_they_are_run(self, capsys):
        """--list shows the scenarios of a shard; all shards together have every scenario."""
        parts = []
        for part in ([], ["--shard", "1/2"], ["--shard", "2/2"]):
            assert code_of(["run", "--list", "--tags", "legacy", "--format", "json", *part]) == Exit.OK
            parts.append([one["id"] for one in json.loads(capsys.readouterr().out)])

        assert sorted(parts[0]) == sorted(parts[1] + parts[2])
        assert parts[1]
        assert parts[2]

    @pytest.mark.parametrize("shard", ["3/2", "two"])
    def test_that_are_invalid_are_2(self, capsys, shard):
        """Before anything runs."""
        assert code_of(["run", "--shard", shard]) == Exit.USAGE
        assert "use I/N" in capsys.readouterr().err


class TestMerge:
    @pytest.fixture(autouse=True)
    def _shards(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        from kserve_conformance.suite.shards import Shard

        every = [scenario(name, path="features/a.feature", line=place) for place, name in enumerate("abcd")]
        for number in (1, 2):
            mine = Shard(number, 2).of_ids(one.id for one in every)
            part = record(
                *(one for one in every if one.id in mine), selection={"shard": f"{number}/2"}, inventory=len(every)
            )
            Path(f"{number}.ndjson").write_text(project(part, "ndjson"))

    def test_ends_as_the_merged_run(self, capsys):
        """0 if all conform; the files are listed."""
        assert code_of(["report", "merge", "1.ndjson", "2.ndjson", "--out", "out"]) == Exit.OK
        assert "out/record.ndjson" in capsys.readouterr().out
        assert code_of(["report", "out/record.ndjson"]) == Exit.OK

    def test_of_too_few_is_4_and_writes_nothing(self, capsys):
        """The missing shard is named, and no merged record is written."""
        assert code_of(["report", "merge", "2.ndjson", "--out", "out"]) == Exit.RECORD
        assert "missing: shard 1/2" in capsys.readouterr().err
        assert not Path("out").exists()

    def test_does_not_write_over_a_shard(self, capsys):
        """The records that it reads are never overwritten."""
        Path("record.ndjson").write_text(Path("1.ndjson").read_text())

        assert code_of(["report", "merge", "record.ndjson", "2.ndjson", "--out", "."]) == Exit.USAGE
        assert Path("record.ndjson").read_text() == Path("1.ndjson").read_text()
        assert "choose another folder" in capsys.readouterr().err

    def test_has_its_own_help_and_is_listed_by_report(self, capsys):
        """The help of report lists merge."""
        assert code_of(["report", "--help"]) == Exit.OK
        assert "merge RECORD..." in capsys.readouterr().out
        assert code_of(["report", "merge", "--help"]) == Exit.OK
        assert "kserve-conformance report merge [OPTIONS] RECORD..." in capsys.readouterr().out

    def test_leaves_a_record_of_that_name_to_be_reported(self):
        """A file called merge is ./merge."""
        Path("merge").write_text(Path("1.ndjson").read_text())

        assert code_of(["report", "./merge"]) == Exit.OK

    def test_needs_records(self):
        """No record is an error."""
        assert code_of(["report", "merge", "--out", "out"]) == Exit.USAGE


class TestRerun:
    def test_runs_only_what_failed_or_errored(self, suite, tmp_path):
        """The result is partial, and the record names the earlier record."""
        run(suite, tmp_path / "first", A1="failed", B3="errored")
        code, result = run(suite, tmp_path / "again", "--rerun-failed", str(tmp_path / "first/record.ndjson"))
        again = read(tmp_path / "again/record.ndjson")

        assert (code, result["result"]) == (Exit.OK, "partial")
        assert [one.name for one in again.scenarios] == ["a1", "b3"]
        assert again.header.selection["failedIn"].startswith("sha256:")

    @pytest.mark.slow
    def test_of_what_still_fails_is_1(self, suite, tmp_path):
        """Failing again is a failure."""
        run(suite, tmp_path / "first", A1="failed")
        code, _ = run(suite, tmp_path / "again", "--rerun-failed", str(tmp_path / "first/record.ndjson"), A1="failed")

        assert code == Exit.NO

    def test_of_no_failures_keeps_the_conclusion(self, tmp_path, monkeypatch, capsys):
        """Nothing is run; a record that does not conform for another reason still does not."""
        monkeypatch.chdir(tmp_path)
        Path("good").write_text(project(record(scenario("it")), "ndjson"))
        Path("empty").write_text(project(record(scenario("it", Verdict.SKIPPED)), "ndjson"))

        assert code_of(["run", "--rerun-failed", "good"]) == Exit.OK
        assert "no scenario failed or errored in good" in capsys.readouterr().out
        assert code_of(["run", "--rerun-failed", "empty"]) == Exit.NO
        assert not Path("reports").exists()

    @pytest.mark.parametrize("option", ["--rerun-failed", "--baseline"])
    def test_keeps_the_record_that_it_reads(self, suite, tmp_path, option):
        """A run never overwrites a record that it reads."""
        run(suite, tmp_path / "out", A1="failed")
        before = (tmp_path / "out/record.ndjson").read_bytes()
        code, result = run(suite, tmp_path / "out", option, str(tmp_path / "out/record.ndjson"))

        assert code == Exit.USAGE
        assert "choose another folder with --out" in result
        assert (tmp_path / "out/record.ndjson").read_bytes() == before

    @pytest.mark.parametrize("option", ["--rerun-failed", "--baseline"])
    def test_of_a_cut_record_is_4(self, tmp_path, monkeypatch, option):
        """Nothing is run."""
        monkeypatch.chdir(tmp_path)
        whole = project(record(scenario("it", Verdict.FAILED), scenario("more")), "ndjson")
        Path("cut").write_text("".join(whole.splitlines(keepends=True)[:-1]))

        assert code_of(["run", option, "cut"]) == Exit.RECORD
        assert not Path("reports").exists()


class TestBaseline:
    @pytest.fixture(scope="class")
    @classmethod
    def baseline(cls, suite, tmp_path_factory):
        """A record in which one scenario failed and one errored."""
        out = tmp_path_factory.mktemp("before") / "out"
        run(suite, out, A1="failed", B1="errored")
        return str(out / "record.ndjson")

    def test_excuses_what_was_so_already(self, suite, tmp_path, baseline):
        """No regression is 0. The conclusion of the record is the same as without a baseline."""
        code, result = run(suite, tmp_path / "now", "--baseline", baseline, A1="failed")
        header = read(tmp_path / "now/record.ndjson").header

        assert code == Exit.OK
        assert result["baseline"]["passes"] is True
        assert result["baseline"]["counts"]["still-failing"] == 1
        assert (result["conforms"], result["result"]) == (False, "failure")
        assert header.baseline is not None
        assert any("relative to a baseline" in note for note in result["notes"])
        assert call(tmp_path, "report", str(tmp_path / "now/record.ndjson")).returncode == Exit.NO

    def test_excuses_nothing_that_is_worse(self, suite, tmp_path, baseline):
        """A scenario that passed there and fails here fails the run, and is listed."""
        code, result = run(suite, tmp_path / "now", "--baseline", baseline, A1="failed", A2="failed")

        assert code == Exit.NO
        assert result["baseline"]["reasons"] == ["Worse: 1 regressed"]
        assert [one["id"] for one in result["baseline"]["scenarios"] if one["change"] == "regressed"] == [
            "a.feature::a2"
        ]

    def test_excuses_no_error(self, suite, tmp_path, baseline):
        """A scenario that errors in both has no known result: never a pass."""
        code, result = run(suite, tmp_path / "now", "--baseline", baseline, B1="errored")

        assert code == Exit.NO
        assert result["baseline"]["reasons"] == ["1 scenario errored, which a baseline never excuses"]

    def test_excuses_no_interruption(self, suite, tmp_path, baseline):
        """An interrupted run has no conclusion, with or without a baseline."""
        code, result = run(suite, tmp_path / "now", "--baseline", baseline, "--fail-fast", A1="failed")

        assert code == Exit.BROKEN
        assert "baseline" not in result

    def test_is_as_narrow_as_the_run(self, suite, tmp_path, baseline):
        """A run of one scenario is not compared with the others."""
        code, result = run(suite, tmp_path / "now", "--baseline", baseline, "--scenario", "a.feature::a2")

        assert code == Exit.OK
        assert result["baseline"]["counts"]["removed"] == 0

    def test_is_printed_last(self, suite, tmp_path, baseline):
        """The last line says whether there are regressions, and what already failed."""
        arguments = ("run", "--suite", str(suite), "--out", "now", "--baseline", baseline)
        result = call(tmp_path, *arguments, A1="failed").stdout

        assert "Does not conform" in result
        assert "still-failing (1)" in result
        last = result.splitlines()[-1]
        assert last == "No regressions from the baseline (1 scenario already failed there)"

    def test_may_be_another_release(self, suite, tmp_path):
        """Releases of upstream are compared on purpose; the header names both."""
        run(suite, tmp_path / "before", "--target", "memory:v0.15.2", "--scenario", "a.feature::a1")
        code, result = run(
            suite,
            tmp_path / "now",
            *("--target", "memory:v0.16.0", "--scenario", "a.feature::a1"),
            *("--baseline", str(tmp_path / "before/record.ndjson")),
        )

        assert code == Exit.OK
        assert any("relative to a baseline, KServe v0.15.2" in note for note in result["notes"])


class TestOtherBuilds:
    """A record of another build is an error before anything runs, unless it is accepted explicitly."""

    @pytest.fixture(scope="class")
    @classmethod
    def earlier(cls, suite, tmp_path_factory):
        """A record of v0.15.2 in memory, in which one scenario failed."""
        out = tmp_path_factory.mktemp("earlier") / "out"
        run(suite, out, "--target", "memory:v0.15.2", A1="failed")
        return str(out / "record.ndjson")

    @pytest.mark.parametrize(
        ("option", "arguments", "difference"),
        [
            ("--rerun-failed", ("memory:v0.16.0",), "target memory:v0.15.2 there, memory:v0.16.0 here"),
            ("--rerun-failed", ("controlplane:v0.15.2",), "memory:v0.15.2 there, controlplane:v0.15.2 here"),
            ("--rerun-failed", ("process:impl",), "target memory:v0.15.2 there, process:impl here"),
            ("--baseline", ("cluster:staging",), "target memory:v0.15.2 there, cluster:staging here"),
            (
                "--baseline",
                ("controlplane:v0.15.2", "--manager", "x"),
                "--manager not given there, given here",
            ),
            (
                "--rerun-failed",
                ("controlplane:v0.15.2", "--source", "."),
                "--source not given there, given here",
            ),
        ],
    )
    def test_are_named_with_what_differs(self, suite, tmp_path, earlier, option, arguments, difference):
        """Exit code 2, and no folder of reports."""
        code, error = run(suite, tmp_path / "now", option, earlier, "--target", *arguments)

        assert code == Exit.USAGE
        assert f"{option}: {earlier} is of another build: " in error
        assert difference in error
        assert "--allow-other-build" in error
        assert not (tmp_path / "now").exists()

    @pytest.mark.parametrize("option", ["--rerun-failed", "--baseline"])
    def test_so_are_other_suites(self, tmp_path, earlier, option):
        """A scenario of the same name may state something else."""
        code, error = run(ROOT, tmp_path / "now", option, earlier, "--target", "memory:v0.15.2")

        assert code == Exit.USAGE
        assert "is of another build: suite suite0 sha256:" in error

    def test_can_be_accepted(self, suite, tmp_path, earlier):
        """For a build that was changed since, or another release."""
        accepted = ("--target", "memory:v0.16.0", "--rerun-failed", earlier, "--allow-other-build")
        code, result = run(suite, tmp_path / "now", *accepted)

        assert (code, result["counts"]["passed"]) == (Exit.OK, 1)

    def test_with_the_same_name_are_known_by_their_binaries(self):
        """A command that was changed is another build, which only its digest shows."""
        earlier = record_of({"ours": "sha256:01"})
        with pytest.raises(CommandError, match="another build: ours sha256:01 there, sha256:02 here"):
            EarlierRuns({"--baseline": RecordInput("old", earlier, "sha256:0")}).require_same_binaries(
                record_of({"ours": "sha256:02"})
            )
        EarlierRuns({"--baseline": RecordInput("old", earlier, "sha256:0")}).require_same_binaries(earlier)


def record_of(binaries: dict[str, str]):
    """A record of a command with these binaries."""
    target = TargetIdentity(target="process:ours", release="v0.15.2", binaries=binaries)
    return record(scenario("it"), target=target)


class TestReproduce:
    def test_works_from_any_folder(self, suite, tmp_path):
        """The printed command, run by a shell in another folder, has the same failure."""
        (tmp_path / "my work").mkdir()
        (tmp_path / "my work/own.yaml").write_text("[]")
        (tmp_path / "my work/ours").symlink_to(suite)
        arguments = (
            "run",
            "--suite",
            "ours",
            "--deviations",
            "own.yaml",
            "--out",
            "first",
            "--scenario",
            "a.feature::a2",
        )
        first = call(tmp_path / "my work", *arguments, A2="failed")
        (command,) = (
            line.strip() for line in first.stdout.splitlines() if line.strip().startswith("kserve-conformance")
        )
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        program = Path(sys.executable).parent
        again = subprocess.run(  # noqa: S602 - the command is for a shell
            command,
            shell=True,
            cwd=elsewhere,
            env={**os.environ, "A2": "failed", "PATH": f"{program}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert first.returncode == again.returncode == Exit.NO
        assert "✗ failed a.feature::a2" in first.stdout
        assert "✗ failed a.feature::a2" in again.stdout
        assert read(elsewhere / "reports/record.ndjson").header.deviations is not None
        # What can be published names no folder of this machine.
        assert str(tmp_path) not in (tmp_path / "my work/first/record.ndjson").read_text()


class TestJobs:
    @pytest.mark.parametrize(
        ("target", "why"),
        [
            ("controlplane:v0.8.0", "the webhooks of v0.8.0 have a fixed port"),
            ("controlplane:v0.9.0", "the webhooks of v0.9.0 have a fixed port"),
            ("controlplane:v0.15.2,upgrades=yes", "upgrades also install v0.8.0 and v0.9.0"),
        ],
    )
    def test_of_targets_with_a_fixed_port_are_2(self, target, why, tmp_path, monkeypatch, capsys):
        """Before anything starts, with the reason."""
        monkeypatch.chdir(tmp_path)

        assert code_of(["run", "--target", target, "--jobs", "2"]) == Exit.USAGE
        assert why in capsys.readouterr().err
        assert not Path("reports").exists()

    @pytest.mark.parametrize(
        ("scenarios", "cores", "memory", "number"),
        [
            (700, 2, 16, 2),
            (700, 1, 16, 1),
            (700, 64, 64, 4),
            (700, 8, 8, 2),
            (700, 8, 1, 1),
            (99, 8, 64, 1),
            (1, 8, 64, 1),
        ],
    )
    def test_depend_on_the_machine_and_the_number_of_scenarios(self, scenarios, cores, memory, number):
        """Starting a target takes as long as many scenarios, and an API server needs memory."""
        assert useful_workers(scenarios, cores, memory * 1024**3) == number

    @pytest.mark.parametrize(
        "target", ["memory:v0.15.2", "process:true", "cluster:here", "kind:v0.15.2", "controlplane:v0.8.0"]
    )
    def test_are_one_by_default_where_several_are_no_faster_or_impossible(self, target):
        """Auto never fails."""
        assert workers("auto", target, None, 1000) == 1

    @pytest.mark.parametrize("jobs", ["0", "-1", "two", ""])
    def test_must_be_a_number(self, jobs, capsys):
        """A positive one, or auto."""
        assert code_of(["run", "--jobs", jobs]) == Exit.USAGE
        assert "expected a positive number or auto" in capsys.readouterr().err
