"""Lines of progress of a target that takes long to open, and where they are written."""

from __future__ import annotations

import contextlib
import io
import shutil
import time
from collections.abc import Callable
from typing import TextIO

from kserve_conformance.characters import printable_lines

#: Seconds between two updates in a log; a terminal shows each of them.
LOGGED_EVERY = 15.0

#: Back to the beginning of the line, which is cleared.
_CLEARED = "\r\x1b[K"


class Update(str):
    """A line that says how far something has got, and that the next one replaces."""

    __slots__ = ()


class ProgressLines:
    """
    Writes progress a line at a time.

    In a terminal, each update replaces the one before. Elsewhere an update is only written if nothing was for
    :data:`LOGGED_EVERY` seconds. A stream that cannot be written never ends a run.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._logged = now()
        self._has_update = False

    def write(self, line: str, stream: TextIO) -> None:
        """Write a line, or an update."""
        with contextlib.suppress(OSError, ValueError):
            self._write(line, stream)
            stream.flush()

    def _write(self, line: str, stream: TextIO) -> None:
        if not isinstance(line, Update):
            stream.write(f"{_CLEARED if self._has_update else ''}{printable_lines(line)}\n")
            self._has_update = False
            self._logged = self._now()
        # While a progress bar is drawn, the stream is a proxy that keeps whole lines above the bar.
        elif isinstance(stream, io.TextIOWrapper) and stream.isatty():
            stream.write(f"{_CLEARED}{printable_lines(line)[: shutil.get_terminal_size().columns - 1]}")
            self._has_update = True
        elif self._now() - self._logged >= LOGGED_EVERY:
            stream.write(f"{printable_lines(line)}\n")
            self._logged = self._now()
