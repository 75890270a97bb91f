"""
The loader: files, folders and standard input in, KServe objects out.

It accepts whatever is in a folder. Files without Kubernetes objects, and kinds that do not
affect the selection, are skipped and counted; a manifest that cannot be read is a
problem, and the others are still read.
"""

from __future__ import annotations

import os
import pathlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, BinaryIO, Final

from kserve_conformance.crds import Crds, crds_of
from kserve_conformance.limits import Limits, current
from kserve_conformance.manifests import kustomizations, openshift, reader, schema, sources
from kserve_conformance.manifests.fingerprint import fingerprint
from kserve_conformance.manifests.json_objects import Section, objects_of_text
from kserve_conformance.manifests.json_stream import Continued
from kserve_conformance.manifests.placement import Checked, Collector, Found, Intake
from kserve_conformance.manifests.problems import WARNINGS, ManifestCode, Path, Problem
from kserve_conformance.manifests.template_languages import (
    has_placeholder,
    has_ytt_code,
    is_placeholder,
    template_problem,
)
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, SERVICE, Manifest, at

_KUBEFLOW: Final = "serving.kubeflow.org"
_KSERVE: Final = "serving.kserve.io"
#: Placeholder for the five characters that the API server appends to a ``generateName`` (cut to 58 characters).
GENERATED: Final = "xxxxx"
_LONGEST_BASE: Final = 58


@dataclass(frozen=True, slots=True)
class Entry:
    """A KServe object and where it was read."""

    manifest: Manifest
    source: str
    line: int
    #: For a service: equal for services of which those in the same namespace get the same decision.
    fingerprint: int = 0
    #: Under which the loader has the findings about the object.
    number: int = 0
    #: Whether there is no finding.
    is_clean: bool = True

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.source}:{self.line}"


def _never(_: Manifest) -> bool:
    return False


