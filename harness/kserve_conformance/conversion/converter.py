"""
The converter: the text of a file in, the converted text and what became of each service out.

A service is converted as a whole or left as a whole. What cannot be converted is named with its line and the reason;
nothing is dropped, and a document without a service to convert is not touched.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from kserve_conformance.conversion import kfserving, legacy
from kserve_conformance.conversion.documents import (
    Document,
    Encoding,
    Replacement,
    converted,
    documents,
    is_error,
)
from kserve_conformance.conversion.edits import CannotEdit
from kserve_conformance.conversion.equivalence import MALFORMED, difference
from kserve_conformance.conversion.plan import Obstacle, Plan
from kserve_conformance.manifests import ManifestCode, Problem, check, openshift
from kserve_conformance.manifests.loader import group_of, listed
from kserve_conformance.manifests.placement import typed
from kserve_conformance.manifests.problems import Path
from kserve_conformance.manifests.template_languages import has_placeholder, has_ytt_code, template_problem
from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Catalogue, Manifest, ObjectKey, Runtime, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.profiles.shipped_runtimes import shipped

_KSERVE: Final = "serving.kserve.io"
#: What every document with a service contains, also with a misspelled kind.
_OURS: Final = re.compile(rf"{SERVICE}|serving\.(?:kserve\.io|kubeflow\.org)/", re.IGNORECASE)
_KEYS: Final = "|".join(LEGACY_KEYS_V0_12)
#: What a text contains that has something to convert, as far as a text without its values can show.
_MAY_CONVERT: Final = re.compile(
    rf"[\"']?kind[\"']?:.*{SERVICE}[\s\S]*?(?:serving\.kubeflow\.org|^[ \t\"']*(?:{_KEYS})[\"']?:)"
    rf"|serving\.kubeflow\.org/v1[\s\S]*?{SERVICE}",
    re.MULTILINE,
)
_PATCH_HINT: Final = "convert it by hand, together with what it patches"
_TEMPLATE_HINT: Final = "convert it by hand: the fields are the same as in a manifest"


class Status(StrEnum):
    """What became of a service."""

    CONVERTED = "converted"
    #: It needs a person, and is as it was.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a service, or of a text that cannot be read as one: the changes, or the reason for having none."""

    status: Status
    object: str
    line: int
    changes: tuple[str, ...] = ()
    reason: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class _Result:
    """The text of a document after its conversion."""

    text: str
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversion:
    """A file before and after its conversion, the outcomes of its services, and why it cannot be read."""

    name: str
    before: bytes
    after: bytes
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Does it differ from what it was?"""
        return self.before != self.after

    @property
    def encoding(self) -> Encoding:
        """The encoding of the file, before and after."""
        return Encoding.of(self.before)


@dataclass(frozen=True, slots=True)
class _Service:
    """A service of a document, with the stages of its conversion, or the obstacle to it."""

    path: Path
    object: str
    plans: tuple[Plan, ...] = ()
    obstacle: Obstacle | None = None

    @property
    def place(self) -> Path:
        """What the outcome points at."""
        return self.path if self.obstacle is None else self.path + self.obstacle.path

    def without_edits(self, reason: str, hint: str | None = None) -> _Service:
        """The same, left for a reason that the document has; an obstacle of its own comes first."""
        return self if self.obstacle is not None else replace(self, obstacle=Obstacle(reason, hint=hint))

    def outcome(self, line: int) -> Outcome:
        """What became of it."""
        if self.obstacle is not None:
            return Outcome(Status.LEFT, self.object, line, (), str(self.obstacle), self.obstacle.hint)
        changes = tuple(change for plan in self.plans for change in plan.changes)
        return Outcome(Status.CONVERTED, self.object, line, changes)


@dataclass(frozen=True, slots=True)
class Converter:
    """
    Converts files by the rules of a release.

    ``pin``: whether a converted model names its runtime; as the release's webhook does if None. ``catalogue``: the
    runtimes that services can get.
    """

    profile: Profile
    catalogue: Catalogue
    pin: bool | None = None

    def convert(self, name: str, data: bytes, *, is_patch: bool = False) -> Conversion:
        """Convert a file. Of a kustomization and its patches (``is_patch``), services are only named."""
        encoding = Encoding.of(data)
        try:
            text = encoding.decoded(data)
        except UnicodeDecodeError as error:
            problem = Problem(ManifestCode.UNREADABLE, f"is not valid UTF-16: {error.reason}", source=name)
            return Conversion(name, data, data, problems=(problem,))
        results = [
            self._converted(name, document, is_patch=is_patch)
            if _OURS.search(document.text)
            else _Result(document.text)
            for document in documents(text)
        ]
        return Conversion(
            name,
            data,
            encoding.encoded("".join(each.text for each in results)),
            tuple(outcome for each in results for outcome in each.outcomes),
            tuple(problem for each in results for problem in each.problems),
        )

    def _converted(self, name: str, document: Document, *, is_patch: bool) -> _Result:
        values, problems = document.read(name)
        errors = tuple(_shifted(each, document) for each in problems if is_error(each))
        template = template_problem(document.text, name)
        if template is not None and (errors or has_ytt_code(document.text) or _has_placeholder(values)):
            return _of_template(document, template)
        if errors:
            return _Result(document.text, problems=errors)
        services = [each for value in values for each in self._services(value)]
        if is_patch and not services and _MAY_CONVERT.search(document.text):
            reason = "it has a patch of a service with a legacy schema"
            line = document.lines_before + 1
            return _Result(document.text, (Outcome(Status.LEFT, "kustomization", line, (), reason, _PATCH_HINT),))
        obstacle = _obstacle_to_edits(document, values, problems, is_patch=is_patch)
        text = document.text
        if obstacle is None:
            try:
                text = _edited(name, document, services)
            except CannotEdit as cannot:
                obstacle = Obstacle(f"its text cannot be edited: {cannot}", hint="convert it by hand")
        if obstacle is not None:
            services = [each.without_edits(str(obstacle), obstacle.hint) for each in services]
        lines = document.lines(each.place for each in services)
        return _Result(text, tuple(each.outcome(lines[each.place]) for each in services))

    def _services(self, value: Any) -> Iterator[_Service]:
        """The services of a value that have something to convert, or should have."""
        for path, service in _services(value):
            title = _title(service)
            if service["kind"] != SERVICE:
                reason = f"expected kind {SERVICE}, got {service['kind'] or 'none'}"
                yield _Service(path, title, obstacle=Obstacle(reason, ("kind",), f"write kind: {SERVICE}"))
                continue
            try:
                plans = tuple(self._plans(service))
            except Obstacle as obstacle:
                yield _Service(path, title, obstacle=obstacle)
            else:
                if plans:
                    yield _Service(path, title, plans)

    def _plans(self, service: Manifest) -> Iterator[Plan]:
        """The stages of a service's conversion; none if there is nothing to convert. Raises :class:`Obstacle`."""
        current = service
        if kfserving.is_kfserving(service):
            moved = kfserving.plan(service)
            yield moved
            current = moved.service
            legacy.check_schema(current, self.profile)
            self._check(current, current)
        obstacles: list[Obstacle] = []
        for plan in legacy.plans(current, self.profile, self.pin, self.catalogue):
            try:
                self._check(current, plan.service)
            except Obstacle as obstacle:
                obstacles.append(obstacle)
            else:
                yield plan
                return
        if obstacles:
            raise obstacles[0]

    def _check(self, before: Manifest, after: Manifest) -> None:
        obstacle = difference(before, after, self.profile, self.catalogue, is_pin_chosen=self.pin is not None)
        if obstacle is not None:
            raise obstacle


