"""The options of accepted findings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def baseline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--baseline`` and ``--write-baseline`` to a command."""
    for option in (
        click.option(
            "--write-baseline",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Accept all findings that would fail the command, in this file",
        ),
        click.option(
            "--baseline",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Accepted findings, which do not fail the command",
        ),
    ):
        command = option(command)
    return command
