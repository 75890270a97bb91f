"""The services and runtimes of some sources under an upgrade, and the gate that decides the exit code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from kserve_conformance.cli.answers import Answers, Assumptions
from kserve_conformance.cli.catalogues import GivenRuntime, Runtimes, placed
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.cli.validation import Validation
from kserve_conformance.files import read_bytes
from kserve_conformance.fleet import Member, Workers
from kserve_conformance.manifests import load
from kserve_conformance.objects import Catalogue, Manifest, ObjectKey, Runtime
from kserve_conformance.profiles import Profile
from kserve_conformance.resolver import Surroundings
from kserve_conformance.upgrade import (
    Assessment,
    Finding,
    Installed,
    assess,
)
from kserve_conformance.upgrade.stand_ins import assessment_for
from kserve_conformance.upgrade.views import InputRuntime, Installation


@dataclass(frozen=True, slots=True)
class RuntimeChanges:
    """
    What happens with the last release: files of runtimes to apply, names to delete, names to disable, a default mode.
    """

    files: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    mode: str | None = None

    def applied(self, installed: Installed) -> Installed:
        """The release after the changes. Raises ``UsageError`` for a runtime that does not exist."""
        profile = installed.profile
        runtimes = {runtime.key: runtime for runtime in installed.catalogue}
        if self.files:
            for manifest in load(*self.files).runtimes:
                runtimes[ObjectKey.of(manifest)] = Runtime.from_manifest(profile.crds.pruned(manifest))
        for name in self.without:
            for key in _named(name, runtimes, "--without"):
                del runtimes[key]
        for name in self.disable:
            for key in _named(name, runtimes, "--disable"):
                runtimes[key] = replace(runtimes[key], disabled=True)
        surroundings = installed.surroundings if self.mode is None else Surroundings(self.mode)
        return replace(installed, catalogue=Catalogue(tuple(runtimes.values())), surroundings=surroundings)


def _named(name: str, runtimes: dict[ObjectKey, Runtime], option: str) -> list[ObjectKey]:
    """The runtimes of a name, or of ``namespace/name``."""
    namespace, _, bare = name.rpartition("/")
    found = [key for key in runtimes if key.name == bare and (not namespace or key.namespace == namespace)]
    if not found:
        raise click.BadParameter(f"there is no runtime {name!r}", param_hint=option)
    return found


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
        digests = [
            hashlib.sha256(read_bytes(Path(file), limit="source_bytes")).hexdigest() for file in self.changes.files
        ]
        return repr((self, digests))

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
            for review in reviews:
                if not review.is_accepted:
                    headline = review.headline.removeprefix("rejected: ")
                    warnings.append(f"{profile.name} rejects {review.key}: {headline}")
                    warnings += [problem.headline for problem in review.findings]
        installed[-1] = self.changes.applied(installed[-1])
        return Installation(tuple(installed), tuple(warnings))

    def is_stored(self, service: Manifest) -> bool:
        """Was a service stored before the upgrade?"""
        return self.assumptions.is_stored(service)


class Upgraded:
    """
    The services of some sources, each with what an upgrade changes for it; equal ones are assessed once.

    Raises ``ManifestError`` where there is nothing to assess, or something malformed.
    """

    def __init__(
        self,
        sources: Sources,
        profiles: Sequence[Profile],
        changes: RuntimeChanges,
        assumptions: Assumptions,
        workers: Workers,
    ) -> None:
        first, *later = profiles
        with ReadingProgress() as progress:
            answers = Answers(sources, first, assumptions, progress, workers)
        self.fleet, self.notes = answers.fleet, answers.notes
        #: What strict validation has against services that are not stored.
        self.rejected_fields = tuple(answers.rejected_fields())
        surroundings = Surroundings(assumptions.default_mode)
        installed = [Installed(first, answers.catalogue, surroundings)]
        #: The runtimes that a webhook rejects, of each release.
        self.reviews = [(first, review) for review in answers.reviews if not review.is_accepted]
        for profile in later:
            catalogue, reviews = answers.runtimes.under(profile)
            self.reviews += [(profile, review) for review in reviews if not review.is_accepted]
            installed.append(Installed(profile, catalogue, surroundings))
        installed[-1] = changes.applied(installed[-1])
        #: The names of the releases on the path.
        self.releases = tuple(profile.name for profile in profiles)
        self._path = tuple(installed)
        self._assumptions = assumptions

    def __iter__(self) -> Iterator[Finding]:
        known: dict[int, Assessment] = {}
        for member in self.fleet:
            assessment = known.get(member.kind)
            if assessment is None:
                assessment = known[member.kind] = self._assessed(member)
            yield Finding(member.name, member.where, _for_member(assessment, member))

    def rejections(self) -> Iterator[str]:
        """A line for each runtime that a release rejects, and for each field that strict validation rejects."""
        for profile, review in self.reviews:
            yield f"{profile.name} rejects {review.key}: {review.headline.removeprefix('rejected: ')}"
            yield from (problem.headline for problem in review.findings)
        yield from (problem.headline for problem in self.rejected_fields)

    def _assessed(self, member: Member) -> Assessment:
        manifest = self.fleet.manifest(member.kind)
        shown = {**manifest, "metadata": {**manifest["metadata"], "name": member.name.partition("/")[2]}}
        with placed(member.where, shown):
            found = assess(manifest, self._path, in_store=self._assumptions.is_stored(manifest))
        # Pods and stored services are not shown, and would be kept.
        return replace(found, before=found.before.without_objects(), after=found.after.without_objects())


def _for_member(assessment: Assessment, member: Member) -> Assessment:
    namespace, _, name = member.name.partition("/")
    return assessment_for(assessment, name, member.uri, namespace)
