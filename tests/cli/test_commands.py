"""The command line as a whole: its help, its exit codes, its formats."""

from __future__ import annotations

import json
import resource
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from manifests_of import SERVICE

from kserve_conformance.cli import COMMANDS, SECTIONS, cli, code_of
from kserve_conformance.cli.exit_codes import MEANINGS, Exit
from kserve_conformance.exceptions import HarnessError


class TestHelp:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_of_every_command_has_an_example(self, name, capsys):
        """Each command's help says what it does and shows a call."""
        assert code_of([name, "--help"]) == Exit.OK

        output = capsys.readouterr().out

        assert "Example" in output
        assert f"kserve-conformance {name}" in output

    @pytest.mark.parametrize("name", COMMANDS)
    def test_of_every_command_knows_formats(self, name):
        """Every command has JSON and YAML output."""
        command = cli.get_command(click.Context(cli), name)

        assert {"text", "json", "yaml"} <= {
            choice
            for parameter in command.params
            if parameter.name == "format_"
            for choice in getattr(parameter.type, "choices", ())
        }

    def test_lists_commands_and_exit_codes(self, capsys):
        """Help lists every command in its section, and the meaning of every exit code."""
        assert code_of(["--help"]) == Exit.OK

        output = capsys.readouterr().out

        assert all(f"\n  {name}  " in output for name in COMMANDS)
        assert all(f"\n{title}:\n" in output for title in SECTIONS)
        assert all(f"{code.value}  {meaning}" in output for code, meaning in MEANINGS.items())

    def test_is_fast(self):
        """Help imports no command, so it is fast in a fresh process."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "kserve_conformance", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)

        # Processor time, which other work on the machine does not affect.
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


class TestExitCode:
    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("--version",), Exit.OK),
            (("nonsense",), Exit.USAGE),
            (("run", "--nonsense"), Exit.USAGE),
            (("run", "--target", "memori:v0.15.2"), Exit.USAGE),
            (("run", "--target", "memory:v0.15.9"), Exit.USAGE),
            (("run", "--suite", "nowhere"), Exit.USAGE),
            (("run", "--tags", "nonsense"), Exit.USAGE),
            (("run", "--tags", "core and"), Exit.USAGE),
            (("run", "-k", "nothingislikethis"), Exit.USAGE),
            (("run", "--scenario", "nothing"), Exit.USAGE),
            (("run", "--jobs", "0"), Exit.USAGE),
            (("run", "--jobs", "many"), Exit.USAGE),
            (("report", "nowhere.ndjson"), Exit.RECORD),
            (("rules", "nonsense"), Exit.USAGE),
        ],
    )
    def test_reports_how_a_command_ended(self, arguments, code, capsys):
        """Invalid arguments are an error on stderr with their own code; stdout has only results."""
        assert code == code_of(arguments)
        if code:
            captured = capsys.readouterr()
            assert captured.out == ""
            assert "rror" in captured.err

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (KeyboardInterrupt(), Exit.BROKEN),
            (click.Abort(), Exit.BROKEN),
            (ZeroDivisionError("a bug"), Exit.BROKEN),
            (HarnessError("no answer"), Exit.BROKEN),
            (click.UsageError("bad"), Exit.USAGE),
        ],
    )
    def test_of_an_error_is_never_1(self, error, code, monkeypatch, capsys):
        """Python exits with 1 when it crashes, which here means "does not conform"."""

        def broken(*_arguments, **_options):
            raise error

        monkeypatch.setattr(cli, "main", broken)

        assert code == code_of([])
        assert capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "stdout", "stderr", "code"),
        [
            (("releases",), "/dev/full", "/dev/null", Exit.BROKEN),
            (("releases",), "/dev/null", "/dev/full", Exit.OK),
            (("report", "nowhere.ndjson"), "/dev/null", "/dev/full", Exit.RECORD),
            (("run", "--nonsense"), "/dev/null", "/dev/full", Exit.USAGE),
            (("fuzz", "memory", "memory", "--max-cases", "1"), "/dev/null", "/dev/full", Exit.OK),
            (("run", "--tags", "explicit and core", "--out", "out"), "/dev/null", "/dev/full", Exit.OK),
            (("run", "--tags", "explicit and core", "--out", "out"), "/dev/full", "/dev/full", Exit.BROKEN),
        ],
    )
    def test_survives_a_full_stdout_or_stderr(self, arguments, stdout, stderr, code, tmp_path):
        """A lost result changes the exit code; a lost message does not."""
        with Path(stdout).open("w") as out, Path(stderr).open("w") as err:
            command = [sys.executable, "-m", "kserve_conformance", *arguments]
            assert subprocess.run(command, cwd=tmp_path, stdout=out, stderr=err, check=False).returncode == code

    @pytest.mark.parametrize(
        "words",
        [
            "resolve --release v0.15.2 --shipped service.yaml",
            "resolve --release v0.15.2 --shipped --pod service.yaml",
            "explain --release v0.15.2 --shipped service.yaml",
            "explain --message nonsense",
            "lint --release v0.15.2 --shipped service.yaml",
            "upgrade --from v0.11.0 --to v0.11.1 --shipped service.yaml",
            "upgrade --from v0.11.0 --to v0.11.1 --shipped --format ndjson service.yaml",
            "convert --check service.yaml",
        ],
    )
    def test_of_an_answer_that_cannot_be_written_is_3(self, words, tmp_path):
        """Neither yes nor no counts without the answer, and an error line says so."""
        (tmp_path / "service.yaml").write_text(SERVICE.replace("sklearn", "mlflow"))
        command = [sys.executable, "-m", "kserve_conformance"]
        done = subprocess.run(
            ["sh", "-c", f"{shlex.join(command)} {words} >/dev/full"], cwd=tmp_path, check=False, capture_output=True
        )

        assert done.returncode == Exit.BROKEN
        assert b"error: " in done.stderr
        assert b"Traceback" not in done.stderr

    def test_survives_closed_streams(self, tmp_path):
        """A command without stdout and stderr still ends with its own code."""
        shell = f"{shlex.quote(sys.executable)} -m kserve_conformance report nowhere.ndjson >&- 2>&-"
        assert subprocess.run(["sh", "-c", shell], cwd=tmp_path, check=False).returncode == Exit.RECORD

    @pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", "<&- >&-"])
    def test_of_a_success_without_a_stdout_is_3(self, tmp_path, redirection):
        """The result is lost, and no file that the command opens takes the place of stdout."""
        shell = f"{shlex.quote(sys.executable)} -m kserve_conformance releases {redirection}"
        assert subprocess.run(["sh", "-c", shell], cwd=tmp_path, check=False).returncode == Exit.BROKEN

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_of_a_command_that_is_ended_by_a_signal_is_3(self, number):
        """SIGTERM and SIGHUP end any command as Ctrl-C does, with a line that names them."""
        command = [sys.executable, "-m", "kserve_conformance", "resolve", "--release", "v0.15.2", "--batch", "-"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            # An answer shows that it has started.
            running.stdin.write(b"{}\n")
            running.stdin.flush()
            running.stdout.readline()
            running.send_signal(number)
            assert b"error: interrupted" in running.stderr.read()
        assert running.returncode == Exit.BROKEN

    def test_is_3_if_the_reader_leaves(self):
        """A pipe that is closed early gets a part of the result, and no traceback is printed."""
        command = [sys.executable, "-m", "kserve_conformance", "rules", "--format", "json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            running.stdout.close()
            assert running.stderr.read() == ""
        assert running.returncode == Exit.BROKEN


class TestFormats:
    @pytest.mark.parametrize("arguments", [("releases",), ("rules",), ("run", "--list"), ("rules", "format-exact")])
    def test_are_the_same_result(self, arguments, capsys):
        """JSON and YAML are complete documents with the same content; text is for people."""
        code = code_of([*arguments, "--format", "json"])
        as_json = json.loads(capsys.readouterr().out)
        assert code == code_of([*arguments, "--format", "yaml"])
        as_yaml = yaml.safe_load(capsys.readouterr().out)
        assert code == code_of(arguments)
        text = capsys.readouterr().out

        assert as_json == as_yaml
        assert as_json[0].get("id", as_json[0].get("release")) in text


class TestReleases:
    def test_lists_all_and_the_documentation(self, capsys):
        """Oldest first, then KServe's development branch and the documentation."""
        code_of(["releases", "--format", "json"])
        output = json.loads(capsys.readouterr().out)

        assert [output[place]["release"] for place in (0, -3, -2, -1)] == ["v0.8.0", "v0.20.0", "main", "documented"]
        assert all(one["scenarios"] for one in output)

    def test_lists_what_was_not_read(self, capsys):
        """An inferred release names the releases that it was inferred from, and main is unreleased."""
        code_of(["releases"])
        text = capsys.readouterr().out

        assert "inferred from v0.15.0 and v0.15.2" in text
        assert "main (unreleased)" in text