@dataclass(slots=True)
class Loader:
    """
    Reads the entries of sources, one at a time, and notes everything else.

    ``namespace`` is for objects without one, as with ``kubectl -n``: a different one is a problem. ``parameters`` are
    those of OpenShift Templates. ``kustomize`` builds the kustomizations of a folder instead of reading their files.

    With ``keeps_rejected``, objects that can be named are read even if the API server rejects them; ``findings`` says
    why.
    """

    namespace: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    kustomize: bool = False
    stdin: BinaryIO | None = None
    #: The name of standard input in places.
    stdin_name: str = sources.STDIN_NAME
    #: The CRDs that check the objects; those of the latest release if None.
    crds: Crds | None = None
    keeps_rejected: bool = False
    #: Whether unknown fields are looked for in objects that are written.
    finds_unknown: bool = False
    #: Whether an object was stored before, and is not written.
    is_stored: Callable[[Manifest], bool] = _never
    limits: Limits = field(default_factory=current)
    #: Called with each kustomization before it is built.
    on_build: Callable[[pathlib.Path], None] | None = None
    #: Manifests that could not be read.
    problems: list[Problem] = field(default_factory=list)
    #: Problems that did not prevent reading.
    warnings: list[Problem] = field(default_factory=list)
    #: Problems of objects that were read, by the numbers of their entries.
    findings: dict[int, list[Problem]] = field(default_factory=dict)
    #: The names of files without a Kubernetes object, in order.
    skipped: list[str] = field(default_factory=list)
    #: The kustomizations among them.
    kustomizations: list[str] = field(default_factory=list)
    #: How many objects of other kinds there are, by group and kind.
    others: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: The problems of services by their fingerprint.
    _known: dict[int, tuple[Problem, ...]] = field(default_factory=dict)
    _count: int = 0
    _number: int = 0
    #: Whether the source has an OpenShift Template whose parameters were filled in.
    _is_processed: bool = False

    def entries(self, *given: str | os.PathLike[str]) -> Iterator[Entry]:
        """Read files, folders and, as ``-``, standard input."""
        try:
            for source in self.open(given):
                yield from self.read(source)
        finally:
            sources.remove_copies()

    def anew(self) -> Loader:
        """A loader with the same options that has read nothing; standard input is left to this one."""
        return replace(
            self,
            stdin=None,
            on_build=None,
            problems=[],
            warnings=[],
            findings={},
            skipped=[],
            kustomizations=[],
            others=Counter(),
            _number=0,
        )

    def restart(self) -> None:
        """Forget everything that was noted, to read something else with the same options."""
        self.problems, self.warnings, self.findings = [], [], {}
        self.skipped, self.kustomizations = [], []
        if self.others:
            self.others = Counter()
        self._number = 0

    def forget(self) -> None:
        """Drop what only makes reading faster."""
        self._known = {}

    def add(self, other: Loader, *, lines: int = 0, items: int = 0, is_continued: bool = False) -> int:
        """
        Add what another loader noted of a later source, or of a section behind this many lines and elements of a list.

        ``is_continued`` says that the list began before what this loader read, too.
        Returns by how much the numbers of its entries are greater in this loader.
        """
        numbers = self._number

        def shifted(problem: Problem) -> Problem:
            path = problem.path
            if len(path) > 1 and isinstance(path[1], Continued):
                index = items + path[1]
                path = (path[0], Continued(index) if is_continued else index, *path[2:])
            line = None if problem.line is None else problem.line + lines
            entry = None if problem.entry is None else problem.entry + numbers
            return replace(problem, path=path, line=line, entry=entry)

        self.problems += map(shifted, other.problems)
        self.warnings += map(shifted, other.warnings)
        for number, findings in other.findings.items():
            self.findings[number + numbers] = [shifted(each) for each in findings]
        self.skipped += other.skipped
        self.kustomizations += other.kustomizations
        self.others.update(other.others)
        self._number += other._number
        return numbers

    def _report(self, problem: Problem) -> None:
        if problem.entry is not None:
            self.findings.setdefault(problem.entry, []).append(problem)
        else:
            (self.warnings if problem.code in WARNINGS else self.problems).append(problem)

    def read(self, source: sources.Source, section: Section | None = None) -> Iterator[Entry]:
        """Read the entries of one source, or of a section of a large one."""
        self._count = 0
        self._is_processed = False
        if not source.is_small:
            yield from self.read_section(source, section)
            return
        problems: list[Problem] = []
        found = list(reader.objects(source, self.limits, problems.append, self._check, self._expand))
        errors = [problem for problem in problems if problem.code not in WARNINGS]
        is_doubtful = any(map(_may_be_of_template, errors)) or any(has_placeholder(each.manifest) for each in found)
        is_doubtful = is_doubtful or (bool(errors or found) and has_ytt_code(source.text()))
        # What is left of a Template's own placeholders is what `oc process` leaves, too.
        if is_doubtful and not self._is_processed:
            template = template_problem(source.text(), source.name)
            if template is not None and _is_foreign(source):
                self.skipped.append(source.name)
                return
            if template is not None:
                self.problems.append(template)
                return
        if errors and not found and _is_foreign(source):
            self.warnings.extend(problems)
            return
        for problem in problems:
            self._report(problem)
        if not self._count and not errors:
            self.skipped.append(source.name)
        for each in found:
            yield _entry(each, source)

    def read_section(self, source: sources.Source, section: Section | None = None) -> Iterator[Entry]:
        """Read the entries of a source, or of a section of one, whether or not it looks like a template."""
        for each in reader.objects(source, self.limits, self._report, self._check, self._expand, section):
            yield _entry(each, source)

    def read_element(self, source: sources.Source, text: str, root: str | None) -> list[Entry] | None:
        """
        Read a text that is one document of a JSON source, or an element of a list with this root.

        None if it has to be read with what is around it, as a section. Lines are counted from the text's first.
        """
        report = Collector(source, self.limits.problems, self._report)
        found = objects_of_text(Intake(source, self.limits, report, self._check, self._expand), text, root)
        return None if found is None else [_entry(each, source) for each in found]

    def _expand(self, value: Any) -> Iterator[tuple[Path, Any]]:
        if openshift.is_template(value):
            self._count += 1
            missing = openshift.missing_parameters(value, self.parameters)
            if missing:
                yield (), _Unfinished(missing)
                return
            self._is_processed = True
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

    def _check(self, value: Any, spellings: Mapping[Path, str] | None) -> Checked | None:
        if isinstance(value, _Unfinished):
            return Checked(value.problems, is_kept=False)
        if isinstance(value, list) and any(map(_is_ours, value)):
            self._count += 1
            return Checked((_BARE_LIST,), is_kept=False)
        if not _is_object(value) or group_of(value) == kustomizations.GROUP:
            return None
        group = group_of(value)
        if spellings is None:
            self._count += 1
        if not value.get("kind") or (group == _KSERVE and _kind_of(value) is not None):
            return Checked(_without_kind(value), is_kept=False)
        if not schema.is_kserve(value) or group == _KUBEFLOW:
            self.others[group, str(value.get("kind"))] += 1
            return None
        unfit = self._named(value)
        mark = _mark(value)
        if spellings is None:
            self._number += 1
        problems = unfit + self._field_problems(value, mark, spellings)
        is_kept = not unfit and _has_name(value)
        if not self.keeps_rejected:
            is_kept = is_kept and all(problem.code in WARNINGS for problem in problems)
        return Checked(problems, is_kept, self._number, mark)

    def _field_problems(
        self, manifest: Manifest, mark: int | None, spellings: Mapping[Path, str] | None
    ) -> tuple[Problem, ...]:
        # Fleets repeat themselves: a spec that was checked once is not checked again.
        known = self._known.get(mark) if mark is not None and not spellings else None
        if known is not None:
            return known
        crds = self.crds or crds_of()
        is_stored = self.is_stored(manifest)
        problems = _hinted(manifest, schema.check(manifest, crds=crds, spellings=spellings, is_stored=is_stored))
        # Nothing is known about the fields of another version.
        if self.finds_unknown and not is_stored and all(problem.path != ("apiVersion",) for problem in problems):
            problems += schema.unknown(manifest, crds)
        if mark is not None and not spellings and len(self._known) < _REMEMBERED:
            self._known[mark] = problems
        return problems

    def _named(self, manifest: dict[str, Any]) -> tuple[Problem, ...]:
        """Complete an object's name and namespace as the API server and kubectl do."""
        metadata = manifest.get("metadata")
        if not isinstance(metadata, dict):
            return ()
        base = metadata.get("generateName")
        if not metadata.get("name") and isinstance(base, str) and base:
            metadata["name"] = base[:_LONGEST_BASE] + GENERATED
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

    def open(self, given: Iterable[str | os.PathLike[str]]) -> Iterator[sources.Source]:
        """Open the sources that paths stand for, one after the other."""
        for each in given:
            path = pathlib.Path(each)
            if os.fspath(each) == sources.STDIN:
                source = sources.of_pipe(self.stdin or sys.stdin.buffer, self.stdin_name, self.limits, self._report)
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
            if self.on_build is not None:
                self.on_build(folder)
            content = kustomizations.build(folder)
            if isinstance(content, Problem):
                self.problems.append(content)
            else:
                yield sources.Source.of_bytes(f"{folder} (kustomize)", content)

    def _files(self, path: pathlib.Path, without: Iterable[pathlib.Path] = ()) -> Iterator[sources.Source]:
        excluded = set(without)
        patches = kustomizations.patches(path) if path.is_dir() else frozenset()
        for file in sources.files(path, self.limits, self._report):
            if not excluded.isdisjoint(file.parents):
                continue
            if kustomizations.is_kustomization(file):
                self.kustomizations.append(str(file))
                self.skipped.append(str(file))
                continue
            if file != path and (file.resolve() in patches or sources.is_of_chart(file)):
                self.skipped.append(str(file))
                continue
            source = sources.of_file(file, self.limits, self._report)
            if source is not None:
                yield source if file == path else replace(source, is_named=False)


