"""The objects of a YAML source, one at a time. It is read again only if something is wrong, to find the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import locations
from kserve_conformance.manifests.builder import Builder, Part
from kserve_conformance.manifests.byte_stream import Stopped
from kserve_conformance.manifests.locations import Places
from kserve_conformance.manifests.placement import (
    Found,
    Intake,
    is_error,
    is_list,
    line_of,
    missing_pages,
    placed,
    typed,
    waits_for_kind,
)
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem
from kserve_conformance.manifests.sources import Report, Source

#: How many objects that are read in spite of their problems have the exact lines of those.
_LOCATED: Final = 1_000

_DOCUMENT: Final = re.compile(rb"^---", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a source, and the offset and line at which its reading began; no part where that reading ends."""

    part: Part | None
    offset: int
    lines_before: int


def parts(
    source: Source, limits: Limits, report: Report, *, split: bool, offset: int = 0, lines_before: int = 0
) -> Iterator[Chunk]:
    """
    Read the parts of a source; where it cannot be read on, continue at its next ``---``.

    So one broken document does not hide the problems of those behind it.
    """
    while True:
        before = lines_before

        def report_here(problem: Problem, before: int = before) -> None:
            report(problem if problem.line is None else replace(problem, line=problem.line + before))

        with source.open() as stream:
            stream.seek(offset, 1)
            try:
                for part in Builder(stream, limits, report_here).parts(split=split):
                    yield Chunk(part, offset, lines_before)
                following = None
            except Stopped as stopped:
                following = _next_document(source, offset, stopped.line) if stopped.resumable else None
        yield Chunk(None, offset, lines_before)
        if following is None:
            return
        offset, lines_before = following[0], lines_before + following[1]


def is_readable(source: Source, limits: Limits) -> bool:
    """Is it YAML without a problem?"""
    problems: list[Problem] = []
    return all(not problems for _ in parts(source, limits, problems.append, split=True))


def _next_document(source: Source, offset: int, line: int | None) -> tuple[int, int] | None:
    """The next document at or behind a line of what begins at the offset, and the lines until there."""
    with source.open() as stream:
        data = stream.read()
    counted, lines = offset, 0
    for match in _DOCUMENT.finditer(data, offset + 1):
        lines += data.count(b"\n", counted, match.start())
        counted = match.start()
        if lines + 1 >= (line or 0):
            return match.start(), lines
    return None


def objects(intake: Intake, offset: int = 0, lines_before: int = 0) -> Iterator[Found]:
    """Read the objects of a source, from an offset and the lines before it on."""
    reading = _Reading(intake)
    chunks = parts(intake.source, intake.limits, reading.defer, split=True, offset=offset, lines_before=lines_before)
    for chunk in chunks:
        if chunk.part is not None:
            yield from reading.found(chunk, chunk.part)
            continue
        reading.report(chunk)
        if intake.report.is_full:
            return


@dataclass(frozen=True, slots=True)
class _Invalid:
    """An object with problems whose lines are not known yet."""

    manifest: Any
    document: int
    path: Path
    line: int
    problems: tuple[Problem, ...]


class _Reading:
    """Sorts the parts of a source into objects and problems. Problems wait until a chunk ends, to be in order."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._invalid: list[_Invalid] = []
        self._deferred: list[Problem] = []
        #: The problems that were noticed while the current part was built.
        self._fresh: list[Problem] = []
        #: Elements of ``items`` that wait for the kind around them.
        self._held: list[Part] = []
        self._has_error = False

    def defer(self, problem: Problem) -> None:
        """Note a problem of the part that is being read."""
        self._has_error = self._has_error or is_error(problem)
        self._fresh.append(_with_tab(self._intake.source, problem))

    def found(self, chunk: Chunk, part: Part) -> Iterator[Found]:
        """The valid objects of a part, or of those that waited for it."""
        has_error, self._has_error = self._has_error, False
        if part.item is not None and not has_error and waits_for_kind(part.value, {}):
            self._held.append(part)
            self._defer()
            return
        for each in self._complete(part, has_error=has_error):
            yield from self._objects_of(chunk, each)
        self._defer()

    def _defer(self, entry: int | None = None) -> bool:
        """Attribute the fresh problems to an object, and say whether there were any."""
        fresh, self._fresh = self._fresh, []
        self._deferred += [replace(problem, entry=entry) for problem in fresh]
        return bool(fresh)

    def _complete(self, part: Part, *, has_error: bool) -> list[Part]:
        if part.item is not None:
            return [] if has_error else [part]
        held, self._held = self._held, []
        if isinstance(part.value, dict) and "items" in part.value and is_list(part.value):
            self._deferred += missing_pages(part.value, part.line)
            return [replace(each, value=typed(each.value, part.value)) for each in held]
        if held:
            part.value["items"] = [each.value for each in held]
        return [] if has_error else [part]

    def _objects_of(self, chunk: Chunk, part: Part) -> Iterator[Found]:
        around: Path = () if part.item is None else ("items", part.item)
        line = part.line + chunk.lines_before
        for inner, manifest in self._intake.expand(part.value):
            path = around + inner
            checked = self._intake.check(manifest, None)
            if checked is None:
                continue
            entry = checked.number if checked.is_kept else None
            is_clean = not self._defer(entry) and not checked.problems
            if checked.problems:
                problems = tuple(replace(problem, entry=entry) for problem in checked.problems)
                self._note(_Invalid(manifest, part.document, path, part.line, problems), line)
            if checked.is_kept:
                yield Found(manifest, self._line(chunk, part, path) if inner else line, checked, is_clean)

    def _note(self, invalid: _Invalid, line: int) -> None:
        """Keep an object with problems until their lines are known; of very many, only some are looked up."""
        is_kept = invalid.problems[0].entry is not None
        if len(self._invalid) <= (_LOCATED if is_kept else self._intake.limits.problems):
            self._invalid.append(invalid)
        elif is_kept:
            for problem in invalid.problems:
                self._intake.report(replace(problem, path=invalid.path + problem.path, line=line))

    def _line(self, chunk: Chunk, part: Part, path: Path) -> int:
        here = self._places(chunk, {part.document: {path}}).get(part.document, {})
        return line_of(here, path, part.line) + chunk.lines_before

    def report(self, chunk: Chunk) -> None:
        """Find the lines of all invalid objects of a chunk in one reading, and report its problems."""
        wanted: dict[int, set[Path]] = {}
        for each in self._invalid:
            paths = [each.path + problem.path for problem in each.problems]
            wanted.setdefault(each.document, set()).update(locations.with_parents(paths))
        here = self._places(chunk, wanted) if wanted else {}
        problems = self._deferred + self._fresh
        for each in self._invalid:
            places = here.get(each.document, {})
            problems += [
                replace(problem, line=(problem.line or 0) + chunk.lines_before)
                for problem in placed(each.manifest, each.problems, places, each.path, each.line, self._intake.check)
            ]
        for problem in sorted(problems, key=lambda one: one.line or 0):
            self._intake.report(problem)
        self._invalid, self._deferred, self._fresh, self._held, self._has_error = [], [], [], [], False

    def _places(self, chunk: Chunk, wanted: dict[int, set[Path]]) -> dict[int, Places]:
        with self._intake.source.open() as stream:
            stream.seek(chunk.offset, 1)
            return locations.in_yaml(stream, wanted)


def _with_tab(source: Source, problem: Problem) -> Problem:
    """Name the tab where one is what makes a text unreadable: YAML is indented with spaces only."""
    is_token = problem.code is ManifestCode.UNREADABLE and "cannot start any token" in problem.text
    if not is_token or problem.line is None:
        return problem
    with source.open() as stream:
        line = next((text for number, text in enumerate(stream, 1) if number == problem.line), b"")
    if b"\t" not in line[: len(line) - len(line.lstrip())]:
        return problem
    text = f"is not valid YAML: line {problem.line} is indented with a tab"
    return replace(problem, text=text, hint="indent with spaces")
