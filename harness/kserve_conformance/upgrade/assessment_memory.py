"""What one process remembers of the services that it assessed."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kserve_conformance.fleet.general_specs import is_general
from kserve_conformance.fleet.recent import Recent
from kserve_conformance.fleet.service_kinds import REMEMBERED, ServiceKind, ServiceKinds
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import Manifest
from kserve_conformance.upgrade.assessment import Assessment, assess
from kserve_conformance.upgrade.census import group_key
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.input_runtimes import runtimes_in
from kserve_conformance.upgrade.keys import keys_of, words_of
from kserve_conformance.upgrade.views import Installation, View, Views, digest_of

#: Services that are equal in everything but their names and the paths of their models, and that see the same runtimes.
AssessmentKey = tuple[bytes, int]

#: The bytes of a group's digest.
_DIGEST: Final = 16
#: How many clusters a process remembers at least: the parts of a cluster follow each other.
_CLUSTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment, and what is counted by it."""

    key: AssessmentKey
    assessment: Assessment
    #: The assessment as bytes: every part has those of all its services, and most of them are known from another part.
    pickled: bytes
    #: A digest of what the services of a group have in common.
    group: bytes
    classes: tuple[str, ...]
    is_unchanged: bool


class AssessmentMemory:
    """What is remembered from one part to the next: nothing that changes a result."""

    def __init__(self, options: CensusOptions) -> None:
        self.options = options
        self.accepted = frozenset(options.accepted)
        self.kinds = ServiceKinds(options.plan.is_stored)
        self._read_of: Recent[int, tuple[tuple[bytes, bytes, bytes], frozenset[str] | None]] = Recent(REMEMBERED)
        #: The assessments that hold for all of a kind, by the whole view.
        self._general: Recent[AssessmentKey, Assessed] = Recent(REMEMBERED)
        #: By the narrowed view; None for what does not hold for all that it stands for.
        self._assessed: Recent[AssessmentKey, Assessed | None] = Recent(REMEMBERED)
        self._views: Recent[str | bytes, tuple[Views, Installation]] = Recent(_CLUSTERS)

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

    def keys_of(self, kind: ServiceKind) -> tuple[bytes, bytes, bytes]:
        """The keys of a kind: of its choice, its validation and its pod."""
        return self._read(kind)[0]

    def _read(self, kind: ServiceKind) -> tuple[tuple[bytes, bytes, bytes], frozenset[str] | None]:
        """The keys of a kind, and the words by which it can mean a runtime."""
        found = self._read_of.get(kind.mark)
        if found is None:
            found = self._read_of[kind.mark] = keys_of(kind.general), words_of(kind.general)
        return found

    def words_of(self, kind: ServiceKind) -> frozenset[str] | None:
        """The words by which a kind can mean a runtime; None if it can mean any."""
        return self._read(kind)[1]

    def assessed(self, kind: ServiceKind, whole: View) -> Assessed:
        """The assessment of a kind of services that have this view."""
        known = self._general.get((whole.digest, kind.mark))
        if known is not None:
            return known
        view = whole.narrowed(self.words_of(kind))
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
        group = hashlib.blake2b(repr(group_key(found)).encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
        assessed = Assessed(key, found, pickle.dumps(found), group, classes, found.is_unchanged)
        result = assessed if is_exact or is_general(repr(found)) else None
        self._assessed[key] = result
        return result
