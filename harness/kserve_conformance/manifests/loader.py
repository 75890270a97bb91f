"""The loader: sources in, objects out, and either all problems of all sources or none."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from kserve_conformance.manifests import reader, schema, sources, strict_json
from kserve_conformance.manifests.builder import Builder, Dropped
from kserve_conformance.manifests.byte_stream import Stopped
from kserve_conformance.manifests.limits import DEFAULT, Limits
from kserve_conformance.manifests.problems import InvalidManifests, ManifestCode, Problem
from kserve_conformance.manifests.schema import described
from kserve_conformance.objects import SERVICE, Manifest
from kserve_conformance.objects import items as elements

_HEAD: Final = 8192


@dataclass(frozen=True)
class Loaded:
    """
    The objects of some sources, in the order in which they were read; elements of lists stand for themselves.

    ``others`` counts the kinds that are neither a service nor a runtime.
    """

    objects: tuple[Manifest, ...] = ()
    services: tuple[Manifest, ...] = ()
    runtimes: tuple[Manifest, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    _places: Mapping[int, tuple[str, Callable[[], int]]] = field(default_factory=dict, repr=False, compare=False)

    def where(self, manifest: Manifest) -> str:
        """
        ``file:line`` of one of these very objects.

        Raises ``KeyError`` for an object that was not loaded here, a copy too.
        """
        name, line = self._places[id(manifest)]
        return f"{name}:{line()}"


def load(*given: str | os.PathLike[str], stdin: BinaryIO | None = None, limits: Limits = DEFAULT) -> Loaded:
    """
    Load files, directories and, as ``-``, standard input.

    YAML may hold many documents and lists, as ``kubectl get -o yaml`` writes
    them; JSON may hold one value after the other. Kinds that are not KServe's
    are kept and not looked into.

    Raises :class:`InvalidManifests` with all problems of all sources.
    """
    told: list[Problem] = []
    found: list[tuple[str, reader.Found]] = []
    for source in _sources(given, stdin, limits, told.append):
        objects, problems = reader.objects(source, limits)
        told.extend(problems)
        found.extend((source.name, each) for each in objects)
    if told:
        raise InvalidManifests(told)
    return _loaded(found)


def loads(text: str | bytes, name: str = "<string>", *, limits: Limits = DEFAULT) -> tuple[Manifest, ...]:
    """
    Load the objects of a text. ``name`` is what problems call it.

    Raises :class:`InvalidManifests` with all problems.

    >>> [each["metadata"]["name"] for each in loads("{kind: Secret, apiVersion: v1, metadata: {name: s}}")]
    ['s']
    """
    told: list[Problem] = []
    source = sources.as_utf8(_bytes(text), name, told.append)
    objects: list[reader.Found] = []
    if source is not None:
        objects, told = reader.objects(source, limits)
    if told:
        raise InvalidManifests(told)
    return tuple(each.manifest for each in objects)


def value(text: str | bytes, name: str = "<string>", *, limits: Limits = DEFAULT) -> Any:
    """
    Read one YAML or JSON value of any shape, such as a part of an object; None for an empty text.

    Raises :class:`InvalidManifests` with all problems.

    >>> value("version: 1.0")
    {'version': 1}
    """
    told: list[Problem] = []
    source = sources.as_utf8(_bytes(text), name, told.append)
    values: list[Any] = []
    if source is not None:
        values, told = reader.values(source, limits)
    if len(values) > 1:
        told.append(Problem(ManifestCode.NOT_AN_OBJECT, f"expected one document, found {len(values)}", source=name))
    if told:
        raise InvalidManifests(told)
    return values[0] if values else None


def documents(
    stream: BinaryIO,
    name: str = "<stream>",
    *,
    dropped: Dropped | None = None,
    report: Callable[[Problem], None] | None = None,
    limits: Limits = DEFAULT,
) -> Iterator[Manifest]:
    """
    Read the objects of a huge dump one by one, keeping none; only their shape is checked, not their fields.

    A YAML stream, the elements of a YAML list, and JSON with one object a line
    are held one at a time; JSON of another layout is held whole. ``dropped``
    leaves out what is not needed, such as :data:`BOOKKEEPING`.

    ``report`` is called with each problem. Without it :class:`InvalidManifests`
    with all of them is raised when the stream ends: until then, good objects come.
    """
    told: list[Problem] = []
    tell = report or told.append

    def tell_named(problem: Problem) -> None:
        tell(replace(problem, source=name))

    head = stream.read(_HEAD)
    if (problem := sources.not_text(head, name)) is not None:
        tell(problem)
    else:
        rest = io.BufferedReader(sources.Headed(head, stream))
        values = (
            _json_documents(rest, dropped, tell_named, limits)
            if reader.looks_like_json(head)
            else _yaml_documents(rest, dropped, tell_named, limits)
        )
        for found, line in values:
            for each in elements(found) if isinstance(found, dict) else (found,):
                if isinstance(each, dict) and isinstance(each.get("kind"), str):
                    yield each
                else:
                    got = "a mapping without a kind" if isinstance(each, dict) else described(each)
                    tell_named(
                        Problem(ManifestCode.NOT_AN_OBJECT, f"expected a Kubernetes object, got {got}", line=line)
                    )
    if told:
        raise InvalidManifests(told)


def _yaml_documents(
    stream: BinaryIO, dropped: Dropped | None, tell: Callable[[Problem], None], limits: Limits
) -> Iterator[tuple[Any, int]]:
    builder = Builder(stream, limits, tell, dropped=dropped, whole=limits.stream_bytes)
    has_items = False
    try:
        for part in builder.parts(split=True):
            if part.item is not None:
                has_items = True
            elif has_items:
                has_items = False
                if not str(part.value.get("kind", "")).endswith("List"):
                    tell(Problem(ManifestCode.NOT_AN_OBJECT, "has items but is not a list", line=part.line))
                continue
            yield part.value, part.line
    except Stopped:
        return


def _json_documents(
    stream: BinaryIO, dropped: Dropped | None, tell: Callable[[Problem], None], limits: Limits
) -> Iterator[tuple[Any, int]]:
    lines_before = 0
    while line := stream.readline(limits.value_bytes + 1):
        if len(line) > limits.value_bytes or not line.rstrip().endswith(b"}"):
            # Not one object a line: the rest is one text.
            line += stream.read(limits.source_bytes + 1 - len(line))
            if len(line) > limits.source_bytes:
                tell(
                    Problem(
                        ManifestCode.TOO_LARGE,
                        f"is larger than {limits.source_bytes:,} bytes and not one object per line",
                        line=lines_before + 1,
                        hint="convert it to one object per line (jq -c '.items[]') or to YAML",
                    )
                )
                return
        told: list[Problem] = []
        source = sources.as_utf8(line, "", told.append)
        for problem in told:
            tell(replace(problem, line=(problem.line or 1) + lines_before))
        for found in strict_json.values(source.data.decode(), limits) if source else ():
            for problem in found.problems:
                tell(replace(problem, line=(problem.line or 1) + lines_before))
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


def _sources(
    given: tuple[str | os.PathLike[str], ...],
    stdin: BinaryIO | None,
    limits: Limits,
    tell: Callable[[Problem], None],
) -> Iterator[sources.Source]:
    for each in given:
        if os.fspath(each) == sources.STDIN:
            source = sources.read_stream(stdin or sys.stdin.buffer, sources.STDIN_NAME, limits, tell)
            if source is not None:
                yield source
            continue
        for path in sources.files(Path(each), limits, tell):
            source = sources.read_file(path, limits, tell)
            if source is not None:
                yield source


def _loaded(found: list[tuple[str, reader.Found]]) -> Loaded:
    objects = tuple(each.manifest for _, each in found)
    services, runtimes, others = [], [], Counter[str]()
    for manifest in objects:
        if not schema.is_kserve(manifest):
            others[manifest["kind"]] += 1
        elif manifest["kind"] == SERVICE:
            services.append(manifest)
        else:
            runtimes.append(manifest)
    return Loaded(
        objects,
        tuple(services),
        tuple(runtimes),
        dict(sorted(others.items())),
        {id(each.manifest): (name, each.line) for name, each in found},
    )


def _bytes(text: str | bytes) -> bytes:
    # Half a surrogate pair cannot be written as UTF-8; as_utf8 then says so.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