def runtimes_of(name: str, data: bytes) -> Iterator[Manifest]:
    """The runtimes in a file, as far as it can be read."""
    if not any(kind.encode() in data for kind in RUNTIME_KINDS):
        return
    try:
        text = Encoding.of(data).decoded(data)
    except UnicodeDecodeError:
        return
    for document in documents(text):
        values, _ = document.read(name)
        for value in values:
            for _, each in listed(value):
                if isinstance(each, dict) and each.get("kind") in RUNTIME_KINDS and group_of(each) == _KSERVE:
                    yield each


def catalogue_with(given: Iterable[Manifest], profile: Profile) -> Catalogue:
    """The runtimes that a release ships, and given ones that its CRDs accept; those replace shipped ones."""
    runtimes: dict[ObjectKey, Runtime] = {}
    for each in (*shipped(profile.name), *given):
        if not check(each, crds=profile.crds):
            # What no schema covers can still be malformed.
            with contextlib.suppress(*MALFORMED):
                runtimes[ObjectKey.of(each)] = Runtime.from_manifest(profile.crds.pruned(each))
    return Catalogue(tuple(runtimes.values()))


def _services(value: Any) -> Iterator[tuple[Path, Manifest]]:
    """The services in a value, also of lists and of an OpenShift Template, with their paths."""
    if openshift.is_template(value):
        for index, each in enumerate(value["objects"]):
            for path, service in _services(each):
                yield ("objects", index, *path), service
    for path, each in listed(value):
        element = typed(each, value) if len(path) == 2 else each
        if _is_service(element):
            yield path, {**element, "kind": element.get("kind")}


