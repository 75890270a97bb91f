"""The few fields of a service's predictor that select its runtime."""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.objects.manifest import Manifest, Namespace, at


@dataclass(frozen=True, slots=True)
class Request:
    """
    What a stored service requests from the catalogue.

    Two services with equal requests always get the same selection, so a request
    is also a key for caches. An absent field is None; an empty string is a value
    of its own.
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
        model_format = model.get("modelFormat") or {}
        return cls(
            namespace=Namespace(metadata.get("namespace") or "default"),
            format=model_format.get("name") or "",
            version=model_format.get("version"),
            protocol=model.get("protocolVersion"),
            runtime=model.get("runtime"),
            multi_node=predictor.get("workerSpec") is not None,
        )

    def __str__(self) -> str:
        wanted = self.format if self.version is None else f"{self.format} version {self.version!r}"
        return f"{wanted or 'no format'}{f', runtime {self.runtime!r}' if self.runtime is not None else ''}"
