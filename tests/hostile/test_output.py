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

#: Escape sequences of a terminal, reordering, invisible characters, forged lines, commands of CI servers.
HOSTILE = (
    "x\x1b[31m\x1b]0;t\x07\x9b1m\u202e\u200b\u2028\n::error::forged\r\n##vso[task]\n"
    "##[group]\n##teamcity[x]\nsection_start:1:x"
)

#: What must not be in any output: controls, reordering and invisible characters, and commands.
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|##(?:vso|teamcity)?\\[|"
    "(?m:^\\s*::[a-z]|^\\s*section_start:)"
)
#: Styles that the commands print themselves on a terminal.
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def service(**fields: object) -> dict[str, object]:
    """A service with fields of its model replaced."""
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://m/x", **fields}
    metadata = {"name": "fraud", "namespace": "team-a"}
    spec = {"predictor": {"model": model}}
    return {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata, "spec": spec}


def runtime(name: str, model_format: str = "sklearn", **spec: object) -> dict[str, object]:
    """A cluster runtime for a format."""
    formats = [{"name": model_format, "version": "1", "autoSelect": True}]
    containers = [{"name": "kserve-container", "image": "own:1"}]
    whole = {"supportedModelFormats": formats, "containers": containers, **spec}
    version = "serving.kserve.io/v1alpha1"
    return {"apiVersion": version, "kind": "ClusterServingRuntime", "metadata": {"name": name}, "spec": whole}


MANIFESTS = {
    "format": [service(modelFormat={"name": HOSTILE}), runtime("ours")],
    "version": [service(modelFormat={"name": "sklearn", "version": HOSTILE}), runtime("ours")],
    "protocol": [service(protocolVersion=HOSTILE), runtime("ours", protocolVersions=[HOSTILE])],
    "runtime": [service(runtime=HOSTILE), runtime("ours")],
    "storage": [service(storageUri=HOSTILE), runtime("ours")],
    "unknown-field": [service(**{HOSTILE: 1}), runtime("ours")],
    "name": [{**service(), "metadata": {"name": HOSTILE, "namespace": HOSTILE}}, runtime(HOSTILE)],
    "labels": [{**service(), "metadata": {"name": "a", "labels": {HOSTILE: HOSTILE}, "annotations": {HOSTILE: 1}}}],
    "kind": [{**service(), "kind": HOSTILE}, service()],
    "format-of-runtime": [service(), runtime("ours", HOSTILE)],
    "template": [
        service(),
        runtime("ours", containers=[{"name": "kserve-container", "args": [f"{{{{.{HOSTILE}}}}}"]}]),
    ],
    "fields-of-runtime": [service(), runtime("ours", **{HOSTILE: {}})],
}

COMMANDS = (
    ["explain", "--release", "v0.15.2", "--all"],
    ["explain", "--release", "v0.15.2", "--pod"],
    ["resolve", "--release", "v0.15.2"],
    ["upgrade", "--from", "v0.15.2", "--to", "v0.16.0"],
)


def run(*words: str) -> str:
    """Run a command without a terminal; stdout and stderr together."""
    done = subprocess.run([sys.executable, "-m", "kserve_conformance", *words], capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_acts(tmp_path: Path, words: list[str]) -> None:
    """All manifests in one folder, whose file names are hostile too."""
    for name, objects in MANIFESTS.items():
        file = tmp_path / f"{name}-\x1b[31m\u202e\n::error::x.json"
        file.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")

    output = run(*words, str(tmp_path))

    assert "Traceback" not in output
    assert "InferenceService" in output
    assert ACTS.findall(output) == []


def test_json_and_yaml_act_no_more(tmp_path: Path) -> None:
    """JSON keeps every character, as an escape that means the same."""
    (tmp_path / "a.json").write_text(json.dumps(service(modelFormat={"name": HOSTILE})), encoding="utf-8")
    output = run("explain", "--release", "v0.15.2", "--format", "json", str(tmp_path))

    assert ACTS.findall(output) == []
    assert json.dumps(HOSTILE)[1:-1] in json.dumps(json.loads(output))
    assert ACTS.findall(run("explain", "--release", "v0.15.2", "--format", "yaml", str(tmp_path))) == []


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
    output = run(*words)

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
