"""The hooks of pre-commit, run by the real program."""

from __future__ import annotations

import subprocess

import pytest
from schemas import program

from kserve_conformance.suite import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / ".pre-commit-hooks.yaml").is_file(), reason="the hooks are only in a checkout"
)

LEGACY = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: iris, namespace: team-a}
spec:
  predictor:
    sklearn:
      storageUri: s3://models/iris
"""
INVALID = LEGACY.replace("sklearn:", "sklearn2:")
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


@pytest.fixture
def pre_commit():
    """The program."""
    return program("pre-commit", "pre-commit==4.7.0")


def test_the_hooks_are_valid(pre_commit):
    """pre-commit accepts the file."""
    command = [pre_commit, "validate-manifest", ROOT / ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_hooks_run(pre_commit, tmp_path):
    """
    Both hooks are installed from a checkout and get the changed files.

    They fail for what is wrong in them, and pass for files that have nothing to do with KServe.
    """
    source, repository = tmp_path / "source", tmp_path / "repository"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", source], check=True)
    environment = {"HOME": str(tmp_path), "PATH": _path(), "GIT_CONFIG_GLOBAL": "/dev/null"}

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=repository, env=environment, check=True, capture_output=True)

    def run(hook: str, **files: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (repository / f"{name}.yaml").write_text(text)
        git("add", "--all")
        names = [f"{name}.yaml" for name in files]
        command = [pre_commit, "try-repo", source, hook, "--files", *names]
        return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)

    repository.mkdir()
    git("init", "--quiet")
    done = run("kserve-conformance-lint", invalid=INVALID, settings=OTHER)
    if "CalledProcessError" in done.stdout and "pip" in done.stdout:
        pytest.skip(f"the hook cannot be installed: {done.stdout[-300:]}")
    assert (done.returncode, "UNKNOWN_FIELD" in done.stdout) == (1, True), done.stdout
    assert run("kserve-conformance-lint", settings=OTHER).returncode == 0
    done = run("kserve-conformance-convert", legacy=LEGACY)
    assert done.returncode == 1
    assert "+      modelFormat:" in done.stdout
    assert run("kserve-conformance-convert", settings=OTHER).returncode == 0


def _path() -> str:
    import os
    import sys
    from pathlib import Path

    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
