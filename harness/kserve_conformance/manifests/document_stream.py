"""The objects of a huge dump, one by one: only their shape is checked, and none is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from kserve_conformance.files import Headed
from kserve_conformance.limits import Limits, current
from kserve_conformance.manifests import reader, sources, strict_json
from kserve_conformance.manifests.builder import Builder, Dropped
from kserve_conformance.manifests.byte_stream import Stopped
from kserve_conformance.manifests.problems import InvalidManifests, ManifestCode, Problem
from kserve_conformance.manifests.schema import described
from kserve_conformance.manifests.sources import Report
from kserve_conformance.objects import Manifest, items

_HEAD: Final = 8192


def documents(
    stream: BinaryIO,
    name: str = "<stream>",
    *,
    dropped: Dropped | None = None,
    report: Report | None = None,
    limits: Limits | None = None,
) -> Iterator[Manifest]:
    """
    Read the objects of a huge dump one by one, keeping none; only their shape is checked, not their fields.

    A YAML stream, the elements of a YAML list, and JSON with one object a line
    are held one at a time; JSON of another layout is held whole. ``dropped``
    leaves out what is not needed, such as :data:`BOOKKEEPING`.

    ``report`` is called with each problem. Without it :class:`InvalidManifests`
    with all of them is raised when the stream ends: until then, good objects come.
    """
    limits = limits or current()
    problems: list[Problem] = []
    collect = report or problems.append

    def report_named(problem: Problem) -> None:
        collect(replace(problem, source=name))

    head = stream.read(_HEAD)
    if (problem := sources.not_text(head, name)) is not None:
        collect(problem)
    else:
        rest = io.BufferedReader(Headed(head, stream))
        values = (
            _json_documents(rest, dropped, report_named, limits)
            if reader.looks_like_json(head)
            else _yaml_documents(rest, dropped, report_named, limits)
        )
        for found, line in values:
            for each in items(found) if isinstance(found, dict) else (found,):
                if isinstance(each, dict) and isinstance(each.get("kind"), str):
                    yield each
                else:
                    got = "a mapping without a kind" if isinstance(each, dict) else described(each)
                    report_named(
                        Problem(ManifestCode.NOT_AN_OBJECT, f"expected a Kubernetes object, got {got}", line=line)
                    )
    if problems:
        raise InvalidManifests(problems)


def _yaml_documents(
    stream: BinaryIO, dropped: Dropped | None, report: Report, limits: Limits
) -> Iterator[tuple[Any, int]]:
    builder = Builder(stream, limits, report, dropped=dropped, whole=limits.stream_bytes)
    has_items = False
    try:
        for part in builder.parts(split=True):
            if part.item is not None:
                has_items = True
            elif has_items:
                has_items = False
                if not str(part.value.get("kind", "")).endswith("List"):
                    report(Problem(ManifestCode.NOT_AN_OBJECT, "has items but is not a list", line=part.line))
                continue
            yield part.value, part.line
    except Stopped:
        return


def _json_documents(
    stream: BinaryIO, dropped: Dropped | None, report: Report, limits: Limits
) -> Iterator[tuple[Any, int]]:
    lines_before = 0
    while line := stream.readline(limits.value_bytes + 1):
        if len(line) > limits.value_bytes or not line.rstrip().endswith(b"}"):
            # Not one object a line: the rest is one text.
            line += stream.read(limits.source_bytes + 1 - len(line))
            if len(line) > limits.source_bytes:
                report(
                    Problem(
                        ManifestCode.TOO_LARGE,
                        f"is larger than {limits.source_bytes:,} bytes and not one object per line",
                        line=lines_before + 1,
                        hint="convert it to one object per line (jq -c '.items[]') or to YAML",
                    )
                )
                return
        problems: list[Problem] = []
        source = sources.as_utf8(line, "", problems.append)
        for problem in problems:
            report(replace(problem, line=(problem.line or 1) + lines_before))
        for found in strict_json.values(source.data.decode(), limits) if source else ():
            for problem in found.problems:
                report(replace(problem, line=(problem.line or 1) + lines_before))
            if not found.problems:
                yield _dropping(found.value, dropped), found.line + lines_before
        lines_before += line.count(b"\n")


def _dropping(found: Any, dropped: Dropped | None) -> Any:
    """Copy an object, or a list of them, without what is dropped."""
    if not dropped or not isinstance(found, dict):
        return found
    if isinstance(found.get("items"), list) and str(found.get("kind", "")).endswith("List"):
        return {**found, "items": [_dropping(each, dropped) for each in found["items"]]}
    return {
        key: _dropping(inner, dropped.get(key)) for key, inner in found.items() if dropped.get(key, dropped) is not None
    }
