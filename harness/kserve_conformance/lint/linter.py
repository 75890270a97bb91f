"""All findings about the objects of some sources, under each of several releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kserve_conformance.baselines import Baseline
from kserve_conformance.lint.findings import Finding, Severity
from kserve_conformance.lint.suppressions import suppressions_of
from kserve_conformance.objects import Manifest


@dataclass(frozen=True, slots=True)
class Linted:
    """The findings, in the order of the sources, and warnings about suppressions."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()

    def accepting(self, baseline: Baseline) -> Linted:
        """The same with the findings of a baseline suppressed."""
        findings = tuple(
            each if each.is_suppressed else replace(each, reason=baseline.reason(each.object, each.code, each.message))
            for each in self.findings
        )
        return Linted(findings, self.warnings)

    def failing(self, severity: str) -> tuple[Finding, ...]:
        """What is not suppressed and of a severity or worse; nothing for ``none``."""
        severities = [str(each) for each in Severity]
        bad = severities[: severities.index(severity) + 1] if severity in severities else []
        return tuple(each for each in self.findings if not each.is_suppressed and str(each.severity) in bad)


def lint(
    objects: Mapping[str, Manifest],
    releases: Sequence[str],
    findings_of: Callable[[str], Iterable[Finding]],
    today: date,
) -> Linted:
    """
    Merge the findings of all releases by object, and apply the suppressions of the objects.

    ``objects`` are the manifests by the name in their findings, in the order of the result. A finding of several
    releases is one finding with all of these.
    """
    merged: dict[Finding, list[str]] = {}
    for release in releases:
        for finding in findings_of(release):
            merged.setdefault(finding, []).append(release)
    suppressions = {name: suppressions_of(manifest) for name, manifest in objects.items()}
    places = {name: number for number, name in enumerate(objects)}
    findings = []
    used: set[tuple[str, str]] = set()
    # Several files can have an object of the same name: the findings of each stay together.
    files = {each.file: number for number, each in reversed(tuple(enumerate(merged)))}
    order = sorted(merged, key=lambda each: (places.get(each.object, len(places)), files[each.file]))
    for finding, of in ((each, merged[each]) for each in order):
        suppression = suppressions.get(finding.object)
        reason = None
        if suppression is not None and suppression.covers(finding.code, today):
            reason = suppression.reason
            used.add((finding.object, finding.code))
        findings.append(replace(finding, releases=tuple(of), reason=reason, is_annotated=reason is not None))
    warnings = [f"{name}: {each.problem}" for name, each in suppressions.items() if each.problem]
    for name, each in suppressions.items():
        for code in sorted(each.codes):
            if each.expires is not None and each.expires < today:
                warnings.append(f"{name}: {code} was ignored until {each.expires}")
            elif (name, code) not in used:
                warnings.append(f"{name}: {code} is ignored but not found")
    return Linted(tuple(findings), tuple(warnings))