#: How many different specs are remembered with their problems.
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


def is_name_generated(manifest: Manifest) -> bool:
    """Does a placeholder stand for the end of an object's name, which the API server generates?"""
    base = manifest["metadata"].get("generateName")
    return bool(base) and manifest["metadata"]["name"] == base[:_LONGEST_BASE] + GENERATED


def display_name(manifest: Manifest) -> str:
    """Namespace and name of an object; an asterisk stands for what the API server generates."""
    metadata = manifest["metadata"]
    name = f"{metadata['generateName']}*" if is_name_generated(manifest) else metadata["name"]
    if manifest.get("kind") == CLUSTER_RUNTIME:
        return str(name)
    return f"{metadata.get('namespace') or 'default'}/{name}"


def _hinted(manifest: Manifest, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Point at a predictor that is next to the spec instead of below it."""
    if "predictor" not in manifest:
        return problems
    hint = "predictor is beside spec, not below it: indent it under spec"
    places = (("spec",), ("spec", "predictor"))
    return tuple(replace(problem, hint=hint) if problem.path in places else problem for problem in problems)


def _kind_of(manifest: Manifest) -> str | None:
    """The kind of KServe's that another one differs from by its case or as its plural."""
    return _intended_kind(str(manifest["kind"]))


@lru_cache(maxsize=1024)
def _intended_kind(kind: str) -> str | None:
    meant = kind.strip().lower().removesuffix("s")
    return next((known for known in API_VERSIONS if known != kind and known.lower() == meant), None)


def _without_kind(manifest: Manifest) -> tuple[Problem, ...]:
    """The problems of an object of KServe's with no kind, or one that is misspelled."""
    meant = manifest.get("kind") and _kind_of(manifest)
    if not meant:
        return schema.check(manifest)
    text = f"expected {meant}, got {schema.described(manifest['kind'])}"
    return (Problem(ManifestCode.INVALID_FIELD, text, ("kind",), hint=f"write kind: {meant}"),)


def _has_name(manifest: Manifest) -> bool:
    """Can an object be named in an answer? What the API server says of it is one then."""
    metadata = manifest.get("metadata")
    return (
        isinstance(metadata, dict)
        and isinstance(metadata.get("name"), str)
        and bool(metadata["name"])
        and isinstance(metadata.get("namespace"), str | None)
        and isinstance(metadata.get("generateName"), str | None)
        and isinstance(manifest.get("apiVersion"), str)
    )


#: What every manifest contains that can change an answer.
_OURS: Final = re.compile(rb"kserve|InferenceService|ServingRuntime|kubeflow|kind:?\W+Template", re.IGNORECASE)


def _is_foreign(source: sources.Source) -> bool:
    """Is a file of a folder one that has nothing to do with KServe, whatever is wrong with it?"""
    return not source.is_named and _OURS.search(source.data) is None


def _may_be_of_template(problem: Problem) -> bool:
    """Can a template be the cause of a problem? What an API server would say is so only about a placeholder."""
    if problem.rejection is not None:
        return is_placeholder(problem.text)
    return problem.code is not ManifestCode.PARAMETER


def _entry(found: Found, source: sources.Source) -> Entry:
    checked = found.checked
    return Entry(found.manifest, source.name, found.line, checked.mark or 0, checked.number or 0, found.is_clean)


def _mark(manifest: Manifest) -> int | None:
    """The fingerprint of a service; None for what is not one."""
    if manifest["kind"] != SERVICE or type(manifest.get("metadata")) is not dict:
        return None
    return fingerprint(manifest)


#: What ``jq .items`` makes of a dump, and kubectl cannot read either.
_BARE_LIST: Final = Problem(
    ManifestCode.NOT_AN_OBJECT,
    "expected a Kubernetes object, got a list of them",
    hint="write each object as a document of its own, or all of them as items of a List; jq -c '.[]' does the first",
)


def _is_ours(value: Any) -> bool:
    """Is it an object of KServe's, whatever its fields are?"""
    return isinstance(value, dict) and value.get("kind") in API_VERSIONS and group_of(value) == _KSERVE


def _is_object(value: Any) -> bool:
    """Is it a Kubernetes object, or meant as one of KServe's? Values of charts, patches and the like are neither."""
    if not isinstance(value, dict):
        return False
    if value.get("kind") and value.get("apiVersion"):
        return True
    is_ours = value.get("kind") in API_VERSIONS or str(value.get("apiVersion", "")).startswith(_KSERVE)
    return is_ours or isinstance(at(value, "spec", "predictor"), dict)
