"""
The loader: files, folders and standard input in, KServe objects out.

It accepts whatever is in a folder. Files without Kubernetes objects, and kinds that do not
affect the selection, are skipped and counted; a manifest that cannot be read is a
problem, and the others are still read.
"""

from __future__ import annotations

import os
import pathlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Final

from kserve_conformance.manifests import kustomizations, openshift, reader, schema, sources
from kserve_conformance.manifests.fingerprint import fingerprint
from kserve_conformance.manifests.limits import DEFAULT, Limits
from kserve_conformance.manifests.placement import Found
from kserve_conformance.manifests.problems import WARNINGS, InvalidManifests, ManifestCode, Path, Problem
from kserve_conformance.manifests.template_languages import has_placeholder, template_problem
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, SERVICE, Manifest, at

_KUBEFLOW: Final = "serving.kubeflow.org"
_KSERVE: Final = "serving.kserve.io"
#: Placeholder for the five characters that the API server appends to a ``generateName`` (cut to 58 characters).
_GENERATED: Final = "xxxxx"
_LONGEST_BASE: Final = 58


@dataclass(frozen=True, slots=True)
class Entry:
    """A KServe object and where it was read."""

    manifest: Manifest
    source: str
    line: int
    #: For a service: equal for services that get the same decision.
    fingerprint: int = 0

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.source}:{self.line}"


