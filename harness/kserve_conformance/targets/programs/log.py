"""
The standard error of a command: in a file, with its end in memory.

A command that never stops writing fills neither memory nor disk: the file is truncated with a note, and its end is
still available for messages.
"""

from __future__ import annotations

from pathlib import Path

#: Maximum size of the file.
LONGEST = 64 * 1024 * 1024

#: How much of the end is kept for messages, and how many lines of it are shown.
_END = 16 * 1024
_LINES = 15
_LONGEST_LINE = 500


class StderrLog:
    """The standard error of every run of one command, one after the other."""

    def __init__(self, path: Path, longest: int = LONGEST) -> None:
        self.path = path
        self._file = path.open("wb")
        self._left = longest
        self._end = bytearray()

    def write(self, data: bytes) -> None:
        """Append data."""
        self._end += data
        del self._end[:-_END]
        if self._left <= 0:
            return
        self._file.write(data[: self._left])
        self._left -= len(data)
        if self._left <= 0:
            self._file.write(b"\n... cut here: this is as much as is kept\n")
        self._file.flush()

    def begin(self) -> None:
        """A new process starts: messages show only its output."""
        self._end.clear()

    @property
    def log_end(self) -> str:
        """The last lines of this process, indented for a message; empty without any."""
        lines = self._end.decode(errors="replace").splitlines()[-_LINES:]
        return "\n".join(f"    {line[:_LONGEST_LINE]}" for line in lines if line.strip())

    def close(self) -> None:
        """Close the file."""
        self._file.close()
