"""The hooks of pre-commit, run by the real program."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from manifests_of import LEGACY
from schemas import program

from kserve_conformance.suite import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / ".pre-commit-hooks.yaml").is_file(), reason="the hooks are only in a checkout"
)

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


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """A repository that uses both hooks of this checkout's last commit."""
    folder = tmp_path_factory.mktemp("pre-commit")
    source, repository = folder / "source", folder / "repository"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", source], check=True)
    revision = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=source, text=True).strip()
    subprocess.run(["git", "init", "--quiet", repository], check=True)
    hooks = [{"id": "kserve-conformance-lint"}, {"id": "kserve-conformance-convert"}]
    config = {"repos": [{"repo": str(source), "rev": revision, "hooks": hooks}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    return repository


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hook", "files", "code", "text"),
    [
        ("lint", {"invalid": INVALID, "settings": OTHER}, 1, "UNKNOWN_FIELD"),
        ("lint", {"settings": OTHER}, 0, "Passed"),
        ("convert", {"legacy": LEGACY}, 1, "+    model: {modelFormat:"),
        ("convert", {"settings": OTHER}, 0, "Passed"),
    ],
)
def test_a_hook_gets_the_changed_files(hook, files, code, text, pre_commit, repository):
    """A hook, installed from a checkout, fails for what is wrong, and passes what has nothing to do with KServe."""
    for name, content in files.items():
        (repository / f"{name}.yaml").write_text(content)
    subprocess.run(["git", "add", "--all"], cwd=repository, check=True)
    environment = {**os.environ, "PRE_COMMIT_HOME": str(repository.parent / "home")}
    command = [pre_commit, "run", f"kserve-conformance-{hook}", "--files", *(f"{name}.yaml" for name in files)]

    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    if "CalledProcessError" in done.stdout and "pip" in done.stdout:
        pytest.skip(f"the hook cannot be installed: {done.stdout[-300:]}")
    assert (done.returncode, text in done.stdout) == (code, True), done.stdout
