"""The options by which a run says who publishes its result, and of what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from kserve_conformance.record import Implementation


def publishing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--organization``, ``--project``, ``--url``, ``--implementation-version`` and ``--contact`` to a command."""
    for option in (
        click.option(
            "--contact", multiple=True, metavar="CONTACT", help="Whom to ask about the result. May be repeated."
        ),
        click.option("--implementation-version", metavar="VERSION", help="The project's own version."),
        click.option("--url", metavar="URL", help="Where that project is found."),
        click.option("--project", metavar="NAME", help="What is tested, by its own name."),
        click.option("--organization", metavar="NAME", help="Who publishes the result."),
    ):
        command = option(command)
    return command


def implementation_of(options: dict[str, Any]) -> Implementation:
    """What those options say; the rest of a command's options must be taken out before."""
    return Implementation(
        organization=options["organization"],
        project=options["project"],
        url=options["url"],
        version=options["implementation_version"],
        contact=options["contact"],
    )
