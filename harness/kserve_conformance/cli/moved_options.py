"""Options that another command has now: they end the command and name what replaces them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kserve_conformance.cli.errors import CommandError

_Command = TypeVar("_Command", bound=Callable[..., Any])


def moved_option(
    name: str, new: str | Callable[[click.Context, Any], str], *, is_flag: bool = False
) -> Callable[[_Command], _Command]:
    """Add a former option, which help does not list; ``new`` is the command that replaces it."""

    def end(context: click.Context, _option: click.Parameter, value: Any) -> None:
        if value and not context.resilient_parsing:
            command = new if isinstance(new, str) else new(context, value)
            raise CommandError.moved(f"{context.info_name} {name}", command)

    return click.option(name, is_flag=is_flag, multiple=not is_flag, hidden=True, expose_value=False, callback=end)
