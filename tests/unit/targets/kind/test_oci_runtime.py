"""The OCI runtime of ``scripts/airgapped/``: what it takes from a container before runc gets it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from kserve_conformance.targets.programs import go

SOURCE = Path(__file__).parents[4] / "scripts" / "airgapped" / "programs" / "oci-runtime"

#: CI has Go; without it there, these tests fail instead of being left out.
pytestmark = [
    pytest.mark.controlplane,
    pytest.mark.skipif(shutil.which("go") is None and "CI" not in os.environ, reason="there is no Go here"),
]

#: The largest number of 64 bits, which stands for "no limit".
UNLIMITED = 2**64 - 1


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    output = tmp_path_factory.mktemp("oci-runtime") / "oci-runtime"
    go.build(".", output, folder=SOURCE, what="oci-runtime")
    return output


@pytest.fixture
def run(program, tmp_path):
    """Run the program with a runc that prints its arguments, and that leaves with a code of its own."""
    runc = tmp_path / "bin" / "runc"
    runc.parent.mkdir()
    runc.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n', encoding="utf-8")
    runc.chmod(0o755)

    def make(*arguments):
        return subprocess.run(
            [program, *map(str, arguments)],
            env={"PATH": f"{runc.parent}:/usr/bin:/bin"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            # A limit of ours that a test can know.
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512)),
        )

    return make


def process():
    return {
        "args": ["/sbin/init"],
        "capabilities": {"bounding": ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_KILL"], "ambient": []},
        "oomScoreAdj": -999,
        "rlimits": [
            {"type": "RLIMIT_NOFILE", "soft": 128, "hard": UNLIMITED},
            {"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 1048576},
        ],
    }


def expected():
    ours = int(Path("/proc/self/oom_score_adj").read_text(encoding="ascii"))
    return {
        "args": ["/sbin/init"],
        "capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL"], "ambient": []},
        "oomScoreAdj": max(-999, ours),
        "rlimits": [
            {"type": "RLIMIT_NOFILE", "soft": 128, "hard": 512},
            {"type": "RLIMIT_NOFILE", "soft": 512, "hard": 512},
        ],
    }


@pytest.mark.parametrize("words", [("create", "--bundle"), ("run", "-b"), ("restore", "--no-pivot", "-bundle")])
def test_a_container_loses_what_the_machine_does_not_support(run, tmp_path, words):
    """
    Capability, OOM score and limits are brought to what is possible; the rest stays, large numbers to the digit.
    """
    config = tmp_path / "bundle" / "config.json"
    config.parent.mkdir()
    linux = {"resources": {"memory": {"limit": UNLIMITED}}}
    config.write_text(json.dumps({"process": process(), "linux": linux}), encoding="utf-8")

    done = run("--root", "/run/runc", *words, config.parent, "name")

    assert json.loads(config.read_text(encoding="utf-8")) == {"process": expected(), "linux": linux}
    assert (done.returncode, done.stdout.split()) == (7, ["--root", "/run/runc", *words, str(config.parent), "name"])


def test_the_bundle_may_be_where_it_is_called(run, tmp_path):
    """
    Without the option it is the working folder, as for runc.
    """
    (tmp_path / "config.json").write_text(json.dumps({"process": process()}), encoding="utf-8")

    assert run("create", "name").returncode == 7
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8")) == {"process": expected()}


def test_a_process_that_joins_is_limited_too(run, tmp_path):
    """
    The file of ``exec`` is a process without a container around it.
    """
    file = tmp_path / "process.json"
    file.write_text(json.dumps(process()), encoding="utf-8")

    assert run("exec", f"--process={file}", "name").returncode == 7
    assert json.loads(file.read_text(encoding="utf-8")) == expected()


@pytest.mark.parametrize(
    "words",
    [
        ("state", "name"),
        ("exec", "name", "sh"),
        ("exec", "name", "ps", "-p", "1"),
        ("--root", "run", "delete", "create"),
        ("--version",),
    ],
)
def test_other_commands_go_straight_to_runc(run, words):
    """
    They read no specification, and none is looked for.
    """
    done = run(*words)

    assert (done.returncode, done.stdout.split()) == (7, list(words))


@pytest.mark.parametrize("content", [None, "{", json.dumps({"process": {"rlimits": [{"type": "RLIMIT_NEW"}]}})])
def test_what_it_does_not_understand_starts_nothing(run, tmp_path, content):
    """
    A specification that is missing, broken or unknown is an error of its own, and runc is not called.
    """
    if content is not None:
        (tmp_path / "config.json").write_text(content, encoding="utf-8")

    done = run("create", "name")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("oci-runtime: ")
