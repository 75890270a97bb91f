"""What a choice reads of a service: the few fields of its predictor that decide."""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.objects.manifest import Manifest, Namespace, at


@dataclass(frozen=True, slots=True)
class Request:
    """
    A stored service's question to the catalogue.

    Two services with equal requests always get the same answer, so this is also
    the key under which answers may be kept. An absent field is None; an empty
    string is a value of its own.
    """

    namespace: Namespace
    format: str = ""
    version: str | None = None
    protocol: str | None = None
    runtime: str | None = None
    multi_node: bool = False

    @classmethod
    def of(cls, service: Manifest) -> Request:
        """Read a stored service that has a ``spec.predictor.model``."""
        metadata = service.get("metadata") or {}
        predictor = at(service, "spec", "predictor") or {}
        model = predictor.get("model") or {}
        asked = model.get("modelFormat") or {}
        return cls(
            namespace=Namespace(metadata.get("namespace") or "default"),
            format=asked.get("name") or "",
            version=asked.get("version"),
            protocol=model.get("protocolVersion"),
            runtime=model.get("runtime"),
            multi_node=predictor.get("workerSpec") is not None,
        )

    def __str__(self) -> str:
        asked = self.format if self.version is None else f"{self.format} version {self.version!r}"
        return f"{asked or 'no format'}{f', runtime {self.runtime!r}' if self.runtime is not None else ''}"
