"""Kinds of services: those that are equal in all that is read of them, recognised by little of a text."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from kserve_conformance.fleet.general_specs import general_spec, normal_text
from kserve_conformance.fleet.plain import PlainService, is_model_uri
from kserve_conformance.fleet.recent import Recent
from kserve_conformance.manifests import Entry
from kserve_conformance.manifests.fingerprint import NAMESPACE, fingerprint, generic_uri, stand_in, uri_of
from kserve_conformance.manifests.scalars import UnusableScalar, number
from kserve_conformance.objects import Manifest

#: How many keys, and services of a kind, one process remembers.
REMEMBERED: Final = 20_000
#: How many of those that few services share, each of which has a manifest of its own.
_REMEMBERED_EXACTLY: Final = 4_000
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


def kind_of(manifest: Manifest) -> ServiceKind:
    """The kind of a service, which gets a stand-in's name and namespace."""
    manifest = stand_in(manifest)
    manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": NAMESPACE}}
    spec = general_spec(manifest.get("spec"))
    general = manifest if spec is manifest.get("spec") else {**manifest, "spec": spec}
    exact = fingerprint(manifest)
    return ServiceKind(exact, manifest, exact if general is manifest else fingerprint(general), general)


class ServiceKinds:
    """
    The kinds that were learned, to recognise further services of them.

    ``is_stored`` says of a manifest whether a write of it is not checked any more.
    """

    def __init__(self, is_stored: Callable[[Manifest], bool]) -> None:
        self._is_stored = is_stored
        self._kinds: Recent[int, ServiceKind] = Recent(_REMEMBERED_EXACTLY)
        self._kind_of_key: Recent[Any, ServiceKind] = Recent(_REMEMBERED_EXACTLY)
        self._kind_of_general: Recent[Any, ServiceKind] = Recent(REMEMBERED)
        #: The kinds of services with a normal key, if it is the same for all of them but for what nothing reads.
        self._kind_of_normal: Recent[Any, ServiceKind] = Recent(REMEMBERED)

    def general(self, normal: Any) -> ServiceKind | None:
        """A kind whose general manifest is that of all services with this normal key; None if none is known."""
        return self._kind_of_normal.get(normal)

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
        kind = ServiceKind(fingerprint(manifest), manifest, kind.mark, kind.general)
        self._remember(service, found[0], kind)
        return kind

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Learn the kind of a plain service from what the loader read it as."""
        if not entry.is_clean and not self._is_stored(entry.manifest):
            # Each has to be named with its own findings.
            return
        found = _general_key(service)
        if found is None or uri_of(entry.manifest) != service.uri:
            return
        kind = self.of(entry)
        self._kind_of_general[found[0]] = kind
        self._remember(service, found[0], kind)

    def of(self, entry: Entry) -> ServiceKind:
        """The kind of a service that the loader read."""
        kind = self._kinds.get(entry.fingerprint)
        if kind is None:
            kind = self._kinds[entry.fingerprint] = kind_of(entry.manifest)
        return kind

    def _remember(self, service: PlainService, general: Any, kind: ServiceKind) -> None:
        self._kind_of_key[service.key] = kind
        normal = normal_key(service)
        if normal in self._kind_of_normal:
            return
        found = _general_key(service._replace(spec=normal[0]))
        if found is not None and found[0] == general:
            self._kind_of_normal[normal] = kind


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
