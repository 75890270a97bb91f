"""Images and containers that cannot be used, each told in its own way; and one that needs nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.container import daemon, image
from kserve_conformance.targets.container.plane import Settings
from kserve_conformance.targets.container.runner import NotOurs
from kserve_conformance.targets.container.target import ContainerTarget
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.programs.archive import Image, write
from kserve_conformance.targets.spec import silent

RELEASE = "v0.15.2"
MODEL = ObjectKey("InferenceService", "model", "team-a")


@pytest.fixture
def program() -> Path:
    """A static program that leaves at once: the first process, if nobody tells it anything."""
    return image.contents(RELEASE, silent).init


@pytest.fixture
def loaded(docker, tmp_path) -> Iterator:
    """Loads an image of these files, and removes it afterwards."""
    names: list[str] = []

    def load(name: str, files: dict[str, Path]) -> str:
        write(tmp_path / "image.tar", Image(name, files, ("/init",)))
        daemon.load(docker, tmp_path / "image.tar")
        names.append(name)
        return name

    yield load
    for name in names:
        docker.images.remove(name, force=True)


def open_and_close(target: ContainerTarget) -> None:
    with target:
        pass


def test_an_image_of_something_else_is_not_ours(loaded, program):
    """
    An image without a control plane is told by what it lacks.
    """
    name = loaded("kserve-conformance.invalid/other:1", {"init": program})

    with pytest.raises(NotOurs, match=r"holds no control plane: it has no /about\.json"):
        open_and_close(ContainerTarget(RELEASE, Settings(image=name)))


def test_an_image_of_another_release_is_refused(loaded, program, tmp_path):
    """
    What is asked is never another release than what was named.
    """
    (tmp_path / "about.json").write_text(
        f'{{"format":{image.FORMAT},"release":"v0.16.0","mode":"RawDeployment","digests":{{}}}}', encoding="utf-8"
    )
    name = loaded("kserve-conformance.invalid/newer:1", {"init": program, "about.json": tmp_path / "about.json"})

    with pytest.raises(NotOurs, match=r"holds v0\.16\.0 and not v0\.15\.2") as caught:
        open_and_close(ContainerTarget(RELEASE, Settings(image=name)))

    assert caught.value.hint == f"ask for container:v0.16.0,image={name}"


def test_an_image_that_cannot_be_had_is_told():
    """
    A name that no registry knows is no start, with Docker's reason.
    """
    with pytest.raises(daemon.NoImage, match=r"example\.invalid/none:1 is not here and cannot be pulled: .+"):
        open_and_close(ContainerTarget(RELEASE, Settings(image="example.invalid/none:1")))


def test_a_container_without_its_programs_cannot_start(loaded, program, tmp_path):
    """
    A program that the image lacks is named.
    """
    (tmp_path / "about.json").write_text(
        f'{{"format":{image.FORMAT},"release":"{RELEASE}","mode":"RawDeployment","digests":{{}}}}', encoding="utf-8"
    )
    files = {"init": program, "about.json": tmp_path / "about.json", "source/any": tmp_path / "about.json"}
    name = loaded("kserve-conformance.invalid/empty:1", files)

    with pytest.raises(CannotStart, match="etcd cannot be run in the container: no such file or directory"):
        open_and_close(ContainerTarget(RELEASE, Settings(image=name)))


def test_a_container_that_ends_at_once_cannot_start(loaded, program, tmp_path):
    """
    A program that leaves before anything is ready is told with the end of its log.
    """
    (tmp_path / "about.json").write_text(
        f'{{"format":{image.FORMAT},"release":"{RELEASE}","mode":"RawDeployment","digests":{{}}}}', encoding="utf-8"
    )
    files = {"init": program, "etcd": program, "kube-apiserver": program, "about.json": tmp_path / "about.json"}
    name = loaded("kserve-conformance.invalid/idle:1", {**files, "source/any": tmp_path / "about.json"})

    with pytest.raises(CannotStart, match=r"left with code 0|has ended|cannot be run"):
        open_and_close(ContainerTarget(RELEASE, Settings(image=name)))


def test_a_saved_image_runs_without_go(docker, tmp_path, runtime, service, monkeypatch):
    """
    An archive of the command ``image`` holds everything: who loads it needs neither Go nor KServe's source.
    """
    archive = tmp_path / "controlplane.tar"
    words = [sys.executable, "-m", "kserve_conformance", "image", RELEASE, "--out", str(archive)]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    name = told.strip().rpartition("image=")[2]
    daemon.load(docker, archive)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "openssl").symlink_to("/usr/bin/openssl")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    with ContainerTarget(RELEASE, Settings(image=name)) as target:
        target.apply(runtime, service())

        assert str(target.observe(MODEL, timedelta(seconds=60)).runtime) == "ClusterServingRuntime everyones"
        target.reset()
    assert not (tmp_path / "cache").exists()
