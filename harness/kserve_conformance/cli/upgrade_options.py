"""The options of the commands about an upgrade: its releases, what changes with it, and the services to read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup
from cloup.constraints import If, IsSet, Not, accept_none, constraint, require_all

from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.scheduler_options import Scheduler, scheduler_options
from kserve_conformance.cli.source_options import Sources, source_options
from kserve_conformance.cli.validation import Validation
from kserve_conformance.crds import FULL, VARIANTS
from kserve_conformance.machine import allowed

if TYPE_CHECKING:
    from kserve_conformance.cli.census import Upgraded
    from kserve_conformance.fleet.processes import OpenWorkers


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
    scheduler: str | None
    tls_ca: Path | None
    tls_cert: Path | None
    tls_key: Path | None

    def releases(self) -> tuple[str, ...]:
        """The releases on the path. Raises ``UsageError`` unless there are at least two."""
        if self.path is None:
            return self.from_ or "", self.to or ""
        releases = tuple(name.strip() for name in self.path.split(",") if name.strip())
        if len(releases) < 2:
            raise click.UsageError("--path needs at least two releases, such as v0.10.2,v0.15.2")
        return releases

    def workers(self) -> OpenWorkers:
        """The workers of ``--scheduler``, or one process per core. Raises ``UsageError`` and ``InvalidScheduler``."""
        return Scheduler(self.scheduler, self.tls_ca, self.tls_cert, self.tls_key).workers(allowed()[0])

    def read(self) -> Upgraded:
        """
        Read the services and runtimes.

        Raises ``UsageError`` for options that do not fit together, ``ProfileError`` for an unknown release,
        ``FleetError`` if workers cannot be used, and ``ManifestError`` where there is nothing to assess.
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
        with self.workers() as workers:
            assumptions = Assumptions(self.shipped, self.stored, self.default_mode)
            return Upgraded(sources, profiles, changes, assumptions, workers)


_RELEASES = cloup.option_group(
    "Upgrade",
    cloup.option("--from", "from_", metavar="RELEASE", help="Release that is installed now"),
    cloup.option("--to", metavar="RELEASE", help="Release to install"),
    cloup.option(
        "--path", metavar="RELEASE,...", help="Releases to install one after the other, the installed one first"
    ),
    cloup.option("--shipped", is_flag=True, help="Add the cluster runtimes that each release ships"),
    cloup.option("--crds", type=click.Choice(VARIANTS), show_default=FULL, help="CRDs that the cluster has"),
    cloup.option(
        "--default-mode",
        metavar="MODE",
        show_default="the release's own",
        help="Default deployment mode of the cluster",
    ),
)

_NEITHER_WITH_PATH = If("path", then=accept_none).rephrased(error="--path cannot be used with --from or --to")
_BOTH_WITHOUT_PATH = If(Not(IsSet("path")), then=require_all).rephrased(error="pass --from and --to, or --path")

_CHANGES = cloup.option_group(
    "What if",
    cloup.option(
        "--with",
        "with_",
        multiple=True,
        metavar="FILE",
        help="Add or replace the runtimes of this file (can be repeated)",
    ),
    cloup.option("--without", multiple=True, metavar="NAME", help="Delete this runtime (can be repeated)"),
    cloup.option("--disable", multiple=True, metavar="NAME", help="Disable this runtime (can be repeated)"),
)

_INPUT = cloup.option_group(
    "Input",
    cloup.option(
        "--stored/--written",
        "stored",
        default=None,
        show_default="stored if it has a uid",
        help="Treat services as already stored, or as written under the first release",
    ),
    source_options,
)


def upgrade_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add these options to a command, which gets their values as its first argument."""

    @functools.wraps(command)
    def called(**values: Any) -> Any:
        upgrade = UpgradeOptions(**{name: values.pop(name) for name in UpgradeOptions.__dataclass_fields__})
        return command(upgrade, **values)

    decorated: Callable[..., Any] = called
    for condition in (_NEITHER_WITH_PATH, _BOTH_WITHOUT_PATH):
        decorated = constraint(condition, ("from_", "to"))(decorated)
    for options in (
        scheduler_options,
        _INPUT,
        _CHANGES,
        _RELEASES,
        click.argument("paths", nargs=-1, metavar="[FILE|FOLDER|-]..."),
    ):
        decorated = options(decorated)
    return decorated
