"""Progress in a terminal and in a log, and that of a build."""

from __future__ import annotations

import io
import time

import pytest

from kserve_conformance.targets.programs.build_progress import BuildProgress
from kserve_conformance.targets.progress import LOGGED_EVERY, ProgressLines, Update


class Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), write_through=True)

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestTerminal:
    def test_updates_replace_each_other(self):
        """Each update clears the one before, and so does the next line."""
        terminal = Terminal()
        lines = ProgressLines()
        for line in ("building", Update("1 s"), Update("2 s"), "built", "next"):
            lines.write(line, terminal)

        assert terminal.text == "building\n\r\x1b[K1 s\r\x1b[K2 s\r\x1b[Kbuilt\nnext\n"

    def test_hidden_characters_are_escaped(self):
        """A path cannot move the cursor."""
        terminal = Terminal()
        ProgressLines().write("building /tmp/a\x1b[2J", terminal)

        assert terminal.text == "building /tmp/a\\x1b[2J\n"


class TestLog:
    def test_updates_are_rare(self):
        """A log has every line, and an update if nothing was written for a while."""
        log, clock = io.StringIO(), Clock()
        lines = ProgressLines(clock)
        lines.write("building", log)
        for second in range(1, 2 * int(LOGGED_EVERY) + 1):
            clock.now = float(second)
            lines.write(Update(f"{second} s"), log)
        lines.write("built", log)

        assert log.getvalue().splitlines() == ["building", "15 s", "30 s", "built"]

    def test_a_stream_that_is_closed_ends_nothing(self):
        """Progress is not worth a run."""
        log = io.StringIO()
        log.close()

        ProgressLines().write("building", log)


class TestBuild:
    def test_has_a_line_at_its_start_and_its_end_and_names_packages(self):
        """Updates in between have the package that is compiled."""
        lines: list[str] = []
        with BuildProgress("etcd", lines.append, every=0.01) as build:
            build.compiled("go.etcd.io/etcd/server")
            deadline = time.monotonic() + 10
            while len(lines) < 3 and time.monotonic() < deadline:
                time.sleep(0.01)

        first, *updates, last = lines
        assert (first, last) == ("building etcd", "built etcd in 0 s")
        assert all(isinstance(update, Update) for update in updates)
        assert updates[-1] == "building etcd: 0 s, package 1: go.etcd.io/etcd/server"

    def test_a_failed_build_has_no_last_line(self):
        """Its error says what happened."""
        lines: list[str] = []
        with pytest.raises(KeyError), BuildProgress("etcd", lines.append):
            raise KeyError

        assert lines == ["building etcd"]
