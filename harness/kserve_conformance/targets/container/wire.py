"""
What is said to the first process of a container, and what it says of the programs that it runs.

Orders go out as lines of JSON; what comes back is each program's own lines, which are
kept in a file for each, and short notes of its start and end (see ``init/main.go``).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.kubernetes.observer import FileLog
from kserve_conformance.targets.programs.processes import epitaph, last_words

#: How long an order may wait for its answer: far above what any takes.
ANSWER_WITHIN = 30.0

#: By this name the first process speaks of others.
INIT = "init"


class Wire:
    """The input and the output of a container's first process. Threads may share it."""

    def __init__(self, send: Callable[[bytes], object], received: Iterable[bytes], logs: Path) -> None:
        """``received`` is read by a thread until its end; ``logs`` gets a file for each program."""
        self.logs = logs
        self._send = send
        self._changed = threading.Condition()
        self._said: list[Mapping[str, Any]] = []
        self._ended: dict[str, int] = {}
        self._is_open = True
        self._numbers = count(1)
        self._reader = threading.Thread(target=self._follow, args=(received,), daemon=True, name="container-output")
        self._reader.start()

    @property
    def is_open(self) -> bool:
        """Does the container still run, as far as can be told?"""
        return self._is_open

    def log(self, name: str) -> Path:
        """Where a program's lines are kept."""
        return self.logs / f"{name}.log"

    def write(self, path: PurePosixPath, text: str) -> None:
        """Have a file in the container that only its programs can read."""
        self._order({"write": {"path": str(path), "text": text}})

    def run(
        self, name: str, argv: Sequence[object], *, shown: str, environment: Mapping[str, str], vital: bool = False
    ) -> Program:
        """Start a program; everything ends with a vital one. Raises ``CannotStart`` if it cannot be run."""
        log = self.log(name)
        began = log.stat().st_size if log.exists() else 0
        with self._changed:
            seen = len(self._said)
            self._ended.pop(name, None)
        env = [f"{key}={value}" for key, value in environment.items()]
        self._order({"run": {"name": name, "argv": [str(word) for word in argv], "env": env, "vital": vital}})
        answer = self._answer(seen, lambda one: name in (one.get("started"), one.get("refused")))
        if answer is None or "refused" in answer:
            because = (answer or {}).get("because", "the container does not answer")
            raise CannotStart(f"{shown} cannot be run in the container: {because}\n{last_words(self.log(INIT))}")
        return Program(self, name, shown, began)

    def stop(self, program: Program, patience: timedelta) -> None:
        """End a program, and return once it has ended or the container has."""
        self._order({"stop": program.name, "patience_ms": int(patience.total_seconds() * 1000)})
        with self._changed:
            self._changed.wait_for(lambda: not program.is_alive, ANSWER_WITHIN + patience.total_seconds())

    def stay(self) -> None:
        """Have everything go on when we are gone."""
        self._order({"stay": True})

    def sync(self, name: str) -> None:
        """Return once all that a program has written by now is in its log, or the container has ended."""
        with self._changed:
            seen = len(self._said)
            number = str(next(self._numbers))
        self._order({"echo": number, "of": name})
        self._answer(seen, lambda one: one.get("echoed") == number)

    def code(self, name: str) -> int | None:
        """How a program ended, negative for a signal; None while it runs or where nobody knows."""
        return self._ended.get(name)

    def wait_closed(self, within: timedelta) -> bool:
        """Has the container's output ended within a time?"""
        self._reader.join(within.total_seconds())
        return not self._reader.is_alive()

    def _order(self, order: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError, ValueError):  # It is gone, or closed by us: what waits for it will see so.
            self._send(msgspec.json.encode(order) + b"\n")

    def _answer(self, since: int, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any] | None:
        def found() -> Mapping[str, Any] | None:
            return next((one for one in self._said[since:] if wanted(one)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None or not self._is_open, ANSWER_WITHIN)
            return found()

    def _follow(self, received: Iterable[bytes]) -> None:
        """Read until the end, and never fail: whatever breaks the connection is its end."""
        rest = b""
        try:
            for chunk in received:
                *lines, rest = (rest + chunk).split(b"\n")
                self._take(lines)
        except (OSError, ValueError):
            pass
        finally:
            if rest:
                self._take([rest])
            with self._changed:
                self._is_open = False
                self._changed.notify_all()

    def _take(self, lines: Sequence[bytes]) -> None:
        for name, texts in _by_program(lines):
            if name != INIT:
                self._keep(name, texts)
                continue
            for text in texts:
                note = _note(text)
                if note is None:
                    self._keep(INIT, [text])
                    continue
                with self._changed:
                    self._said.append(note)
                    if "ended" in note:
                        self._ended[str(note["ended"])] = int(note["code"])
                    self._changed.notify_all()

    def _keep(self, name: str, texts: Sequence[bytes]) -> None:
        with self.log(name).open("ab") as file:
            file.write(b"".join(text + b"\n" for text in texts))


def _by_program(lines: Iterable[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Neighbouring lines of one program together; a line of nobody's is the first process's own last word."""
    last: str | None = None
    texts: list[bytes] = []
    for line in lines:
        head, bar, text = line.partition(b"| ")
        name = head.decode(errors="replace")
        if not bar or not name.replace("-", "").isalnum():
            name, text = INIT, line
        if name != last and last is not None:
            yield last, texts
            texts = []
        last = name
        texts.append(text)
    if last is not None:
        yield last, texts


def _note(text: bytes) -> Mapping[str, Any] | None:
    try:
        note = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    return note if isinstance(note, dict) else None


@dataclass(frozen=True)
class Program:
    """A program in the container, dead or alive."""

    wire: Wire
    name: str
    shown: str
    began: int

    @property
    def is_alive(self) -> bool:
        """Does it run, as far as can be told?"""
        return self.wire.is_open and self.wire.code(self.name) is None

    @property
    def last_words(self) -> str:
        """The end of its log, indented for a message."""
        return last_words(self.wire.log(self.name), self.began)

    @property
    def epitaph(self) -> str:
        """Say how it ended and what it wrote last."""
        code = self.wire.code(self.name)
        if code is None and not self.wire.is_open:
            return f"the container of {self.shown} has ended; the end of its log:\n{self.last_words}"
        return epitaph(self.shown, code, self.last_words)


@dataclass
class WireLog(FileLog):
    """The log of a manager in the container: nothing that it has written by the time of a question is missing."""

    wire: Wire | None = None
    name: str = ""

    def rewind(self) -> None:
        """What is written from now on is of interest."""
        self._sync()
        super().rewind()

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """The error lines about a service, as JSON, without noise."""
        self._sync()
        yield from super().errors(service)

    def text(self) -> str:
        """What was written since the scenario began, or the end of it."""
        self._sync()
        return super().text()

    def _sync(self) -> None:
        if self.wire is not None:
            self.wire.sync(self.name)
