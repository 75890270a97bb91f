"""Edits that keep a service as it was before an upgrade, or serve it after; each is resolved before it is offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.order import PROTOCOL_RANKS
from kserve_conformance.resolver.remedies import remedies_for
from kserve_conformance.upgrade.patches import ManifestPatch, manifest_patch, merged
from kserve_conformance.upgrade.path import Installed, State, update

#: The annotation by which a service is written without changing anything that KServe reads.
_TOUCH = "kubectl annotate isvc {name} -n {namespace} kserve-conformance/written-after-upgrade=true"


@dataclass(frozen=True, slots=True)
class Remedy:
    """
    A verified remedy.

    ``text`` is an imperative. ``patch`` is its merge patch, or None for edits that only the resolver knows.
    ``keeps`` is set if the service then has the runtime that it had before. ``manifest_patch`` does the same to the
    manifest that was applied; only the first remedy of a service has one.
    """

    text: str
    patch: Manifest | None = None
    keeps: bool = False
    manifest_patch: ManifestPatch | None = None


def remedies_of(before: State, after: State, installed: Installed, *, needs_write: bool = False) -> tuple[Remedy, ...]:
    """
    The remedies for a stored service, best first: those that keep its runtime, else those that give it one.

    One that ``needs_write`` is known to work once it was written, and that is its remedy.
    """
    if after.service is None:
        return ()
    if needs_write:
        text, patch = next(_candidates(before, after))
        return (Remedy(text, patch),)
    kept: list[Remedy] = []
    others: list[Remedy] = []
    for text, patch in _candidates(before, after):
        result = update(after, merged(after.service, patch), installed)
        if not result.is_served or len(result.faults) > len(before.faults):
            continue
        if result.decision.is_open:
            continue
        if result.decision.runtime == before.decision.runtime:
            kept.append(Remedy(text, patch, keeps=True))
            break
        if not after.is_served:
            runtime = result.decision.runtime
            others.append(Remedy(f"{text} (selects {runtime.name})" if runtime else text, patch))
    if kept or others or after.is_served:
        return tuple(kept or others[:_MOST])
    texts = remedies_for(after.service, installed.catalogue, installed.profile, installed.surroundings, is_stored=True)
    return tuple(Remedy(text) for text in texts)


def with_manifest_patch(
    remedies: tuple[Remedy, ...],
    manifest: Manifest,
    states: tuple[State, State],
    installed: Installed,
    *,
    in_store: bool,
) -> tuple[Remedy, ...]:
    """The remedies, the first one with a patch of the manifest if it has one of the stored service."""
    first, *others = remedies or (None,)
    if first is None or first.patch is None:
        return remedies
    found = manifest_patch(manifest, first.patch, *states, installed, keeps=first.keeps, in_store=in_store)
    return (replace(first, manifest_patch=found), *others)


#: Alternatives for one service.
_MOST = 3


def _candidates(before: State, after: State) -> Iterator[tuple[str, Manifest]]:
    namespace = at(after.service, "metadata", "namespace") or "default"
    name = at(after.service, "metadata", "name")
    touch = {"metadata": {"annotations": {"kserve-conformance/written-after-upgrade": "true"}}}
    yield f"write it once, for example: {_TOUCH.format(name=name, namespace=namespace)}", touch
    if at(after.service, "spec", "predictor", "model") is None:
        return
    runtime = before.decision.runtime
    if runtime is not None:
        yield f"set runtime: {runtime.name}", _model({"runtime": runtime.name})
    for protocol in PROTOCOL_RANKS:
        yield f"set protocolVersion: {protocol}", _model({"protocolVersion": protocol})
    if runtime is not None:
        for protocol in PROTOCOL_RANKS:
            yield (
                f"set runtime: {runtime.name} and protocolVersion: {protocol}",
                _model({"runtime": runtime.name, "protocolVersion": protocol}),
            )
    if at(after.service, "spec", "predictor", "model", "runtime") is not None:
        yield "remove runtime", _model({"runtime": None})
    if at(after.service, "spec", "predictor", "model", "modelFormat", "version") is not None:
        yield "remove version from modelFormat", _model({"modelFormat": {"version": None}})


def _model(fields: dict[str, Any]) -> Manifest:
    return {"spec": {"predictor": {"model": fields}}}