def _is_service(value: Any) -> bool:
    """Is a value a service of KServe or of KFServing, or meant as one?"""
    if not isinstance(value, dict) or not (group_of(value) == _KSERVE or kfserving.is_kfserving(value)):
        return False
    kind = value.get("kind")
    is_meant = not kind and isinstance(at(value, "spec", "predictor"), dict)
    return is_meant or (isinstance(kind, str) and kind.strip().lower().removesuffix("s") == SERVICE.lower())


def _of_template(document: Document, template: Problem) -> _Result:
    if not _MAY_CONVERT.search(document.text):
        return _Result(document.text)
    line = document.lines_before + (template.line or 1)
    return _Result(document.text, (Outcome(Status.LEFT, "template", line, (), template.text, _TEMPLATE_HINT),))


def _obstacle_to_edits(
    document: Document, values: tuple[Any, ...], problems: tuple[Problem, ...], *, is_patch: bool
) -> Obstacle | None:
    """Why no text of a document can be edited."""
    if is_patch:
        return Obstacle("it is a patch of a kustomization", hint=_PATCH_HINT)
    if any(map(openshift.is_template, values)):
        return Obstacle("it is in an OpenShift Template", hint=_TEMPLATE_HINT)
    if len(values) > 1:
        return Obstacle(f"expected one document, found {len(values)} without --- between them")
    duplicate = next((each for each in problems if each.code is ManifestCode.DUPLICATE_KEY), None)
    if duplicate is None:
        return None
    line = document.lines_before + (duplicate.line or 1)
    return Obstacle(f"{duplicate.pointer} is a duplicate key (line {line})", hint="remove one of them")


def _edited(name: str, document: Document, services: list[_Service]) -> str:
    """Edit a document, one stage of all its services after the other. Raises ``CannotEdit``."""
    for stage in range(max((len(each.plans) for each in services), default=0)):
        plans = [(each.path, each.plans[stage]) for each in services if stage < len(each.plans)]
        document = converted(document, name, [Replacement(path, plan.service, plan.edits) for path, plan in plans])
    return document.text


def _title(service: Manifest) -> str:
    metadata = at(service, "metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = metadata.get("name") or f"{metadata.get('generateName') or ''}*"
    namespace = metadata.get("namespace")
    return f"{SERVICE} {namespace}/{name}" if namespace else f"{SERVICE} {name}"


def _has_placeholder(values: tuple[Any, ...]) -> bool:
    return any(has_placeholder(each) for value in values for _, each in listed(value))


def _shifted(problem: Problem, document: Document) -> Problem:
    return problem if problem.line is None else replace(problem, line=problem.line + document.lines_before)
