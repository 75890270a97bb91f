"""How a container ends: orderly, broken, interrupted and killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from leftovers import wait_for

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.container import daemon
from kserve_conformance.targets.container.plane import Settings
from kserve_conformance.targets.container.target import ContainerTarget
from kserve_conformance.targets.contract import CannotDo, Unreachable

RELEASE = "v0.15.2"
MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=60)

#: Opens a container, says where it is, and waits for its end.
STANDING = """
import time
from kserve_conformance.targets.container.target import ContainerTarget
with ContainerTarget("v0.15.2") as target:
    print(target._plane.run, target._plane.folder, flush=True)
    time.sleep(300)
"""


class TestClosing:
    def test_nothing_is_left_after_a_failure_inside(self, docker):
        """
        An exception inside the block ends the container and deletes the folder, and nothing is told to be left.
        """

        def fail_inside() -> None:
            with target:
                plane = target._plane
                seen.append((plane.run, plane.folder))
                assert daemon.left(docker, plane.run) == (f"kserve-conformance-{plane.run}",)
                raise RuntimeError

        seen: list[tuple[str, Path]] = []
        target = ContainerTarget(RELEASE)
        with pytest.raises(RuntimeError):
            fail_inside()

        ((run, folder),) = seen
        assert daemon.left(docker, run) == ()
        assert not folder.exists()
        assert target.leftovers(thorough=True) == ()
        target.close()
        with pytest.raises(Unreachable, match="not open"):
            target.apply()

    def test_what_is_still_there_is_told(self, docker):
        """
        A container with the mark of a run that was closed is a leftover.
        """
        with ContainerTarget(RELEASE) as target:
            image = docker.containers.get(f"kserve-conformance-{target._plane.run}").image.tags[0]
            other = docker.containers.create(image, labels={daemon.LABEL: target._plane.run})
        try:
            assert target.leftovers(thorough=True) == (f"container {other.name}",)
        finally:
            other.remove()

    def test_a_container_is_kept_when_asked_for(self, docker, tmp_path):
        """
        With ``keep`` the API server goes on answering, and logs are where they were asked for.
        """
        said: list[str] = []
        target = ContainerTarget(RELEASE, Settings(keep=True, logs=tmp_path / "logs"), said.append)
        with target:
            run, folder, admin = target._plane.run, target._plane.folder, target._plane.admin
        container = docker.containers.get(f"kserve-conformance-{run}")
        try:
            assert admin.get("/version")
            assert any(str(folder / "kubeconfig") in line and run in line for line in said)
            assert (folder / "kubeconfig").stat().st_mode & 0o077 == 0
            assert {path.name for path in (tmp_path / "logs").iterdir()} >= {"manager.log", "kube-apiserver.log"}
        finally:
            container.remove(force=True)
            subprocess.run(["rm", "-r", str(folder)], check=True)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_a_signal_leaves_no_container_and_no_folder(self, docker, number, tmp_path):
        """
        Ctrl-C, SIGTERM and even SIGKILL of the harness end the container within a minute.
        """
        with (
            (tmp_path / "errors").open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-c", STANDING], stdout=subprocess.PIPE, stderr=errors, text=True
            ) as harness,
        ):
            line = harness.stdout.readline()
            assert line, (tmp_path / "errors").read_text(encoding="utf-8")
            run, folder = line.split()
            assert daemon.left(docker, run)

            harness.send_signal(number)

        assert wait_for(lambda: not daemon.left(docker, run), 60)
        assert wait_for(lambda: not Path(folder).exists())


class TestBreaking:
    def test_a_manager_that_dies_is_unreachable_and_started_again(self, target, runtime, service):
        """
        Without its manager a container answers nothing and says how it ended; the next reset starts it again.
        """
        target.apply(runtime, service())
        target.observe(MODEL, WITHIN)
        plane = target._plane
        plane._wire.stop(plane._manager, timedelta(0))

        with pytest.raises(Unreachable, match=r"KServe's manager was ended by SIGKILL") as caught:
            target.observe(MODEL, WITHIN)

        kept = Path(caught.value.hint.rpartition(": ")[2])
        assert (kept / "manager.log").read_text(encoding="utf-8")
        target.reset()
        target.apply(runtime, service())
        assert target.observe(MODEL, WITHIN).outcome is Outcome.RUNS

    def test_everything_ends_with_the_store(self, target, service):
        """
        An API server without its etcd decides nothing: the container ends, and that is told.
        """
        plane = target._plane
        plane._wire.stop(plane._etcd, timedelta(0))
        assert wait_for(lambda: not plane._wire.is_open)

        with pytest.raises(Unreachable, match="etcd was ended by SIGKILL"):
            target.apply(service())

    def test_a_container_that_is_removed_is_unreachable(self, target, docker, service):
        """
        Whoever removes the container ends the run with a reason.
        """
        docker.containers.get(f"kserve-conformance-{target._plane.run}").remove(force=True)
        assert wait_for(lambda: not target._plane._wire.is_open)

        with pytest.raises(Unreachable, match=r"ended"):
            target.apply(service())

    def test_no_other_release_is_installed(self, target):
        """
        An image holds one release.
        """
        with pytest.raises(CannotDo, match="holds one release") as caught:
            target.install("v0.16.0")

        assert "controlplane:v0.15.2,upgrades=yes" in caught.value.hint
