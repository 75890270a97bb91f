"""The file that describes a control plane which outlives its command, and the end of that."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kserve_conformance.targets.contract import BadTarget, TargetCode
from kserve_conformance.targets.controlplane.access import FILE, Access, RunningProcess, end, load
from kserve_conformance.targets.programs.process_identity import start_of


@pytest.fixture
def sleeping() -> Iterator[subprocess.Popen[bytes]]:
    """A process that sleeps in a group of its own."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as process:
        yield process
        process.kill()


def described(folder: Path, **processes: RunningProcess) -> Access:
    """A control plane of these processes, whose description is in its folder."""
    access = Access(
        release="v0.15.2",
        api_server="v1.34.4",
        default_mode="RawDeployment",
        folder=str(folder),
        kubeconfig=str(folder / "kubeconfig"),
        processes=processes,
        ports={},
    )
    access.save()
    return access


class TestEnding:
    def test_kills_the_processes_and_deletes_the_folder(self, tmp_path, sleeping):
        """A process with the recorded start is ended, and the folder goes with it."""
        folder = tmp_path / "run"
        folder.mkdir()
        described(folder, etcd=RunningProcess(sleeping.pid, start_of(sleeping.pid) or ""))

        assert end(folder) == ()

        assert sleeping.wait(10) == -signal.SIGKILL
        assert not folder.exists()

    def test_spares_a_process_that_only_has_the_number(self, tmp_path, sleeping):
        """A process that started at another time is not the one that was recorded."""
        folder = tmp_path / "run"
        folder.mkdir()
        described(folder, etcd=RunningProcess(sleeping.pid, "another boot 1"))

        assert end(folder) == ()

        assert sleeping.poll() is None
        assert not folder.exists()

    def test_deletes_the_folder_of_processes_that_have_ended(self, tmp_path, sleeping):
        """After a reboot nothing runs, and the folder can still be deleted with the same command."""
        folder = tmp_path / "run"
        folder.mkdir()
        access = described(folder, etcd=RunningProcess(sleeping.pid, start_of(sleeping.pid) or ""))
        sleeping.kill()
        sleeping.wait()

        assert not access.processes["etcd"].is_alive
        assert end(folder) == ()
        assert not folder.exists()


class TestAFolder:
    def test_of_something_else_is_left_alone(self, tmp_path):
        """A folder without a description is not deleted."""
        with pytest.raises(BadTarget, match="is not the folder of a control plane") as caught:
            end(tmp_path)

        assert caught.value.code is TargetCode.NOT_KEPT
        assert tmp_path.exists()

    def test_with_the_description_of_another_is_left_alone(self, tmp_path):
        """A copied description does not get the folder deleted that it was copied to."""
        described(tmp_path)
        copied = tmp_path / "copy"
        copied.mkdir()
        (copied / FILE).write_bytes((tmp_path / FILE).read_bytes())

        with pytest.raises(BadTarget, match=f"describes the control plane in {tmp_path}"):
            load(copied)

    def test_with_a_broken_description_is_left_alone(self, tmp_path):
        """A file of that name with anything else in it is an error."""
        (tmp_path / FILE).write_text("{}", encoding="utf-8")

        with pytest.raises(BadTarget, match="does not describe a control plane"):
            load(tmp_path)


class TestTheStartOfAProcess:
    def test_is_none_without_one(self, sleeping):
        """A process that has ended has no start, even before its parent has noticed."""
        assert start_of(sleeping.pid) == start_of(sleeping.pid) is not None

        sleeping.kill()
        for _ in range(1000):
            if start_of(sleeping.pid) is None:
                break

        assert start_of(sleeping.pid) is None
