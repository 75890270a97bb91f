"""The wire to a container's first process: what is sent, what is kept of what comes back, and its end."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import PurePosixPath

import msgspec
import pytest

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.container.wire import Wire, WireLog
from kserve_conformance.targets.contract import CannotStart

MODEL = ObjectKey("InferenceService", "model", "team-a")


class ScriptedInit:
    """A first process that answers each order with the bytes that a test says, until it is told to end."""

    def __init__(self, answer: Callable[[dict], bytes]) -> None:
        self.orders: list[dict] = []
        self._answer = answer
        self._chunks: queue.Queue[bytes | None] = queue.Queue()

    def send(self, line: bytes) -> None:
        order = msgspec.json.decode(line)
        self.orders.append(order)
        self.says(self._answer(order))

    def says(self, chunk: bytes) -> None:
        self._chunks.put(chunk)

    def ends(self) -> None:
        self._chunks.put(None)

    def received(self) -> Iterator[bytes]:
        while (chunk := self._chunks.get()) is not None:
            yield chunk


def obedient(order: dict) -> bytes:
    if "run" in order:
        return b'init| {"started": "%s", "pid": 7}\n' % order["run"]["name"].encode()
    if "echo" in order:
        return b'init| {"echoed": "%s"}\n' % order["echo"].encode()
    if "stop" in order:
        return b'init| {"ended": "%s", "code": -9}\n' % order["stop"].encode()
    return b""


@pytest.fixture
def init() -> Iterator[ScriptedInit]:
    made = ScriptedInit(obedient)
    yield made
    made.ends()


@pytest.fixture
def wire(init, tmp_path) -> Wire:
    return Wire(init.send, init.received(), tmp_path)


def run(wire: Wire):
    return wire.run("manager", ["/manager"], shown="KServe's manager", environment={"A": "b"})


def test_an_order_is_a_line_of_json(wire, init):
    """
    Paths, words and variables go out as the first process reads them.
    """
    wire.write(PurePosixPath("/run/token"), "secret")
    wire.run("etcd", [PurePosixPath("/etcd"), "--name=x"], shown="etcd", environment={"A": "b"}, vital=True)

    assert init.orders == [
        {"write": {"path": "/run/token", "text": "secret"}},
        {"run": {"name": "etcd", "argv": ["/etcd", "--name=x"], "env": ["A=b"], "vital": True}},
    ]


def test_lines_are_kept_by_program_wherever_chunks_are_cut(wire, init, tmp_path):
    """
    What two programs write is not mixed up, though a line may come in pieces.
    """
    for piece in (b"etcd| on", b"e\nmanager| t", b"wo | bars\netcd| three\npanic: a last word\n"):
        init.says(piece)
    wire.sync("manager")

    assert (tmp_path / "etcd.log").read_text(encoding="utf-8") == "one\nthree\n"
    assert (tmp_path / "manager.log").read_text(encoding="utf-8") == "two | bars\n"
    assert (tmp_path / "init.log").read_text(encoding="utf-8") == "panic: a last word\n"


def test_a_program_lives_until_its_end_is_told(wire, init):
    """
    A program that was killed says so with the end of its own log, and not of the one before.
    """
    init.says(b"manager| of an earlier run\n")
    wire.sync("manager")
    program = run(wire)
    assert program.is_alive

    init.says(b"manager| unable to get configmap\n")
    wire.stop(program, timedelta(0))

    assert not program.is_alive
    assert program.epitaph == (
        "KServe's manager was ended by SIGKILL; the end of its log:\n    unable to get configmap"
    )


def test_a_program_that_is_started_again_lives(wire):
    """
    The end of before is not that of the next.
    """
    wire.stop(run(wire), timedelta(0))

    assert run(wire).is_alive


def test_a_refused_program_cannot_start(tmp_path):
    """
    What the container lacks is named with the system's reason.
    """
    init = ScriptedInit(lambda _: b'init| {"refused": "manager", "because": "no such file or directory"}\n')
    wire = Wire(init.send, init.received(), tmp_path)

    with pytest.raises(CannotStart, match="KServe's manager cannot be run in the container: no such file or directory"):
        run(wire)
    init.ends()


def test_the_end_of_the_container_is_the_end_of_everything(wire, init):
    """
    Once nothing comes any more nobody waits, and no program counts as alive.
    """
    program = run(wire)
    init.ends()

    assert wire.wait_closed(timedelta(seconds=5))
    assert not wire.is_open
    assert not program.is_alive
    assert program.epitaph.startswith("the container of KServe's manager has ended")
    wire.sync("manager")
    wire.stop(program, timedelta(0))


def test_a_broken_connection_is_an_end(tmp_path):
    """
    Whatever breaks while it is read or written, the answer is that nothing runs.
    """

    def broken() -> Iterator[bytes]:
        yield b"manager| half a li"
        raise OSError

    def refusing(_: bytes) -> None:
        raise BrokenPipeError

    wire = Wire(refusing, broken(), tmp_path)
    assert wire.wait_closed(timedelta(seconds=5))

    with pytest.raises(CannotStart, match="does not answer"):
        run(wire)
    assert (tmp_path / "manager.log").read_text(encoding="utf-8") == "half a li\n"


def test_a_question_to_the_log_waits_for_what_was_written(tmp_path):
    """
    A line that the manager wrote before the question is there, however late it comes; one of before the rewind is not.
    """
    late = b'manager| {"level":"error","name":"model","namespace":"team-a","service":"model","msg":"%s"}\n'
    lines = iter([b"first", b"second"])
    init = ScriptedInit(lambda order: late.replace(b"%s", next(lines)) + obedient(order))
    log = WireLog(tmp_path / "manager.log", wire=Wire(init.send, init.received(), tmp_path), name="manager")

    log.rewind()

    assert [line["msg"] for line in log.errors(MODEL)] == ["second"]
    init.ends()
