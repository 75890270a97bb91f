"""The command of a published report says what its placeholders stand for."""

from __future__ import annotations

import shlex

import pytest

from kserve_conformance.record import Finding
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.reports.reproduction import notes_of, reproduction_of

RUN = "kserve-conformance run --target"


class TestNotes:
    @pytest.mark.parametrize(
        ("command", "note"),
        [
            (f"{RUN} memory:v0.15.2 --suite ./ours", "run it in the working folder of the original run"),
            (f"{RUN} memory:v0.15.2 --suite .", "run it in the working folder of the original run"),
            (f"{RUN} controlplane:v0.20.0,overlay=./o", "run it in the working folder of the original run"),
            (f"{RUN} 'process:python ./impl.py'", "run it in the working folder of the original run"),
            (f"{RUN} memory:v0.15.2 --suite '~/my suite'", "~ was the home folder of the original run"),
            (f"{RUN} memory:v0.15.2 --suite [tmp]/x", "replace what is in brackets: it was not published"),
            (f"{RUN} 'process:run --token [redacted]'", "replace what is in brackets: it was not published"),
        ],
    )
    def test_a_placeholder_is_explained(self, command, note):
        """Folders and secrets of the machine are not in a record, and the command works only with them."""
        assert notes_of(f"{command} --scenario a.feature::a") == (note,)

    @pytest.mark.parametrize(
        "scenario", ["'a.feature::a model at ./x or ~/x'", "a.feature::../x", "'a.feature::[tmp]'"]
    )
    def test_the_id_of_a_scenario_has_none(self, scenario):
        """An id is as its suite has it."""
        assert notes_of(f"{RUN} memory:v0.15.2 --scenario {scenario}") == ()

    def test_a_redacted_command_is_explained(self, tmp_path, monkeypatch):
        """What redaction writes in place of the working folder is recognized."""
        folder = tmp_path / "a" / "b"
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        command = Redaction.of_this_machine().text(f"{RUN} memory:v0.15.2 --suite {folder}/ours --scenario a::b")

        assert notes_of(command) == ("run it in the working folder of the original run",)

    def test_a_copied_command_is_a_script(self):
        """The notes are comments for a shell."""
        finding = Finding(message="x", reproduce=f"{RUN} memory:v0.15.2 --suite ./ours --scenario a::b")

        *comments, command = reproduction_of(finding)

        assert shlex.split("\n".join(comments), comments=True) == []
        assert command == finding.reproduce
        assert reproduction_of(None) == reproduction_of(Finding(message="x")) == ()
