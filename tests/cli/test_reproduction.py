"""The command that a run prints for a failure works in any folder."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

FEATURE = """\
@core
Feature: F
  Scenario Outline: it's on <runtime>
    Given a ClusterServingRuntime "r"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples:
      | id   | runtime |
      | a b  | other   |
"""


def test_the_printed_command_works_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Called in `/` by a shell, it reruns the same scenario of the same suite, and fails the same way."""
    (tmp_path / "my suite/features").mkdir(parents=True)
    (tmp_path / "my suite/features/a.feature").write_text(FEATURE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run = ["run", "--target", "memory:v0.15.2", "--suite", "my suite", "--out", "out", "--format", "json"]
    assert code_of(run) == Exit.NO
    (failure,) = json.loads(capfd.readouterr().out)["failures"]

    program, *words = shlex.split(failure["reproduce"])
    assert program == "kserve-conformance"
    again = subprocess.run(
        [sys.executable, "-m", "kserve_conformance", *words, "--out", str(tmp_path / "again"), "--format", "json"],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )

    assert again.returncode == Exit.NO, again.stderr
    assert [one["id"] for one in json.loads(again.stdout)["failures"]] == [failure["id"]]


def test_a_published_report_names_where_to_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No report has a folder of the machine; each says what the command lacks."""
    (tmp_path / "ours/features").mkdir(parents=True)
    (tmp_path / "ours/features/a.feature").write_text(FEATURE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code_of(["run", "--target", "memory:v0.15.2", "--suite", "ours", "--out", "out"])
    printed = capfd.readouterr().out

    assert f"--suite {tmp_path}/ours" in printed
    for name in ("report.html", "junit.xml", "summary.md", "conformance-report.yaml"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "un it in the working folder of the original run" in text, name
        assert str(tmp_path) not in text
