"""The progress of ``resolve`` over a large dump."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from manifests_of import OURS, SERVICE

from kserve_conformance.cli import code_of, reading_progress
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.fleet import parts
from kserve_conformance.manifests import loaded


@pytest.mark.parametrize("is_terminal", [True, False])
def test_is_shown_in_a_terminal_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    """A log has no use for it, and the result is the same."""
    monkeypatch.setattr(parts, "STEP", 2)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    services = [SERVICE.replace("name: fraud", f"name: fraud-{number}") for number in range(5)]
    (tmp_path / "dump.yaml").write_text("\n---\n".join([*services, OURS]), encoding="utf-8")

    assert code_of(["resolve", str(tmp_path / "dump.yaml")]) == Exit.OK

    out, err = capsys.readouterr()
    assert out.count("ServingRuntime team-a/ours") == 5
    assert ("\r2 services read" in err) is is_terminal
    assert ("\r4 services read" in err) is is_terminal
    assert "5 services read" not in err


@pytest.mark.parametrize("arguments", [("explain",), ("resolve", "--pod")])
def test_is_shown_while_services_are_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Resolving takes longer than reading, and the line is gone before the result is printed."""
    monkeypatch.setattr(loaded, "STEP", 2)
    monkeypatch.setattr(reading_progress, "STEP", 2)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    services = [SERVICE.replace("name: fraud", f"name: fraud-{number}") for number in range(5)]
    (tmp_path / "dump.yaml").write_text("\n---\n".join([*services, OURS]), encoding="utf-8")

    assert code_of([*arguments, str(tmp_path / "dump.yaml")]) == Exit.OK

    _, err = capsys.readouterr()
    assert "\r4 services read" in err
    assert "\r2 of 5 services resolved" in err
    assert err.endswith(" \r")


def test_names_the_kustomization_that_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Building one may fetch its bases, and takes as long as that."""
    (tmp_path / "kustomize").write_text(f"#!/bin/sh\ncat {tmp_path}/overlay/service.txt\n")
    (tmp_path / "kustomize").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / name) if name == "kustomize" else None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay/kustomization.yaml").write_text("resources: [service.txt]\n")
    (tmp_path / "overlay/service.txt").write_text(f"{SERVICE}---\n{OURS}")

    assert code_of(["resolve", "--kustomize", str(tmp_path / "overlay")]) == Exit.OK
    assert f"\rbuilding {tmp_path / 'overlay'}" in capsys.readouterr().err
