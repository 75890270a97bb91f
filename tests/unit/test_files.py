"""Files and streams within limits, and pipes that have no writer yet."""

from __future__ import annotations

import os
import sys
import threading
from io import StringIO
from pathlib import Path

import pytest

from kserve_conformance import files


class Noted(StringIO):
    """A stderr that remembers that something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def write(self, text: str) -> int:
        number = super().write(text)
        self.written.set()
        return number


def test_a_pipe_without_a_writer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading waits for a writer, as kubectl does, and stderr says for which pipe, escaped."""
    pipe, stderr = tmp_path / "a\x1b[31m.yaml", Noted()
    os.mkfifo(pipe)
    monkeypatch.setattr(files, "_PATIENCE", 0.0)
    monkeypatch.setattr(sys, "stderr", stderr)

    def write() -> None:
        stderr.written.wait()
        pipe.write_bytes(b"text")

    writer = threading.Thread(target=write)
    writer.start()

    assert files.read_bytes(pipe) == b"text"
    writer.join()
    assert stderr.getvalue() == f"waiting for a writer of the named pipe {tmp_path}/a\\x1b[31m.yaml\n"


def test_a_file_is_read_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is waited for."""
    (tmp_path / "a").write_bytes(b"text")

    assert files.read_bytes(tmp_path / "a") == b"text"
    assert capsys.readouterr().err == ""
