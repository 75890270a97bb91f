"""
Patches of manifests: the remedy of a service as an edit of what its owner keeps in Git, not of what the cluster stores.

A remedy is an edit of the stored service. A manifest in the legacy schema was converted before it was stored, so it is
converted by its patch, too. Each patch is verified twice: the patched manifest applied over the stored service, and
created anew, is served under the new release as the remedy says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kserve_conformance.manifests.fingerprint import NAME
from kserve_conformance.objects import Decision, Manifest, at
from kserve_conformance.profiles.legacy import converted, legacy_key
from kserve_conformance.targets.three_way_merge import applied
from kserve_conformance.upgrade.path import Installed, State, update, written

#: A JSON merge patch (RFC 7386), or the operations of a JSON patch (RFC 6902).
ManifestPatch = Manifest | tuple[Manifest, ...]

#: What everything begins with that stands for a text of a service.
_STAND_IN: Final = NAME.removesuffix("name")


def manifest_patch(
    manifest: Manifest,
    patch: Manifest,
    before: State,
    after: State,
    installed: Installed,
    *,
    keeps: bool,
    in_store: bool,
) -> ManifestPatch | None:
    """
    The patch of a manifest that does what the patch of the stored service does, or None if none is known to.

    ``keeps``: the service must have the runtime that it had before.
    """
    for target, found in _candidates(manifest, patch, installed):
        results = [update(after, applied(manifest, target, after.service), installed).decision]
        if not in_store:
            results.append(written(target, installed))
        if all(
            _is_served(decision) and (not keeps or decision.runtime == before.decision.runtime) for decision in results
        ):
            # What stands for the name or the URI of a service is different in each.
            return None if _STAND_IN in json.dumps(found) else found
    return None


def _is_served(decision: Decision) -> bool:
    return decision.rejected is None and decision.no_runtime is None and not decision.is_open


def _candidates(manifest: Manifest, patch: Manifest, installed: Installed) -> Iterator[tuple[Manifest, ManifestPatch]]:
    """Patched manifests, and the patches that lead to them; the shortest first."""
    legacy = installed.profile.service_admission.legacy
    key = legacy_key(manifest, legacy.keys)
    if key is None or "spec" not in patch:
        yield merged(manifest, patch), patch
    if key is not None:
        model = converted(manifest, legacy)
        # The conversion is a write, so a patch that only makes one is not needed besides.
        target = merged(model, {"spec": patch.get("spec", {})})
        moved = {"op": "move", "from": f"/spec/predictor/{key}", "path": "/spec/predictor/model"}
        was, becomes = at(manifest, "spec", "predictor", key), at(target, "spec", "predictor", "model")
        yield target, (moved, *_operations(was, becomes, "/spec/predictor/model"))


def _operations(was: Mapping[str, Any], becomes: Mapping[str, Any], path: str) -> Iterator[Manifest]:
    """The operations of a JSON patch between two objects."""
    for name, value in becomes.items():
        pointer = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in was:
            yield {"op": "add", "path": pointer, "value": value}
        elif isinstance(value, dict) and isinstance(was[name], dict):
            yield from _operations(was[name], value, pointer)
        elif value != was[name]:
            yield {"op": "replace", "path": pointer, "value": value}
    for name in was:
        if name not in becomes:
            yield {"op": "remove", "path": f"{path}/{name.replace('~', '~0').replace('/', '~1')}"}


def merged(manifest: Any, patch: Any) -> Any:
    """
    An object with a JSON merge patch (RFC 7386).

    >>> merged({"a": 1, "b": {"c": 2}}, {"a": None, "b": {"d": 3}})
    {'b': {'c': 2, 'd': 3}}
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(manifest) if isinstance(manifest, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
