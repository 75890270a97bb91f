"""Kinds of services that are equal in all that is read of them, and what one process remembers of each."""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from kserve_conformance.fleet.plain import PlainService, is_model_uri
from kserve_conformance.manifests import Entry
from kserve_conformance.manifests.fingerprint import NAMESPACE, fingerprint, generic_uri, stand_in, uri_of
from kserve_conformance.manifests.scalars import UnusableScalar, number
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import Manifest
from kserve_conformance.upgrade.assessment import Assessment, assess
from kserve_conformance.upgrade.census import group_key
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.general_specs import general_spec, is_general, normal_text
from kserve_conformance.upgrade.input_runtimes import runtimes_in
from kserve_conformance.upgrade.keys import keys_of, words_of
from kserve_conformance.upgrade.recent import Recent
from kserve_conformance.upgrade.views import Installation, View, Views, digest_of

#: Services that are equal in everything but their names and the paths of their models, and that see the same runtimes.
AssessmentKey = tuple[bytes, int]

#: How many keys and services of a kind one process remembers.
_REMEMBERED: Final = 50_000
_DECODE: Final = msgspec.json.Decoder(float_hook=number).decode
_NO_REFERENCES: Final = 2


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """
    Services that are equal in everything but their names and the paths of their models.

    ``general`` stands for all that differ in nothing that is read, ``mark`` is its fingerprint.
    """

    fingerprint: int
    manifest: Manifest
    mark: int
    general: Manifest
    keys: tuple[bytes, bytes, bytes]
    #: By which it can mean a runtime.
    words: frozenset[str] | None


