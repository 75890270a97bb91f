"""What was left out of an answer, and what was doubtful in its sources: notes for people on stderr, and data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.cli.output import echo
from kserve_conformance.cli.validation import as_data
from kserve_conformance.manifests import Loaded, Loader, Problem
from kserve_conformance.manifests.template_languages import merged
from kserve_conformance.objects import API_VERSIONS

#: How many names of files a note has.
_NAMED = 3
#: How many other kinds are named.
_KINDS = 6
#: How many warnings of one kind are printed.
_PRINTED = 20

_GROUP = "serving.kserve.io"

#: What to do with KServe's kinds that select no runtime.
_ADVICE: Mapping[tuple[str, str], str] = {
    (_GROUP, "LLMInferenceService"): "selects no runtime; its images come from its LLMInferenceServiceConfigs",
    (_GROUP, "LLMInferenceServiceConfig"): "configures LLMInferenceServices, which select no runtime",
    (_GROUP, "InferenceGraph"): "selects no runtime; resolve the services that it routes to",
    (_GROUP, "TrainedModel"): "selects no runtime; resolve the InferenceService that it is loaded into",
    (_GROUP, "Predictor"): "belongs to ModelMesh, not to this controller",
    ("serving.kubeflow.org", "InferenceService"): "belongs to KFServing; to convert it: kserve-conformance convert",
}


@dataclass(frozen=True, slots=True)
class Notes:
    """What became of everything in the sources that is neither a service nor a runtime."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    skipped: Sequence[str] = ()
    kustomizations: Sequence[str] = ()
    others: Mapping[tuple[str, str], int] = field(default_factory=dict)
    #: Names that sources have more than once, with all their places.
    repeated: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, loaded: Loaded | Loader, repeated: Mapping[str, Sequence[str]], warned: Sequence[Problem] = ()
    ) -> Notes:
        """Read them from what was loaded; ``warned`` are findings about single objects that are only warnings."""
        warnings = (*loaded.warnings, *warned)
        return cls(loaded.problems, warnings, loaded.skipped, loaded.kustomizations, dict(loaded.others), repeated)

    def lines(self) -> list[str]:
        """The notes that are not errors, as lines of text."""
        lines = warnings(self.warnings)
        lines += [
            printable(f"warning: {name} is defined {_times(len(places))}: {_places(places)}")
            for name, places in list(self.repeated.items())[:_PRINTED]
        ]
        if self.repeated and self.kustomizations:
            lines.append("  hint: pass --kustomize to build the kustomizations instead of reading their files")
        lines += self._other_kinds()
        if self.skipped:
            files = "1 file without" if len(self.skipped) == 1 else f"{len(self.skipped):,} files without"
            lines.append(printable(f"skipped: {files} Kubernetes objects ({_names(self.skipped)})"))
        return lines

    def _errors(self) -> list[str]:
        problems = merged(self.problems)
        lines = [f"error: {problem}" for problem in problems[:_PRINTED]]
        if len(problems) > _PRINTED:
            lines.append(f"error: ... and {len(problems) - _PRINTED:,} more")
        return lines

    def _other_kinds(self) -> list[str]:
        lines = []
        rest = []
        kinds = Counter(kind for _, kind in self.others)
        for (group, kind), count in sorted(self.others.items(), key=lambda one: (-one[1], one[0])):
            advice = _ADVICE.get((group, kind))
            if advice is None and kind in API_VERSIONS:
                advice = f"of the API group {group or 'core'}; KServe has apiVersion: {API_VERSIONS[kind]}"
            if advice is None:
                # Two groups may have a kind of one name, as Kubernetes and Knative have Service.
                is_known = group in ("", "apps", "batch") or kinds[kind] == 1
                rest.append(f"{count:,} {kind}" if is_known else f"{count:,} {kind} ({group})")
            else:
                lines.append(printable(f"skipped: {count:,} {kind}: {advice}"))
        if rest:
            more = len(rest) - _KINDS
            others = f" and {more} other kind{'s' * (more > 1)}" if more > 0 else ""
            lines.append(printable(f"skipped: {', '.join(rest[:_KINDS])}{others}"))
        return lines

    def print(self) -> None:
        """Print all notes on stderr, the errors last."""
        for line in (*self.lines(), *self._errors()):
            echo(line, err=True)

    def as_data(self) -> dict[str, Any]:
        """The notes as JSON values."""
        return {
            "problems": [as_data(problem) for problem in self.problems],
            "warnings": [as_data(problem) for problem in self.warnings],
            "repeated": [{"name": name, "sources": list(places)} for name, places in self.repeated.items()],
            "skipped": {
                "files": list(self.skipped),
                "kinds": [
                    {"group": group, "kind": kind, "count": count}
                    for (group, kind), count in sorted(self.others.items())
                ],
            },
        }


def warnings(found: Sequence[object]) -> list[str]:
    """A line for each of the first warnings, and one with the number of the others."""
    lines = [f"warning: {each}" for each in found[:_PRINTED]]
    if len(found) > _PRINTED:
        lines.append(f"warning: ... and {len(found) - _PRINTED:,} more")
    return lines


def _places(places: Sequence[str]) -> str:
    more = len(places) - _NAMED
    return ", ".join(places[:_NAMED]) + (f" and {more:,} more" if more > 1 else f", {places[-1]}" if more == 1 else "")


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _names(files: Sequence[str]) -> str:
    names = list(dict.fromkeys(PurePath(name).name for name in files))[:_NAMED]
    more = len(files) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
