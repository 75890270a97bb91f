"""The runtimes of an input, of which services are skipped."""

from __future__ import annotations

from collections.abc import Sequence

from kserve_conformance.fleet.plain import PlainService
from kserve_conformance.fleet.sections import RUNTIME, look_ahead, read_source
from kserve_conformance.manifests import Entry, Loader
from kserve_conformance.manifests.json_objects import Section
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import SERVICE
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.views import InputRuntime


def runtimes_in(sources: Sequence[Source], options: CensusOptions) -> list[InputRuntime]:
    """The runtimes of the sources of one cluster, of which everything else is skipped."""
    loader = options.loader.anew()
    found = RuntimeReading(loader)
    for source in sources:
        if look_ahead(source, loader.limits)[0]:
            read_source(source, Section(), loader, found, is_quick=options.is_quick)
    return found.runtimes


class Skipping:
    """Skips plain services; they need not be learned for that."""

    looks_for = b""

    def is_learned(self, service: PlainService) -> bool:
        """A plain service has a name."""
        return bool(service.name)

    def learn(self, service: PlainService, entry: Entry) -> None:
        """Nothing is remembered of services."""

    def plain(self, service: PlainService, _source: str, _line: int, /) -> bool:
        """Skip a service."""
        return self.is_learned(service)

    def entry(self, entry: Entry) -> None:
        """Skip an object."""


class RuntimeReading(Skipping):
    """Takes runtimes."""

    looks_for = RUNTIME

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self.runtimes: list[InputRuntime] = []

    def entry(self, entry: Entry) -> None:
        """Keep a runtime."""
        if entry.manifest["kind"] != SERVICE:
            findings = tuple(self._loader.findings.get(entry.number, ()))
            self.runtimes.append(InputRuntime(entry.manifest, entry.source, entry.line, findings))
