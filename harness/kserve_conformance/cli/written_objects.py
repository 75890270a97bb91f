"""The runtimes and services of some sources, as ``lint`` writes them under one release after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from kserve_conformance.cli.answers import check_something, given_runtimes, repeated
from kserve_conformance.cli.catalogues import Runtimes, placed
from kserve_conformance.cli.notes import Notes
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.lint import Finding, LintCode
from kserve_conformance.lint.fields import field_findings
from kserve_conformance.lint.findings import WITHOUT_RUNTIME
from kserve_conformance.lint.runtimes import runtime_findings
from kserve_conformance.lint.services import service_findings
from kserve_conformance.manifests import check
from kserve_conformance.objects import Manifest, ObjectKey, at
from kserve_conformance.profiles import Profile
from kserve_conformance.resolver import Surroundings

_FORMAT: Final = ("modelFormat", "name")


class WrittenObjects:
    """
    Everything that was read.

    Raises ``ManifestError`` if there is neither a service nor a runtime, unless that is allowed.
    """

    def __init__(
        self, sources: Sources, with_shipped: bool, default_mode: str | None, *, allow_empty: bool = False
    ) -> None:
        self._sources = sources
        with ReadingProgress() as progress:
            self._loaded = sources.load(progress)
        self._with_shipped = with_shipped
        self._surroundings = Surroundings(default_mode)
        self._objects = (*self._loaded.runtimes, *self._loaded.services)
        self.objects = {str(ObjectKey.of(each)): each for each in self._objects}
        places = ((each, self._loaded.where(each)) for each in self._objects)
        self.notes = Notes.of(self._loaded, repeated(places))
        if not allow_empty or self.notes.problems:
            check_something(sources, self.notes, len(self._objects))

    def findings_under(self, profile: Profile) -> Iterator[Finding]:
        """All findings about these objects under one release."""
        for manifest in self._objects:
            located = self._loaded.findings(manifest)
            yield from field_findings(manifest, self._loaded.where(manifest), profile, located)
        given = given_runtimes(self._loaded, self._sources)
        catalogue, reviews = Runtimes(given, self._with_shipped, stored=False).under(profile)
        for review in reviews:
            if review.rejection is not None and not self._is_invalid(self.objects[str(review.key)], profile):
                yield Finding(LintCode.REJECTED, str(review.key), review.where, "is rejected", (review.rejection,))
        places = {review.key: review.where for review in reviews}
        yield from runtime_findings(places, catalogue, profile)
        rejected = [review.key for review in reviews if review.rejection is not None]
        for service in self._loaded.services:
            if not self._is_invalid(service, profile):
                with placed(self._loaded.where(service), service):
                    where = self._loaded.where(service)
                    for finding in service_findings(service, where, catalogue, profile, self._surroundings):
                        yield self._with_rejected(finding, service, rejected)

    def _with_rejected(self, finding: Finding, service: Manifest, rejected: Sequence[ObjectKey]) -> Finding:
        """The finding of a service without a runtime, with the rejected ones that it names or that list its format."""
        if finding.code not in WITHOUT_RUNTIME:
            return finding
        named, format_ = (at(service, "spec", "predictor", "model", *path) for path in (("runtime",), _FORMAT))
        meant = [
            key
            for key in rejected
            if key.namespace in (None, ObjectKey.of(service).namespace)
            and (key.name == named or (named is None and format_ in self._formats(key)))
        ]
        details = (f"{key} is rejected, as its own finding says" for key in meant)
        return replace(finding, details=(*finding.details, *details))

    def _formats(self, key: ObjectKey) -> list[object]:
        listed = at(self.objects[str(key)], "spec", "supportedModelFormats")
        return [at(entry, "name") for entry in listed] if isinstance(listed, list) else []

    def rejected_later(self, profile: Profile, following: Profile) -> Iterator[Finding]:
        """The runtimes that are accepted under a release, and rejected under the following one."""
        given = given_runtimes(self._loaded, self._sources)
        _, reviews = Runtimes(given, self._with_shipped, stored=False).under(profile)
        _, later = Runtimes(given, self._with_shipped, stored=False).under(following)
        is_accepted = {review.key for review in reviews if review.rejection is None}
        for review in later:
            if review.rejection is not None and review.key in is_accepted:
                text = f"is accepted, and rejected by {following.name}"
                yield Finding(LintCode.REJECTED_LATER, str(review.key), review.where, text, (review.rejection,))

    @staticmethod
    def _is_invalid(manifest: Manifest, profile: Profile) -> bool:
        return bool(check(manifest, crds=profile.crds))
