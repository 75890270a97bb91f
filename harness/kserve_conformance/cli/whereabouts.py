"""Runtimes that a service needs but cannot use: in another namespace, release or file, or rejected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from kserve_conformance.cli.catalogues import Review
from kserve_conformance.manifests import load
from kserve_conformance.objects import (
    NAMESPACED_RUNTIME,
    Catalogue,
    Manifest,
    ObjectKey,
    Outcome,
    Reason,
    Request,
    Runtime,
    replaced,
)
from kserve_conformance.profiles import Profile, profile_of
from kserve_conformance.profiles.filters import format_exclusion, supports_protocol
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.resolver import resolve_stored, select
from kserve_conformance.rules.releases import RELEASES

#: Maximum number and size of the other files that are read from a folder.
_FILES = 200
_SIZE = 1_000_000
_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Neighbours:
    """The other files in the folders of the passed files, read if a service has no runtime."""

    paths: Sequence[str]

    @cached_property
    def runtimes(self) -> tuple[tuple[Runtime, str], ...]:
        """Their runtimes, each with its file. Objects that cannot be read are ignored."""
        passed = {Path(path).resolve() for path in self.paths if path != "-"}
        folders = sorted({path.parent for path in passed if path.is_file()})
        files = [one for folder in folders for one in sorted(folder.iterdir()) if _may_have_runtimes(one)]
        files = [one for one in files if one.resolve() not in passed][:_FILES]
        if not files:
            return ()
        loaded = load(*files)
        return tuple((Runtime.from_manifest(one), _file_of(loaded.where(one))) for one in loaded.runtimes)


def _may_have_runtimes(file: Path) -> bool:
    try:
        if file.suffix not in _ENDINGS or not file.is_file() or file.stat().st_size > _SIZE:
            return False
        return NAMESPACED_RUNTIME.encode() in file.read_bytes()
    except OSError:
        # Only a hint is lost.
        return False


def _file_of(where: str) -> str:
    """The name of the file of a location."""
    return Path(where.rpartition(":")[0]).name


@dataclass(frozen=True)
class Surveyed:
    """All places in which to look for a runtime."""

    catalogue: Catalogue
    profile: Profile
    reviews: tuple[Review, ...] = ()
    neighbours: Neighbours = field(default_factory=lambda: Neighbours(()))
    #: How to add the runtimes that the release ships.
    how_to_ship: str = "add --shipped"


@dataclass(frozen=True, slots=True)
class Named:
    """The runtime that a service names, which is listed as its first candidate, and why it is excluded."""

    key: ObjectKey
    text: str


def named_of(request: Request, surveyed: Surveyed) -> Named | None:
    """The runtime that a service names, wherever it is, unless it can serve the model."""
    if request.runtime is None:
        return None
    runtime = surveyed.profile.look_up(request.runtime, request.namespace, surveyed.catalogue)
    if runtime is not None:
        text = _fault(request, runtime, surveyed.profile)
        return None if text is None else Named(runtime.key, text)
    return next(_absent(request, request.runtime, surveyed), None)


def _fault(request: Request, runtime: Runtime, profile: Profile) -> str | None:
    """Why a runtime cannot serve the service that names it."""
    for check in profile.checks:
        failed = check(profile.named_protocol(request), runtime)
        if failed is None:
            continue
        if failed.cause == Reason.RUNTIME_DISABLED:
            return "is disabled"
        return str(supports_protocol(request, runtime) or format_exclusion(request, runtime))
    return None


def _absent(request: Request, name: str, surveyed: Surveyed) -> Iterator[Named]:
    """The locations of a runtime that the service does not see, the most likely first."""
    for review in surveyed.reviews:
        if review.rejection is not None and review.key.name == name and _sees(request, review.key):
            yield Named(review.key, "was rejected")
    for one in surveyed.catalogue:
        if one.name == name:
            yield Named(
                one.key, f"is in namespace {one.key.namespace}; services only see their own, {request.namespace}"
            )
    for runtime, file in surveyed.neighbours.runtimes:
        if runtime.name == name and _sees(request, runtime.key):
            yield Named(runtime.key, f"is in {file}, which was not passed")
    release = _shipping_release(name, surveyed.profile.name)
    if release is not None:
        manifest = next(one for one in shipped(release) if one["metadata"]["name"] == name)
        with_this = release == surveyed.profile.name
        yield Named(ObjectKey.of(manifest), f"ships with {release}" if with_this else f"ships from {release}")


def _sees(request: Request, key: ObjectKey) -> bool:
    return key.namespace in (None, request.namespace)


def _shipping_release(name: str, release: str) -> str | None:
    """The first release, this one or a later one, that ships a runtime with this name."""
    return next(
        (each for each in _from(release) if any(one["metadata"]["name"] == name for one in shipped(each))), None
    )


def _from(release: str) -> tuple[str, ...]:
    return RELEASES[RELEASES.index(release) :] if release in RELEASES else (release,)


def hints_of(service: Manifest, surveyed: Surveyed) -> Iterator[str]:
    """
    Hints for a stored service without a runtime: runtimes from another namespace, file or release.

    Each is verified by resolving the service with that runtime.
    """
    request = Request.of(service)
    yield from _rejected(request, surveyed)
    yield from _from_namespaces(request, surveyed)
    yield from _from_files(request, surveyed)
    yield from _from_releases(service, request, surveyed)


def _rejected(request: Request, surveyed: Surveyed) -> Iterator[str]:
    for review in surveyed.reviews:
        if review.rejection is not None and request.runtime is None and _sees(request, review.key):
            yield f"{review.key} is not a candidate: it was rejected"


def _from_namespaces(request: Request, surveyed: Surveyed) -> Iterator[str]:
    for one in surveyed.catalogue:
        if _sees(request, one.key) or not _selects(request, one, surveyed):
            continue
        what = "" if request.runtime is not None else f" supports {request.format}, but"
        yield f"{one.name}{what} is in namespace {one.key.namespace}: create it in {request.namespace} too"
        return


def _selects(request: Request, runtime: Runtime, surveyed: Surveyed) -> bool:
    """Would the service get the runtime if it were in its namespace?"""
    key = runtime.key if runtime.key.namespace is None else replace(runtime.key, namespace=request.namespace)
    moved = replace(runtime, key=key)
    # What is not selected alone is not selected among others, and most runtimes end here.
    if select(request, Catalogue((moved,)), surveyed.profile).runtime is not moved:
        return False
    return select(request, Catalogue((*surveyed.catalogue, moved)), surveyed.profile).runtime is moved


def _from_files(request: Request, surveyed: Surveyed) -> Iterator[str]:
    reviewed = {review.key for review in surveyed.reviews}
    for runtime, file in surveyed.neighbours.runtimes:
        if runtime.key in reviewed:
            continue  # A runtime with the same key was passed.
        if _sees(request, runtime.key) and _selects(request, runtime, surveyed):
            yield f"{runtime.key} is in {file}: pass that file too"
            return


def _from_releases(service: Manifest, request: Request, surveyed: Surveyed) -> Iterator[str]:
    """A runtime that this release or a later one ships for the format, compared case-insensitively."""
    for release in _from(surveyed.profile.name):
        catalogue = Catalogue.of(shipped(release))
        profile = profile_of(release)
        for format_ in _formats_alike(request.format, catalogue):
            written = replaced(service, format_, "spec", "predictor", "model", "modelFormat", "name")
            decision = resolve_stored(written, catalogue, profile)
            if decision.outcome is not Outcome.RUNS or decision.runtime is None:
                continue
            if surveyed.catalogue.get(decision.runtime) is not None:
                continue  # It already exists, so the problem is another one.
            name, spelling = decision.runtime.name, "" if format_ == request.format else f" as format {format_}"
            if release != surveyed.profile.name:
                yield f"{name} supports it{spelling}, and ships with KServe from {release}"
            elif spelling:
                yield f"{name} supports it{spelling}, and ships with KServe {release}: {surveyed.how_to_ship}"
            else:
                yield f"{name} ships with KServe {release}: {surveyed.how_to_ship}"
            return


def _formats_alike(wanted: str, catalogue: Catalogue) -> list[str]:
    """The formats of a catalogue that equal the wanted one case-insensitively, an exact match first."""
    names = {entry.name for runtime in catalogue for entry in runtime.formats}
    return sorted((name for name in names if name.lower() == wanted.lower()), key=lambda name: name != wanted)
