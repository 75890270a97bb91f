"""The options of ``run`` for kind targets, which become parameters of the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

#: Each option by the parameter that it sets, with the kinds of target that support it.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "cluster": ("kind",),
    "images": ("kind",),
    "node-image": ("kind",),
}


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--cluster``, ``--images`` and ``--node-image`` to a command."""
    for option in (
        click.option("--node-image", metavar="IMAGE", show_default="kind's own", help="Node image of the kind cluster"),
        click.option(
            "--images", metavar="ARCHIVE|FOLDER", help="Image archives to load onto the nodes of the kind cluster"
        ),
        click.option("--cluster", metavar="NAME", help="Use an existing kind cluster"),
    ):
        command = option(command)
    return command


def with_cluster_options(target: str, options: dict[str, Any]) -> str:
    """
    The target with those options as its parameters; they are removed from the options.

    Raises ``UsageError`` for an option that the kind of target does not support, or
    whose value cannot be a parameter.
    """
    kind = target.partition(":")[0]
    values = {name: options.pop(name.replace("-", "_"), None) for name in PARAMETERS}
    for name, value in values.items():
        if value is None:
            continue
        if kind not in PARAMETERS[name]:
            raise click.UsageError(f"--{name} requires a {' or '.join(PARAMETERS[name])} target, got {target}")
        if "," in value:
            raise click.UsageError(f"--{name}: the value must not contain a comma, got {value}")
        target += f"{'' if ':' in target else ':'},{name}={value}"
    return target
