"""The options that print pods and stored services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def pod_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--pod`` to a command."""
    return click.option("--pod", is_flag=True, help="Print the pod template of each service, in YAML")(command)


def view_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--pod``, ``--pod-diff`` and ``--show-stored`` to a command."""
    for option in (
        click.option(
            "--show-stored",
            is_flag=True,
            help="Show what the API server and the webhook change in each service, as a diff",
        ),
        click.option(
            "--pod-diff", is_flag=True, help="Compare the pod template of each service with the one of its runtime"
        ),
        pod_option,
    ):
        command = option(command)
    return command
