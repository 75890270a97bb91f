"""How containers start and end: in order, broken, interrupted and killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from leftovers import wait_for

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.container import daemon, reaper
from kserve_conformance.targets.container.containers import PREFIX
from kserve_conformance.targets.container.run import locks
from kserve_conformance.targets.contract import CannotDo, CannotStart, TargetCode, Unreachable
from kserve_conformance.targets.spec import Options

RELEASE = "v0.15.2"
MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=60)

#: An image that is there wherever these tests run, and is no KServe.
OTHER_IMAGE = "registry.k8s.io/etcd:3.6.5-0"

#: Opens a target, says where it is, and waits to be ended. A new harness may end its reaper as well.
OPENING = """
import sys, time
from kserve_conformance.targets.container.factory import open_target
from kserve_conformance.targets.spec import Options
with open_target("v0.15.2", {}, Options()) as target:
    print(target.plane.run.id, target.plane.run.folder, target.plane.run.reaper_pid, flush=True)
    time.sleep(300)
"""


class TestStarting:
    def test_an_image_that_cannot_be_pulled_is_named_with_the_option_to_replace_it(self, new_target):
        """The error has Docker's reason; the hint says how to name another image, and how to build it offline."""
        with pytest.raises(CannotStart, match=r"cannot pull the image example\.invalid/none:1: .+") as caught:
            new_target("apiserver-image=example.invalid/none:1").__enter__()

        assert caught.value.code is TargetCode.NO_IMAGE
        assert "apiserver-image=IMAGE" in caught.value.hint
        assert "scripts/airgapped" in caught.value.hint

    def test_an_image_without_the_program_cannot_start(self, new_target):
        """Docker's reason is in the error."""
        with pytest.raises(CannotStart, match=r"cannot start kube-apiserver from .+not found"):
            new_target(f"apiserver-image={OTHER_IMAGE}").__enter__()

    def test_a_program_that_exits_is_reported_with_the_end_of_its_log(self, new_target):
        """A manager image that holds something else ends at once: its code and its log are in the error."""
        with pytest.raises(CannotStart, match=r"kserve-controller (left|exited|ended|was).*\n") as caught:
            new_target("manager=registry.k8s.io/kube-apiserver:v1.34.4").__enter__()

        assert "logs: " in caught.value.__notes__[0]

    def test_no_other_release_is_installed(self, target):
        """The target runs one release, and says which one can be swapped."""
        with pytest.raises(CannotDo, match="runs one release") as caught:
            target.install("v0.16.0")

        assert "controlplane:v0.15.2,upgrades=yes" in caught.value.hint


