"""Findings about the fields of an object, by the CRDs of a release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kserve_conformance.lint.findings import Finding, LintCode
from kserve_conformance.manifests import ManifestCode, Problem, check
from kserve_conformance.manifests.schema import unknown
from kserve_conformance.objects import Manifest, ObjectKey
from kserve_conformance.profiles import Profile

_CODES: Final = {
    ManifestCode.UNKNOWN_FIELD: LintCode.UNKNOWN_FIELD,
    ManifestCode.DUPLICATE_KEY: LintCode.DUPLICATE_KEY,
}


def field_findings(
    manifest: Manifest,
    where: str,
    profile: Profile,
    located: Sequence[Problem] = (),
    *,
    is_stored: bool = False,
) -> Iterator[Finding]:
    """
    What the API server says about the fields of a manifest.

    ``located`` are the problems that were found when the file was read: only they have lines, and duplicate keys.
    """
    known = {(each.code, each.path): each for each in located}
    problems = (
        *check(manifest, crds=profile.crds, is_stored=is_stored),
        *unknown(manifest, profile.crds),
        *(each for each in located if each.code is ManifestCode.DUPLICATE_KEY),
    )
    name = str(ObjectKey.of(manifest))
    for problem in problems:
        best = known.get((problem.code, problem.path), problem)
        code = _CODES.get(problem.code, LintCode.INVALID_FIELD)
        text = best.text if best.code is ManifestCode.UNKNOWN_FIELD else f"{best.pointer}: {best.text}"
        yield Finding(code, name, best.where if best.line is not None else where, text, hint=best.hint)
