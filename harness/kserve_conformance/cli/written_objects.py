"""The runtimes and services of some sources, as ``lint`` writes them under one release after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kserve_conformance.cli.answers import check_something, given_runtimes, repeated
from kserve_conformance.cli.catalogues import Runtimes, placed
from kserve_conformance.cli.notes import Notes
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.lint import Finding, LintCode
from kserve_conformance.lint.runtimes import runtime_findings
from kserve_conformance.lint.services import service_findings
from kserve_conformance.manifests import ManifestCode, Problem, check
from kserve_conformance.manifests.schema import unknown
from kserve_conformance.objects import Manifest, ObjectKey
from kserve_conformance.profiles import Profile
from kserve_conformance.resolver import Surroundings

#: The codes of what the API server says of a manifest.
_CODES = {
    ManifestCode.UNKNOWN_FIELD: LintCode.UNKNOWN_FIELD,
    ManifestCode.DUPLICATE_KEY: LintCode.DUPLICATE_KEY,
}


class WrittenObjects:
    """Everything that was read. Raises ``ManifestError`` if there is neither a service nor a runtime."""

    def __init__(self, sources: Sources, with_shipped: bool, default_mode: str | None) -> None:
        self._sources = sources
        with ReadingProgress() as progress:
            self._loaded = sources.load(progress)
        self._with_shipped = with_shipped
        self._surroundings = Surroundings(default_mode)
        self._objects = (*self._loaded.runtimes, *self._loaded.services)
        self.by_name = {str(ObjectKey.of(each)): each for each in self._objects}
        places = ((each, self._loaded.where(each)) for each in self._objects)
        self.notes = Notes.of(self._loaded, repeated(places))
        check_something(sources, self.notes, len(self._objects))

    def findings_under(self, profile: Profile) -> Iterator[Finding]:
        """All findings about these objects under one release."""
        for manifest in self._objects:
            yield from self._of_manifest(manifest, profile)
        given = given_runtimes(self._loaded, self._sources)
        catalogue, reviews = Runtimes(given, self._with_shipped, stored=False).under(profile)
        for review in reviews:
            if review.rejection is not None and not self._is_invalid(self.by_name[str(review.key)], profile):
                yield Finding(LintCode.REJECTED, str(review.key), review.where, "is rejected", (review.rejection,))
        places = {review.key: review.where for review in reviews}
        yield from runtime_findings(places, catalogue, profile)
        for service in self._loaded.services:
            if not self._is_invalid(service, profile):
                with placed(self._loaded.where(service), service):
                    where = self._loaded.where(service)
                    yield from service_findings(service, where, catalogue, profile, self._surroundings)

    @staticmethod
    def _is_invalid(manifest: Manifest, profile: Profile) -> bool:
        return bool(check(manifest, crds=profile.crds))

    def _of_manifest(self, manifest: Manifest, profile: Profile) -> Iterator[Finding]:
        """What the API server says; only the file knows of duplicate keys, and of lines."""
        known = {(each.code, each.path): each for each in self._loaded.findings(manifest)}
        duplicates = [each for each in known.values() if each.code is ManifestCode.DUPLICATE_KEY]
        problems: Iterable[Problem] = (
            *check(manifest, crds=profile.crds),
            *unknown(manifest, profile.crds),
            *duplicates,
        )
        name, where = str(ObjectKey.of(manifest)), self._loaded.where(manifest)
        for problem in problems:
            located = known.get((problem.code, problem.path), problem)
            place = located.where if located.line is not None else where
            code = _CODES.get(problem.code, LintCode.INVALID_FIELD)
            text = located.text if located.code is ManifestCode.UNKNOWN_FIELD else f"{located.pointer}: {located.text}"
            yield Finding(code, name, place, text, hint=located.hint)
