"""The options that select scenarios, the same for every command that runs or lists them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def suite_option(command: _Command) -> _Command:
    """Give a command the option ``--suite``."""
    return click.option(
        "--suite",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        show_default="the shipped suite",
        help="Suite to use: a folder with features/",
    )(command)


def run_suite_option(name: str) -> Callable[[_Command], _Command]:
    """The option ``--suite`` of commands that read a record, as a parameter of this name."""
    return click.option(
        "--suite",
        name,
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="FOLDER",
        show_default="the shipped suite",
        help="Suite of the run: a folder with features/",
    )


def selection_options(command: _Command) -> _Command:
    """Give a command the options ``--tags`` and ``-k``."""
    words = click.option(
        "-k",
        "words",
        metavar="EXPRESSION",
        help="Select scenarios by words in their name, feature or tags, for example 'disabled or priority'",
    )
    tags = click.option(
        "--tags", metavar="EXPRESSION", help="Select scenarios by tags, for example 'core and not upgrades'"
    )
    return tags(words(command))
