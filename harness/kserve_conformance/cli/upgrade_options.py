"""The options of the commands about an upgrade: its releases, what changes with it, and the services to read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources, source_options
from kserve_conformance.cli.validation import Validation
from kserve_conformance.crds import FULL, VARIANTS

if TYPE_CHECKING:
    from kserve_conformance.cli.census import Upgraded

#: The sections of the help in which they are listed.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Upgrade": ("from_", "to", "path", "shipped", "crds", "default_mode"),
    "What if": ("with_", "without", "disable"),
    "Input": ("stored", "namespace", "parameters", "kustomize", "strict", "validation"),
}


@dataclass(frozen=True, slots=True)
class UpgradeOptions:
    """The values of these options."""

    paths: tuple[str, ...]
    from_: str | None
    to: str | None
    path: str | None
    shipped: bool
    crds: str | None
    default_mode: str | None
    with_: tuple[str, ...]
    without: tuple[str, ...]
    disable: tuple[str, ...]
    stored: bool | None
    namespace: str | None
    parameters: tuple[tuple[str, str], ...]
    kustomize: bool
    strict: bool
    validation: str

    def releases(self) -> tuple[str, ...]:
        """The releases on the path. Raises ``UsageError`` unless there are at least two."""
        if self.path is not None:
            if self.from_ is not None or self.to is not None:
                raise click.UsageError("--path cannot be used with --from or --to")
            releases = tuple(name.strip() for name in self.path.split(",") if name.strip())
            if len(releases) < 2:
                raise click.UsageError("--path needs at least two releases, such as v0.10.2,v0.15.2")
            return releases
        if self.from_ is None or self.to is None:
            raise click.UsageError("pass --from and --to, or --path")
        return self.from_, self.to

    def read(self) -> Upgraded:
        """
        Read the services and runtimes.

        Raises ``UsageError`` for options that do not fit together, ``ProfileError`` for an unknown release, and
        ``ManifestError`` where there is nothing to assess.
        """
        releases = self.releases()
        if not self.paths:
            raise click.UsageError("nothing to read: pass files, folders or '-'")
        from kserve_conformance.cli.answers import Assumptions
        from kserve_conformance.cli.census import RuntimeChanges, Upgraded

        profiles = tuple(profile_with(release, self.crds) for release in releases)
        sources = Sources(
            self.paths,
            self.namespace,
            self.parameters,
            self.kustomize,
            self.strict,
            Validation(self.validation),
            profiles[0].crds,
            self.stored,
        )
        changes = RuntimeChanges(self.with_, self.without, self.disable)
        return Upgraded(sources, profiles, changes, Assumptions(self.shipped, self.stored, self.default_mode))


def upgrade_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add these options to a command, which gets their values as its first argument."""

    @functools.wraps(command)
    def called(**values: Any) -> Any:
        upgrade = UpgradeOptions(**{name: values.pop(name) for name in UpgradeOptions.__dataclass_fields__})
        return command(upgrade, **values)

    decorated: Callable[..., Any] = source_options(called)
    for option in (
        click.option(
            "--stored/--written",
            "stored",
            default=None,
            show_default="stored if it has a uid",
            help="Treat services as already stored, or as written under the first release",
        ),
        click.option("--disable", multiple=True, metavar="NAME", help="Disable this runtime (can be repeated)"),
        click.option("--without", multiple=True, metavar="NAME", help="Delete this runtime (can be repeated)"),
        click.option(
            "--with",
            "with_",
            multiple=True,
            metavar="FILE",
            help="Add or replace the runtimes of this file (can be repeated)",
        ),
        click.option(
            "--default-mode",
            metavar="MODE",
            show_default="the release's own",
            help="Default deployment mode of the cluster",
        ),
        click.option("--crds", type=click.Choice(VARIANTS), show_default=FULL, help="CRDs that the cluster has"),
        click.option("--shipped", is_flag=True, help="Add the cluster runtimes that each release ships"),
        click.option(
            "--path", metavar="RELEASE,...", help="Releases to install one after the other, the installed one first"
        ),
        click.option("--to", metavar="RELEASE", help="Release to install"),
        click.option("--from", "from_", metavar="RELEASE", help="Release that is installed now"),
        click.argument("paths", nargs=-1, metavar="[FILE|FOLDER|-]..."),
    ):
        decorated = option(decorated)
    return decorated
