"""What commands write: results on stdout, progress on stderr, and nothing that ends a command by itself."""

from __future__ import annotations

import sys
from typing import NoReturn

import pytest

from kserve_conformance.cli.output import columns, emit, example, progress_console, show_progress


class Unwritable:
    """A stderr whose disk is full."""

    encoding = "utf-8"

    def write(self, _text: str) -> NoReturn:
        raise OSError(28, "No space left on device")

    def flush(self) -> NoReturn:
        raise OSError(28, "No space left on device")

    def isatty(self) -> bool:
        return False


class TestHelp:
    def test_one_example_is_an_example(self) -> None:
        """The heading is singular."""
        assert example("kserve-conformance rules") == "\b\nExample:\n  kserve-conformance rules"

    def test_two_examples_are_examples(self) -> None:
        """The heading is plural, and each example is a line."""
        assert example("one", "two") == "\b\nExamples:\n  one\n  two"


class TestResults:
    def test_columns_are_as_wide_as_their_widest_cell(self) -> None:
        """No line ends in spaces."""
        assert columns(("name", "it"), (("a", "long"), ("longer", ""))) == "name    it\na       long\nlonger\n"

    @pytest.mark.parametrize(
        ("format_", "written"), [("json", '{\n  "é": 1\n}\n'), ("yaml", '"é": 1\n'), ("text", "one\n")]
    )
    def test_programs_get_the_value_and_people_the_text(
        self, capsys: pytest.CaptureFixture[str], format_: str, written: str
    ) -> None:
        """The text is made for people only."""
        emit(format_, {"é": 1}, lambda: "one\n")

        assert capsys.readouterr().out == written


class TestProgress:
    def test_goes_to_stderr(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A program that reads stdout never meets it."""
        show_progress("starting")
        progress_console().print("started")

        assert capsys.readouterr() == ("", "starting\nstarted\n")

    @pytest.mark.parametrize("stderr", [Unwritable(), None], ids=["full disk", "closed"])
    def test_that_cannot_be_written_ends_nothing(self, monkeypatch: pytest.MonkeyPatch, stderr: object) -> None:
        """The result is what counts."""
        monkeypatch.setattr(sys, "stderr", stderr)

        show_progress("starting")
        progress_console().print("started")
