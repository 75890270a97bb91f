"""The command that reproduces a failure works from any folder, and tests the same build."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.record.reproduction import Reproduction
from kserve_conformance.suite import Suite
from kserve_conformance.targets.contract import Build
from kserve_conformance.targets.kinds import parse
from kserve_conformance.targets.spec import Options


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of every kind, whose name needs quotes."""
    folder = tmp_path / "my folder"
    (folder / "ours/features").mkdir(parents=True)
    for name in ("fork", "run", "impl.py", "own.yaml"):
        (folder / name).touch()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return folder


def words(target: str, suite: Suite | None = None, deviations: Path | None = None, **build: Any) -> list[str]:
    """The words that a shell makes of the command."""
    reproduction = Reproduction(parse(target), suite or Suite.shipped(), Options(build=Build(**build)), deviations)
    return shlex.split(reproduction.command("a.feature::it's"))


class TestOptions:
    def test_of_a_shipped_suite_in_memory(self):
        """The target and the scenario."""
        assert words("memory:v0.15.2") == [
            *("kserve-conformance", "run", "--target", "memory:v0.15.2", "--scenario", "a.feature::it's")
        ]

    def test_a_build_of_its_own(self, folder):
        """Paths are absolute; an image is none."""
        command = words("controlplane:v0.15.2", source="fork", manager="example.com/manager:1")

        assert command[4:8] == ["--source", f"{folder}/fork", "--manager", "example.com/manager:1"]
        assert f"{folder}/run" in words("controlplane:v0.15.2", manager="./run")

    def test_an_overlay_and_build_tags(self, folder):
        """The overlay is a path too; the tags are copied."""
        command = words("controlplane:v0.15.2", source="fork", overlay="ours", go_tags=("distro", "fips"))

        assert command[4:10] == [
            "--source",
            f"{folder}/fork",
            "--overlay",
            f"{folder}/ours",
            "--go-tags",
            "distro,fips",
        ]

    def test_suite_and_deviations(self, folder):
        """Both are files of the caller."""
        command = words("memory:v0.15.2", Suite.at("ours"), Path("own.yaml"))

        assert command[4:8] == ["--deviations", f"{folder}/own.yaml", "--suite", f"{folder}/ours"]


class TestTargets:
    @pytest.mark.parametrize(
        ("command", "anywhere"),
        [
            ("./run --json", ["{}/run", "--json"]),
            ("python impl.py --config=own.yaml", ["python", "{}/impl.py", "--config={}/own.yaml"]),
            ("run fork", ["run", "fork"]),
            ("./missing", ["./missing"]),
            ("/bin/cat -", ["/bin/cat", "-"]),
        ],
    )
    def test_paths_of_a_command(self, folder, command, anywhere):
        """A program on PATH and a plain argument stay, even where a file has their name."""
        target = words(f"process:{command},release=v0.15.2,log=./own.yaml")[3]
        argument, *parameters = target.removeprefix("process:").split(",")

        assert shlex.split(argument) == [word.format(folder) for word in anywhere]
        assert parameters == ["release=v0.15.2", f"log={folder}/own.yaml"]

    def test_the_module_of_a_target(self, folder, monkeypatch):
        """Python finds it from any folder."""
        monkeypatch.setenv("PYTHONPATH", ".:/opt/ours")

        assert words("python:ours:opened")[:3] == ["env", f"PYTHONPATH={folder}:/opt/ours", "kserve-conformance"]
