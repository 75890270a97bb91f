"""The options that name the tested implementation and who publishes its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import msgspec

from kserve_conformance.record import Implementation


def publishing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--organization``, ``--project``, ``--url``, ``--implementation-version`` and ``--contact`` to a command."""
    for option in (
        click.option("--contact", multiple=True, metavar="CONTACT", help="Contact for this result (can be repeated)"),
        click.option("--implementation-version", metavar="VERSION", help="Version of the tested implementation"),
        click.option("--url", metavar="URL", help="URL of the tested implementation"),
        click.option("--project", metavar="NAME", help="Name of the tested implementation"),
        click.option("--organization", metavar="NAME", help="Organization that publishes the result"),
    ):
        command = option(command)
    return command


def implementation_of(options: dict[str, Any]) -> Implementation:
    """The implementation that those options describe."""
    return Implementation(
        organization=options["organization"],
        project=options["project"],
        url=options["url"],
        version=options["implementation_version"],
        contact=options["contact"],
    )


def require_an_implementation(kind: str, implementation: Implementation) -> None:
    """Only the result of an implementation can be published. Raises ``UsageError`` for a run in memory."""
    given = [name for name, value in msgspec.to_builtins(implementation).items() if value]
    if kind == "memory" and given:
        raise click.UsageError(
            f"a run in memory cannot be published: no KServe runs (got {', '.join(map(_option, given))}); "
            "test a build instead, for example controlplane:v0.15.2 with --manager"
        )


def _option(field: str) -> str:
    return "--implementation-version" if field == "version" else f"--{field}"
