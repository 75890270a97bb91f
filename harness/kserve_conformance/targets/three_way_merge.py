"""
What ``kubectl apply`` writes: a three-way merge of the last applied, the new and the live object.

Every target that writes objects does it this way, because it matters: if a legacy manifest is applied again after
KServe has converted it, the webhook receives *both* the legacy key and the model, since the model was never applied and
so is not removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kserve_conformance.objects import Manifest

#: Owned by the API server and controllers: applying never changes it.
SERVER_OWNED = frozenset({"status"})


def applied(last: Manifest | None, given: Manifest, live: Manifest | None) -> dict[str, Any]:
    """
    The object to write: the new object over the live one, without fields that were applied last and are now missing.

    Lists are replaced whole, as for custom resources. Source: Kubernetes documentation, "Declarative Management of
    Kubernetes Objects Using Configuration Files", merge patch calculation.

    >>> applied({"spec": {"a": 1}}, {"spec": {"b": 2}}, {"spec": {"a": 1, "c": 3}})
    {'spec': {'c': 3, 'b': 2}}
    """
    written = _written(given)
    return written if live is None else _merged(last or {}, written, _written(live))


def _written(manifest: Manifest) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key not in SERVER_OWNED}


def _merged(last: Mapping[str, Any], given: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in live.items() if key not in last or key in given}
    for key, value in given.items():
        before = live.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            known = last.get(key)
            merged[key] = _merged(known if isinstance(known, Mapping) else {}, value, before)
        elif value is None:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged
