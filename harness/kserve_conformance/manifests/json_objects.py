"""The objects of a JSON source, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kserve_conformance.manifests import locations, yaml_objects
from kserve_conformance.manifests.json_stream import BEGINNING, Continued, Element, JsonStream, NotJson, Position
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
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem, over
from kserve_conformance.manifests.strict_json import bounds, quickly


@dataclass(slots=True)
class Section:
    """
    A part of a large source that is read by itself, from ``start`` to the byte ``end`` or the end of the source.

    After reading, ``following`` is where the next section begins; None at the end of the source. Lines are counted from
    the beginning of a section: ``lines`` of them were read. ``items`` elements were read of the list in which the
    section ended; ``is_continued`` if it is the one in which the section began.
    """

    start: Position = BEGINNING
    end: int | None = None
    following: Position | None = None
    lines: int = 0
    items: int = 0
    is_continued: bool = False


def objects(intake: Intake, section: Section | None = None) -> Iterator[Found]:
    """
    Read the objects of a source that begins like JSON, or of a section of one.

    What is YAML after all, or goes on as YAML behind ``---``, is read as YAML. Behind a syntax error reading goes on at
    the next line that begins an object.
    """
    section = section or Section()
    with intake.source.open() as stream:
        stream.seek(section.start.offset, 1)
        json_stream = JsonStream(stream, intake.limits, section.start, section.end)
        while not intake.report.is_full:
            try:
                yield from _elements(json_stream, intake)
            except NotJson as not_json:
                # What exceeds a limit as JSON would exceed it as YAML, after a longer time.
                if not_json.problem.code is not ManifestCode.TOO_LARGE and _is_yaml(intake, not_json):
                    offset = not_json.offset if not_json.at_document else 0
                    yield from yaml_objects.objects(intake, offset, not_json.line - 1 if offset else 0)
                    return
                intake.report(not_json.problem)
                # kubectl reads nothing of a file whose first object has a comment: it is neither JSON nor YAML.
                if (not_json.is_first and not_json.is_comment) or not json_stream.skip():
                    return
            else:
                section.following = json_stream.position
                section.lines, section.items = json_stream.lines, json_stream.items
                section.is_continued = json_stream.is_continued
                return


def objects_of_text(intake: Intake, text: str, root: str | None) -> Iterator[Found] | None:
    """
    The objects of a text that is one document, or one element of a list with this ``root``, as a section has it.

    None if the text has to be read with what is around it.
    """
    value = quickly(text)
    if value is None or not (value.get("kind") and value.get("apiVersion")) or (root is None and "items" in value):
        return None
    depth = intake.limits.depth - (0 if root is None else _AROUND)
    if bounds(value, text, 0, len(text), 1, intake.limits, depth):
        return None
    return _objects_of(Element(value, 1, 0, text, 0, len(text), None if root is None else Continued(0)), intake)


#: The levels around an element of a list.
_AROUND: Final = 2


def _is_yaml(intake: Intake, not_json: NotJson) -> bool:
    # kubectl reads a .json file that is not JSON as YAML, too. A large one is rather a broken dump.
    if intake.source.name.endswith(".json") and not intake.source.is_small:
        return False
    return not_json.at_document or (not_json.is_first and yaml_objects.is_readable(intake.source, intake.limits))


def _elements(json_stream: JsonStream, intake: Intake) -> Iterator[Found]:
    held: list[Element] = []
    for element in json_stream.elements():
        if intake.report.is_full:
            return
        if element.is_rest:
            yield from _rest(element, held, intake)
            held.clear()
            json_stream.needs_rest = False
        elif any(map(is_error, element.problems)) or element.value is None:
            _report_own(element, intake)
        elif element.item is not None and waits_for_kind(element.value, element.root):
            json_stream.needs_rest = True
            # Only the element's own text: the buffer behind it may be long, and is held for each.
            held.append(replace(element, text=element.text[element.begin : element.end], begin=0))
            if len(held) > intake.limits.values:
                intake.report(over(intake.limits, "values", "a list whose kind comes last", element.line))
                return
        else:
            yield from _objects_of(element, intake)


def _rest(rest: Element, held: list[Element], intake: Intake) -> Iterator[Found]:
    """What was held back until the kind around it is known."""
    if is_list(rest.root):
        _report_own(rest, intake)
        for problem in missing_pages(rest.root, rest.line):
            intake.report(problem)
        for each in held:
            yield from _objects_of(each, intake)
    else:
        value = {**rest.root, "items": [each.value for each in held]}
        yield from _objects_of(replace(rest, value=value, root={}), intake)


def _objects_of(element: Element, intake: Intake) -> Iterator[Found]:
    is_reported = not element.problems
    for path, manifest in intake.expand(typed(element.value, element.root)):
        checked = intake.check(manifest, None)
        if checked is None:
            continue
        is_clean = is_reported and not checked.problems
        entry = checked.number if checked.is_kept else None
        if not is_reported:
            _report_own(element, intake, entry)
            is_reported = True
        if checked.problems:
            problems = tuple(replace(problem, entry=entry) for problem in checked.problems)
            _report(element, manifest, problems, path, intake)
        if checked.is_kept:
            yield Found(manifest, _line(element, path) if path else element.line, checked, is_clean)
    if not is_reported:
        _report_own(element, intake)


def _report_own(element: Element, intake: Intake, entry: int | None = None) -> None:
    """Report what the decoder noticed, such as duplicate keys."""
    for problem in element.problems:
        intake.report(replace(problem, path=element.path + problem.path, entry=entry))


def _report(element: Element, manifest: object, problems: tuple[Problem, ...], path: Path, intake: Intake) -> None:
    if not intake.report.finds_lines or _is_placed(element, problems):
        for problem in problems:
            intake.report(replace(problem, path=element.path + path + problem.path, line=element.line))
        return
    wanted = locations.with_parents(path + problem.path for problem in problems)
    here = locations.in_json(element.text, wanted, begin=element.begin, line=element.line)[0]
    for problem in placed(manifest, problems, here, path, element.line, intake.check):
        intake.report(replace(problem, path=element.path + problem.path))


def _is_placed(element: Element, problems: tuple[Problem, ...]) -> bool:
    """Is the whole object on one line, with problems that quote no value as it is spelled?"""
    is_quoted = any(problem.code is not ManifestCode.UNKNOWN_FIELD for problem in problems)
    return not is_quoted and element.text.find("\n", element.begin, element.end) < 0


def _line(element: Element, path: Path) -> int:
    here = locations.in_json(element.text, {path}, begin=element.begin, line=element.line)[0]
    return line_of(here, path, element.line)
