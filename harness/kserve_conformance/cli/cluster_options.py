"""The options of ``run`` for targets that are whole clusters, written into the target that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

#: Each option by the parameter that it stands for, and the kinds of target that know it.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "cluster": ("kind",),
    "images": ("kind",),
    "node-image": ("kind",),
}


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--cluster``, ``--images`` and ``--node-image`` to a command."""
    for option in (
        click.option("--node-image", metavar="IMAGE", help="The image of a kind cluster's node instead of kind's own."),
        click.option(
            "--images", metavar="ARCHIVE|FOLDER", help="Archives of images to put on a kind cluster's node first."
        ),
        click.option("--cluster", metavar="NAME", help="A kind cluster that is there, instead of a new one."),
    ):
        command = option(command)
    return command


def with_cluster_options(target: str, options: dict[str, Any]) -> str:
    """
    The target with those options as its parameters; they are taken out of the options.

    Raises ``UsageError`` for one that the target's kind does not know, or that no parameter can hold.
    """
    kind = target.partition(":")[0]
    given = {name: options.pop(name.replace("-", "_"), None) for name in PARAMETERS}
    for name, value in given.items():
        if value is None:
            continue
        if kind not in PARAMETERS[name]:
            raise click.UsageError(f"--{name} is for {' and '.join(PARAMETERS[name])} targets, and this is {target}")
        if "," in value:
            raise click.UsageError(f"--{name} {value}: a comma ends a parameter of a target, so it cannot be in one")
        target += f"{'' if ':' in target else ':'},{name}={value}"
    return target
