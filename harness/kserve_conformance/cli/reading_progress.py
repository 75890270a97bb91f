"""The progress of commands that read manifests, on a terminal: one line, removed before the result is printed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import click

from kserve_conformance.characters import printable

#: How many services are resolved between two updates of the line.
STEP = 500

Item = TypeVar("Item")


class ReadingProgress:
    """A line on stderr that says how far a command is; nothing if stderr is not a terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0

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
