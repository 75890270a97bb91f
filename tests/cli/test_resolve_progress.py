"""The progress of ``resolve`` over a large dump."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from manifests_of import OURS, SERVICE

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.fleet import parts


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
