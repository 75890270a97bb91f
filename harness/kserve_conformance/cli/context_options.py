"""The options by which commands read from a cluster, and the options that do not apply to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from cloup.constraints import If, IsSet, Not, accept_none, constraint


def context_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--context`` and ``--kubeconfig`` to a command."""
    for option in (
        click.option(
            "--kubeconfig",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            show_default="as kubectl finds it",
            help="Kubeconfig file with the context",
        ),
        click.option(
            "--context", metavar="CONTEXT", help="Read from the cluster of this kubeconfig context (read-only)"
        ),
    ):
        command = option(command)
    return command


#: The constraint of these options.
KUBECONFIG_REQUIRES_CONTEXT = constraint(
    If(Not(IsSet("context")), then=accept_none).rephrased(error="--kubeconfig requires --context"), ("kubeconfig",)
)


def require_usable(call: click.Context, of_manifests: Iterable[str]) -> None:
    """
    Raise ``UsageError`` for options on the command line that have no effect with ``--context``.

    ``of_manifests`` are the names of the parameters for reading manifests.
    """
    if call.params.get("context") is None:
        return
    names = set(of_manifests)
    given = [
        option.opts[-1]
        for option in call.command.params
        if option.name in names and call.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--context reads from a cluster and cannot be used with {', '.join(given)}")
