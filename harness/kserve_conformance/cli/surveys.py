"""The census of an upgrade for a command: with notes, progress, and the gate that decides the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from kserve_conformance.baselines import Accepted, Baseline, text_of
from kserve_conformance.characters import printable
from kserve_conformance.cli.answers import check_something, repeated
from kserve_conformance.cli.notes import Notes
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.cli.upgrade_plan import UpgradePlan
from kserve_conformance.cli.validation import Validation, strict_findings
from kserve_conformance.fleet import Workers
from kserve_conformance.outputs import write_file
from kserve_conformance.upgrade.census import Census
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.checkpoint import Checkpoint
from kserve_conformance.upgrade.part_census import PartCensus
from kserve_conformance.upgrade.survey import Survey

#: How many names that occur twice are looked up with their places.
_REPEATED = 20


@dataclass(slots=True)
class Gate:
    """Which findings fail the command, except those that a baseline accepts."""

    fail_on: frozenset[str]
    baseline: Baseline
    #: Whether what fails is written as a new baseline.
    writes: bool = False
    failing: int = 0
    accepted: int = 0
    to_accept: list[Accepted] = field(default_factory=list)

    def add(self, census: PartCensus) -> None:
        """Count what fails and what is accepted."""
        self.failing += census.failing
        self.accepted += census.accepted
        for name, class_ in census.met:
            self.baseline.accepts(name, class_)
        reason = "accepted when the baseline was written"
        # Several services can have one name; an entry accepts them all.
        self.to_accept += [Accepted(name, class_, reason) for name, class_ in dict.fromkeys(census.to_accept)]

    def print_notes(self) -> None:
        """Say on stderr what the baseline accepted, and what of it is of no more use."""
        if self.accepted:
            click.echo(f"{self.accepted:,} accepted by the baseline", err=True)
        for note in self.baseline.notes():
            click.echo(printable(f"warning: {note}"), err=True)

    def write(self, path: Path) -> None:
        """Write a baseline of what failed, and of what the one before accepted. Raises ``OutputError``."""
        accepted = (*self.baseline.met, *self.to_accept)
        write_file(path, text_of(accepted, "upgrade"))
        click.echo(printable(f"wrote {path}: {len(accepted):,} accepted"), err=True)


class Surveyed:
    """
    The census of some sources.

    Raises ``ManifestError`` where there is nothing to assess, and ``FleetError`` if a worker is lost. With ``only``,
    :meth:`lines` has the services of these classes alone.
    """

    def __init__(
        self,
        sources: Sources,
        plan: UpgradePlan,
        workers: Workers,
        gate: Gate,
        *,
        only: frozenset[str] = frozenset(),
        are_clusters: bool = False,
        resume: Path | None = None,
    ) -> None:
        self._sources = sources
        self._changes = plan.changes
        self._gate = gate
        self._progress = ReadingProgress()
        warns = sources.validation is Validation.WARN
        options = CensusOptions(
            sources.loader(self._progress),
            plan,
            # Findings about services are only warned of, and those need the whole loader.
            is_quick=not warns,
            keeps_findings=warns,
            only=tuple(sorted(only)),
            fail_on=tuple(sorted(gate.fail_on)),
            accepted=tuple(sorted(gate.baseline.keys)),
            lists_failing=gate.writes,
            has_places=sources.stdin is None,
        )
        checkpoint = None if resume is None else Checkpoint.at(resume)
        self._survey = Survey(sources.paths, options, workers, are_clusters, checkpoint, self._progress.surveying)
        #: The names of the releases on the path.
        self.releases = plan.releases
        self.notes = Notes()
        self._warnings: tuple[str, ...] = ()
        self._whole: PartCensus | None = None

    def census(self) -> Census:
        """Read everything, and count it."""
        with self._progress, self._survey:
            whole = self._survey.census()
            self._conclude(whole)
        return self.counted()

    def counted(self) -> Census:
        """What was counted by :meth:`census`, or by :meth:`lines` once all of them were yielded."""
        assert self._whole is not None, "nothing was read"  # noqa: S101 - A precondition.
        return self._whole.census()

    def lines(self) -> Iterator[str]:
        """Read everything part by part, and yield a JSON line for each service."""
        with self._progress, self._survey:
            if self._sources.strict:
                self._sources.check(self._survey.census().loader)
            self._survey.options = replace(self._survey.options, has_lines=True)
            whole = PartCensus(self._survey.options.loader.anew())
            for part in self._survey.parts():
                if part.lines:
                    self._progress.clear()
                    yield part.lines
                part.lines = ""
                whole.merge(part)
            self._conclude(whole)

    def _conclude(self, whole: PartCensus) -> None:
        """
        Take the notes.

        Raises ``InvalidManifests`` if any problem is too many, ``ManifestError`` without services, and ``UsageError``
        for a runtime to delete or to disable that no cluster has.
        """
        self._sources.check(whole.loader)
        self._changes.check(whole.changed)
        self._whole = whole
        self._gate.add(whole)
        names = self._survey.repeated(whole, _REPEATED)
        for cluster in dict.fromkeys(cluster for cluster, _ in whole.runtimes):
            names |= repeated((each.manifest, each.where) for owner, each in whole.runtimes if owner == cluster)
        self.notes = Notes.of(whole.loader, names, self._sources.warned(whole.loader.findings.values()))
        findings = (self._sources.rejecting(each) for each in whole.loader.findings.values())
        rejected = [problem.headline for each in findings for problem in strict_findings(each)]
        self._warnings = (*whole.warnings, *rejected)
        self._progress.clear()
        if self._survey.resumed:
            count = self._survey.resumed
            click.echo(f"resumed {count:,} part{'s' * (count > 1)}", err=True)
        check_something(self._sources, self.notes, whole.total, len(whole.runtimes))

    def rejections(self) -> tuple[str, ...]:
        """A line for each runtime that a release rejects, and for each field that strict validation rejects."""
        return self._warnings
