"""The options by which commands read from a cluster, and the options that do not apply to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource


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


def require_usable(call: click.Context, of_manifests: Iterable[str]) -> None:
    """
    Raise ``UsageError`` for options that have no effect: those of manifests with ``--context``, or ``--kubeconfig``.

    ``of_manifests`` are the names of the parameters for reading manifests.
    """
    if call.params.get("context") is None:
        if call.params.get("kubeconfig") is not None:
            raise click.UsageError("--kubeconfig requires --context")
        return
    names = set(of_manifests)
    given = [
        option.opts[-1]
        for option in call.command.params
        if option.name in names and call.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--context reads from a cluster and cannot be used with {', '.join(given)}")
