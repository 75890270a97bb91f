"""What is read at once: all objects of sources, and the objects and values of one text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kserve_conformance.limits import Limits, current
from kserve_conformance.manifests import reader, schema, sources
from kserve_conformance.manifests.loader import Entry, Loader, listed
from kserve_conformance.manifests.placement import Checked, Found
from kserve_conformance.manifests.problems import InvalidManifests, ManifestCode, Path, Problem
from kserve_conformance.objects import SERVICE, Manifest

#: How many objects are read from one report of progress to the next.
STEP: Final = 10_000


@dataclass(frozen=True)
class Loaded:
    """
    The services and runtimes of some sources, in the order in which they were read.

    ``others`` counts the objects of other kinds; ``problems`` are of what was left out, and ``warnings`` of what was
    read all the same; ``skipped`` are the files without a Kubernetes object.
    """

    services: tuple[Manifest, ...] = ()
    runtimes: tuple[Manifest, ...] = ()
    others: Mapping[tuple[str, str], int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    skipped: tuple[str, ...] = ()
    kustomizations: tuple[str, ...] = ()
    _places: Mapping[int, str] = field(default_factory=dict, repr=False, compare=False)
    _findings: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict, repr=False, compare=False)

    def where(self, manifest: Manifest) -> str:
        """
        ``file:line`` of one of these very objects.

        Raises ``KeyError`` for an object that was not loaded here, a copy too.
        """
        return self._places[id(manifest)]

    def findings(self, manifest: Manifest) -> tuple[Problem, ...]:
        """What the API server says against one of these very objects."""
        return self._findings.get(id(manifest), ())

    def all_findings(self) -> Iterable[tuple[Problem, ...]]:
        """The findings of every object that has some."""
        return self._findings.values()


def load(
    *given: str | os.PathLike[str],
    loader: Loader | None = None,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Loaded:
    """
    Load files, folders and, as ``-``, standard input.

    YAML may hold many documents and lists, as ``kubectl get -o yaml`` writes them; JSON may hold one value after the
    other. ``loader`` has the options. ``progress`` is called with the number of objects now and then.
    Raises :class:`InvalidManifests` with all problems if ``strict``.
    """
    loader = loader or Loader()
    entries: list[Entry] = []
    for entry in loader.entries(*given):
        entries.append(entry)
        if progress is not None and len(entries) % STEP == 0:
            progress(len(entries))
    if strict and loader.problems:
        raise InvalidManifests(loader.problems)
    return Loaded(
        tuple(each.manifest for each in entries if each.manifest["kind"] == SERVICE),
        tuple(each.manifest for each in entries if each.manifest["kind"] != SERVICE),
        dict(sorted(loader.others.items())),
        tuple(loader.problems),
        tuple(loader.warnings),
        tuple(loader.skipped),
        tuple(loader.kustomizations),
        {id(each.manifest): each.where for each in entries},
        {id(each.manifest): tuple(loader.findings.get(each.number, ())) for each in entries if not each.is_clean},
    )


def loads(text: str | bytes, name: str = "<string>", *, limits: Limits | None = None) -> tuple[Manifest, ...]:
    """
    Load all objects of a text, of whatever kind. ``name`` is what problems call it.

    Raises :class:`InvalidManifests` with all problems: nothing is left out here.

    >>> [each["metadata"]["name"] for each in loads("{kind: Secret, apiVersion: v1, metadata: {name: s}}")]
    ['s']
    """
    problems: list[Problem] = []
    source = sources.as_utf8(_bytes(text), name, problems.append)
    objects: list[Found] = []
    if source is not None:
        objects = list(reader.objects(source, limits or current(), problems.append, _strictly, listed))
    if problems:
        raise InvalidManifests(problems)
    return tuple(each.manifest for each in objects)


def _strictly(value: Any, spellings: Mapping[Path, str] | None) -> Checked:
    problems = schema.check(value, spellings=spellings)
    return Checked(problems, is_kept=not problems)


def value(text: str | bytes, name: str = "<string>", *, limits: Limits | None = None) -> Any:
    """
    Read one YAML or JSON value of any shape, such as a part of an object; None for an empty text.

    Raises :class:`InvalidManifests` with all problems.

    >>> value("version: 1.0")
    {'version': 1}
    """
    found = values(text, name, limits=limits)
    if len(found) > 1:
        text = f"expected one document, found {len(found)}"
        raise InvalidManifests((Problem(ManifestCode.NOT_AN_OBJECT, text, source=name),))
    return found[0] if found else None


def values(text: str | bytes, name: str = "<string>", *, limits: Limits | None = None) -> tuple[Any, ...]:
    r"""
    Read the YAML or JSON values of a text as they are, objects or not.

    Raises :class:`InvalidManifests` with all problems.

    >>> values("1\n---\na: b")
    (1, {'a': 'b'})
    """
    problems: list[Problem] = []
    source = sources.as_utf8(_bytes(text), name, problems.append)
    found: list[Any] = []
    if source is not None:
        found, more = reader.values(source, limits or current())
        problems += more
    if problems:
        raise InvalidManifests(problems)
    return tuple(found)


def _bytes(text: str | bytes) -> bytes:
    # Half a surrogate pair cannot be written as UTF-8; as_utf8 then says so.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
