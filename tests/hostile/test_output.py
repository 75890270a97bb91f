"""Hostile names in every field of a manifest: nothing that a command prints acts on a terminal or a CI server."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_texts import ACTS, HOSTILE, MANIFESTS, run, service

#: Styles that the commands print themselves on a terminal.
STYLE = re.compile(r"\x1b\[[0-9;]*m")

COMMANDS = (
    ["explain", "--release", "v0.15.2", "--all"],
    ["explain", "--release", "v0.15.2", "--pod"],
    ["resolve", "--release", "v0.15.2"],
    ["upgrade", "--from", "v0.15.2", "--to", "v0.16.0"],
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_acts(tmp_path: Path, words: list[str]) -> None:
    """All manifests in one folder, whose file names are hostile too."""
    for name, objects in MANIFESTS.items():
        file = tmp_path / f"{name}-\x1b[31m\u202e\n::error::x.json"
        file.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")

    _, output = run(*words, str(tmp_path))

    assert "Traceback" not in output
    assert "InferenceService" in output
    assert ACTS.findall(output) == []


def test_json_and_yaml_act_no_more(tmp_path: Path) -> None:
    """JSON keeps every character, as an escape that means the same."""
    (tmp_path / "a.json").write_text(json.dumps(service(modelFormat={"name": HOSTILE})), encoding="utf-8")
    _, output = run("explain", "--release", "v0.15.2", "--format", "json", str(tmp_path))

    assert ACTS.findall(output) == []
    assert json.dumps(HOSTILE)[1:-1] in json.dumps(json.loads(output))
    assert ACTS.findall(run("explain", "--release", "v0.15.2", "--format", "yaml", str(tmp_path))[1]) == []


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--target", HOSTILE],
        ["run", "--tags", HOSTILE],
        ["run", "--suite", HOSTILE],
        ["report", HOSTILE],
        ["diff", HOSTILE, HOSTILE],
        ["rules", HOSTILE],
        ["resolve", "--release", HOSTILE, "x"],
        ["explain", "--message", HOSTILE],
        ["matrix", HOSTILE],
        [HOSTILE],
    ],
    ids=lambda words: " ".join("X" if word == HOSTILE else word for word in words),
)
def test_arguments_in_errors(words: list[str]) -> None:
    """An error names what was found, escaped."""
    _, output = run(*words)

    assert "Traceback" not in output
    assert ACTS.findall(output) == []


def test_a_terminal_gets_no_more_than_styles(tmp_path: Path) -> None:
    """On a terminal, only the styles of the commands are escape sequences."""
    (tmp_path / "a.json").write_text(json.dumps(service(modelFormat={"name": HOSTILE})), encoding="utf-8")
    leader, follower = pty.openpty()
    words = ["explain", "--release", "v0.15.2", "--shipped", str(tmp_path / "a.json")]
    with subprocess.Popen([sys.executable, "-m", "kserve_conformance", *words], stdout=follower, stderr=follower):
        os.close(follower)
        output = b""
        while True:
            try:
                data = os.read(leader, 4096)
            except OSError:
                break
            if not data:
                break
            output += data
    os.close(leader)

    assert ACTS.findall(STYLE.sub("", output.decode().replace("\r\n", "\n"))) == []
