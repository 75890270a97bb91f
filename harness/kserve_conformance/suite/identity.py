"""
The id of a scenario in records, which stays the same for as long as the scenario does.

pytest's node id is no such id: it changes with the order of the rows, and
``p-q | r`` and ``p | q-r`` share one. A scenario's id has its feature's path, its
name as written, and, for a row of Examples, the values of the row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

#: The column of Examples that names its rows.
ID_COLUMN = "id"


def scenario_id(path: str, name: str, row: Mapping[str, str]) -> str:
    """
    The id of a scenario, or of one row of it; ``path`` is relative to ``features/``.

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
    """A digest of the values by column, whatever the order of the columns."""
    values = json.dumps(dict(row), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(values.encode()).hexdigest()[:8]
