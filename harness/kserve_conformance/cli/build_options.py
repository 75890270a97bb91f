"""The options that name a vendor's own build, and the targets that they apply to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kserve_conformance.targets.contract import BadTarget, Build
from kserve_conformance.targets.spec import go_tags

#: The kinds of target that each option applies to, by the parameter of a target that it sets.
KINDS: Mapping[str, tuple[str, ...]] = {
    "manager": ("controlplane", "container", "kind"),
    "source": ("controlplane", "container", "kind"),
    "overlay": ("controlplane", "container", "kind"),
    "go-tags": ("controlplane",),
}


#: The names of their parameters.
BUILD = tuple(name.replace("-", "_") for name in KINDS)


def build_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--manager``, ``--source``, ``--overlay`` and ``--go-tags`` to a command."""
    for option in (
        click.option(
            "--go-tags",
            metavar="TAG[,TAG...]",
            callback=_tags,
            help="Build tags for the controller of --source",
        ),
        click.option(
            "--overlay",
            metavar="FOLDER|FILE",
            callback=_existing,
            help="Kustomize overlay or rendered manifests, whose CRDs, ConfigMap, webhooks and runtimes replace those "
            "of the release or of --source",
        ),
        click.option("--source", metavar="FOLDER", help="KServe checkout to build and install instead of the release"),
        click.option("--manager", metavar="IMAGE|FILE", help="KServe controller to run instead of the release's own"),
    ):
        command = option(command)
    return command


def deviations_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--deviations`` to a command."""
    return click.option(
        "--deviations",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Deviations of your implementation, a YAML file; its scenarios deviate instead of failing",
    )(command)


def build_of(options: dict[str, Any]) -> Build:
    """The build that the options name; they are removed from the options."""
    given = {name: options.pop(name) for name in BUILD}
    return Build(**{name: value for name, value in given.items() if value is not None})


def with_build(targets: Sequence[str], build: Build) -> tuple[str, ...]:
    """
    The targets with a build as their parameters, where their kind has one.

    Raises ``UsageError`` for an option that applies to none of them, or whose value cannot be a parameter.
    """
    found = tuple(targets)
    for name, kinds in KINDS.items():
        value = "+".join(build.go_tags) if name == "go-tags" else getattr(build, name)
        if not value:
            continue
        if "," in value:
            raise click.UsageError(f"--{name}: the value must not contain a comma, got {value}")
        if not any(_kind(target) in kinds for target in found):
            raise click.UsageError(f"--{name} requires a {' or '.join(kinds)} target, got {', '.join(targets)}")
        found = tuple(_with(target, name, value) if _kind(target) in kinds else target for target in found)
    return found


def require_kind(target: str, build: Build) -> None:
    """Raise ``UsageError`` for an option that does not apply to a target."""
    with_build((target,), build)


def _kind(target: str) -> str:
    return target.partition(":")[0]


def _with(target: str, name: str, value: str) -> str:
    return f"{target}{'' if ':' in target else ':'},{name}={value}"


def _tags(context: click.Context, option: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    try:
        # Constraints between options see that this one was not given.
        return go_tags(text) if text is not None else None
    except BadTarget as error:
        raise click.BadParameter(str(error), context, option) from error


def _existing(context: click.Context, option: click.Parameter, path: str | None) -> str | None:
    if path == "-":
        raise click.BadParameter("standard input is not supported; write the manifests to a file", context, option)
    if path is not None and not Path(path).expanduser().exists():
        raise click.BadParameter(f"no such file or folder: {path}", context, option)
    return path
