"""Findings about the runtimes and services of an installation: those of files, and what only a cluster shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kserve_conformance.inspection import ServiceStanding, Standing, Stored, Unread, catalogue_of, standings
from kserve_conformance.lint.fields import field_findings
from kserve_conformance.lint.findings import WITHOUT_RUNTIME, Finding, LintCode
from kserve_conformance.lint.overlaps import stored_rejections
from kserve_conformance.lint.runtimes import runtime_findings
from kserve_conformance.lint.services import stored_service_findings
from kserve_conformance.lint.shipped import INSTALLATION, shipped_findings
from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Manifest, ObjectKey
from kserve_conformance.profiles import Profile
from kserve_conformance.resolver import Surroundings

#: The code of each standing of a service that is worth a finding.
_CODES: Final[Mapping[Standing, LintCode]] = {
    Standing.DIFFERS: LintCode.WILL_CHANGE,
    Standing.NO_RUNTIME: LintCode.NO_RUNTIME,
    Standing.UNKNOWN: LintCode.RUNTIME_UNKNOWN,
    Standing.NOT_COMPARED: LintCode.NOT_COMPARED,
}


class Installation:
    """
    What was read from an installation of a release, compared with the rules.

    ``where`` is the place of its findings. Objects that could not be read are not assumed to be missing.
    """

    def __init__(self, stored: Stored, profile: Profile, where: str) -> None:
        self.profile = profile
        self.mode = stored.mode
        self._stored = stored
        self._where = where
        unread = list(stored.unread)
        self._catalogue = catalogue_of(stored.runtimes, profile, unread)
        self.unread: tuple[Unread, ...] = tuple(sorted(unread, key=str))
        # The choice of a service that sees an invalid runtime is unknown too.
        read = Stored(stored.mode, stored.runtimes, stored.services, stored.workloads, self.unread)
        self.standings: tuple[ServiceStanding, ...] = tuple(standings(read, self._catalogue, profile))
        self.compared_with, self._differences = (
            shipped_findings(self._catalogue, profile, where) if read.has_read(CLUSTER_RUNTIME) else ("", ())
        )
        self._sees_all = {
            key
            for key in map(ObjectKey.of, stored.services)
            if read.has_read(CLUSTER_RUNTIME) and read.has_read(NAMESPACED_RUNTIME, key.namespace)
        }
        self.objects: Mapping[str, Manifest] = {
            INSTALLATION: {},
            **{str(ObjectKey.of(each)): each for each in (*stored.runtimes, *stored.services)},
        }

    @property
    def is_whole(self) -> bool:
        """Was everything read, and is every standing known?"""
        return not self.unread and all(each.standing is not Standing.UNKNOWN for each in self.standings)

    @property
    def counts(self) -> dict[Standing, int]:
        """The number of services of each standing."""
        counts = Counter(each.standing for each in self.standings)
        return {standing: counts[standing] for standing in Standing}

    def findings_under(self, profile: Profile) -> Iterator[Finding]:
        """All findings under one release; under the installed one, also what only the cluster shows."""
        is_installed = profile.name == self.profile.name
        if is_installed:
            yield from self._differences
        places = {ObjectKey.of(each): self._where for each in self._stored.runtimes}
        catalogue = self._catalogue if is_installed else catalogue_of(self._stored.runtimes, profile, [])
        for manifest in (*self._stored.runtimes, *self._stored.services):
            yield from field_findings(manifest, self._where, profile, is_stored=True)
        yield from stored_rejections(catalogue, profile, places)
        yield from runtime_findings(places, catalogue, profile)
        compared = {each.service: each for each in self.standings} if is_installed else {}
        for service in self._stored.services:
            key = ObjectKey.of(service)
            standing = compared.get(key)
            is_said = standing is not None and standing.is_wrong
            cause = LintCode.NO_RUNTIME
            if key in self._sees_all:
                surroundings = Surroundings(self.mode)
                for finding in stored_service_findings(service, self._where, catalogue, profile, surroundings):
                    if is_said and finding.code in WITHOUT_RUNTIME:
                        cause = LintCode(finding.code)
                    else:
                        yield finding
            if standing is not None and standing.standing in _CODES:
                yield self._of_standing(standing, cause)

    def rejected_later(self, profile: Profile, following: Profile) -> Iterator[Finding]:
        """The stored runtimes that would be accepted under a release, and rejected under the following one."""
        places = {ObjectKey.of(each): self._where for each in self._stored.runtimes}

        def rejected(under: Profile) -> Iterator[Finding]:
            return stored_rejections(catalogue_of(self._stored.runtimes, under, []), under, places)

        is_rejected = {each.object for each in rejected(profile)}
        for each in rejected(following):
            if each.object not in is_rejected:
                text = f"would be accepted if it were applied now, and rejected by {following.name}"
                yield replace(each, code=LintCode.REJECTED_LATER, text=text)

    def _of_standing(self, standing: ServiceStanding, cause: LintCode) -> Finding:
        code = cause if standing.standing is Standing.NO_RUNTIME else _CODES[standing.standing]
        return Finding(code, str(standing.service), self._where, standing.text, standing.story, standing.hint)

    def as_data(self) -> dict[str, Any]:
        """What was detected and compared, as JSON values."""
        return {
            "release": self.profile.name,
            "defaultMode": self.mode,
            "comparedWith": self.compared_with,
            "whole": self.is_whole,
            "counts": {str(standing): count for standing, count in self.counts.items()},
            "services": [each.as_data() for each in self.standings],
            "notChecked": [each.as_data() for each in self.unread],
        }

    def lines(self) -> Sequence[str]:
        """What was detected, in a line or two."""
        detected = f"KServe {self.profile.name}, default mode {self.mode}"
        return (detected, f"runtimes compared with {self.compared_with}") if self.compared_with else (detected,)
