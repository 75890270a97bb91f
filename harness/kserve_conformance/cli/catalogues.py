"""The runtimes that services see: those of the sources as the runtime webhook admits them, and shipped ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.cli.validation import as_data, crd_findings, summary
from kserve_conformance.exceptions import ManifestError
from kserve_conformance.manifests import ManifestCode, Problem, check, display_name, rejection_message
from kserve_conformance.manifests.loader import GENERATED, is_name_generated
from kserve_conformance.objects import Catalogue, Manifest, Namespace, ObjectKey, Runtime, is_stored, replaced
from kserve_conformance.objects.malformed import MALFORMED
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.pods import PodFault, PodFaultCode
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of
from kserve_conformance.profiles.shipped_runtimes import shipped


@dataclass(frozen=True, slots=True)
class GivenRuntime:
    """A runtime of the sources, its place, and what the API server says against it."""

    manifest: Manifest
    where: str
    findings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """
    A runtime of the sources, and the message of the API server or the webhook that rejects it, if one does.

    A runtime with unknown fields is rejected by strict validation alone; without them it is a candidate.
    """

    key: ObjectKey
    where: str
    rejection: str | None = None
    findings: tuple[Problem, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Does the API server store it?"""
        return self.rejection is None and not self.findings

    @property
    def headline(self) -> str:
        """The review in one line."""
        if self.findings:
            return f"rejected: {summary(self.findings)}"
        return "accepted" if self.rejection is None else f"rejected: {self.rejection}"

    @property
    def fault(self) -> PodFault | None:
        """What is wrong with a service whose runtime this is: it is selected only without what rejects it."""
        if self.rejection is not None or not self.findings:
            return None
        rejected = f"{self.key} is rejected as it is written ({summary(self.findings)})"
        text = f"{rejected}; only without {'that' if len(self.findings) == 1 else 'those'} is it selected"
        return PodFault(PodFaultCode.RUNTIME_REJECTED, None, text, f"correct the runtime in {self.where}")

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        namespace = {"namespace": self.key.namespace} if self.key.namespace else {}
        return {
            "kind": self.key.kind,
            "name": self.key.name,
            **namespace,
            "source": self.where,
            "accepted": self.is_accepted,
            "rejection": self.rejection,
            "findings": [as_data(each) for each in self.findings],
        }


@dataclass(slots=True)
class Runtimes:
    """
    The runtimes of some sources, written in the order of the input.

    Stored ones are there before; shipped ones replace stored ones of their name, as an upgrade does; written ones are
    admitted one after the other by the webhook of the release under which they are written. A rejected one is written
    again under the next release, as a service is. ``with_shipped`` adds what each release ships.
    """

    given: Sequence[GivenRuntime]
    with_shipped: bool = False
    stored: bool | None = None
    #: What was written so far, as the release under which that happened stored it.
    _written: dict[ObjectKey, Manifest] = field(default_factory=dict)
    _is_first: bool = True

    def __post_init__(self) -> None:
        self.given = tuple(_with_distinct_names(self.given))

    def under(self, profile: Profile) -> tuple[Catalogue, tuple[Review, ...]]:
        """The catalogue of a release, and the reviews of the runtimes written under it. Releases come in order."""
        base: dict[ObjectKey, Manifest] = {}
        wheres: dict[ObjectKey, str] = {}
        for each in self.given:
            key = ObjectKey.of(each.manifest)
            wheres[key] = each.where
            if is_stored(each.manifest, self.stored) and not crd_findings(each.findings):
                base[key] = each.manifest
        if self.with_shipped:
            base.update({ObjectKey.of(manifest): manifest for manifest in shipped(profile.name)})
        runtimes = {
            key: self._typed(manifest, profile, wheres.get(key, "")) for key, manifest in (base | self._written).items()
        }
        reviews = tuple(self._write(profile, runtimes))
        self._is_first = False
        return Catalogue(tuple(runtimes.values())), reviews

    def applied_to(self, catalogue: Catalogue, profile: Profile) -> tuple[Catalogue, tuple[Review, ...]]:
        """A catalogue after these runtimes were written to it under a release, and their reviews."""
        runtimes = {each.key: each for each in catalogue}
        reviews = tuple(self._write(profile, runtimes))
        return Catalogue(tuple(runtimes.values())), reviews

    def _write(self, profile: Profile, runtimes: dict[ObjectKey, Runtime]) -> Iterator[Review]:
        scopes: defaultdict[Namespace | None, Scope] = defaultdict(Scope)
        for each in runtimes.values():
            scopes[each.key.namespace].add(each)
        for given in self.given:
            manifest, where = given.manifest, given.where
            key = ObjectKey.of(manifest)
            was_stored = is_stored(manifest, self.stored) and not crd_findings(given.findings)
            if was_stored or (not self._is_first and key in self._written):
                continue
            findings = given.findings if self._is_first else ()
            problems = check(manifest, crds=profile.crds)
            if problems:
                yield Review(key, where, rejection_message(manifest, problems), findings)
                continue
            known = profile.crds.pruned(manifest)
            runtime = self._typed(known, profile, where)
            with placed(where, manifest):
                rejection = rejection_of(runtime, scopes[key.namespace], profile)
            if rejection is None:
                # The last one of a name counts, at its own place in the order.
                runtimes.pop(key, None)
                runtimes[key] = runtime
                scopes[key.namespace].add(runtime)
                self._written[key] = known
            yield Review(key, where, rejection, findings)

    @staticmethod
    def _typed(manifest: Manifest, profile: Profile, where: str) -> Runtime:
        with placed(where, manifest):
            return Runtime.from_manifest(profile.crds.pruned(manifest))


def _with_distinct_names(given: Iterable[GivenRuntime]) -> Iterator[GivenRuntime]:
    """The API server makes a new name of a ``generateName`` each time, so two such runtimes are not one."""
    counts: Counter[ObjectKey] = Counter()
    for each in given:
        key = ObjectKey.of(each.manifest)
        if is_name_generated(each.manifest) and counts[key]:
            name = f"{key.name.removesuffix(GENERATED)}{counts[key] + 1:{GENERATED[0]}>{len(GENERATED)}}"
            yield replace(each, manifest=replaced(each.manifest, name, "metadata", "name"))
        else:
            yield each
        counts[key] += 1


@contextmanager
def placed(where: str, manifest: Manifest) -> Iterator[None]:
    """Raise errors about a malformed object with its name and location."""
    try:
        yield
    except MALFORMED as malformed:
        raise ManifestError(
            printable(
                f"{where}: {manifest['kind']} {display_name(manifest)} cannot be resolved: "
                f"{type(malformed).__name__}: {malformed}"
            ),
            code=ManifestCode.CANNOT_BE_DECIDED,
            hint="try kubectl apply --dry-run=server; if the cluster accepts the object, this is a bug",
        ) from malformed
