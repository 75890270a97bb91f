"""The wheel as people install it: an environment of its own, commands, the plugin of kubectl, completion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from manifests_of import MINE

from kserve_conformance.suite import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="only a checkout can build a wheel"),
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> Path:
    """The folder of the programs of an environment with the wheel and what it depends on, nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env")], check=True)
    wheel = str(next(folder.glob("*.whl")))
    # With the versions of the lock, which the cache has; the requirements are those of the wheel alone.
    options = ["--quiet", "--only-binary", ":all:", "--constraint", str(ROOT / "requirements/core.txt")]
    done = subprocess.run(
        [*uv, "pip", "install", "--python", str(folder / "env"), *options, wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"the dependencies cannot be installed: {done.stderr.strip()[-200:]}")
    return folder / "env/bin"


@pytest.fixture
def call(programs, tmp_path):
    """Run a program of the environment outside of the repository."""
    (tmp_path / "runtime.yaml").write_text(MINE)

    def called(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        everything = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8", **environment}
        return subprocess.run(command, cwd=tmp_path, env=everything, capture_output=True, text=True, check=False)

    return called


class TestWheel:
    def test_has_no_package_of_the_tests(self, programs):
        """What only developers need is not installed."""
        list_ = [sys.executable, "-m", "uv", "pip", "list", "--quiet", "--format", "json", "--python", programs.parent]
        installed = {each["name"] for each in json.loads(subprocess.check_output(list_, text=True))}

        assert "kserve-conformance" in installed
        assert not installed & {"hypothesis", "ruff", "mypy", "distributed", "pytest-xdist", "hatchling"}

    def test_lints(self, call):
        """``lint`` works outside of the repository."""
        done = call("kserve-conformance", "lint", "runtime.yaml")

        assert done.returncode == 1
        assert "NEVER_SELECTED" in done.stdout

    def test_runs_scenarios(self, call, tmp_path):
        """``run`` has the suite of the wheel, and writes its reports."""
        done = call(
            "kserve-conformance", "run", "--target", "memory:v0.20.0", "--tags", "@rule-explicit-namespace-first"
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert (tmp_path / "reports/record.ndjson").is_file()


class TestKubectlPlugin:
    @pytest.mark.parametrize("name", ["kserve-conformance", "kserve_conformance"])
    def test_is_run_by_kubectl(self, name, call):
        """A real kubectl runs the program for both spellings, and the help has the name that users type."""
        if shutil.which("kubectl") is None:
            pytest.skip("needs kubectl")

        done = call("kubectl", name, "lint", "runtime.yaml")
        assert (done.returncode, "NEVER_SELECTED" in done.stdout) == (1, True), done.stderr
        assert call("kubectl", name, "lint", "--help").stdout.startswith("Usage: kubectl kserve-conformance lint ")

    def test_is_listed_by_kubectl(self, call):
        """``kubectl plugin list`` has it without a warning."""
        if shutil.which("kubectl") is None:
            pytest.skip("needs kubectl")

        done = call("kubectl", "plugin", "list")
        assert "kubectl-kserve_conformance" in done.stdout
        assert "kserve" not in done.stderr


class TestCompletion:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [(["ex"], {"explain"}), (["lint", "--rel"], {"--release"}), (["lint", "--format", "sa"], {"sarif"})],
    )
    def test_in_bash(self, words, expected, call):
        """Bash completes commands, options and their values by the script that the program prints."""
        script = (
            'set -eu; script=$(_KSERVE_CONFORMANCE_COMPLETE=bash_source kserve-conformance); eval "$script"; '
            'COMP_WORDS=(kserve-conformance "$@"); COMP_CWORD=$#; '
            '_kserve_conformance_completion kserve-conformance; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = call("bash", "-c", script, "bash", *words)

        assert done.returncode == 0, done.stderr
        assert set(done.stdout.split()) == expected

    @pytest.mark.parametrize("shell", ["zsh", "fish"])
    def test_in_other_shells(self, shell, call):
        """The scripts for zsh and fish are valid, where these are installed."""
        done = call("kserve-conformance", _KSERVE_CONFORMANCE_COMPLETE=f"{shell}_source")

        assert done.returncode == 0
        assert "kserve-conformance" in done.stdout
        if shutil.which(shell) is None:
            pytest.skip(f"needs {shell}")
        assert subprocess.run([shell, "-n"], input=done.stdout, text=True, check=False).returncode == 0