def _kind_of(manifest: Manifest) -> ServiceKind:
    spec = general_spec(manifest.get("spec"))
    general = manifest if spec is manifest.get("spec") else {**manifest, "spec": spec}
    exact = fingerprint(manifest)
    mark = exact if general is manifest else fingerprint(general)
    return ServiceKind(exact, manifest, mark, general, keys_of(general), words_of(general))


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment, and what is counted by it."""

    key: AssessmentKey
    assessment: Assessment
    group: Any
    classes: tuple[str, ...]
    is_unchanged: bool


class KindMemory:
    """What is remembered from one part to the next: nothing that changes a result."""

    def __init__(self, options: CensusOptions) -> None:
        self.options = options
        self.accepted = frozenset(options.accepted)
        self._kinds: Recent[int, ServiceKind] = Recent(_REMEMBERED)
        self._kind_of_key: Recent[Any, ServiceKind] = Recent(_REMEMBERED)
        self._kind_of_general: Recent[Any, ServiceKind] = Recent(_REMEMBERED)
        #: The marks of kinds by the normal keys of services, if they hold for all with such a key.
        self._normal_keys: Recent[Any, int] = Recent(_REMEMBERED)
        #: The assessments that hold for all of a kind, by the whole view.
        self._general: Recent[AssessmentKey, Assessed] = Recent(_REMEMBERED)
        #: By the narrowed view; None for what does not hold for all that it stands for.
        self._assessed: Recent[AssessmentKey, Assessed | None] = Recent(_REMEMBERED)
        self._views: dict[str | bytes, tuple[Views, Installation]] = {}

    def views_of(self, cluster: str, sources: Sequence[Source]) -> tuple[Views, Installation]:
        """The views of a cluster, whose runtimes were read before, or are in these sources, and what is installed."""
        runtimes = self.options.runtimes.get(cluster)
        if runtimes is None:
            runtimes = runtimes_in(sources, self.options)
            mark: str | bytes | None = digest_of(runtimes)
        else:
            mark = cluster
        known = None if mark is None else self._views.get(mark)
        if known is None:
            installation = self.options.plan.installation(runtimes)
            known = Views(installation.path), installation
            if mark is not None:
                self._views[mark] = known
        return known

    def is_known(self, service: PlainService, normal: Any) -> bool:
        """Is the kind of a plain service known? ``normal`` is its :func:`normal_key`."""
        return normal in self._normal_keys or self.known(service) is not None

    def holds_for(self, normal: Any, kind: ServiceKind) -> bool:
        """Is the general manifest of a kind that of all services with this normal key?"""
        return self._normal_keys.get(normal) == kind.mark

    def known(self, service: PlainService) -> ServiceKind | None:
        """The kind of a plain service: by its text, or by what is read of its spec."""
        kind = self._kind_of_key.get(service.key)
        if kind is not None:
            return kind
        found = _general_key(service)
        kind = None if found is None else self._kind_of_general.get(found[0])
        if kind is None or found is None:
            return None
        manifest = {**kind.manifest, "spec": found[1]}
        kind = ServiceKind(fingerprint(manifest), manifest, kind.mark, kind.general, kind.keys, kind.words)
        self._remember(service, found[0], kind)
        return kind

    def _remember(self, service: PlainService, general: Any, kind: ServiceKind) -> None:
        self._kind_of_key[service.key] = kind
        normal = normal_key(service)
        if normal in self._normal_keys:
            return
        found = _general_key(service._replace(spec=normal[0]))
        if found is not None and found[0] == general:
            self._normal_keys[normal] = kind.mark

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Remember the kind of a plain service."""
        found = _general_key(service)
        if found is None or uri_of(entry.manifest) != service.uri:
            return
        if not entry.is_clean and not self.options.plan.is_stored(entry.manifest):
            # Each has to be named with its own findings.
            return
        kind = self.kind_of(entry)
        self._kind_of_general[found[0]] = kind
        self._remember(service, found[0], kind)

    def kind_of(self, entry: Entry) -> ServiceKind:
        """The kind of a service that the loader read."""
        kind = self._kinds.get(entry.fingerprint)
        if kind is None:
            manifest = stand_in(entry.manifest)
            manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": NAMESPACE}}
            kind = self._kinds[entry.fingerprint] = _kind_of(manifest)
        return kind

    def assessed(self, kind: ServiceKind, views: Views, namespace: str) -> Assessed:
        """The assessment of a kind of services in a namespace."""
        whole = views.of(namespace)
        known = self._general.get((whole.digest, kind.mark))
        if known is not None:
            return known
        view = whole.narrowed(kind.words)
        assessed = self._made((view.digest, kind.mark), kind.general, view)
        if assessed is not None:
            self._general[whole.digest, kind.mark] = assessed
        else:
            assessed = self._made((view.digest, kind.fingerprint), kind.manifest, view, is_exact=True)
        if assessed is None:
            raise AssertionError("an exact assessment holds for its service")
        return assessed

    def _made(self, key: AssessmentKey, manifest: Manifest, view: View, *, is_exact: bool = False) -> Assessed | None:
        """The assessment of a manifest, made on first use; None if it does not hold for all that it stands for."""
        if key in self._assessed:
            known = self._assessed.get(key)
            if known is not None or not is_exact:
                return known
        found = assess(manifest, view.path, in_store=self.options.plan.is_stored(manifest))
        # Pods and stored services are not shown, and would be kept.
        found = replace(found, before=found.before.without_objects(), after=found.after.without_objects())
        classes = (str(found.change), *map(str, found.flags))
        assessed = Assessed(key, found, group_key(found), classes, found.is_unchanged)
        result = assessed if is_exact or is_general(repr(found)) else None
        self._assessed[key] = result
        return result


def normal_key(service: PlainService) -> tuple[Any, ...]:
    """What is equal for plain services whose specs differ in values of the same forms."""
    return (normal_text(service.spec), *service.key[1:])


def _general_key(service: PlainService) -> tuple[Any, Any] | None:
    """
    What is equal for plain services that differ in nothing that is read, and the spec of this one.

    None if the URI that was made generic is not that of the model.
    """
    generic = generic_uri(service.uri)
    if generic != service.uri and not is_model_uri(service.spec, generic):
        return None
    try:
        spec = _DECODE(service.spec)
    except (msgspec.DecodeError, UnicodeDecodeError, UnusableScalar, RecursionError):
        return None
    return (marshal.dumps(general_spec(spec), _NO_REFERENCES), *service.key[1:]), spec
