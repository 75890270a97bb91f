"""The options of the commands about an upgrade: its releases, what changes with it, and the services to read."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
import cloup
from cloup.constraints import AllSet, AnySet, If, accept_none, constraint, require_all

from kserve_conformance.characters import printable
from kserve_conformance.cli.context_options import KUBECONFIG_REQUIRES_CONTEXT, context_options, require_usable
from kserve_conformance.cli.output import echo
from kserve_conformance.cli.release_options import (
    DEFAULT_MODE,
    crds_option,
    default_mode_option,
    profile_with,
    shipped_option,
    stored_option,
)
from kserve_conformance.cli.scheduler_options import Scheduler, scheduler_options
from kserve_conformance.cli.source_options import Sources, one_namespace, sources_or_context_options
from kserve_conformance.cli.validation import Validation
from kserve_conformance.machine import allowed
from kserve_conformance.manifests.sources import STDIN_NAME

if TYPE_CHECKING:
    from kserve_conformance.cli.answers import Assumptions
    from kserve_conformance.cli.surveys import Gate, Surveyed
    from kserve_conformance.cli.upgrade_plan import RuntimeChanges
    from kserve_conformance.fleet.processes import OpenWorkers


@dataclass(frozen=True, slots=True)
class UpgradeOptions:
    """The values of these options."""

    paths: tuple[str, ...]
    context: str | None
    kubeconfig: Path | None
    from_: str | None
    to: str | None
    path: str | None
    shipped: bool
    crds: str | None
    default_mode: str | None
    with_: tuple[str, ...]
    without: tuple[str, ...]
    disable: tuple[str, ...]
    mode: str | None
    stored: bool | None
    namespaces: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    kustomize: bool
    strict: bool
    validation: str
    scheduler: str | None
    tls_ca: Path | None
    tls_cert: Path | None
    tls_key: Path | None

    def releases(self) -> tuple[str, ...]:
        """
        The releases on the path; the first is empty where it is detected.

        Raises ``UsageError`` unless there are at least two.
        """
        if self.path is None:
            return self.from_ or "", self.to or ""
        releases = tuple(name.strip() for name in self.path.split(",") if name.strip())
        if len(releases) < 2:
            raise click.UsageError("--path needs at least two releases, such as v0.10.2,v0.15.2")
        return releases

    def workers(self) -> OpenWorkers:
        """The workers of ``--scheduler``, or one process per core. Raises ``UsageError`` and ``InvalidScheduler``."""
        return Scheduler(self.scheduler, self.tls_ca, self.tls_cert, self.tls_key).workers(allowed()[0])

    @contextmanager
    def survey(
        self, gate: Gate, *, only: frozenset[str] = frozenset(), are_clusters: bool = False, resume: Path | None = None
    ) -> Iterator[Surveyed]:
        """
        Open the services and runtimes for a census.

        Nothing is read here but a cluster. Raises ``UsageError`` for options that do not fit together, ``ProfileError``
        for an unknown release, ``FleetError`` if workers cannot be used, and ``TargetError`` for a cluster that cannot
        be read.
        """
        from kserve_conformance.cli.surveys import Surveyed
        from kserve_conformance.cli.upgrade_plan import UpgradePlan

        with self._opened() as (sources, releases, changes, assumptions), self.workers() as workers:
            plan = UpgradePlan(releases, self.crds, changes, assumptions, sources.validation)
            yield Surveyed(sources, plan, workers, gate, only=only, are_clusters=are_clusters, resume=resume)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Sources, tuple[str, ...], RuntimeChanges, Assumptions]]:
        """What to read, the releases on the path, what changes with the last one, and what else decides."""
        first, *later = self.releases()
        if self.context is None:
            if not self.paths:
                raise click.UsageError("nothing to read: pass files, folders or '-', or --context")
            yield self._input(self.paths, (first, *later), self.default_mode)
            return
        with tempfile.TemporaryFile() as lines:
            first, mode = self._read_cluster(self.context, first, lines)
            yield self._input(("-",), (first, *later), self.default_mode or mode, lines)

    def _input(
        self, paths: tuple[str, ...], releases: tuple[str, ...], mode: str | None, lines: BinaryIO | None = None
    ) -> tuple[Sources, tuple[str, ...], RuntimeChanges, Assumptions]:
        from kserve_conformance.cli.answers import Assumptions
        from kserve_conformance.cli.upgrade_plan import RuntimeChanges, runtimes_of_files

        profiles = tuple(profile_with(release, self.crds) for release in releases)
        sources = Sources(
            paths,
            None if lines else one_namespace(self.namespaces),
            self.parameters,
            self.kustomize,
            self.strict,
            Validation(self.validation),
            profiles[0].crds,
            self.stored,
            lines,
            f"context {self.context}" if lines else STDIN_NAME,
        )
        last = replace(sources, crds=profiles[-1].crds)
        changes = RuntimeChanges(runtimes_of_files(self.with_, last), self.without, self.disable, self.mode)
        return sources, tuple(each.name for each in profiles), changes, Assumptions(self.shipped, self.stored, mode)

    def _read_cluster(self, context: str, release: str, lines: BinaryIO) -> tuple[str, str]:
        """Write everything that is read as lines of JSON; the installed release and the default mode."""
        from kserve_conformance.inspection.snapshot import Reading, read_only
        from kserve_conformance.targets.kubernetes.connection import connect

        reading = Reading(read_only(connect(context, self.kubeconfig)), self.namespaces, "--from")
        try:
            profile, mode = reading.write_lines(lines, release or None)
        finally:
            reading.client.close()
        lines.seek(0)
        echo(printable(f"context {context}: KServe {profile.name}, default mode {mode}"), err=True)
        for unread in reading.unread:
            echo(printable(f"warning: could not be read: {unread}"), err=True)
        return profile.name, mode


_RELEASES = cloup.option_group(
    "Upgrade",
    cloup.option(
        "--from",
        "from_",
        metavar="RELEASE",
        show_default="read from the cluster with --context",
        help="Release that is installed now",
    ),
    cloup.option("--to", metavar="RELEASE", help="Release to install"),
    cloup.option(
        "--path", metavar="RELEASE,...", help="Releases to install one after the other, the installed one first"
    ),
    shipped_option,
    crds_option,
    default_mode_option("the release's own, or read from the cluster with --context"),
)

_CONDITIONS = (
    constraint(
        If("path", then=accept_none).rephrased(error="--path cannot be used with --from or --to"), ("from_", "to")
    ),
    constraint(
        If(AllSet("context") & ~AnySet("path"), then=require_all).rephrased(error="--context requires --to, or --path"),
        ("to",),
    ),
    constraint(
        If(~AnySet("path", "context"), then=require_all).rephrased(error="pass --from and --to, or --path"),
        ("from_", "to"),
    ),
    KUBECONFIG_REQUIRES_CONTEXT,
)

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
    cloup.option("--mode", type=DEFAULT_MODE, metavar="MODE", help="Change the default deployment mode of the cluster"),
)

_CLUSTER = cloup.option_group("Cluster", context_options)

#: The options for reading manifests, which do not apply to a cluster.
_OF_MANIFESTS = ("paths", "stored", "parameters", "kustomize", "strict", "validation")

_INPUT = cloup.option_group(
    "Input",
    stored_option,
    sources_or_context_options,
)


clusters_option = cloup.option(
    "--clusters",
    is_flag=True,
    help="Read each file, or each file and folder right below a folder, as the dump of a cluster of its own",
)


def upgrade_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add these options to a command, which gets their values as its first argument."""

    @functools.wraps(command)
    @click.pass_context
    def called(call: click.Context, /, **values: Any) -> Any:
        require_usable(call, _OF_MANIFESTS)
        upgrade = UpgradeOptions(**{name: values.pop(name) for name in UpgradeOptions.__dataclass_fields__})
        return command(upgrade, **values)

    decorated: Callable[..., Any] = called
    for options in (
        *_CONDITIONS,
        scheduler_options,
        _INPUT,
        _CHANGES,
        _RELEASES,
        _CLUSTER,
        click.argument("paths", nargs=-1, metavar="[FILE|FOLDER|-]..."),
    ):
        decorated = options(decorated)
    return decorated
