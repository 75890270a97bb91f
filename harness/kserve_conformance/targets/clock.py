"""
The clock of targets that store objects themselves: whole seconds, advanced only by ``advance_clock``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from kserve_conformance.objects import Manifest, at

#: The start of every such clock; any fixed second would do.
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@cache
def moment(seconds: int) -> str:
    """The creationTimestamp for seconds after the epoch."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


class Clock:
    """Stamps objects as an API server does."""

    def __init__(self) -> None:
        self._seconds = 0
        self._now = moment(0)

    def advance_clock(self) -> None:
        """Advance by a second."""
        self._seconds += 1
        self._now = moment(self._seconds)

    def stamped(self, manifest: Manifest, live: Manifest | None) -> Manifest:
        """An object with its creationTimestamp: that of the live object, or now."""
        created = at(live, "metadata", "creationTimestamp") if live is not None else None
        return {**manifest, "metadata": {**manifest["metadata"], "creationTimestamp": created or self._now}}
