"""The progress of a build: its time so far and the package that is being compiled."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from kserve_conformance.targets.progress import Update
from kserve_conformance.targets.spec import Progress

#: Seconds between two updates.
EVERY = 1.0


class BuildProgress:
    """Reports one build, from a line at its start to a line at its end, with updates in between."""

    def __init__(self, what: str, progress: Progress, every: float = EVERY) -> None:
        self._what = what
        self._progress = progress
        self._every = every
        self._package = ""
        self._count = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._update, daemon=True)

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._progress(f"building {self._what}")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        if error is None:
            self._progress(f"built {self._what} in {self._seconds} s")

    def compiled(self, package: str) -> None:
        """Note a package that Go has started to compile."""
        self._package = package
        self._count += 1

    @property
    def _seconds(self) -> int:
        return round(time.monotonic() - self._started)

    def _update(self) -> None:
        while not self._is_over.wait(self._every):
            package = f", package {self._count}: {self._package}" if self._package else ""
            self._progress(Update(f"building {self._what}: {self._seconds} s{package}"))
