"""The command line as a whole: its help, its exit codes, its formats."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import click
import pytest
import yaml

from kserve_conformance.cli import COMMANDS, cli, code_of
from kserve_conformance.cli.exit_codes import MEANINGS, Exit
from kserve_conformance.exceptions import HarnessError


class TestHelp:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_of_every_command_has_an_example(self, name, capsys):
        """Each command's help says what it does and shows one call of it."""
        assert code_of([name, "--help"]) == Exit.OK

        told = capsys.readouterr().out

        assert "Example" in told
        assert f"kserve-conformance {name}" in told

    @pytest.mark.parametrize("name", COMMANDS)
    def test_of_every_command_knows_formats(self, name):
        """Every command can answer a program."""
        command = cli.get_command(click.Context(cli), name)

        assert {"text", "json", "yaml"} <= {
            choice
            for parameter in command.params
            if parameter.name == "format_"
            for choice in getattr(parameter.type, "choices", ())
        }

    def test_lists_commands_and_exit_codes(self, capsys):
        """A person finds every command, and every script what a code means."""
        assert code_of(["--help"]) == Exit.OK

        told = capsys.readouterr().out

        assert all(name in told for name in COMMANDS)
        assert all(f"{code.value}  {meaning}" in told for code, meaning in MEANINGS.items())

    def test_is_fast(self):
        """Help imports no command: it is there in a blink, in a fresh process."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "kserve_conformance", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)

        # Processor time, so that whatever else the machine does has no say.
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
    def test_says_how_it_ended(self, arguments, code, capsys):
        """What cannot be used is told on stderr with its own code; stdout has only results."""
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
    def test_of_what_broke_is_never_that_of_a_no(self, error, code, monkeypatch, capsys):
        """Python's own code for a crash is the one that says "does not conform" here, so it may not leak."""

        def broken(*_arguments, **_options):
            raise error

        monkeypatch.setattr(cli, "main", broken)

        assert code == code_of([])
        assert capsys.readouterr().err


class TestFormats:
    @pytest.mark.parametrize("arguments", [("releases",), ("rules",), ("run", "--list"), ("rules", "format-exact")])
    def test_are_the_same_result(self, arguments, capsys):
        """JSON and YAML on stdout are whole documents and say the same; text is for people."""
        code = code_of([*arguments, "--format", "json"])
        as_json = json.loads(capsys.readouterr().out)
        assert code == code_of([*arguments, "--format", "yaml"])
        as_yaml = yaml.safe_load(capsys.readouterr().out)
        assert code == code_of(arguments)
        text = capsys.readouterr().out

        assert as_json == as_yaml
        assert as_json[0].get("id", as_json[0].get("release")) in text


class TestReleases:
    def test_has_all_and_the_documentation(self, capsys):
        """Oldest first, then KServe's development branch and the documentation."""
        code_of(["releases", "--format", "json"])
        told = json.loads(capsys.readouterr().out)

        assert [told[place]["release"] for place in (0, -3, -2, -1)] == ["v0.8.0", "v0.20.0", "main", "documented"]
        assert all(one["scenarios"] for one in told)

    def test_says_what_was_not_read(self, capsys):
        """An inferred release names the releases that it was inferred from, and main is unreleased."""
        code_of(["releases"])
        text = capsys.readouterr().out

        assert "inferred from v0.15.0 and v0.15.2" in text
        assert "main (unreleased)" in text


class TestRules:
    def test_tells_one_whole(self, capsys):
        """With an id: statement, sources and scenarios."""
        code_of(["rules", "format-exact"])
        told = capsys.readouterr().out

        assert told.startswith("format-exact")
        assert "features/" not in told
        assert ".go" in told

    def test_says_no_when_a_rule_has_no_scenario(self, tmp_path, capsys):
        """A suite that asks for one rule leaves the others uncovered, and the answer is no; of that rule it is yes."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/x.feature").write_text(
            "@rule-format-exact\nFeature: x\n  Scenario: y\n    Given a step\n"
        )

        assert code_of(["rules", "--suite", str(tmp_path)]) == Exit.NO
        assert code_of(["rules", "--suite", str(tmp_path), "format-exact"]) == Exit.OK
        assert "x.feature::y" in capsys.readouterr().out


class TestDoctor:
    def test_says_what_to_do(self, capsys, monkeypatch):
        """What is missing comes with advice; what only some targets need is a warning and not a no."""
        monkeypatch.setenv("PATH", "/nowhere")

        assert code_of(["doctor", "--format", "json"]) == Exit.OK

        checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
        assert checks["python"]["status"] == "ok"
        assert checks["suite"]["status"] == "ok"
        assert (checks["go"]["status"], checks["go"]["found"]) == ("warn", "not found")
        assert "controlplane needs Go" in checks["go"]["advice"]
        assert all(check["advice"] for check in checks.values() if check["status"] != "ok")
