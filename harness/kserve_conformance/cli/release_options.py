"""The options that name a release and the state of the cluster that it runs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from kserve_conformance.rules.releases import LATEST


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--release``, ``--shipped``, ``--stored/--written`` and ``--default-mode`` to a command."""
    for option in (
        click.option(
            "--default-mode",
            metavar="MODE",
            show_default="the release's own",
            help="Default deployment mode of the cluster",
        ),
        click.option(
            "--stored/--written",
            "stored",
            default=None,
            show_default="stored if it has a uid",
            help="Treat services as already stored (webhooks are skipped) or as newly written",
        ),
        click.option("--shipped", is_flag=True, help="Add the cluster runtimes that the release ships"),
        click.option(
            "--release",
            default=LATEST,
            show_default=True,
            metavar="RELEASE",
            help="KServe release, or 'documented' for the documentation",
        ),
    ):
        command = option(command)
    return command
