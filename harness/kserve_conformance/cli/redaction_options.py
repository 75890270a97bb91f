"""The option for what stays readable in a record."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from kserve_conformance.record.environment import ALLOWED

_Command = TypeVar("_Command", bound=Callable[..., Any])


def allow_env_option(command: _Command) -> _Command:
    """Give a command the option ``--allow-env``."""
    return click.option(
        "--allow-env",
        multiple=True,
        metavar="NAME",
        expose_value=False,
        callback=_allow,
        help="Keep the values of this environment variable, or of this flag of a process: target, in the record "
        "(can be repeated)",
    )(command)


def _allow(_context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> None:
    """Pass the names to every process of the run, which inherit the environment."""
    if names:
        os.environ[ALLOWED] = ",".join((*filter(None, [os.environ.get(ALLOWED)]), *names))
