"""The image of this tool, built on a base of Debian's packages, as ``Containerfile`` describes it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from manifests_of import MINE, MLFLOW

from kserve_conformance.suite import ROOT

pytestmark = [
    pytest.mark.container,
    pytest.mark.skipif(not (ROOT / "Containerfile").is_file(), reason="only a checkout can build the image"),
]


@pytest.fixture(scope="module")
def image() -> str:
    """The image. Skips the tests, but never in CI, where its base cannot be made."""
    if "CI" not in os.environ and (os.geteuid() != 0 or shutil.which("debootstrap") is None):
        pytest.skip("needs root and debootstrap for the base of the image")
    done = subprocess.run([ROOT / "scripts/airgapped/tool-image"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture
def run(image, tmp_path):
    """Run the tool on a folder, without a network, capabilities, or anything that it may write to."""
    (tmp_path / "runtime.yaml").write_text(MINE)
    (tmp_path / "service.yaml").write_text(MLFLOW)
    tmp_path.chmod(0o755)

    def call(*arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        confined = ("--read-only", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges")
        command = ["docker", "run", "--rm", *confined, f"--volume={tmp_path}:/work:ro", *options, image, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return call


def test_lints_a_manifest(run):
    """The entry point is the command, and its exit code is that of the container."""
    done = run("lint", "runtime.yaml")

    assert (done.returncode, "NEVER_SELECTED" in done.stdout) == (1, True), done.stderr
    assert run("lint", "--fail-on", "none", "runtime.yaml").returncode == 0


def test_previews_an_upgrade(run):
    """An upgrade needs nothing but the files either."""
    done = run("upgrade", "--from", "v0.11.0", "--to", "v0.11.1", "--shipped", "service.yaml")

    assert (done.returncode, "lost: 1 service" in done.stdout) == (1, True), done.stdout + done.stderr


def test_runs_the_suite_with_a_folder_for_reports(run):
    """With folders in memory for reports, the suite runs as well."""
    folders = ("--tmpfs=/tmp:mode=1777", "--tmpfs=/reports:mode=1777")
    target = ("--target", "memory:v0.20.0", "--tags", "@rule-explicit-namespace-first")
    done = run("run", *target, "--out", "/reports/of-a-run", options=folders)

    assert done.returncode == 0, done.stdout + done.stderr


def test_is_not_root_and_is_labelled(image):
    """The image names a user without rights, its entry point needs no shell, and its labels say what it is."""
    (about,) = json.loads(subprocess.check_output(["docker", "image", "inspect", image], text=True))

    assert about["Config"]["User"] == "65532:65532"
    assert about["Config"]["Entrypoint"] == ["/opt/kserve-conformance/bin/kserve-conformance"]
    assert about["Config"]["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_has_neither_pip_nor_build_tools(run):
    """What only the build needs is not in the image."""
    script = "import importlib.util as u; print([m for m in ('pip', 'hatchling', 'xdist') if u.find_spec(m)])"
    done = run("-I", "-c", script, options=("--entrypoint=/opt/kserve-conformance/bin/python",))

    assert done.stdout.strip() == "['xdist']", done.stderr