class TestClosing:
    def test_nothing_is_left_after_a_failure_inside(self, docker, new_target):
        """An exception inside the block removes containers, network and folder, and nothing is reported to be left."""

        def fail_inside() -> None:
            with target:
                plane = target.plane
                opened.append((plane.run.id, plane.run.folder))
                assert len(daemon.leftovers(docker, plane.run.id)) == 4
                raise RuntimeError

        opened: list[tuple[str, Path]] = []
        target = new_target()
        with pytest.raises(RuntimeError):
            fail_inside()

        ((run, folder),) = opened
        assert daemon.leftovers(docker, run) == ()
        assert not folder.exists()
        assert not (locks() / run).exists()
        assert target.leftovers(thorough=True) == ()
        target.close()
        with pytest.raises(Unreachable, match="not open"):
            target.apply()

    def test_what_is_still_there_is_reported(self, docker, new_target):
        """A container with the label of a run that was closed is a leftover."""
        with new_target() as target:
            other = docker.containers.create(OTHER_IMAGE, labels=target.plane.run.labels)
        try:
            assert target.leftovers(thorough=True) == (f"container {other.name}",)
        finally:
            other.remove()

    def test_containers_are_kept_on_request(self, docker, new_target, tmp_path):
        """With ``keep`` the API server goes on answering, logs are where they should be, and both are announced."""
        lines: list[str] = []
        options = Options(keep=True, progress=lines.append)
        with new_target(f"logs={tmp_path / 'logs'}", options=options) as target:
            run, admin = target.plane.run, target.plane.admin
        try:
            assert admin.get("/version")
            assert any(str(run.folder / "kubeconfig") in line for line in lines)
            assert any("docker rm" in line and run.id in line for line in lines)
            assert (run.folder / "kubeconfig").stat().st_mode & 0o077 == 0
            assert {path.name for path in (tmp_path / "logs").iterdir()} >= {"manager.log", "kube-apiserver.log"}
        finally:
            reaper.remove_run(docker, run.id)
            subprocess.run(["rm", "-r", str(run.folder)], check=True)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_a_signal_leaves_nothing(self, docker, number, tmp_path):
        """Ctrl-C, SIGTERM and even SIGKILL of the harness end with containers, network and folder removed."""
        with (
            (tmp_path / "errors").open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-c", OPENING], stdout=subprocess.PIPE, stderr=errors, text=True
            ) as harness,
        ):
            run, folder, _ = harness.stdout.readline().split()
            harness.send_signal(number)
            harness.wait()

        assert wait_for(lambda: not daemon.leftovers(docker, run) and not Path(folder).exists(), 60)

    def test_what_a_dead_run_left_is_removed_by_the_next(self, docker, new_target, tmp_path):
        """Where the reaper was killed too, the next run removes the containers and says so."""
        lines: list[str] = []
        with (
            (tmp_path / "errors").open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-c", OPENING], stdout=subprocess.PIPE, stderr=errors, text=True
            ) as harness,
        ):
            run, folder, cleaner = harness.stdout.readline().split()
            subprocess.run(["kill", "-KILL", cleaner, str(harness.pid)], check=True)
            harness.wait()
        assert len(daemon.leftovers(docker, run)) == 4

        with new_target(options=Options(progress=lines.append)):
            assert daemon.leftovers(docker, run) == ()
        assert any(run in line for line in lines)
        subprocess.run(["rm", "-r", folder], check=True)


class TestDying:
    def test_a_dead_manager_is_unreachable_until_the_next_reset(self, target, docker, runtime, service):
        """Nothing is decided once the manager has ended; the next reset starts it again."""
        target.apply(runtime, service())
        target.observe(MODEL, WITHIN)
        docker.containers.get(f"{PREFIX}-{target.plane.run.id}-kserve-controller").kill()
        assert wait_for(lambda: not target.plane.manager_is_alive())

        with pytest.raises(Unreachable, match=r"kserve-controller was killed by SIGKILL") as caught:
            target.observe(MODEL, WITHIN)

        kept = Path(caught.value.hint.rpartition(": ")[2])
        assert (kept / "manager.log").read_text(encoding="utf-8")
        target.reset()
        target.apply(runtime, service())
        assert target.observe(MODEL, WITHIN).outcome is Outcome.RUNS

    @pytest.mark.parametrize("program", ["etcd", "kube-apiserver"])
    def test_a_dead_store_or_server_is_unreachable(self, target, docker, service, program):
        """Without either of them nothing is stored: the one that ended is named."""
        docker.containers.get(f"{PREFIX}-{target.plane.run.id}-{program}").kill()

        with pytest.raises(Unreachable, match=f"{program} was killed by SIGKILL"):
            target.apply(service())

    def test_a_container_that_is_removed_is_unreachable(self, target, docker, service):
        """The error says that the container was removed."""
        docker.containers.get(f"{PREFIX}-{target.plane.run.id}-kube-apiserver").remove(force=True)

        with pytest.raises(Unreachable, match="the container of kube-apiserver was removed"):
            target.apply(service())


def test_the_release_is_that_of_the_target(shared):
    """The identity and the observed release are the one of the command line."""
    assert (shared.identity.release, shared.observed_release) == (RELEASE, RELEASE)
