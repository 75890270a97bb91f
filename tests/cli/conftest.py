"""Fixtures of the tests of commands: a folder with manifests, and ``resolve`` in it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from manifests_of import LEGACY, OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of

# The examples of records are imported by their name.
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "record"))


@pytest.fixture
def folder(tmp_path):
    """A service, and a folder with a runtime of its namespace."""
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "legacy.yaml").write_text(LEGACY)
    (tmp_path / "runtimes").mkdir()
    (tmp_path / "runtimes/ours.yaml").write_text(OURS)
    (tmp_path / "theirs.yaml").write_text(THEIRS)
    (tmp_path / "other.yaml").write_text("{apiVersion: v1, kind: Secret, metadata: {name: x}}\n")
    return tmp_path


@pytest.fixture
def resolve(folder, capsys, monkeypatch):
    """Call the command in the folder; returns the exit code, stdout and stderr."""
    monkeypatch.chdir(folder)

    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = code_of(["resolve", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def invoke(capsys, monkeypatch):
    """Call any command in the current folder; returns the exit code, stdout and stderr."""

    def call(*arguments: str, stdin: str | bytes = "") -> tuple[int, str, str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = code_of(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def call_with_files(tmp_path, capsys, monkeypatch):
    """Writes files, calls a command on them, and returns its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call_with(files: dict[str, str | bytes], *arguments: str, command: str = "resolve") -> tuple[int, str, str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = code_of([command, "--release", "v0.15.2", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call_with
