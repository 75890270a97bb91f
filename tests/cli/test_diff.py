"""``diff``: the changes between two records, and the exit code."""

from __future__ import annotations

import json
import sys

import pytest
import yaml
from choice_examples import on
from command_line import call
from comparison_examples import two_runs
from record_examples import record, scenario

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import Record, Verdict
from kserve_conformance.reports import project


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes records into the folder of the test, where its commands run."""
    monkeypatch.chdir(tmp_path)

    def written(name: str, run: Record) -> str:
        (tmp_path / name).write_text(project(run, "ndjson"), encoding="utf-8")
        return name

    return written


@pytest.fixture
def runs(write):
    """Two records with every kind of change between them."""
    earlier, later = two_runs()
    return write("earlier", earlier), write("later", later)


class TestExitCode:
    @pytest.mark.parametrize(
        ("before", "after", "code"),
        [
            (Verdict.PASSED, Verdict.PASSED, Exit.OK),
            (Verdict.FAILED, Verdict.PASSED, Exit.OK),
            (Verdict.FAILED, Verdict.FAILED, Exit.OK),
            (Verdict.PASSED, Verdict.FAILED, Exit.NO),
            (Verdict.PASSED, Verdict.SKIPPED, Exit.NO),
            (Verdict.PASSED, Verdict.ERRORED, Exit.NO),
            (Verdict.SKIPPED, Verdict.FAILED, Exit.NO),
        ],
    )
    def test_is_1_only_where_something_is_worse(self, write, before, after, code):
        """A pass or an unchanged result is 0; a worse or unknown one is 1."""
        names = write("a", record(scenario("it", before))), write("b", record(scenario("it", after)))

        assert code_of(["diff", *names]) == code

    def test_is_1_where_a_scenario_is_gone(self, write):
        """A missing scenario is worse than a passed one."""
        names = write("a", record(scenario("it"), scenario("more"))), write("b", record(scenario("it")))

        assert code_of(["diff", *names]) == Exit.NO

    @pytest.mark.parametrize(
        ("fail_on", "code"), [("moved", Exit.NO), ("fixed, moved", Exit.NO), ("regressed", Exit.OK), ("none", Exit.OK)]
    )
    def test_follows_fail_on(self, write, fail_on, code):
        """Only the named changes are 1."""
        before = record(scenario("it", choices=(on("a"),)))
        after = record(scenario("it", choices=(on("b"),)))

        assert code_of(["diff", write("a", before), write("b", after), "--fail-on", fail_on]) == code
        assert code_of(["diff", "a", "b"]) == Exit.OK

    def test_is_2_for_an_unknown_change(self, runs, capsys):
        """A typo must not make a check that never fails."""
        assert code_of(["diff", *runs, "--fail-on", "regresed"]) == Exit.USAGE
        assert "unknown change 'regresed'" in capsys.readouterr().err

    @pytest.mark.usefixtures("runs")
    def test_is_4_for_a_cut_record_and_names_it(self, tmp_path, capsys):
        """A missing scenario may have failed. The error names the record."""
        (tmp_path / "cut").write_text("".join((tmp_path / "later").read_text().splitlines(keepends=True)[:-1]))

        assert code_of(["diff", "earlier", "cut"]) == Exit.RECORD
        assert "cut: the record ends after" in capsys.readouterr().err

    @pytest.mark.usefixtures("runs")
    def test_is_4_for_an_interrupted_run(self, write, capsys):
        """It has a footer, but not every scenario."""
        write("stopped", record(scenario("it"), interrupted="Ctrl-C"))

        assert code_of(["diff", "earlier", "stopped"]) == Exit.RECORD
        assert "the run was interrupted: Ctrl-C" in capsys.readouterr().err

    @pytest.mark.usefixtures("runs")
    def test_is_4_for_a_missing_file(self, capsys):
        """The error names the file."""
        assert code_of(["diff", "nowhere", "later"]) == Exit.RECORD
        assert "nowhere: No such file" in capsys.readouterr().err


class TestOutput:
    @pytest.mark.usefixtures("runs")
    def test_one_of_the_two_can_come_from_stdin(self, tmp_path):
        """A dash is stdin, in either place but not in both."""
        earlier = (tmp_path / "earlier").read_text()
        from_file = call(tmp_path, "diff", "earlier", "later")
        from_stdin = call(tmp_path, "diff", "-", "later", stdin=earlier)

        assert from_file.stdout == from_stdin.stdout
        assert from_stdin.returncode == Exit.NO
        assert call(tmp_path, "diff", "-", "-", stdin=earlier).returncode == Exit.USAGE

    @pytest.mark.parametrize(
        ("as_", "start"), [("html", "<!doctype html>"), ("markdown", "## Worse: "), ("text", "earlier"), ("json", "{")]
    )
    def test_has_every_report(self, runs, capsys, as_, start):
        """Each alone on stdout, with the exit code of the comparison."""
        assert code_of(["diff", *runs, "--as", as_]) == Exit.NO
        assert capsys.readouterr().out.lower().startswith(start.lower())

    @pytest.mark.parametrize(("format_", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
    def test_answers_programs(self, runs, capsys, format_, read):
        """JSON and YAML have the same document."""
        code_of(["diff", *runs, "--format", format_])
        result = read(capsys.readouterr().out)

        assert result["worse"] is True
        assert result["counts"]["regressed"] == 4
        assert result["earlier"]["release"] == "v0.15.2"

    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_has_color_only_in_a_terminal(self, runs, capsys, monkeypatch, is_terminal):
        """A pipe gets the same text without colors."""
        monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
        monkeypatch.delenv("NO_COLOR", raising=False)
        code_of(["diff", *runs])

        assert ("\x1b[" in capsys.readouterr().out) is is_terminal