class TestRules:
    def test_shows_one_in_full(self, capsys):
        """An id shows the statement, the sources and the scenarios of a rule."""
        code_of(["rules", "format-exact"])
        output = capsys.readouterr().out

        assert output.startswith("format-exact")
        assert "features/" not in output
        assert ".go" in output

    def test_are_1_if_one_has_no_scenario(self, tmp_path, capsys):
        """A suite that covers one rule leaves the others uncovered."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/x.feature").write_text("@rule-format-exact\nFeature: x\n  Scenario: y\n    Then a step\n")

        assert code_of(["rules", "--suite", str(tmp_path)]) == Exit.NO
        assert code_of(["rules", "--suite", str(tmp_path), "format-exact"]) == Exit.OK
        assert "x.feature::y" in capsys.readouterr().out


class TestSteps:
    def test_have_an_example_each(self, capsys):
        """Every step of the shipped suite has its texts, a description and lines for a feature."""
        assert code_of(["steps", "--format", "json"]) == Exit.OK

        steps = json.loads(capsys.readouterr().out)

        assert len(steps) > 20
        assert all(step["texts"] and step["description"] and step["example"] for step in steps)

    def test_can_be_searched(self, capsys):
        """All words must occur, in any case; no match is 1."""
        code_of(["steps", "--format", "json"])
        every = len(json.loads(capsys.readouterr().out))
        assert code_of(["steps", "Runtime", "namespace", "--format", "json"]) == Exit.OK

        steps = json.loads(capsys.readouterr().out)

        assert 0 < len(steps) < every
        assert all("runtime" in json.dumps(step).lower() and "namespace" in json.dumps(step) for step in steps)
        assert code_of(["steps", "runtime", "nothinglikethis"]) == Exit.NO
        assert "no step matches" in capsys.readouterr().out

    def test_of_another_suite_are_its_own(self, tmp_path, capsys):
        """--suite lists the steps of that suite."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/x.feature").write_text("Feature: x\n  Scenario: y\n    Then nothing happens\n")
        (tmp_path / "steps").mkdir()
        (tmp_path / "steps/own.py").write_text(
            'from pytest_bdd import then\n\n\n@then("nothing happens")\ndef nothing():\n    """Do nothing."""\n'
        )

        assert code_of(["steps", "--suite", str(tmp_path)]) == Exit.OK
        assert capsys.readouterr().out == (
            "Then nothing happens\n    Do nothing.\n    Example:\n      Then nothing happens\n\n1 of 1 steps\n"
        )
