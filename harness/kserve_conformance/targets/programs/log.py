"""
What a command writes on its standard error: whole in a file, its end at hand.

A command that never stops writing fills neither memory nor disk: the file says
where it was cut, and the end is kept all the same.
"""

from __future__ import annotations

from pathlib import Path

#: So much of the beginning goes into the file.
LONGEST = 64 * 1024 * 1024

#: So much of the end is kept for messages, and so many lines of it are shown.
_END = 16 * 1024
_LINES = 15
_LONGEST_LINE = 500


class Log:
    """The standard error of every run of one command, one after the other."""

    def __init__(self, path: Path, longest: int = LONGEST) -> None:
        self.path = path
        self._file = path.open("wb")
        self._left = longest
        self._end = bytearray()

    def write(self, data: bytes) -> None:
        """Take what was read."""
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
        """Another run writes from here on: messages show its words and no other's."""
        self._end.clear()

    @property
    def log_end(self) -> str:
        """The last lines of this run, indented for a message; an empty text if there are none."""
        lines = self._end.decode(errors="replace").splitlines()[-_LINES:]
        return "\n".join(f"    {line[:_LONGEST_LINE]}" for line in lines if line.strip())

    def close(self) -> None:
        """Nothing more will come."""
        self._file.close()
