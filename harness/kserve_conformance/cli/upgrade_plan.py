"""The plan of an upgrade: its releases, and what becomes of the runtimes with the last one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import click

from kserve_conformance.cli.answers import Assumptions
from kserve_conformance.cli.catalogues import GivenRuntime, Review, Runtimes
from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.cli.validation import Validation
from kserve_conformance.manifests import load
from kserve_conformance.objects import Catalogue, Manifest, ObjectKey, Runtime, replaced
from kserve_conformance.profiles import Profile
from kserve_conformance.resolver import Surroundings
from kserve_conformance.upgrade import (
    Installed,
)
from kserve_conformance.upgrade.views import InputRuntime, Installation


@dataclass(frozen=True, slots=True)
class RuntimeChanges:
    """
    What happens with the last release: runtimes to apply, names to delete, names to disable, a default mode.
    """

    with_: tuple[GivenRuntime, ...] = ()
    without: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    mode: str | None = None

    def applied(self, installed: Installed) -> Installation:
        """The release after the changes, what it says against applied runtimes, and which of the changes were made."""
        catalogue, reviews = Runtimes(self.with_, stored=False).applied_to(installed.catalogue, installed.profile)
        runtimes = {runtime.key: runtime for runtime in catalogue}
        changed: set[str] = set()
        for name in self.without:
            for key in _named(name, runtimes):
                changed.add(f"--without {name}")
                del runtimes[key]
        for name in self.disable:
            for key in _named(name, runtimes):
                changed.add(f"--disable {name}")
                manifest = runtimes[key].manifest
                spec = {**manifest["spec"], "disabled": True}
                runtimes[key] = Runtime.from_manifest(replaced(manifest, spec, "spec"))
        surroundings = installed.surroundings if self.mode is None else Surroundings(self.mode)
        after = replace(installed, catalogue=Catalogue(tuple(runtimes.values())), surroundings=surroundings)
        return Installation((after,), tuple(rejections(reviews, installed.profile)), frozenset(changed))

    def check(self, changed: Collection[str]) -> None:
        """Raise ``UsageError`` for a runtime to delete or to disable that no cluster has."""
        for option, names in (("--without", self.without), ("--disable", self.disable)):
            for name in names:
                if f"{option} {name}" not in changed:
                    raise click.BadParameter(f"there is no runtime {name!r}", param_hint=option)


def runtimes_of_files(files: Sequence[str], sources: Sources) -> tuple[GivenRuntime, ...]:
    """
    Read the runtimes to apply, with the same options as everything else.

    Raises ``InvalidManifests`` for a file that cannot be read, and ``UsageError`` for one without a runtime.
    """
    found: list[GivenRuntime] = []
    for file in files:
        of_file = replace(sources, paths=(file,), stored=False)
        loaded = load(file, loader=of_file.loader(), strict=True)
        if not loaded.runtimes:
            raise click.BadParameter(f"no runtime in {file}", param_hint="--with")
        found += (
            GivenRuntime(each, loaded.where(each), of_file.rejecting(loaded.findings(each))) for each in loaded.runtimes
        )
    return tuple(found)


def rejections(reviews: Iterable[Review], profile: Profile) -> Iterator[str]:
    """A line for each runtime that a release rejects, and for each field that strict validation rejects."""
    for review in reviews:
        if not review.is_accepted:
            yield f"{profile.name} rejects {review.key}: {review.headline.removeprefix('rejected: ')}"
            yield from (problem.headline for problem in review.findings)


def _named(name: str, runtimes: Iterable[ObjectKey]) -> list[ObjectKey]:
    """The runtimes of a name, or of ``namespace/name``."""
    namespace, _, bare = name.rpartition("/")
    return [key for key in runtimes if key.name == bare and (not namespace or key.namespace == namespace)]


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """
    How the releases of a path are installed in a cluster, wherever its runtimes are read.

    Profiles have functions, which are not copied to other processes: a plan names the releases.
    """

    releases: tuple[str, ...]
    crds: str | None
    changes: RuntimeChanges
    assumptions: Assumptions
    validation: Validation

    @property
    def identity(self) -> str:
        """A text that is equal for plans of the same upgrade."""
        return repr(self)

    def installation(self, runtimes: Sequence[InputRuntime]) -> Installation:
        """The upgrade of a cluster that has these runtimes."""
        rejecting = Sources((), validation=self.validation).rejecting
        given = [GivenRuntime(each.manifest, each.where, rejecting(each.findings)) for each in runtimes]
        written = Runtimes(given, self.assumptions.with_shipped, self.assumptions.stored)
        surroundings = Surroundings(self.assumptions.default_mode)
        installed: list[Installed] = []
        warnings: list[str] = []
        for release in self.releases:
            profile = profile_with(release, self.crds)
            catalogue, reviews = written.under(profile)
            installed.append(Installed(profile, catalogue, surroundings))
            warnings += rejections(reviews, profile)
        last = self.changes.applied(installed[-1])
        return Installation((*installed[:-1], *last.path), (*warnings, *last.warnings), last.changed)

    def is_stored(self, service: Manifest) -> bool:
        """Was a service stored before the upgrade?"""
        return self.assumptions.is_stored(service)
