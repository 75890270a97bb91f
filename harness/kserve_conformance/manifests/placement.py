"""What the readers of JSON and YAML share: objects with their lines, and problems with theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import locations
from kserve_conformance.manifests.locations import Places
from kserve_conformance.manifests.problems import WARNINGS, ManifestCode, Path, Problem
from kserve_conformance.manifests.sources import Report, Source
from kserve_conformance.objects import Manifest

_TYPE: Final = ("apiVersion", "kind")
#: How many problems of objects that are read are placed on their exact lines; more have the line of their object.
_LOCATED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a check says of an object: its problems, and whether it is read in spite of them.

    Findings about an object that is read are filed under its ``number``; without one they are ordinary problems.
    ``mark`` is the fingerprint of a service.
    """

    problems: tuple[Problem, ...] = ()
    is_kept: bool = True
    number: int | None = None
    mark: int | None = None


#: Checks an object; None for a value that is left out silently. ``spellings`` are the source's own texts of unquoted
#: scalars, passed when the problems are worded.
Check = Callable[[Any, Mapping[Path, str] | None], Checked | None]
#: The objects that a value stands for, with their paths in it: itself, or those of a list or a template.
Expand = Callable[[Any], Iterator[tuple[Path, Any]]]


@dataclass(frozen=True, slots=True)
class Found:
    """An object, the line on which it begins, and what was said of it; ``is_clean`` if that is nothing."""

    manifest: Manifest
    line: int
    checked: Checked
    is_clean: bool = True


@dataclass(frozen=True, slots=True)
class Intake:
    """What a reader is given: a source, the bounds, and how values are checked and expanded."""

    source: Source
    limits: Limits
    report: Collector
    check: Check
    expand: Expand


class Collector:
    """Reports the problems of one source by name, up to the limit. Those of objects that are read do not count."""

    def __init__(self, source: Source, limit: int, report: Report) -> None:
        self._source = source
        self._limit = limit
        self._report = report
        self._count = 0
        self._kept = 0

    @property
    def finds_lines(self) -> bool:
        """Is the exact line of another problem still looked for? That reads its object again."""
        return self._kept < _LOCATED

    @property
    def is_full(self) -> bool:
        """Was the limit exceeded?"""
        return self._count > self._limit

    def __call__(self, problem: Problem) -> None:
        """Report a problem; the first one past the limit says so, and the rest are dropped."""
        if self.is_full:
            return
        if problem.entry is not None:
            self._kept += 1
            self._report(replace(problem, source=self._source.name))
            return
        self._count += 1
        if self.is_full:
            problem = Problem(ManifestCode.TOO_MANY_PROBLEMS, f"has more than {self._limit:,} problems")
        self._report(replace(problem, source=self._source.name))


def is_error(problem: Problem) -> bool:
    """Is an object with this problem left out?"""
    return problem.code not in WARNINGS


def is_list(root: Mapping[str, Any]) -> bool:
    """Is it a list kind?"""
    return str(root.get("kind", "")).endswith("List")


def missing_pages(root: Mapping[str, Any], line: int | None = None) -> Iterator[Problem]:
    """
    The problem of a list that is one page of several, as the API server answers a request with a limit.

    Coded: ``ListMeta`` in pkg/apis/meta/v1/types.go, k8s.io/apimachinery. kubectl reads all pages and writes no token.
    """
    metadata = root.get("metadata")
    if not isinstance(metadata, Mapping) or not metadata.get("continue"):
        return
    count = metadata.get("remainingItemCount")
    missing = f"{count:,} objects are missing" if isinstance(count, int) and count > 1 else "the rest is missing"
    text = f"is one page of a list: {missing}"
    hint = "read all pages, as kubectl get does, or request the list without a limit"
    yield Problem(ManifestCode.INCOMPLETE_LIST, text, ("metadata", "continue"), line=line, hint=hint)


def waits_for_kind(element: Any, root: Mapping[str, Any]) -> bool:
    """Does the meaning of an element of ``items`` depend on the kind of what is around it, not read so far?"""
    is_object = isinstance(element, dict) and element.get("kind") and element.get("apiVersion")
    return not is_object and not is_list(root)


def typed(element: Any, root: Mapping[str, Any]) -> Any:
    """
    An element of a typed list, with the kind and apiVersion that it takes from the list.

    Coded: ``decodeToList`` in pkg/apis/meta/v1/unstructured/unstructured.go, k8s.io/apimachinery.
    """
    kind = root.get("kind")
    if (
        not isinstance(element, dict)
        or not isinstance(kind, str)
        or (element.get("kind") and element.get("apiVersion"))
    ):
        return element
    element_kind = kind.removesuffix("List")
    if not element_kind or element_kind == kind:
        return element
    rest = {key: value for key, value in element.items() if key not in _TYPE}
    return {"apiVersion": root.get("apiVersion"), "kind": element_kind, **rest}


def placed(
    manifest: Any, problems: tuple[Problem, ...], here: Places, path: Path, line: int, check: Check
) -> list[Problem]:
    """The problems of an object with their lines, worded with the source's own spellings, in the order of lines."""
    spellings = {
        problem.path: place.spelling
        for problem in problems
        if (place := here.get(path + problem.path)) is not None and place.spelling is not None
    }
    checked = check(manifest, spellings)
    found = [
        replace(
            problem,
            path=path + problem.path,
            line=line_of(here, path + problem.path, line),
            entry=problems[0].entry,
        )
        for problem in (checked.problems if checked is not None else ())
    ]
    return sorted(found, key=lambda one: one.line or 0)


def line_of(here: Places, path: Path, otherwise: int) -> int:
    """The line of a path, or of what is around it."""
    place = locations.nearest(here, path)
    return otherwise if place is None else place.line
