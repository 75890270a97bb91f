"""The package as people install it: one wheel with the suite in it, in a folder that nothing may write to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kserve_conformance.suite import ROOT, Suite, inventory

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="only a checkout can build a wheel")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel's content in a folder without any permission to write."""
    built = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def call(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "kserve_conformance", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


class TestWheel:
    def test_has_only_one_top_level_package(self, installed):
        """Nothing of ours can collide with a package called steps, features or fixtures."""
        names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}

        assert names == {"kserve_conformance"}

    def test_runs_the_suite_that_it_ships(self, installed, tmp_path):
        """From any folder, without writing next to itself, it runs the same suite as the checkout."""
        before = sorted(installed.rglob("*"))

        run = call(installed, tmp_path, "run", "--target", "memory:v0.15.2", "--tags", "ordering", "--format", "json")

        reported = json.loads(run.stdout)
        shipped = Suite.shipped()
        assert reported["suite"] == {"version": shipped.version, "digest": shipped.digest}
        assert sum(reported["counts"].values()) == sum(scenario.topic == "ordering" for scenario in inventory(shipped))
        assert reported["counts"]["passed"]
        assert not reported["counts"]["errored"]
        assert [path for path in sorted(installed.rglob("*")) if "__pycache__" not in path.parts] == [
            path for path in before if "__pycache__" not in path.parts
        ]

    def test_runs_a_suite_of_ones_own(self, installed, tmp_path):
        """Features of a user run on the steps in the wheel."""
        (tmp_path / "features").mkdir()
        (tmp_path / "features/x.feature").write_text(
            'Feature: x\n  Scenario: y\n    When a service in namespace "a" requests "b"\n'
            '    Then it has no runtime because of "NoSupportingRuntime"\n'
        )

        run = call(installed, tmp_path, "run", "--suite", ".", "--format", "json")

        assert json.loads(run.stdout)["counts"]["passed"] == 1
        assert run.returncode == 0
