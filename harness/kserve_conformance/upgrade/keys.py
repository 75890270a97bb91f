"""
Keys: exactly what is read of a service for its choice, for its validation and for its pod.

Services with equal keys get equal answers, so that each key is decided once for a whole fleet. A key that has too
little is a wrong answer, and one that has too much costs time: tests hold each against the rules.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from kserve_conformance.crds import crds_of
from kserve_conformance.manifests.fingerprint import fingerprint, stand_in
from kserve_conformance.objects import SERVICE, Manifest, at
from kserve_conformance.profiles.legacy import BUILT_IN_RUNTIMES
from kserve_conformance.profiles.order import PROTOCOL_RANKS

_NO_REFERENCES: Final = 2
_DIGEST: Final = 16
_MODE: Final = "serving.kserve.io/deploymentMode"

#: The fields of an implementation, such as ``model`` or ``sklearn``, by which a runtime is selected.
_SELECTING: Final = ("modelFormat", "protocolVersion", "runtime", "runtimeVersion")


def choice_key(service: Manifest) -> bytes:
    """
    What decides which runtime a service gets from the runtimes that it sees.

    Source: ``Request.of`` (:mod:`kserve_conformance.objects.request`) for a stored service; of a legacy one, the
    webhooks make a model of its implementation.
    """
    predictor = at(service, "spec", "predictor")
    parts = sorted(predictor.items()) if isinstance(predictor, Mapping) else []
    return _digest(
        (
            service.get("apiVersion"),
            at(service, "metadata", "uid") is not None,
            at(service, "metadata", "annotations", _MODE),
            isinstance(predictor, Mapping),
            [(name, _selecting(part)) for name, part in parts if _is_implementation(name, part)],
            [name for name, part in parts if name in _BESIDES and part is not None],
        )
    )


#: Mappings of a predictor that are no implementations.
_OTHERS: Final = frozenset(
    {
        *("affinity", "annotations", "batcher", "deploymentStrategy", "dnsConfig", "labels", "logger", "nodeSelector"),
        *("os", "overhead", "podSpec", "securityContext", "workerSpec"),
    }
)
#: What selects, or needs no runtime, by being there.
_BESIDES: Final = ("workerSpec", "containers")


def _is_implementation(name: str, part: Any) -> bool:
    return isinstance(part, Mapping) and name not in _OTHERS


def _selecting(part: Mapping[str, Any]) -> Any:
    """What selects a runtime, of one part of a predictor: of the URI of the model only its scheme."""
    uri = part.get("storageUri")
    scheme = uri.partition("://")[0] if isinstance(uri, str) and "://" in uri else None
    return [scheme, *(part.get(name, _ABSENT) for name in _SELECTING)]


#: Unlike any value of a manifest.
_ABSENT: Final = "\0absent"


def words_of(service: Manifest) -> frozenset[str] | None:
    """
    The words by which a service can mean a runtime: formats and names. None if it can mean any.

    All texts and keys of the service count, and the runtimes that v0.8.0's webhook sets for keys of the legacy schema.
    They count up to a colon, since a format that contains one can equal the name and version of another
    (``getModelFormatLabel``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0). The remedies of a service with
    a ``workerSpec`` name runtimes of other formats, and those of unknown fields are keys with similar names.
    """
    predictor = at(service, "spec", "predictor")
    if not isinstance(predictor, Mapping) or "workerSpec" in predictor or not _predictor_fields() >= predictor.keys():
        return None
    words = {text.partition(":")[0] for text in _texts_in({**service, "metadata": None, "status": None})}
    pins = [BUILT_IN_RUNTIMES[word] for word in words & BUILT_IN_RUNTIMES.keys()]
    return frozenset(words | {pin(protocol) for pin in pins for protocol in PROTOCOL_RANKS})


@cache
def _predictor_fields() -> frozenset[str]:
    return frozenset(crds_of().schema(SERVICE).properties["spec"].properties["predictor"].properties)


def _texts_in(value: Any) -> Iterator[str]:
    """All texts and keys of a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner)


def validation_key(service: Manifest) -> bytes:
    """
    What the CRDs and the webhooks read: everything but names, paths of models, and values that no check reads.

    Source: :func:`kserve_conformance.manifests.fingerprint.fingerprint`, which says what is left out.
    """
    return fingerprint(service).to_bytes(_DIGEST, "big")


def pod_key(service: Manifest) -> bytes:
    """
    What the pod of a service is rendered from: its predictor, and the labels and annotations that are copied.

    The name, the path of the model and the values of labels are the same in both pods that are compared.
    """
    known = stand_in(service)
    metadata = service.get("metadata") or {}
    return _digest(
        (
            at(known, "spec", "predictor"),
            list(metadata.get("labels") or ()),
            _texts(metadata.get("annotations")),
        )
    )


def _texts(annotations: Any) -> list[Any]:
    """The annotations of KServe and Knative with their values, and the names of all others."""
    found = annotations.items() if isinstance(annotations, Mapping) else ()
    return [(key, value if "kserve.io/" in key or "knative" in key else None) for key, value in found]


def keys_of(service: Manifest) -> tuple[bytes, bytes, bytes]:
    """The keys of a service: of its choice, its validation and its pod."""
    return choice_key(service), validation_key(service), pod_key(service)


@dataclass(slots=True)
class ServiceKeys:
    """The distinct keys of many services."""

    choices: set[bytes] = field(default_factory=set)
    validations: set[bytes] = field(default_factory=set)
    pods: set[bytes] = field(default_factory=set)

    def add(self, keys: tuple[bytes, bytes, bytes]) -> None:
        """Add the keys of a service."""
        self.choices.add(keys[0])
        self.validations.add(keys[1])
        self.pods.add(keys[2])

    def merge(self, other: ServiceKeys) -> None:
        """Add the keys of other services."""
        self.choices |= other.choices
        self.validations |= other.validations
        self.pods |= other.pods

    def counts(self) -> Iterator[tuple[str, int]]:
        """How many distinct keys there are, by what they decide."""
        yield "choice", len(self.choices)
        yield "validation", len(self.validations)
        yield "pod", len(self.pods)


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(marshal.dumps(value, _NO_REFERENCES), digest_size=_DIGEST).digest()
