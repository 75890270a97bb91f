"""
Views: what the services of a namespace can see of a cluster's runtimes under each release of an upgrade.

Namespaces with equal views share their assessments, in all clusters: a view is known by its digest.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from kserve_conformance.manifests import Problem
from kserve_conformance.manifests.fingerprint import NAMESPACE
from kserve_conformance.objects import Catalogue, Manifest, Namespace, Runtime, at, replaced
from kserve_conformance.upgrade.path import UpgradePath

#: The version of marshal that writes equal values as equal bytes.
_NO_REFERENCES: Final = 2
_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class InputRuntime:
    """A runtime of the input, where it was read, and what the API server says against it."""

    manifest: Manifest
    source: str
    line: int
    findings: tuple[Problem, ...] = ()

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Installation:
    """
    The releases of an upgrade with the runtimes of one cluster.

    ``warnings`` are about its rejected runtimes. ``changed`` is what the plan changes by name and the cluster has.
    """

    path: UpgradePath
    warnings: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()


class Plan(Protocol):
    """The releases of an upgrade and the assumptions about its clusters. It can be pickled."""

    @property
    def identity(self) -> str:
        """A text that is equal for plans of the same upgrade."""

    def installation(self, runtimes: Sequence[InputRuntime]) -> Installation:
        """The upgrade of a cluster that has these runtimes."""

    def is_stored(self, service: Manifest) -> bool:
        """Was a service stored before the upgrade?"""


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """
    What a namespace can see.

    In ``path``, the namespace has the name :data:`~kserve_conformance.manifests.fingerprint.NAMESPACE`.
    """

    digest: bytes
    path: UpgradePath
    #: What namespaces without runtimes of their own see; None if this is it.
    common: View | None = None
    #: By each word that means a runtime, as its name or one of its formats, the names of these runtimes.
    _names: dict[str, set[str]] = field(default_factory=dict)
    _narrowed: dict[frozenset[str], View] = field(default_factory=dict)
    #: The words that mean a runtime of the namespace, or another one with its name.
    _own_words: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        own = {
            runtime.name
            for installed in self.path
            for runtime in installed.catalogue
            if runtime.key.namespace is not None
        }
        for installed in self.path:
            for runtime in installed.catalogue:
                for text in (runtime.name, *(entry.name for entry in runtime.formats)):
                    word = text.partition(":")[0]
                    self._names.setdefault(word, set()).add(runtime.name)
                    if runtime.name in own:
                        self._own_words.add(word)

    def for_words(self, words: frozenset[str] | None) -> View:
        """The common view, if a service with these words can mean no runtime of the namespace; else this one."""
        if self.common is None or words is None or not words.isdisjoint(self._own_words):
            return self
        return self.common

    def narrowed(self, words: frozenset[str] | None) -> View:
        """
        The view with only those runtimes that a service with these words can mean; all of them for None.

        A runtime that the service names, or that lists its format, and every other one with the same name: a release
        looks a selected runtime up by its name again.
        """
        if words is None:
            return self
        names = frozenset(name for word in words & self._names.keys() for name in self._names[word])
        view = self._narrowed.get(names)
        if view is None:
            path = tuple(replace(each, catalogue=_named(each.catalogue, names)) for each in self.path)
            view = self._narrowed[names] = View(_digest_of_path(path), path)
        return view


@dataclass(slots=True)
class Views:
    """The views of the namespaces of one cluster."""

    path: UpgradePath
    _views: dict[Namespace, View] = field(default_factory=dict)
    _owners: frozenset[Namespace] = frozenset()
    _common: View | None = None

    def __post_init__(self) -> None:
        self._owners = frozenset(
            runtime.key.namespace
            for installed in self.path
            for runtime in installed.catalogue
            if runtime.key.namespace is not None
        )

    def of(self, namespace: str) -> View:
        """The view of a namespace; all without runtimes of their own have the same."""
        owner = Namespace(namespace)
        if self._common is None:
            shared = (replace(each, catalogue=Catalogue(each.catalogue.in_cluster)) for each in self.path)
            self._common = _view(tuple(shared))
        if owner not in self._owners:
            return self._common
        view = self._views.get(owner)
        if view is None:
            visible = tuple(replace(each, catalogue=_visible(each.catalogue, owner)) for each in self.path)
            view = self._views[owner] = _view(visible, self._common)
        return view


def _view(path: UpgradePath, common: View | None = None) -> View:
    return View(_digest_of_path(path), path, common)


def _digest_of_path(path: UpgradePath) -> bytes:
    return _digest([(each.profile.name, *map(_essence, _ranked(each.catalogue))) for each in path])


def _named(catalogue: Catalogue, names: frozenset[str]) -> Catalogue:
    return Catalogue(tuple(runtime for runtime in catalogue if runtime.name in names))


def _visible(catalogue: Catalogue, namespace: Namespace) -> Catalogue:
    return Catalogue(tuple(map(_renamed, catalogue.in_namespace(namespace))) + catalogue.in_cluster)


def _renamed(runtime: Runtime) -> Runtime:
    key = replace(runtime.key, namespace=Namespace(NAMESPACE))
    return replace(runtime, key=key, manifest=replaced(runtime.manifest, NAMESPACE, "metadata", "namespace"))


def _ranked(catalogue: Catalogue) -> Iterable[Runtime]:
    """The runtimes with their age as a rank: only which one is older is ever compared."""
    ranks = {created: rank for rank, created in enumerate(sorted({runtime.created for runtime in catalogue}))}
    return (replace(runtime, created=ranks[runtime.created]) for runtime in catalogue)


def _essence(runtime: Runtime) -> tuple[Any, ...]:
    """All that is read of a runtime."""
    key = runtime.key
    metadata = runtime.manifest.get("metadata") or {}
    return (
        *(key.kind, key.name, runtime.created),
        *(metadata.get("labels"), _read_annotations(metadata.get("annotations")), runtime.manifest.get("spec")),
    )


#: It repeats the runtime, with its namespace.
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def _read_annotations(annotations: Any) -> Any:
    if not isinstance(annotations, dict):
        return annotations
    return {key: value for key, value in annotations.items() if key != _LAST_APPLIED}


#: Fields of metadata that differ between clusters and decide nothing.
_VOLATILE: Final = frozenset(
    {"uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "selfLink", "ownerReferences"}
)


def digest_of(runtimes: Sequence[InputRuntime]) -> bytes | None:
    """
    Equal for the runtimes of clusters that are upgraded alike; None if what is said of them names their files.

    Only which runtime is older counts of the times at which they were created.
    """
    if any(at(each.manifest, "metadata", "uid") is None or each.findings for each in runtimes):
        return None
    times = [str(at(each.manifest, "metadata", "creationTimestamp") or "") for each in runtimes]
    ranks = {time: rank for rank, time in enumerate(sorted(set(times)))}
    parts = []
    for each, time in zip(runtimes, times, strict=True):
        metadata = {key: value for key, value in each.manifest["metadata"].items() if key not in _VOLATILE}
        metadata["annotations"] = _read_annotations(metadata.get("annotations"))
        rest = {key: value for key, value in each.manifest.items() if key not in ("metadata", "status")}
        parts.append((metadata, rest, ranks[time]))
    return _digest(parts)


def _digest(parts: Any) -> bytes:
    return hashlib.blake2b(marshal.dumps(parts, _NO_REFERENCES), digest_size=_DIGEST).digest()