@dataclass(slots=True)
class Loader:
    """
    Reads the entries of sources, one at a time, and notes everything else.

    ``namespace`` is for objects without one, as with ``kubectl -n``: a different one is a problem. ``parameters`` are
    those of OpenShift Templates. ``kustomize`` builds the kustomizations of a folder instead of reading their files.
    """

    namespace: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    kustomize: bool = False
    stdin: BinaryIO | None = None
    #: The release whose CRDs check the objects; the latest one if None.
    release: str | None = None
    limits: Limits = DEFAULT
    #: Manifests that could not be read.
    problems: list[Problem] = field(default_factory=list)
    #: Problems that did not prevent reading.
    warnings: list[Problem] = field(default_factory=list)
    #: The names of files without a Kubernetes object, in order.
    skipped: list[str] = field(default_factory=list)
    #: The kustomizations among them.
    kustomizations: list[str] = field(default_factory=list)
    #: How many objects of other kinds there are, by group and kind.
    others: Counter[tuple[str, str]] = field(default_factory=Counter)
    _valid: set[int] = field(default_factory=set)
    _count: int = 0
    #: The fingerprint of the object that was checked last.
    _mark: int | None = None

    def entries(self, *given: str | os.PathLike[str]) -> Iterator[Entry]:
        """Read files, folders and, as ``-``, standard input."""
        try:
            for source in self._sources(given):
                yield from self._of_source(source)
        finally:
            sources.remove_copies()

    def _report(self, problem: Problem) -> None:
        (self.warnings if problem.code in WARNINGS else self.problems).append(problem)

    def _of_source(self, source: sources.Source) -> Iterator[Entry]:
        self._count = 0
        if not source.is_small:
            for each in reader.objects(source, self.limits, self._report, self._check, self._expand):
                yield Entry(each.manifest, source.name, each.line, self._mark or 0)
            return
        problems: list[Problem] = []
        found = list(reader.objects(source, self.limits, problems.append, self._check, self._expand))
        errors = [problem for problem in problems if problem.code not in WARNINGS]
        looks_wrong = any(problem.code is not ManifestCode.PARAMETER for problem in errors)
        if looks_wrong or any(has_placeholder(each.manifest) for each in found):
            template = template_problem(source.text(), source.name)
            if template is not None:
                self.problems.append(template)
                return
        for problem in problems:
            self._report(problem)
        if not self._count and not errors:
            self.skipped.append(source.name)
        for each in found:
            yield Entry(each.manifest, source.name, each.line, _mark(each.manifest) or 0)

    def _expand(self, value: Any) -> Iterator[tuple[Path, Any]]:
        if openshift.is_template(value):
            self._count += 1
            missing = openshift.missing_parameters(value, self.parameters)
            if missing:
                yield (), _Unfinished(missing)
                return
            for path, each in openshift.processed(value, self.parameters):
                for inner, element in listed(each):
                    yield path + inner, element
            return
        for path, each in listed(value):
            if openshift.is_template(each) and path:
                for inner, element in self._expand(each):
                    yield path + inner, element
            else:
                yield path, each

    def _check(self, value: Any, spellings: Mapping[Path, str] | None) -> tuple[Problem, ...] | None:
        if isinstance(value, _Unfinished):
            return value.problems
        if not _is_object(value):
            return None
        group = group_of(value)
        if group == kustomizations.GROUP:
            return None
        if spellings is None:
            self._count += 1
        if not schema.is_kserve(value) or group == _KUBEFLOW:
            self.others[group, str(value.get("kind"))] += 1
            return None
        problems = self._named(value)
        # Fleets repeat themselves: a spec that was valid once is not checked again.
        mark = self._mark = _mark(value)
        if problems or mark is None or mark not in self._valid:
            problems += _hinted(value, schema.check(value, self.release, spellings=spellings))
            if not problems and mark is not None and len(self._valid) < _REMEMBERED:
                self._valid.add(mark)
        return problems

    def _named(self, manifest: dict[str, Any]) -> tuple[Problem, ...]:
        """Complete an object's name and namespace as the API server and kubectl do."""
        metadata = manifest.get("metadata")
        if not isinstance(metadata, dict):
            return ()
        base = metadata.get("generateName")
        if not metadata.get("name") and isinstance(base, str) and base:
            metadata["name"] = base[:_LONGEST_BASE] + _GENERATED
        if self.namespace is None or manifest.get("kind") == CLUSTER_RUNTIME:
            return ()
        if not metadata.get("namespace"):
            metadata["namespace"] = self.namespace
        elif metadata["namespace"] != self.namespace:
            return (
                Problem(
                    ManifestCode.NAMESPACE,
                    f"expected {self.namespace} (from --namespace), got {metadata['namespace']}",
                    ("metadata", "namespace"),
                    hint=f"pass --namespace {metadata['namespace']}, or leave it out",
                ),
            )
        return ()

    def _sources(self, given: Iterable[str | os.PathLike[str]]) -> Iterator[sources.Source]:
        for each in given:
            path = pathlib.Path(each)
            if os.fspath(each) == sources.STDIN:
                source = sources.of_stdin(self.stdin or sys.stdin.buffer, self.limits, self._report)
                if source is not None:
                    yield source
            elif self.kustomize and path.is_dir() and (roots := kustomizations.roots(path)):
                yield from self._built(roots)
                # Files that a kustomization may include are not read again.
                yield from self._files(path, without=kustomizations.folders(path))
            else:
                yield from self._files(path)

    def _built(self, roots: Iterable[pathlib.Path]) -> Iterator[sources.Source]:
        for folder in roots:
            content = kustomizations.build(folder)
            if isinstance(content, Problem):
                self.problems.append(content)
            else:
                yield sources.Source.of_bytes(f"{folder} (kustomize)", content)

    def _files(self, path: pathlib.Path, without: Iterable[pathlib.Path] = ()) -> Iterator[sources.Source]:
        excluded = set(without)
        for file in sources.files(path, self.limits, self._report):
            if not excluded.isdisjoint(file.parents):
                continue
            if kustomizations.is_kustomization(file):
                self.kustomizations.append(str(file))
                self.skipped.append(str(file))
                continue
            source = sources.of_file(file, self.limits, self._report)
            if source is not None:
                yield source


#: How many different specs are remembered as valid.
_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class _Unfinished:
    """Stands for the objects of a Template that lacks parameters."""

    problems: tuple[Problem, ...]


def listed(value: Any) -> Iterator[tuple[Path, Any]]:
    """The elements of a list kind, however deep they are nested, with their paths; anything else is itself."""
    if isinstance(value, dict) and str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list):
        for index, element in enumerate(value["items"]):
            for path, inner in listed(element):
                yield ("items", index, *path), inner
    else:
        yield (), value


