"""Records as arguments of commands."""

from __future__ import annotations

import io
import sys

import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit


def test_an_error_names_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A dash is reported as stdin, not as a file."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"<html>\n")))

    assert code_of(["report", "-"]) == Exit.RECORD
    assert "stdin: line 1: " in capsys.readouterr().err


def test_an_error_names_the_file(tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The path is printed as it was passed."""
    (tmp_path / "(a).ndjson").write_text("<html>\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert code_of(["report", "(a).ndjson"]) == Exit.RECORD
    assert "(a).ndjson: line 1: " in capsys.readouterr().err
