"""
Results on stdout in the requested format; everything else on stderr.

Every command has ``--format``: text for people, json and yaml for programs. A
program that reads stdout never meets a line that is not the result.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from kserve_conformance.characters import in_json, printable_lines, without_commands
from kserve_conformance.cli.exit_codes import stdout_lost
from kserve_conformance.exceptions import HarnessError
from kserve_conformance.targets.progress import ProgressLines

if TYPE_CHECKING:
    from rich.console import Console

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: The formats of every command.
FORMATS = ("text", "json", "yaml")

#: The width of text that is not written to a terminal.
WIDTH = 120


def format_option(command: _Command) -> _Command:
    """Give a command the option ``--format``."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="Output format",
    )(command)


def out_option(default: str | None, about: str) -> Callable[[_Command], _Command]:
    """Give a command the option ``--out``, a folder to write to."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(default) if default else None,
        show_default=bool(default),
        metavar="FOLDER",
        help=about,
    )


def example(*lines: str) -> str:
    """The end of a command's help: its examples."""
    title = "Example" if len(lines) == 1 else "Examples"
    return f"\b\n{title}:\n" + "\n".join(f"  {line}" for line in lines)


def emit(format_: str, value: Any, text: Callable[[], str]) -> None:
    """Write a result to stdout: its value for programs, or its text for people, made only if needed."""
    if format_ == "json":
        import json

        write(in_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")
    elif format_ == "yaml":
        from kserve_conformance.manifests import dump

        write(printable_lines(dump(value)))
    else:
        write(for_people(text(), sys.stdout))


def for_people(text: str, stream: TextIO | None) -> str:
    """Escape what a terminal or a CI server acts on; on a terminal, our own colours stay."""
    if stream is None or not stream.isatty():
        return printable_lines(text)
    return without_commands(_STYLE_OR_TEXT.sub(_outside_styles, text))


#: A sequence of ``click.style`` or rich that sets a style, or the text up to the next one.
_STYLE_OR_TEXT = re.compile(r"\x1b\[[0-9;]*m|(?:(?!\x1b\[[0-9;]*m)[\s\S])+")


def _outside_styles(part: re.Match[str]) -> str:
    return part[0] if part[0].startswith("\x1b[") and part[0].endswith("m") else printable_lines(part[0])


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Write a text to stdout or stderr, through the gate. Raises ``OSError``."""
    click.echo(for_people(text, sys.stderr if err else sys.stdout), err=err, nl=nl)


def write(result: str | bytes) -> None:
    """Write a result to stdout. One that cannot be written changes the exit code of a success, and no other."""
    try:
        click.echo(result, nl=False)
    except OSError as error:
        stdout_lost(error)


@contextlib.contextmanager
def streaming() -> Iterator[None]:
    """
    Write a result to stdout in parts. Ends the command with the first that cannot be written.

    Raises ``BrokenPipeError`` if the reader has gone, else ``HarnessError``.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise HarnessError(f"cannot write to stdout: {error.strerror or error}") from error


#: What has been written of the progress of a command.
_LINES = ProgressLines()


def show_progress(line: str) -> None:
    """Write a line of progress to stderr. A stderr that cannot be written never ends a command."""
    if sys.stderr is not None:
        _LINES.write(line, sys.stderr)


def columns(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows below a header, in columns as wide as they need to be."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
    return "\n".join(lines) + "\n"


def result_console(stream: TextIO, *, color: bool) -> Console:
    """A console that renders a result into a stream, for a terminal (``color``) or for a file."""
    from kserve_conformance.cli.consoles import GatedConsole

    return GatedConsole(
        file=stream,
        force_terminal=color,
        width=None if color else WIDTH,
        no_color=None if color else True,
    )


def progress_console() -> Console:
    """A console for progress on stderr. A stderr that cannot be written never ends a command."""
    from kserve_conformance.cli.consoles import GatedConsole

    return GatedConsole(file=_Stderr(sys.stderr))


class _Stderr:
    """
    Writes text to stderr and ignores errors.

    It keeps the stream of the start: while bars are shown, rich replaces ``sys.stderr`` by one that writes to here.
    """

    encoding = "utf-8"

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if self._stream is not None:
            with contextlib.suppress(OSError, ValueError):
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError, ValueError):
                self._stream.flush()

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise OSError("stderr is closed")
        return self._stream.fileno()
