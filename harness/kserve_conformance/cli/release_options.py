"""The options by which commands name a release and what it is asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from kserve_conformance.rules.releases import LATEST


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--release``, ``--shipped``, ``--stored/--written`` and ``--default-mode`` to a command."""
    for option in (
        click.option(
            "--default-mode", metavar="MODE", help="The cluster's default deployment mode, if it is not the usual."
        ),
        click.option(
            "--stored/--written",
            "stored",
            default=None,
            help="Take every service as stored already (no webhook sees it), or as written now.",
        ),
        click.option("--shipped", is_flag=True, help="Add the cluster runtimes that the release ships."),
        click.option(
            "--release",
            default=LATEST,
            show_default=True,
            metavar="RELEASE",
            help="The KServe release to ask, or 'documented'.",
        ),
    ):
        command = option(command)
    return command
