"""What becomes of a fleet, and of the processes that read it, if something ends them."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from leftovers import wait_for

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.fleet import FleetCode, FleetError, Processes, Reader, parts
from kserve_conformance.manifests import Loader, sources


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Services in so many parts that most have not been read when the first one is done."""
    monkeypatch.setattr(sources, "SMALL", 100)
    monkeypatch.setattr(parts, "STEP", 5)
    one = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "spec": {"predictor": {}}}
    file = tmp_path / "dump.json"
    lines = (json.dumps({**one, "metadata": {"name": f"model-{index}"}}) for index in range(2000))
    file.write_text("\n".join(lines))
    return file


def children() -> set[int]:
    return {each.pid or 0 for each in multiprocessing.active_children()}


def no_child_is_left() -> bool:
    """True once every child has ended. Two threads of the pool reap them, and the list is updated after that."""
    return wait_for(lambda: children() == set())


def test_a_lost_process_is_an_error(dump):
    """Nothing is left out silently: the command ends with exit code 3."""

    def kill(_: int) -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(FleetError) as raised, Processes(2) as processes:
        Reader(Loader(), (str(dump),), processes, kill, part_bytes=1000, parallel_bytes=0).read()

    assert (raised.value.code, raised.value.exit_code) == (FleetCode.WORKER_LOST, Exit.BROKEN)
    assert no_child_is_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_processes(dump, number):
    """Ctrl-C and SIGTERM raise KeyboardInterrupt, and no process is left behind."""

    def interrupt(_: int) -> None:
        os.kill(os.getpid(), number)

    with pytest.raises(KeyboardInterrupt), Processes(2) as processes:
        Reader(Loader(), (str(dump),), processes, interrupt, part_bytes=1000, parallel_bytes=0).read()

    assert no_child_is_left()


def test_small_input_starts_no_process(dump):
    """A process would take longer to start than the input to read."""
    with Processes(2) as processes:
        Reader(Loader(), (str(dump),), processes, part_bytes=1000).read()
        assert children() == set()
        Reader(Loader(), (str(dump),), processes, part_bytes=1000, parallel_bytes=0).read()
        assert len(children()) == 2
