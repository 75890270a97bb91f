"""How a control plane ends: orderly, broken, interrupted, terminated and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from leftovers import processes_of, wait_for

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.contract import Build, CannotStart, NotSettled, Unreachable
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.targets.controlplane.access import end

MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=30)

#: Opens a control plane, says where it is, and waits for its end.
STANDING = """
import sys, time
from kserve_conformance.targets.controlplane import ControlPlane
with ControlPlane("v0.15.2") as target:
    print(target._plane.folder, flush=True)
    time.sleep(300)
"""


class TestClosing:
    def test_nothing_is_left_after_a_failure_inside(self):
        """
        An exception inside the block ends every process and deletes the folder.
        """

        def fail_inside() -> None:
            with ControlPlane("v0.15.2") as target:
                folders.append(target._plane.folder)
                assert processes_of(folders[0])
                raise RuntimeError

        folders: list[Path] = []
        with pytest.raises(RuntimeError):
            fail_inside()

        (folder,) = folders

        assert processes_of(folder) == []
        assert not folder.exists()

    def test_keep_leaves_it_running_and_logs_are_copied(self, tmp_path):
        """
        With ``keep`` the processes and the folder stay until they are ended; the logs are copied to their folder.
        """
        printed: list[str] = []
        with ControlPlane("v0.15.2", keep=True, logs=tmp_path / "logs", progress=printed.append) as target:
            folder = target._plane.folder

        assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == [
            "etcd.log",
            "kube-apiserver.log",
            "manager.log",
        ]
        assert len(processes_of(folder)) >= 3
        assert any(str(folder) in line for line in printed)
        assert folder.stat().st_mode & 0o077 == 0
        assert target.leftovers(thorough=True) == ()
        assert end(folder) == ()
        assert wait_for(lambda: processes_of(folder) == [])
        assert not folder.exists()

    def test_keep_keeps_nothing_that_is_broken(self):
        """
        Without its manager a control plane is of no use: it is closed, and the reason is reported.
        """
        printed: list[str] = []
        with ControlPlane("v0.15.2", keep=True, progress=printed.append) as target:
            folder = target._plane.folder
            os.kill(target._plane.manager.pid, signal.SIGKILL)
            assert wait_for(lambda: not target._plane.manager_is_alive())

        assert any("is not kept: KServe's manager was killed by SIGKILL" in line for line in printed)
        assert processes_of(folder) == []
        assert not folder.exists()

    def test_closing_twice_is_harmless(self, own):
        """
        What is closed can be closed again, and does not answer any more.
        """
        own.close()
        own.close()

        with pytest.raises(Unreachable, match="not open"):
            own.apply()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_a_signal_leaves_no_process_and_no_folder(self, number):
        """
        Ctrl-C, SIGTERM and even SIGKILL of the harness end every process that it started.
        """
        with subprocess.Popen(
            [sys.executable, "-c", STANDING], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as harness:
            folder = Path(harness.stdout.readline().strip())
            assert len(processes_of(folder)) >= 3

            harness.send_signal(number)

        assert wait_for(lambda: processes_of(folder) == [])
        assert wait_for(lambda: not folder.exists())


class TestBreaking:
    def test_a_manager_that_dies_is_unreachable_and_its_log_is_kept(self, own, runtime, service):
        """Once the manager is gone nothing is observed, the error shows its end, and the next reset restarts it."""
        own.apply(runtime("everyones"), service())
        own.observe(MODEL, WITHIN)
        os.kill(own._plane.manager.pid, signal.SIGKILL)

        with pytest.raises(Unreachable, match=r"KServe's manager was killed by SIGKILL.*\n.*") as caught:
            own.observe(MODEL, WITHIN)

        kept = Path(caught.value.hint.removeprefix("complete logs: "))
        assert (kept / "manager.log").read_text(encoding="utf-8")
        own.reset()
        own.apply(runtime("everyones"), service())
        assert own.observe(MODEL, WITHIN).outcome is Outcome.RUNS

    def test_a_manager_that_dies_meanwhile_is_unreachable(self, own, service):
        """
        A death between the write and the answer is never taken for a decision.
        """
        os.kill(own._plane.manager.pid, signal.SIGSTOP)
        store = own._plane.past
        own._session.new.add(MODEL)
        store.post("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}})
        store.post("/apis/serving.kserve.io/v1beta1/namespaces/team-a/inferenceservices", service())
        killing = subprocess.Popen(["sh", "-c", f"sleep 1; kill -KILL {own._plane.manager.pid}"])

        with pytest.raises(Unreachable, match="KServe's manager was killed by SIGKILL"):
            own.observe(MODEL, WITHIN)

        killing.wait()

    def test_an_api_server_that_dies_is_unreachable(self, own, service):
        """
        Without its API server a control plane answers nothing, and says which process ended how.
        """
        os.kill(own._plane._server.process.pid, signal.SIGKILL)
        assert wait_for(lambda: own._plane._server.dead is not None)

        with pytest.raises(Unreachable, match="kube-apiserver was killed by SIGKILL"):
            own.apply(service())

    def test_a_manager_that_stands_still_settles_nothing(self, own, runtime, service):
        """A manager that hangs does not settle in time, which is not an outcome."""
        own.apply(runtime("everyones"), service())
        own.observe(MODEL, WITHIN)
        os.kill(own._plane.manager.pid, signal.SIGSTOP)

        with pytest.raises(NotSettled, match="did not reconcile a service"):
            own.observe(MODEL, timedelta(seconds=1))

        os.kill(own._plane.manager.pid, signal.SIGCONT)


class TestStarting:
    def test_a_manager_that_leaves_at_once_cannot_start(self, tmp_path):
        """
        A manager that ends while starting shows its last lines, and the note says where the logs are.
        """
        program = tmp_path / "manager"
        usage = 'test "$1" = --help && { echo --webhook-port; exit 2; }'
        program.write_text(f"#!/bin/sh\n{usage}\necho 'unable to get configmap'\nexit 3\n", encoding="utf-8")
        program.chmod(0o755)

        with (
            pytest.raises(CannotStart, match=r"(?s)exited with code 3.*unable to get configmap") as caught,
            ControlPlane("v0.15.2", build=Build(manager=str(program)), logs=tmp_path / "logs"),
        ):
            pass

        assert str(tmp_path / "logs") in caught.value.__notes__[0]
        assert "unable to get configmap" in (tmp_path / "logs" / "manager.log").read_text(encoding="utf-8")

    def test_a_manager_of_ones_own_is_driven(self, service):
        """A binary and a source tree from the options are what runs."""
        from kserve_conformance.targets.programs import binaries

        program = binaries.cached_manager("v0.15.2")
        source = binaries.source("v0.15.2")
        with ControlPlane("v0.15.2", build=Build(manager=str(program), source=str(source))) as target:
            target.apply(service())

            assert target.identity.binaries["manager"] == binaries.digest(program)
            assert target.observe(MODEL, WITHIN).reason == "NoSupportingRuntime"