def group_of(manifest: Manifest) -> str:
    """The API group of an object; empty for the core group."""
    group, slash, _ = str(manifest.get("apiVersion", "")).partition("/")
    return group if slash else ""


def display_name(manifest: Manifest) -> str:
    """Namespace and name of an object; an asterisk stands for what the API server generates."""
    metadata = manifest["metadata"]
    name, base = metadata["name"], metadata.get("generateName")
    if base and name == base[:_LONGEST_BASE] + _GENERATED:
        name = f"{base}*"
    if manifest.get("kind") == CLUSTER_RUNTIME:
        return str(name)
    return f"{metadata.get('namespace') or 'default'}/{name}"


def _hinted(manifest: Manifest, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Point at a predictor that is beside the spec instead of below it."""
    if "predictor" not in manifest:
        return problems
    hint = "predictor is beside spec, not below it: indent it under spec"
    places = (("spec",), ("spec", "predictor"))
    return tuple(replace(problem, hint=hint) if problem.path in places else problem for problem in problems)


def _mark(manifest: Manifest) -> int | None:
    """The fingerprint of a service; None for what is not one."""
    if manifest["kind"] != SERVICE or type(manifest.get("metadata")) is not dict:
        return None
    return fingerprint(manifest)


def _has_type(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("kind"), str) and isinstance(value.get("apiVersion"), str)


def _is_object(value: Any) -> bool:
    """Is it a Kubernetes object, or meant as one of KServe's? Values of charts, patches and the like are neither."""
    if not isinstance(value, dict):
        return False
    if value.get("kind") and value.get("apiVersion"):
        return True
    is_ours = value.get("kind") in API_VERSIONS or str(value.get("apiVersion", "")).startswith(_KSERVE)
    return is_ours or isinstance(at(value, "spec", "predictor"), dict)


@dataclass(frozen=True)
class Loaded:
    """
    The services and runtimes of some sources, in the order in which they were read.

    ``others`` counts the objects of other kinds; ``problems`` and ``warnings`` are of what was left out and of what was
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

    def where(self, manifest: Manifest) -> str:
        """
        ``file:line`` of one of these very objects.

        Raises ``KeyError`` for an object that was not loaded here, a copy too.
        """
        return self._places[id(manifest)]


def load(*given: str | os.PathLike[str], loader: Loader | None = None, strict: bool = False) -> Loaded:
    """
    Load files, folders and, as ``-``, standard input.

    YAML may hold many documents and lists, as ``kubectl get -o yaml`` writes them; JSON may hold one value after the
    other. ``loader`` has the options. Raises :class:`InvalidManifests` with all problems if ``strict``.
    """
    loader = loader or Loader()
    entries = list(loader.entries(*given))
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
    )


def loads(text: str | bytes, name: str = "<string>", *, limits: Limits = DEFAULT) -> tuple[Manifest, ...]:
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
        objects = list(reader.objects(source, limits, problems.append, _strictly, listed))
    if problems:
        raise InvalidManifests(problems)
    return tuple(each.manifest for each in objects)


def _strictly(value: Any, spellings: Mapping[Path, str] | None) -> tuple[Problem, ...]:
    return schema.check(value, spellings=spellings)


def value(text: str | bytes, name: str = "<string>", *, limits: Limits = DEFAULT) -> Any:
    """
    Read one YAML or JSON value of any shape, such as a part of an object; None for an empty text.

    Raises :class:`InvalidManifests` with all problems.

    >>> value("version: 1.0")
    {'version': 1}
    """
    problems: list[Problem] = []
    source = sources.as_utf8(_bytes(text), name, problems.append)
    values: list[Any] = []
    if source is not None:
        values, more = reader.values(source, limits)
        problems += more
    if len(values) > 1:
        problems.append(Problem(ManifestCode.NOT_AN_OBJECT, f"expected one document, found {len(values)}", source=name))
    if problems:
        raise InvalidManifests(problems)
    return values[0] if values else None


def _bytes(text: str | bytes) -> bytes:
    # Half a surrogate pair cannot be written as UTF-8; as_utf8 then says so.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
