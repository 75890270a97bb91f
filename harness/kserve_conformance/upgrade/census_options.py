"""What a census counts by: the loader, the plan of the upgrade, and what its output needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kserve_conformance.manifests import Loader
from kserve_conformance.upgrade.views import InputRuntime, Plan


@dataclass(frozen=True, slots=True)
class CensusOptions:
    """
    What is equal for all parts of an input.

    ``runtimes`` are those of each cluster that were read before, by its name; a cluster that is missing is read whole
    by one call, with its runtimes. ``is_quick``: services may be decoded as far as they are read. ``only`` and
    ``has_lines`` are for output with a line for each service. ``fail_on`` are the classes that fail the command,
    ``accepted`` what the baseline accepts, by full name and class.
    """

    loader: Loader
    plan: Plan
    runtimes: Mapping[str, Sequence[InputRuntime]] = field(default_factory=dict)
    is_quick: bool = True
    #: Whether what the API server says against objects is kept, and not only against services that are not stored.
    keeps_findings: bool = False
    only: tuple[str, ...] = ()
    has_lines: bool = False
    fail_on: tuple[str, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()
    #: Whether what fails is listed, for a new baseline.
    lists_failing: bool = False
    #: Whether the lines of the input mean anything; those of objects that were read from a cluster do not.
    has_places: bool = True

    @property
    def identity(self) -> str:
        """A text that is equal for options with which every part has the same census."""
        loader = self.loader
        runtimes = [
            (cluster, [(each.manifest, each.where, each.findings) for each in found])
            for cluster, found in self.runtimes.items()
        ]
        return repr(
            (
                *(loader.namespace, sorted(loader.parameters.items()), loader.kustomize, loader.limits),
                *(self.plan.identity, runtimes, self.is_quick, self.only, self.has_lines),
                *(self.fail_on, self.accepted, self.lists_failing, self.has_places),
            )
        )
