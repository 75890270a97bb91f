"""The options that name a release and the state of the cluster that it runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import click

from kserve_conformance.crds import FULL, VARIANTS, crds_of
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile, profile_of
from kserve_conformance.profiles.deployment_modes import BOTH_NAMES
from kserve_conformance.rules.releases import LATEST


def profile_with(release: str, crds: str | None) -> Profile:
    """A release with full or minimal CRDs. Raises ``ProfileError`` for a release that is unknown or lacks them."""
    profile = profile_of(release)
    if crds in (None, FULL):
        return profile
    return replace(profile, crds=crds_of(None if profile.name == DOCUMENTED_NAME else profile.name, crds))


def headline(profile: Profile, crds: str | None) -> Iterator[str]:
    """The first line of a text about a release whose CRDs were chosen."""
    if crds is not None:
        yield f"KServe {profile.name} with {crds} CRDs\n"


shipped_option = click.option("--shipped", is_flag=True, help="Add the cluster runtimes that KServe ships")

crds_option = click.option(
    "--crds",
    type=click.Choice(VARIANTS),
    show_default=FULL,
    help="CRDs that the cluster has; releases since v0.13.0 also ship minimal ones, which check no fields",
)

stored_option = click.option(
    "--stored/--written",
    "stored",
    default=None,
    show_default="stored if it has a uid",
    help="Treat services as already stored (webhooks are skipped) or as newly written",
)


#: The modes that KServe accepts as the default one, under their old and their new names.
#: Source: ``NewDeployConfig``, pkg/apis/serving/v1beta1/configmap.go.
DEFAULT_MODE = click.Choice(tuple(BOTH_NAMES))


def default_mode_option(default: str = "the release's own") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--default-mode`` to a command."""
    return click.option(
        "--default-mode",
        type=DEFAULT_MODE,
        metavar="MODE",
        show_default=default,
        help="Default deployment mode of the cluster",
    )


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--release``, ``--crds``, ``--shipped``, ``--stored/--written`` and ``--default-mode`` to a command."""
    for option in (
        default_mode_option(),
        stored_option,
        crds_option,
        shipped_option,
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
