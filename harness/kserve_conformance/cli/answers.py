"""What ``resolve`` and ``explain`` share: reading manifests, deciding each service, and the decision as data."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kserve_conformance.exceptions import ManifestError
from kserve_conformance.manifests import Loaded, ManifestCode, load
from kserve_conformance.objects import Catalogue, Decision, Manifest, ObjectKey, Outcome, Runtime, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.resolver import Explanation, Surroundings, resolve, resolve_stored
from kserve_conformance.resolver.hints import hints_for

#: What a malformed part that no schema looks into can raise, wherever it is read first.
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Answered:
    """One service with its decision and, if asked for, its story."""

    service: Manifest
    where: str
    decision: Decision
    explanation: Explanation | None = None

    @property
    def name(self) -> str:
        """Namespace and name."""
        metadata = self.service["metadata"]
        return f"{metadata.get('namespace') or 'default'}/{metadata['name']}"

    @property
    def is_served(self) -> bool:
        """Will something serve it, be it a runtime, its own container or ModelMesh?"""
        return self.decision.no_runtime is None and self.decision.rejected is None

    @property
    def headline(self) -> str:
        """The decision in one line."""
        decision = self.decision
        open_ = f"one of {', '.join(sorted(map(str, decision.one_of)))} (order undefined)"
        if decision.outcome == Outcome.RUNS:
            return open_ if decision.is_open else str(decision.runtime)
        if decision.outcome == Outcome.CUSTOM and decision.no_runtime is not None:
            return f"custom container, but no pod: {decision.no_runtime.error}"
        if decision.no_runtime is not None:
            cause = f"no runtime ({decision.no_runtime.cause})"
            return f"{cause}, or {open_}" if decision.is_open else cause
        return {
            Outcome.REJECTED: f"rejected: {decision.rejected}",
            Outcome.CUSTOM: "custom container, no runtime needed",
            Outcome.UNMANAGED: "ModelMesh mode, not handled by this controller",
        }[decision.outcome]

    def as_data(self) -> dict[str, Any]:
        """The decision as JSON values."""
        decision, no_runtime = self.decision, self.decision.no_runtime
        data: dict[str, Any] = {
            "namespace": at(self.service, "metadata", "namespace") or "default",
            "name": self.service["metadata"]["name"],
            "source": self.where,
            "outcome": str(decision.outcome),
            "runtime": _named(decision.runtime),
            "oneOf": [_named(ref) for ref in sorted(decision.one_of)] if decision.is_open else [],
            "supporting": [_named(ref) for ref in decision.supporting],
            "protocol": decision.protocol,
            "rejection": decision.rejected,
            "noRuntime": None
            if no_runtime is None
            else {
                "cause": str(no_runtime.cause),
                "reason": None if no_runtime.reason is None else str(no_runtime.reason),
                "message": no_runtime.message,
                "error": no_runtime.error,
            },
        }
        if self.explanation is not None:
            data["explanation"] = self.explanation.as_data()
            data["stored"] = decision.service
            data["pod"] = decision.pod
        return data


def _named(ref: ObjectKey | None) -> dict[str, str] | None:
    if ref is None:
        return None
    return {"kind": ref.kind, "name": ref.name, **({"namespace": ref.namespace} if ref.namespace else {})}


def is_from_store(manifest: Manifest) -> bool:
    """Was an object read back from an API server? Those have a uid."""
    return at(manifest, "metadata", "uid") is not None


def answers(
    sources: tuple[str, ...],
    profile: Profile,
    *,
    with_shipped: bool = False,
    stored: bool | None = None,
    default_mode: str | None = None,
    explain: bool = False,
) -> Iterator[Answered]:
    """
    Decide every service of some sources against the runtimes of the same sources.

    A runtime that is given twice is as it was given last, as if it had been applied twice. A shipped runtime replaces
    one of its name that was read back from an API server, as an upgrade would; a manifest replaces the shipped one.
    ``stored`` says that no webhook sees the services; None decides it for each by whether it
    was read back from an API server.

    Raises ``ManifestError`` with every problem of every source, and where nothing can be decided.
    """
    loaded = _loaded(sources)
    catalogue = _catalogue(loaded, profile, with_shipped=with_shipped)
    surroundings = Surroundings(default_mode)
    for service in loaded.services:
        story = Explanation() if explain else None
        in_store = is_from_store(service) if stored is None else stored
        with _placed(loaded, service):
            decision = (resolve_stored if in_store else resolve)(service, catalogue, profile, story, surroundings)
        refused = decision.service if decision.outcome == Outcome.NO_RUNTIME else None
        if story is not None and at(refused, "spec", "predictor", "model") is not None:
            story.hints.extend(hints_for(refused or {}, catalogue, profile))
        yield Answered(service, loaded.where(service), decision, story)


def answers_of_chain(
    sources: tuple[str, ...],
    chain: Sequence[Profile],
    *,
    with_shipped: bool = False,
    stored: bool | None = None,
    default_mode: str | None = None,
) -> tuple[tuple[Answered, ...], ...]:
    """
    Decide every service by one release, then by each that is installed after it; one row of answers for a release.

    Nothing is written but once: a service is as the webhooks of the first release stored it, and a runtime has lost
    what that release's CRDs do not know. Only a service that was rejected is written again, and shipped runtimes are
    those of each release. Raises what ``answers`` does.
    """
    loaded = _loaded(sources)
    surroundings = Surroundings(default_mode)
    states = {id(one): (one, is_from_store(one) if stored is None else stored) for one in loaded.services}
    rows = []
    for profile in chain:
        catalogue = _catalogue(loaded, profile, with_shipped=with_shipped, first=chain[0])
        row = []
        for service in loaded.services:
            state, in_store = states[id(service)]
            with _placed(loaded, service):
                decision = (resolve_stored if in_store else resolve)(state, catalogue, profile, None, surroundings)
            if not in_store and decision.service is not None:
                states[id(service)] = decision.service, True
            row.append(Answered(service, loaded.where(service), decision))
        rows.append(tuple(row))
    return tuple(rows)


def _loaded(sources: tuple[str, ...]) -> Loaded:
    loaded = load(*sources, stdin=sys.stdin.buffer if "-" in sources else None)
    if not loaded.services:
        raise ManifestError(
            f"no InferenceService in {', '.join(sources)}",
            code=ManifestCode.NOTHING_TO_RESOLVE,
            hint="pass files, folders or '-' with at least one InferenceService",
        )
    return loaded


def _catalogue(loaded: Loaded, profile: Profile, *, with_shipped: bool, first: Profile | None = None) -> Catalogue:
    """``first`` is the release under which the manifests were written, if it is another."""
    read_back = [(manifest, manifest) for manifest in loaded.runtimes if is_from_store(manifest)]
    added = [(manifest, manifest) for manifest in (shipped(profile.name) if with_shipped else ())]
    written = [
        (manifest, manifest if first is None else first.crds.pruned(manifest))
        for manifest in loaded.runtimes
        if not is_from_store(manifest)
    ]
    last = {ObjectKey.of(given): (given, stored) for given, stored in (*read_back, *added, *written)}
    runtimes = []
    for given, stored in last.values():
        with _placed(loaded, given):
            runtimes.append(Runtime.from_manifest(profile.crds.pruned(stored)))
    return Catalogue(tuple(runtimes))


@contextmanager
def _placed(loaded: Loaded, manifest: Manifest) -> Iterator[None]:
    """Tell of what goes wrong inside on account of which object of which file it did."""
    try:
        yield
    except MALFORMED as malformed:
        raise ManifestError(
            f"{loaded.where(manifest)}: {ObjectKey.of(manifest)} cannot be decided: "
            f"{type(malformed).__name__}: {malformed}",
            code=ManifestCode.CANNOT_BE_DECIDED,
            hint="try kubectl apply --dry-run=server; if the cluster accepts the object, this is a bug",
        ) from malformed


def as_data(release: str, answered: Iterable[Answered]) -> dict[str, Any]:
    """All decisions of one release as JSON values."""
    return {"release": release, "services": [one.as_data() for one in answered]}


def chain_as_data(chain: Sequence[Profile], rows: Sequence[tuple[Answered, ...]]) -> dict[str, Any]:
    """The decisions of the first release, and in ``then`` those of each after it."""
    first, *others = (as_data(profile.name, row) for profile, row in zip(chain, rows, strict=True))
    return {**first, "then": others}
