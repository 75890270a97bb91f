"""The limits of all readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from generate.markup import code, table
from kserve_conformance.limits import Limits, short


def parts() -> Iterator[tuple[str, str]]:
    """The table of ``limits.md``."""
    rows = [
        (code(one.name.replace("_", "-")), short(one.default) if one.metadata["unit"] else f"{one.default:,}", about)
        for one in fields(Limits)
        if (about := one.metadata["about"])
    ]
    yield "limits", table(("limit", "default", "of"), rows)
