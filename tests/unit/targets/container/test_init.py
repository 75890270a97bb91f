"""The container's first process, as a process of this machine: it obeys, tells everything, and leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kserve_conformance.targets.container.image import INIT_SOURCE
from kserve_conformance.targets.programs import go

#: CI has Go; without it there, these tests fail instead of being left out.
pytestmark = pytest.mark.skipif(shutil.which("go") is None and "CI" not in os.environ, reason="there is no Go here")


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("init") / "init"
    go.build(".", output, folder=INIT_SOURCE, what="the first process")
    return output


@pytest.fixture
def init(program) -> Iterator[subprocess.Popen[str]]:
    words = [str(program)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as started:
        yield started
        started.kill()


def tell(init: subprocess.Popen[str], **order: object) -> None:
    init.stdin.write(json.dumps(order) + "\n")


def sh(init: subprocess.Popen[str], name: str, script: str, *, vital: bool = False) -> None:
    tell(init, run={"name": name, "argv": ["/bin/sh", "-c", script], "env": ["PATH=/usr/bin:/bin"], "vital": vital})


def until(init: subprocess.Popen[str], wanted: str) -> list[str]:
    """Every line up to one that begins as wanted."""
    lines = []
    for line in init.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1].startswith(wanted):
            return lines
    pytest.fail(f"no line {wanted!r} in {lines}")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_a_file_is_for_its_owner_alone(init, tmp_path):
    """
    Credentials are written where nobody else reads them, and are not repeated.
    """
    tell(init, write={"path": str(tmp_path / "new" / "token"), "text": "secret"})
    tell(init, echo="1")

    assert until(init, 'init| {"echoed"') == ['init| {"echoed":"1"}']
    assert (tmp_path / "new" / "token").read_text(encoding="utf-8") == "secret"
    assert (tmp_path / "new" / "token").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_an_echo_comes_behind_everything_that_was_written(init):
    """
    Ten thousand long lines that were written before the question are told before its answer.
    """
    sh(init, "a", f"yes {'x' * 300} | head -n 10000; echo done; sleep 60")
    # Once the last line is there all of them were written: the pipe is read in order.
    lines = until(init, "a| done")
    tell(init, echo="1", of="a")

    assert until(init, 'init| {"echoed"')[-1] == 'init| {"echoed":"1"}'
    assert lines.count(f"a| {'x' * 300}") == 10000


def test_an_end_is_told_after_the_last_word(init):
    """
    How a program ended stands behind all that it wrote, to either of its outputs.
    """
    sh(init, "a", "echo one; echo two >&2; exit 7")

    lines = until(init, 'init| {"code"')

    assert lines[-3:] == ["a| one", "a| two", 'init| {"code":7,"ended":"a"}']
    tell(init, echo="2", of="a")
    assert until(init, 'init| {"echoed"') == ['init| {"echoed":"2"}']


def test_a_program_that_stays_is_killed(init):
    """
    SIGTERM first, and SIGKILL to its whole group for one that does not heed it; then it may be started again.
    """
    sh(init, "a", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    until(init, "a| ready")
    sh(init, "a", "true")
    assert until(init, 'init| {"because"')[-1] == 'init| {"because":"it runs already","refused":"a"}'

    tell(init, stop="a", patience_ms=100)

    assert until(init, 'init| {"code"')[-1] == 'init| {"code":-9,"ended":"a"}'
    sh(init, "a", "echo again")
    until(init, "a| again")


def test_what_cannot_be_run_or_understood_is_refused(init):
    """
    A missing program is named with its reason; a line that is no order is not repeated, since it may hold a secret.
    """
    tell(init, run={"name": "a", "argv": ["/nowhere"], "env": []})
    init.stdin.write("secret\n")

    lines = until(init, 'init| {"because":"it is no JSON')
    assert lines[0] == 'init| {"because":"no such file or directory","refused":"a"}'
    assert "secret" not in "".join(lines)


def test_everything_ends_with_a_vital_program(init):
    """
    Without its store an API server is of no use: the container ends, with an error.
    """
    sh(init, "other", "echo $$; sleep 60")
    pid = int(until(init, "other| ")[-1].partition("| ")[2])

    sh(init, "store", "exit 3", vital=True)

    assert 'init| {"code":3,"ended":"store"}' in init.stdout.read().splitlines()
    assert init.wait(10) == 1
    assert gone(pid)


def test_the_end_of_the_input_ends_everything(init):
    """
    A harness that is gone, however it went, leaves no program behind.
    """
    sh(init, "a", "echo $$; sleep 60")
    pid = int(until(init, "a| ")[-1].partition("| ")[2])

    init.stdin.close()

    assert init.wait(10) == 0
    assert gone(pid)


def test_what_is_to_stay_outlives_the_input(init):
    """
    Told to stay it goes on without an input, and ends by a signal.
    """
    sh(init, "a", "echo $$; sleep 60")
    pid = int(until(init, "a| ")[-1].partition("| ")[2])
    tell(init, stay=True)
    init.stdin.close()
    time.sleep(0.3)
    assert init.poll() is None
    assert is_running(pid)

    init.terminate()

    assert init.wait(10) == 0
    assert gone(pid)


def test_an_orphan_is_reaped(init):
    """
    What a program left running does not outlive it.
    """
    sh(init, "a", "sleep 60 & echo $!; exit 0")
    pid = int(until(init, "a| ")[-1].partition("| ")[2])

    until(init, 'init| {"code":0')

    assert gone(pid)
