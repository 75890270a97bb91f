"""The explanation of a service as text: the closest candidates first, the rest summarized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.cli.answers import Answer, Assumptions, key_as_data
from kserve_conformance.cli.validation import crd_findings, lines
from kserve_conformance.cli.whereabouts import Named, Surveyed, hints_of, named_of
from kserve_conformance.crds import crds_of
from kserve_conformance.manifests import ManifestCode, Problem
from kserve_conformance.objects import (
    SERVICE,
    Catalogue,
    Decision,
    Manifest,
    NoRuntime,
    Outcome,
    Reason,
    Request,
    at,
    without,
)
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.pods.errors import PANIC
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH
from kserve_conformance.resolver import Explanation, Surroundings
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.resolver.remedies import remedies_for
from kserve_conformance.rules.releases import RELEASES

#: Candidates at this distance support other formats, or have another name than the one in the service.
_FAR = 3
#: Up to this number, they are listed nevertheless.
_FEW = 3
#: How many formats a hint lists.
_FORMATS = 12


@dataclass(frozen=True, slots=True)
class Story:
    """An answer with everything that explains it."""

    answer: Answer
    explanation: Explanation
    named: Named | None
    hints: tuple[str, ...]

    def lines(self, *, everything: bool) -> Iterator[str]:
        """The story as text."""
        yield printable(f"InferenceService {self.answer.name}: {self.answer.headline}")
        yield printable(f"  defined in {self.answer.where}")
        yield from lines(self.answer.findings)
        question = self.explanation.question()
        if question:
            yield printable(f"  {question}")
        rows = [] if self.named is None else [("✗", str(self.named.key), self.named.text)]
        far = 0
        candidates = self.explanation.ordered()
        folds = not everything and sum(one.nearness >= _FAR for one in candidates) > _FEW
        for one in candidates:
            if folds and one.nearness >= _FAR:
                far += 1
            else:
                rows.append((one.mark, str(one.key), str(one.exclusion or "selected")))
        width = max((len(printable(key)) for _, key, _ in rows), default=0)
        for mark, key, text in rows:
            yield f"  {mark} {printable(key):{width}}   {printable(text)}"
        if far:
            is_named = self.explanation.request is not None and self.explanation.request.runtime is not None
            yield f"  · {far} others {'have other names' if is_named else 'support other formats'}"
        if self.explanation.no_runtime is not None:
            yield printable(f"  error: {self.explanation.no_runtime.readable_error}")
        for fault in self.answer.faults:
            yield printable(f"  ⚠ {fault}")
            yield printable(f"    hint: {fault.hint}")
        for hint in self.hints:
            yield printable(f"  hint: {hint}")

    def as_data(self) -> dict[str, Any]:
        """The story as JSON values, with every candidate."""
        named = None if self.named is None else {**key_as_data(self.named.key), "text": self.named.text}
        data = {**self.explanation.as_data(), "named": named, "hints": list(self.hints)}
        decision = self.answer.decision
        return {**self.answer.as_data(), "explanation": data, "stored": decision.service, "pod": decision.pod}


def story_of(
    written: Manifest, answer: Answer, explanation: Explanation, surveyed: Surveyed, assumptions: Assumptions
) -> Story:
    """Build a story from a service, its answer, and the resolver's explanation."""
    decision = answer.decision
    stored = decision.service
    later = tuple(_of_later_releases(answer.findings, surveyed.profile))
    if crd_findings(answer.findings):
        return Story(answer, explanation, None, later)
    if decision.outcome is Outcome.UNMANAGED:
        return Story(answer, explanation, None, (*later, *_managed(written, surveyed, assumptions)))
    if decision.rejected is None and decision.no_runtime is None:
        return Story(answer, explanation, None, later)
    if decision.rejected is not None or decision.no_runtime is None or _has_no_pod(decision):
        remedies = remedies_for(
            written,
            surveyed.catalogue,
            surveyed.profile,
            Surroundings(assumptions.default_mode),
            is_stored=assumptions.is_stored(written),
        )
        crashes = () if decision.no_runtime is None else tuple(_crashes(decision.no_runtime))
        return Story(answer, explanation, None, (*crashes, *later, *remedies))
    request = Request.of(stored or {})
    elsewhere = tuple(hints_of(stored or {}, surveyed))
    # Without any runtime there is nothing to compare, and other hints say where to find one.
    compares = len(surveyed.catalogue) > 0 or not elsewhere
    near = hints_for(stored or {}, surveyed.catalogue, surveyed.profile) if compares else ()
    hints = (*later, *elsewhere, *near) or tuple(_supported(request, surveyed.catalogue))
    return Story(answer, explanation, named_of(request, surveyed), hints)


def _of_later_releases(findings: Sequence[Problem], profile: Profile) -> Iterator[str]:
    """Unknown fields that a later release has, each with the first such release."""
    if profile.name not in RELEASES:
        return
    for finding in findings:
        if finding.code is not ManifestCode.UNKNOWN_FIELD:
            continue
        for release in RELEASES[RELEASES.index(profile.name) + 1 :]:
            if crds_of(release).schema(SERVICE).has(finding.path):
                yield f"{finding.pointer} is a field of KServe {release} and later"
                break


def _managed(written: Manifest, surveyed: Surveyed, assumptions: Assumptions) -> Iterator[str]:
    """The runtime that this controller would select for a ModelMesh service without its annotation."""
    if at(written, "metadata", "annotations", DEPLOYMENT_MODE) != MODELMESH:
        return
    changed = without(written, "metadata", "annotations", DEPLOYMENT_MODE)
    decision = assumptions.decide(
        changed, surveyed.catalogue, surveyed.profile, in_store=assumptions.is_stored(written)
    )
    if decision.outcome is Outcome.RUNS:
        yield f"remove the annotation {DEPLOYMENT_MODE}: {MODELMESH} to select {decision.runtime}"


def _has_no_pod(decision: Decision) -> bool:
    """Does the service have a runtime or a custom container, but no pod?"""
    return decision.outcome is Outcome.CUSTOM or (
        decision.no_runtime is not None and decision.no_runtime.cause == Reason.INVALID_PREDICTOR_SPEC
    )


def _crashes(no_runtime: NoRuntime) -> Iterator[str]:
    if no_runtime.error == PANIC:
        yield "this crashes the controller, which retries forever; only its log shows the error"


def _supported(request: Request, catalogue: Catalogue) -> Iterator[str]:
    """The formats that the runtimes support, for a service without any other hint."""
    formats = sorted({entry.name for runtime in catalogue for entry in runtime.formats})
    if formats and request.format not in formats:
        more = f" and {len(formats) - _FORMATS} more" if len(formats) > _FORMATS else ""
        listed = f"{', '.join(formats[:_FORMATS])}{more}"
        if request.format:
            yield f"no runtime supports {request.format}, only {listed}: create one that does"
        else:
            yield f"set modelFormat.name to a format that a runtime supports: {listed}"
