"""The progress of commands that read manifests, on a terminal: one line, removed before the result is printed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import click

from kserve_conformance.characters import printable

if TYPE_CHECKING:
    from kserve_conformance.upgrade.survey import Progressed

#: How many services are resolved between two updates of the line.
STEP = 500

Item = TypeVar("Item")


class ReadingProgress:
    """A line on stderr that says how far a command is; nothing if stderr is not a terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0
        self._begin = time.monotonic()

    def services(self, count: int) -> None:
        """Show how many services were read."""
        self._show(f"{count:,} services read")

    def building(self, folder: Path) -> None:
        """Show which kustomization is being built."""
        self._show(printable(f"building {folder}"))

    def resolving(self, services: Iterable[Item], count: int, release: str = "") -> Iterator[Item]:
        """Pass services on, and show how many of them were resolved."""
        for number, each in enumerate(services):
            if number and number % STEP == 0:
                self._show(f"{number:,} of {count:,} services resolved{release and f' under {release}'}")
            yield each

    def surveying(self, done: Progressed) -> None:
        """Show how far a survey is, how fast, and when it probably ends."""
        if not done.bytes_read:
            return
        seconds = time.monotonic() - self._begin
        left = seconds * (done.bytes_in_all - done.bytes_read) / done.bytes_read
        rate = done.services / seconds if seconds else 0
        self._show(
            f"{done.services:,} services, {done.parts:,} of {done.parts_in_all:,} parts, {rate:,.0f} services/s, "
            f"{_duration(left)} left"
        )

    def clear(self) -> None:
        """Remove the line, if there is one."""
        if self._width:
            self._write(f"\r{' ' * self._width}\r")
            self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def _show(self, line: str) -> None:
        if self._is_shown:
            self._write(f"\r{line:{self._width}}")
            self._width = max(self._width, len(line))

    def _write(self, text: str) -> None:
        # A stderr that cannot be written never ends a command.
        with contextlib.suppress(OSError):
            click.echo(text, err=True, nl=False)


def _duration(seconds: float) -> str:
    """
    A time in words.

    >>> _duration(12.4), _duration(180)
    ('12 s', '3 min')
    """
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
