"""The progress of ``fuzz`` on stderr, whatever it compares."""

from __future__ import annotations

import time

from kserve_conformance.cli.output import show_progress

#: Seconds between two lines of progress.
PROGRESS_EVERY = 5.0


class SearchProgress:
    """Prints the progress of a search every few seconds; ``what`` is the plural of what the search compares."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + PROGRESS_EVERY

    def show(self, count: int, *, rate: float, differing: int, errored: int) -> None:
        """Print a line if the last one is old enough. ``rate`` is per second."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_EVERY
            errors = f", {errored} errored" if errored else ""
            show_progress(f"{count} {self._what}, {rate:.0f}/s, {differing} differ{errors}")
