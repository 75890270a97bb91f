"""
The name under which a scenario is known in records, for as long as it says the same.

A test's node id is not an identity: it changes with the order of the rows, and
``p-q | r`` and ``p | q-r`` share one. A scenario is known by its feature's
path, its name as written, and, for a row of Examples, what the row says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

#: A column of Examples that names its rows.
ID_COLUMN = "id"


def scenario_id(path: str, name: str, row: Mapping[str, str]) -> str:
    """
    Name a scenario, or one row of it; ``path`` is relative to ``features/``.

    >>> scenario_id("ordering/names.feature", "The lower name wins", {})
    'ordering/names.feature::The lower name wins'
    >>> scenario_id("ordering/names.feature", "<a> wins", {"id": "digits-first", "a": "1"})
    'ordering/names.feature::<a> wins[digits-first]'
    >>> scenario_id("ordering/names.feature", "<a> wins", {"a": "1"})
    'ordering/names.feature::<a> wins[9afeb0f2]'
    """
    if not row:
        return f"{path}::{name}"
    return f"{path}::{name}[{row.get(ID_COLUMN) or _digest(row)}]"


def _digest(row: Mapping[str, str]) -> str:
    """Columns may change places: the digest is that of what the row says, not of how it is laid out."""
    told = json.dumps(dict(row), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()[:8]
