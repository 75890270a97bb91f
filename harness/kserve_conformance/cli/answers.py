"""What ``resolve`` and ``explain`` share: each service with its decision, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from kserve_conformance.characters import printable
from kserve_conformance.cli.catalogues import GivenRuntime, Review, Runtimes, placed
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.notes import Notes
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.cli.validation import as_data, crd_findings, strict_findings, summary
from kserve_conformance.exceptions import ManifestError
from kserve_conformance.fleet import Member, Processes, Reader, Workers
from kserve_conformance.fleet.general_specs import is_general
from kserve_conformance.manifests import Loaded, Loader, ManifestCode, Problem, check, display_name, rejection_message
from kserve_conformance.manifests.fingerprint import completed
from kserve_conformance.objects import (
    Catalogue,
    Decision,
    Manifest,
    NoRuntime,
    ObjectKey,
    Outcome,
    at,
    is_stored,
)
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile
from kserve_conformance.profiles.mode_faults import ModeFault, StoredMode
from kserve_conformance.profiles.pods import PodFault, faults_of, scheme_faults, validation_faults
from kserve_conformance.resolver import Reporter, Surroundings, default_mode, resolve, resolve_stored
from kserve_conformance.upgrade.keys import words_of
from kserve_conformance.upgrade.path import Installed
from kserve_conformance.upgrade.stand_ins import decision_for
from kserve_conformance.upgrade.views import View, Views


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What decides besides the manifests: shipped runtimes, what counts as stored, the cluster's default mode."""

    with_shipped: bool = False
    stored: bool | None = None
    default_mode: str | None = None

    def decide(
        self,
        service: Manifest,
        catalogue: Catalogue,
        profile: Profile,
        *,
        in_store: bool,
        is_valid: bool = False,
        reporter: Reporter | None = None,
    ) -> Decision:
        """The decision for one service, which the release's CRDs check first unless it is known to be valid."""
        problems = () if is_valid else check(service, crds=profile.crds, is_stored=in_store)
        if problems:
            return Decision(Outcome.REJECTED, rejected=rejection_message(service, problems))
        surroundings = Surroundings(self.default_mode)
        return (resolve_stored if in_store else resolve)(service, catalogue, profile, reporter, surroundings)

    def stored_mode(
        self, decision: Decision, profile: Profile, *, in_store: bool, recorded: str | None = None
    ) -> StoredMode | None:
        """The deployment mode of a service as stored; ``recorded`` by an earlier release, or what its status says."""
        service = decision.service
        if service is None or profile.name == DOCUMENTED_NAME:
            return None
        if recorded is None:
            recorded = str(at(service, "status", "deploymentMode") or "") if in_store else ""
        return StoredMode(
            service, profile, default_mode(profile, Surroundings(self.default_mode)), recorded, is_new=not in_store
        )

    def is_stored(self, service: Manifest) -> bool:
        """Does no webhook see the service?"""
        return is_stored(service, self.stored)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One service with its decision.

    ``findings`` are what the API server says against it; unknown fields only if validation is strict.
    The decision is about the service without those.
    """

    name: str
    where: str
    decision: Decision
    faults: tuple[PodFault | ModeFault, ...] = ()
    findings: tuple[Problem, ...] = ()

    @property
    def mark(self) -> str:
        """One character: served, served by a pod with a fault, or not served."""
        return "✗" if not self.is_served else "⚠" if self.faults else "✓"

    @property
    def is_accepted(self) -> bool:
        """Does a write store it?"""
        return self.decision.rejected is None and not self.findings

    @property
    def is_served(self) -> bool:
        """Will something serve it: a runtime, its own container or ModelMesh?"""
        return self.decision.no_runtime is None and self.is_accepted

    @property
    def headline(self) -> str:
        """The decision in one line."""
        if not self.findings:
            return headline(self.decision)
        rejected = f"rejected: {summary(self.findings)}"
        return rejected if crd_findings(self.findings) else f"{rejected}; otherwise {headline(self.decision)}"

    def as_data(self) -> dict[str, Any]:
        """The decision as JSON values."""
        decision = self.decision
        namespace, _, name = self.name.partition("/")
        return {
            "namespace": namespace,
            "name": name,
            "source": self.where,
            "outcome": str(decision.outcome),
            "runtime": None if decision.runtime is None else key_as_data(decision.runtime),
            "oneOf": [key_as_data(key) for key in sorted(decision.one_of)] if decision.is_open else [],
            "supporting": [key_as_data(key) for key in decision.supporting],
            "protocol": decision.protocol,
            "accepted": self.is_accepted,
            "rejection": decision.rejected,
            "noRuntime": None if decision.no_runtime is None else _no_runtime_as_data(decision.no_runtime),
            "faults": [
                {"code": str(each.code), "container": each.container, "text": each.text, "hint": each.hint}
                for each in self.faults
            ],
            "findings": [as_data(each) for each in self.findings],
        }


def headline(decision: Decision) -> str:
    """A decision in one line."""
    choice = f"one of {', '.join(sorted(map(str, decision.one_of)))} (order undefined)"
    if decision.outcome == Outcome.RUNS:
        return choice if decision.is_open else str(decision.runtime)
    if decision.outcome == Outcome.CUSTOM and decision.no_runtime is not None:
        return f"custom container, but no pod: {decision.no_runtime.error}"
    if decision.no_runtime is not None:
        cause = f"no runtime ({decision.no_runtime.cause})"
        return f"{cause}, or {choice}" if decision.is_open else cause
    return {
        Outcome.REJECTED: f"rejected: {decision.rejected}",
        Outcome.CUSTOM: "custom container, no runtime needed",
        Outcome.UNMANAGED: "ModelMesh mode, not handled by this controller",
    }[decision.outcome]


def _no_runtime_as_data(no_runtime: NoRuntime) -> dict[str, Any]:
    return {
        "cause": str(no_runtime.cause),
        "reason": None if no_runtime.reason is None else str(no_runtime.reason),
        "message": no_runtime.message,
        "error": no_runtime.error,
    }


def key_as_data(key: ObjectKey) -> dict[str, str]:
    """The key of a runtime as JSON values."""
    return {"kind": key.kind, "name": key.name, **({"namespace": key.namespace} if key.namespace else {})}


def faults_in(
    decision: Decision, catalogue: Catalogue, profile: Profile, mode: StoredMode | None = None
) -> tuple[PodFault | ModeFault, ...]:
    """The faults of the pod that a decision has, and of the deployment mode of its service."""
    runtime = None if decision.runtime is None else catalogue.get(decision.runtime)
    of_mode = () if mode is None else mode.faults()
    of_storage = () if decision.pod is None else scheme_faults(decision.service, profile.name)
    rejected = validation_faults(decision.pod, decision.service)
    return (*faults_of(decision.pod, decision.service, runtime), *rejected, *of_storage, *of_mode)


def runtime_faults(decision: Decision, reviews: Sequence[Review]) -> Iterator[PodFault]:
    """The fault of a decision whose runtime is rejected as it is written."""
    for review in reviews:
        if review.key == decision.runtime and review.fault is not None:
            yield review.fault


#: The faults of a pod, and of the deployment mode of a service.
Faults = tuple[PodFault | ModeFault, ...]


class Answers:
    """
    The decisions of one release for all services of some sources, made once for all that are decided alike.

    Raises ``ManifestError`` where there is nothing to decide, or something malformed.
    """

    def __init__(
        self,
        sources: Sources,
        profile: Profile,
        assumptions: Assumptions,
        progress: ReadingProgress | None = None,
        workers: Workers | None = None,
    ) -> None:
        progress = progress or ReadingProgress()
        loader = sources.loader(progress)
        self._profile = profile
        self._assumptions = assumptions
        reader = Reader(loader, sources.paths, workers or Processes(1), progress.services)
        try:
            self._read(reader, loader, sources)
        finally:
            reader.close()

    def _read(self, reader: Reader, loader: Loader, sources: Sources) -> None:
        everything = reader.read()
        self.fleet, runtimes = everything.fleet, everything.runtimes
        sources.check(loader)
        self._sources = sources
        self._findings = loader.findings
        self.notes = Notes.of(
            loader,
            self.fleet.repeated() | repeated((each.manifest, each.where) for each in runtimes),
            sources.warned(loader.findings.values()),
        )
        given = [
            GivenRuntime(each.manifest, each.where, sources.rejecting(loader.findings.get(each.number, ())))
            for each in runtimes
        ]
        self.runtimes = Runtimes(given, self._assumptions.with_shipped, self._assumptions.stored)
        self.catalogue, self.reviews = self.runtimes.under(self._profile)
        check_something(sources, self.notes, len(self.fleet) + len(runtimes))
        self._views = Views((Installed(self._profile, self.catalogue, Surroundings(self._assumptions.default_mode)),))
        self._decisions: dict[tuple[int, bytes], tuple[Decision, Faults]] = {}
        for member in self.fleet:
            if not is_general(repr(self._decided(member))):
                # A value is shown that is another one in each service.
                self.fleet, self._findings = reader.exact_fleet()
                self._decisions.clear()
                break

    def rejected_fields(self) -> Iterator[Problem]:
        """What strict validation has against the services that are not stored."""
        for member in self.fleet:
            if member.entry is not None:
                yield from strict_findings(self._sources.rejecting(self._findings.get(member.entry, ())))

    def __iter__(self) -> Iterator[Answer]:
        for member in self.fleet:
            decision, faults = self._decided(member)
            findings = () if member.entry is None else self._sources.rejecting(self._findings.get(member.entry, ()))
            if faults:
                faults = tuple(_fault_of_member(fault, member) for fault in faults)
            decision = _of_member(decision, member)
            yield Answer(
                member.name, member.where, decision, (*faults, *runtime_faults(decision, self.reviews)), findings
            )

    def _decided(self, member: Member) -> tuple[Decision, Faults]:
        """The decision about the stand-in of a service, made once for all namespaces with equal runtimes for it."""
        whole = self._views.of(member.name.partition("/")[0])
        key = member.kind, whole.digest
        decided = self._decisions.get(key)
        if decided is None:
            manifest = self.fleet.manifest(member.kind)
            view = whole.narrowed(words_of(manifest))
            decided = self._decisions.get((member.kind, view.digest)) or self._decide(member, manifest, view)
            self._decisions[key] = self._decisions[member.kind, view.digest] = decided
        return decided

    def _decide(self, member: Member, manifest: Manifest, view: View) -> tuple[Decision, Faults]:
        catalogue = view.path[0].catalogue
        in_store = self._assumptions.is_stored(manifest)
        namespace, _, name = member.name.partition("/")
        named = {**manifest, "metadata": {**manifest["metadata"], "name": name, "namespace": namespace}}
        with placed(member.where, named):
            decision = self._assumptions.decide(
                manifest, catalogue, self._profile, in_store=in_store, is_valid=member.entry is None
            )
            mode = self._assumptions.stored_mode(decision, self._profile, in_store=in_store)
            faults = faults_in(decision, catalogue, self._profile, mode)
        # The pod and the stored service are not shown, and would be kept.
        return replace(decision, pod=None, service=None), faults


def _of_member(decision: Decision, member: Member) -> Decision:
    """A decision about a stand-in, for one of those for which it stands."""
    namespace, _, name = member.name.partition("/")
    return decision_for(decision, name, member.uri, namespace)


def _fault_of_member(fault: PodFault | ModeFault, member: Member) -> PodFault | ModeFault:
    """A fault of a stand-in, for one of those for which it stands: its command has their name."""
    if not isinstance(fault, ModeFault):
        return fault
    namespace, _, name = member.name.partition("/")
    return replace(fault, hint=completed(fault.hint, name, member.uri, namespace))


def repeated(objects: Iterable[tuple[Manifest, str]]) -> dict[str, list[str]]:
    """The objects that are defined more than once, with all of their places. Generated names all differ."""
    places: dict[str, list[str]] = {}
    for manifest, where in objects:
        if display_name(manifest).endswith("*"):
            continue
        if where not in places.setdefault(str(ObjectKey.of(manifest)), []):
            places[str(ObjectKey.of(manifest))].append(where)
    return {name: found for name, found in places.items() if len(found) > 1}


def check_something(sources: Sources, notes: Notes, count: int, runtimes: int = 0) -> None:
    """
    End the command if there is nothing to decide, once the notes have said why.

    ``runtimes`` is how many there are besides, where a command has nothing to say of them.
    """
    if count:
        return
    notes.print()
    if notes.problems:
        raise click.exceptions.Exit(Exit.USAGE)
    where = ", ".join(sources.paths) if sources.stdin is None else sources.stdin_name
    if runtimes:
        raise ManifestError(
            printable(f"no InferenceService in {where}, only {runtimes:,} runtime{'s' * (runtimes > 1)}"),
            code=ManifestCode.NOTHING_TO_RESOLVE,
            hint="add the services, for example from kubectl get isvc -A -o json; lint checks runtimes alone",
        )
    raise ManifestError(
        printable(f"no InferenceService or runtime in {where}"),
        code=ManifestCode.NOTHING_TO_RESOLVE,
        # What to do about objects of other kinds was said of each.
        hint=None if notes.others else "pass files, folders or '-' with at least one InferenceService",
    )


def given_runtimes(loaded: Loaded, sources: Sources) -> list[GivenRuntime]:
    """The runtimes that were loaded, with what the API server says against each."""
    return [
        GivenRuntime(each, loaded.where(each), sources.rejecting(loaded.findings(each))) for each in loaded.runtimes
    ]


def answer_of(
    service: Manifest,
    loaded: Loaded,
    sources: Sources,
    assumptions: Assumptions,
    catalogue: Catalogue,
    profile: Profile,
    reviews: Sequence[Review] = (),
    reporter: Reporter | None = None,
) -> Answer:
    """The decision for one loaded service, with its pod. Raises ``ManifestError`` if something is malformed."""
    where, found = loaded.where(service), loaded.findings(service)
    in_store = assumptions.is_stored(service)
    with placed(where, service):
        decision = assumptions.decide(
            service, catalogue, profile, in_store=in_store, is_valid=not found, reporter=reporter
        )
        mode = assumptions.stored_mode(decision, profile, in_store=in_store)
        faults = (*faults_in(decision, catalogue, profile, mode), *runtime_faults(decision, reviews))
    return Answer(display_name(service), where, decision, faults, sources.rejecting(found))
