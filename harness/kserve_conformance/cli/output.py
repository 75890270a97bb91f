"""
Results on stdout, in the format that was asked for; everything else on stderr.

Every command has ``--format``: text for people, json and yaml for programs. A
program that reads stdout never meets a line that is not the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: The formats that every command has.
FORMATS = ("text", "json", "yaml")


def format_option(command: _Command) -> _Command:
    """Give a command the option ``--format``."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How to write the result.",
    )(command)


def example(*lines: str) -> str:
    """A command's example, as the end of its help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def emit(format_: str, value: Any, text: Callable[[], str]) -> None:
    """Write a result: its value for programs, or its text for people, which is only made if it is wanted."""
    if format_ == "json":
        import json

        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
    elif format_ == "yaml":
        from kserve_conformance.manifests import dump

        click.echo(dump(value), nl=False)
    else:
        click.echo(text(), nl=False)


def columns(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows below a header, in columns as wide as they need to be."""
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
    return "\n".join(lines) + "\n"
