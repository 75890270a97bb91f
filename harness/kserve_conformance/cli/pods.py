"""Pods and stored services: as YAML, and compared with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.cli.answers import (
    Answer,
    Assumptions,
    answer_of,
    check_something,
    given_runtimes,
    repeated,
)
from kserve_conformance.cli.catalogues import Runtimes
from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.notes import Notes
from kserve_conformance.cli.output import emit
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.manifests import dump
from kserve_conformance.objects import Catalogue, Manifest, is_stored
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile
from kserve_conformance.profiles.pods import runtime_template, service_template
from kserve_conformance.profiles.shipped_runtimes import PAGE_RELEASE
from kserve_conformance.profiles.stored_form import stored_form
from kserve_conformance.rules.releases import release_named


@dataclass(frozen=True, slots=True)
class Views:
    """Views to print below an explanation."""

    pod: bool = False
    pod_diff: bool = False
    stored: bool = False

    def lines(self, written: Manifest, answer: Answer, catalogue: Catalogue, profile: Profile) -> Iterator[str]:
        """The requested views of one service, as indented text."""
        if self.pod:
            yield from _section("pod template", pod_of(answer))
        if self.pod_diff:
            yield from _section("pod template, compared with its source", pod_diff(answer, catalogue, profile))
        if self.stored:
            yield from _section("stored service, compared with the manifest", stored_diff(written, answer, profile))

    def as_data(
        self, written: Manifest, answer: Answer, catalogue: Catalogue, profile: Profile
    ) -> dict[str, str | None]:
        """The requested differences as JSON values."""
        data = {}
        if self.pod_diff:
            data["podDiff"] = pod_diff(answer, catalogue, profile)
        if self.stored:
            data["storedDiff"] = stored_diff(written, answer, profile)
        return data


def print_pods(sources: Sources, profile: Profile, assumptions: Assumptions, format_: str) -> int:
    """
    Print the pod templates of all services under a release, as YAML documents or as data.

    The exit code is that of ``resolve``. Raises ``ManifestError`` if there is nothing to resolve.
    """
    with ReadingProgress() as progress:
        loaded = sources.load(progress)
    places = ((one, loaded.where(one)) for one in (*loaded.services, *loaded.runtimes))
    notes = Notes.of(loaded, repeated(places), sources.warned(loaded.all_findings()))
    check_something(sources, notes, len(loaded.services))
    runtimes = Runtimes(given_runtimes(loaded, sources), assumptions.with_shipped, assumptions.stored)
    catalogue, reviews = runtimes.under(profile)
    with ReadingProgress() as progress:
        answers = [
            answer_of(service, loaded, sources, assumptions, catalogue, profile, reviews)
            for service in progress.resolving(loaded.services, len(loaded.services))
        ]
    data = {
        "release": profile.name,
        "services": [{**one.as_data(), "pod": one.decision.pod} for one in answers],
        "runtimes": [each.as_data() for each in reviews],
        **notes.as_data(),
    }
    emit(format_, data, lambda: "---\n".join(map(_document, answers)))
    require_result()
    notes.print()
    if notes.problems:
        return Exit.USAGE
    is_ok = all(one.is_served for one in answers) and all(each.is_accepted for each in reviews)
    return Exit.OK if is_ok else Exit.NO


def _document(answer: Answer) -> str:
    """A YAML document with the pod template, below a comment with the service."""
    lines = (f"{answer.mark} InferenceService {answer.name}: {answer.headline}", *(f"  {one}" for one in answer.faults))
    return "".join(f"# {printable(line)}\n" for line in lines) + (pod_of(answer) or "")


def pod_of(answer: Answer) -> str | None:
    """The pod template of a service in YAML; None if it has none."""
    return None if answer.decision.pod is None else _yaml(answer.decision.pod)


def pod_diff(answer: Answer, catalogue: Catalogue, profile: Profile) -> str | None:
    """A diff of the pod template and that of its runtime, or of its custom predictor; None if there is no pod."""
    decision = answer.decision
    if decision.pod is None or decision.service is None:
        return None
    runtime = None if decision.runtime is None else catalogue.get(decision.runtime)
    if runtime is None:
        source, template = f"spec.predictor of InferenceService {answer.name}", service_template(decision.service)
    else:
        source, template = str(runtime.key), runtime_template(runtime.spec, profile.rendering)
    return _diff(template, decision.pod, source, f"pod of InferenceService {answer.name}")


def stored_diff(written: Manifest, answer: Answer, profile: Profile) -> str | None:
    """A diff of the manifest and the stored service, which may be empty; None if nothing is stored."""
    if answer.decision.service is None:
        return None
    if is_stored(written):
        return ""
    release = release_named(PAGE_RELEASE if profile.name == DOCUMENTED_NAME else profile.name)
    stored = stored_form(written, answer.decision.service, profile.crds, keeps_zeros=release.keeps_zeros)
    return _diff(written, stored, answer.where, f"stored by KServe {profile.name}")


def _section(title: str, text: str | None) -> Iterator[str]:
    if text is None:
        yield f"  {title}: none"
    elif not text:
        yield f"  {title}: no differences"
    else:
        yield f"  {title}:"
        yield from (f"    {printable(line)}".rstrip() for line in text.splitlines())


def _diff(before: Manifest, after: Manifest, source: str, result: str) -> str:
    lines = unified_diff(_yaml(before).splitlines(), _yaml(after).splitlines(), source, result, lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _yaml(value: Manifest) -> str:
    return dump(_sorted(value))


def _sorted(value: Any) -> Any:
    """The value with sorted keys, as kubectl prints it; with the name first, diffs would show moved lines."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value
