"""From one source to its objects, one at a time, with every problem by line and field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import json_objects, strict_json, yaml_objects
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.manifests.placement import Check, Collector, Expand, Found, Intake
from kserve_conformance.manifests.problems import Problem
from kserve_conformance.manifests.sources import Report, Source

_JSON_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*(?:\"|\}|\Z)")
_HEAD: Final = 8192


def objects(
    source: Source, limits: Limits, report: Report, check: Check, expand: Expand, section: Section | None = None
) -> Iterator[Found]:
    """
    Read the objects of a source, or of a section of JSON, elements of lists one by one.

    Objects with a problem are left out. Their problems are reported, at most ``limits.problems`` of a source.
    """
    intake = Intake(source, limits, Collector(source, limits.problems, report), check, expand)
    return json_objects.objects(intake, section) if is_json(source) else yaml_objects.objects(intake)


def values(source: Source, limits: Limits) -> tuple[list[Any], list[Problem]]:
    """Read the values of a source as they are, objects or not."""
    problems: list[Problem] = []
    if is_json(source):
        decoded = list(strict_json.values(source.text(), limits))
        problems = [problem for value in decoded for problem in value.problems]
        if not problems or source.name.endswith(".json"):
            return [value.value for value in decoded], [replace(problem, source=source.name) for problem in problems]
        problems = []
    chunks = yaml_objects.parts(source, limits, problems.append, split=False)
    values_ = [chunk.part.value for chunk in chunks if chunk.part is not None]
    return values_, [replace(problem, source=source.name) for problem in problems]


def looks_like_json(head: bytes) -> bool:
    """
    Does a text begin as JSON does? YAML may, too: what fails as JSON is read again as YAML where that is possible.

    >>> looks_like_json(b'{"a": 1}'), looks_like_json(b"{a: 1}"), looks_like_json(b"a: {}")
    (True, False, False)
    """
    return _JSON_BEGINNING.match(head) is not None


def is_json(source: Source) -> bool:
    """Is a source read as JSON, at least at first?"""
    if source.name.endswith(".json"):
        return True
    with source.open() as stream:
        return looks_like_json(stream.read(_HEAD))
