"""
The clock that stamps objects is the API server's, and it may go back.

KServe prefers the newer of two runtimes, and decides by
``creationTimestamp``. A clock that is set back in the midst of a scenario makes
what came later older: nothing that the release then chooses is its fault, so
nothing may be concluded. Everything else here measures time by a clock that
never goes back.
"""

from __future__ import annotations

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest, ObjectKey, at
from kserve_conformance.targets.contract import TargetCode


class Creations:
    """When the objects of one scenario were created."""

    def __init__(self) -> None:
        self._latest = ""
        self._ticked = ""

    def advance_clock(self) -> None:
        """A second has passed: what is created from now on must be newer than what is there."""
        self._ticked = self._latest

    def created(self, key: ObjectKey, stored: Manifest) -> None:
        """An object was created. Raises ``TargetError`` if its stamp contradicts that."""
        # All stamps have the same form, in whole seconds and UTC, so they sort as texts.
        stamp = str(at(stored, "metadata", "creationTimestamp") or "")
        if not stamp:
            return
        if stamp < self._latest or (self._ticked and stamp <= self._ticked):
            before = max(self._latest, self._ticked)
            raise TargetError(
                f"the API server's clock went back: {key} is stamped {stamp}, an earlier object {before}",
                code=TargetCode.CLOCK_WENT_BACK,
                hint="slew the clock instead of stepping it while scenarios run, then run again",
            )
        self._latest = stamp
