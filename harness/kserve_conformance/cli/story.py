"""The explanation of one service, as people read it: the runtimes that nearly served it first, the rest folded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kserve_conformance.cli.answers import Answer
from kserve_conformance.cli.catalogues import Review
from kserve_conformance.crds import unknown_fields
from kserve_conformance.manifests import printable
from kserve_conformance.manifests.problems import pointer
from kserve_conformance.objects import SERVICE, Catalogue, Manifest, Reason, Request, Runtime, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.filters import format_exclusion, supports_protocol
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.resolver import Explanation
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.rules.releases import RELEASES

#: Candidates at this distance support other formats, or have another name than the one that the service gives.
_FAR = 3
#: So many of them are listed all the same.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Story:
    """An answer with everything that explains it."""

    answer: Answer
    explanation: Explanation
    named: tuple[Runtime, str] | None
    hints: tuple[str, ...]

    def lines(self, *, everything: bool) -> Iterator[str]:
        """The story as text."""
        yield printable(f"InferenceService {self.answer.name}: {self.answer.headline}")
        yield printable(f"  defined in {self.answer.where}")
        question = self.explanation.question()
        if question:
            yield printable(f"  {question}")
        rows = [] if self.named is None else [("✗", str(self.named[0].key), self.named[1])]
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
            yield printable(f"  error: {self.explanation.no_runtime.error}")
        for hint in self.hints:
            yield printable(f"  hint: {hint}")

    def as_data(self) -> dict[str, Any]:
        """The story as JSON values, with every candidate."""
        data = {**self.explanation.as_data(), "hints": list(self.hints)}
        decision = self.answer.decision
        return {**self.answer.as_data(), "explanation": data, "stored": decision.service, "pod": decision.pod}


def story_of(
    written: Manifest,
    answer: Answer,
    explanation: Explanation,
    catalogue: Catalogue,
    profile: Profile,
    reviews: tuple[Review, ...],
) -> Story:
    """Put a story together from a service, the answer, and what the resolver reported."""
    stored = answer.decision.service
    unknown = tuple(_unknown(written, profile))
    if answer.decision.rejected is not None:
        return Story(answer, explanation, None, (*_misplaced(written), *unknown))
    if answer.decision.no_runtime is None or at(stored, "spec", "predictor", "model") is None:
        return Story(answer, explanation, None, unknown)
    request = Request.of(stored or {})
    named = None if request.runtime is None else _named(request, catalogue, profile)
    rejected = tuple(_rejected(request, reviews))
    hints = (
        *unknown,
        *rejected,
        *_elsewhere(request, catalogue, profile, is_found=named is not None),
        # Without a runtime there is nothing to compare with, and why there is none was said.
        *(hints_for(stored or {}, catalogue, profile) if len(catalogue) or not rejected else ()),
    )
    return Story(answer, explanation, named, hints)


def _named(request: Request, catalogue: Catalogue, profile: Profile) -> tuple[Runtime, str] | None:
    """The runtime that the service names, and why it cannot serve it."""
    runtime = profile.look_up(str(request.runtime), request.namespace, catalogue)
    if runtime is None:
        return None
    for check in profile.checks:
        failed = check(profile.named_protocol(request), runtime)
        if failed is None:
            continue
        if failed.cause == Reason.RUNTIME_DISABLED:
            return runtime, "is disabled"
        exclusion = supports_protocol(request, runtime) or format_exclusion(request, runtime)
        return runtime, str(exclusion)
    return None


def _rejected(request: Request, reviews: tuple[Review, ...]) -> Iterator[str]:
    for review in reviews:
        if review.rejection is not None and request.runtime in (None, review.key.name):
            yield f"{review.key} is not a candidate: the webhook rejected it"


def _elsewhere(request: Request, catalogue: Catalogue, profile: Profile, *, is_found: bool) -> Iterator[str]:
    """Where the named runtime is, if the service does not see it; or one for its format."""
    others = [one for one in catalogue if one.key.namespace not in (None, request.namespace)]
    if request.runtime is None:
        for one in others:
            if any(entry.name == request.format for entry in one.formats):
                yield f"{one.name} supports {request.format}, but is in namespace {one.key.namespace}"
                return
        return
    if is_found:
        return
    for one in others:
        if one.name == request.runtime:
            yield f"{one.name} is in namespace {one.key.namespace}; services only see their own, {request.namespace}"
    yield from _shipped(request.runtime, profile.name)


def _shipped(name: str, release: str) -> Iterator[str]:
    releases = (release, *RELEASES[RELEASES.index(release) + 1 :]) if release in RELEASES else (release,)
    for each in releases:
        if any(manifest["metadata"]["name"] == name for manifest in shipped(each)):
            if each == release:
                yield f"{name} ships with KServe {each}: add --shipped"
            else:
                yield f"{name} ships with KServe from {each}"
            return


def _unknown(service: Manifest, profile: Profile) -> Iterator[str]:
    """Fields that the release's CRDs do not have. Strict validation, kubectl's default, rejects them."""
    for field in unknown_fields(service, profile.crds.schema(SERVICE)):
        where = pointer(field.path)
        meant = f"; did you mean {field.nearest}?" if field.nearest else ""
        yield f'unknown field "{where}": kubectl apply rejects it, and the API server drops it{meant}'


def _misplaced(service: Manifest) -> Iterator[str]:
    """Fields that stand beside ``spec`` or ``predictor`` instead of below."""
    if "predictor" in service:
        yield "predictor is beside spec, not below it: indent it under spec"
    for key in ("model", "containers"):
        if key in service or key in (at(service, "spec") or {}):
            yield f"{key} is outside of spec.predictor: move it there"
    predictor = at(service, "spec", "predictor") or {}
    if predictor.get("model") is not None and predictor.get("containers"):
        yield "spec.predictor has both model and containers: keep one of them"
