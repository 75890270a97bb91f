"""The progress of a matrix on stderr."""

from __future__ import annotations

import re

import pytest

from kserve_conformance.cli.matrix_progress import MatrixProgress
from kserve_conformance.targets.kinds import parse

#: Colours and movements of the cursor.
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
FIRST, SECOND = parse("memory:v0.8.0"), parse("controlplane:v0.15.2")


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on stderr without colours and cursor movements; nothing may be on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    return [line.strip() for line in ESCAPES.sub("\n", err).splitlines() if line.strip()]


def run_both() -> None:
    with MatrixProgress(2, 10) as progress:
        progress.started(FIRST)
        progress.printed(FIRST, "building etcd")
        progress.advanced(FIRST, 5)
        progress.finished(FIRST, None)
        progress.started(SECOND)
        progress.finished(SECOND, "run ended with 3")


def test_a_log_has_a_line_for_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    """What a run prints, and how each ended, with how many are done."""
    run_both()

    lines = shown(capsys)
    assert lines[0] == "memory:v0.8.0: building etcd"
    assert re.fullmatch(r"\[1/2\] memory:v0\.8\.0 finished in 0\.\d s", lines[1])
    assert lines[2:] == ["[2/2] controlplane:v0.15.2 failed: run ended with 3"]


def test_a_record_that_is_reused_counts_as_done(capsys: pytest.CaptureFixture[str]) -> None:
    """It was never started."""
    with MatrixProgress(2, 10) as progress:
        progress.reused(FIRST)
        progress.finished(SECOND, None)

    assert [line.partition(" in ")[0] for line in shown(capsys)] == [
        "[1/2] memory:v0.8.0 reused from an earlier run",
        "[2/2] controlplane:v0.15.2 finished",
    ]


def test_a_terminal_has_bars_and_keeps_the_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run prints is next to its bar; how it ended stays, and a failure is red."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    run_both()

    err = capsys.readouterr().err
    text = ESCAPES.sub(" ", err)
    assert re.search(r"\x1b\[[0-9;]*31mfailed: run ended with 3", err)
    assert not re.search(r"\x1b\[[0-9;]*31mfinished", err)
    assert "memory:v0.8.0: building etcd" not in text
    assert "failed: run ended with 3" in text
    assert re.search(r"finished in 0\.\d s", text)
    assert "targets" in text
