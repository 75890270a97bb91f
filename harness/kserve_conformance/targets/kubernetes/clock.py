"""
Detects an API server whose clock, which stamps objects, goes back.

KServe prefers the newer of two runtimes, and decides by ``creationTimestamp``. If its clock is set back during a
scenario, newer objects look older, and the release's choice proves nothing. Everything else here measures time by a
clock that never goes back.
"""

from __future__ import annotations

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest, ObjectKey, at
from kserve_conformance.targets.contract import TargetCode


class Creations:
    """Creation times of the objects of one scenario."""

    def __init__(self) -> None:
        self._latest = ""
        self._ticked = ""

    def advance_clock(self) -> None:
        """A second has passed: objects created from now on must be newer than existing ones."""
        self._ticked = self._latest

    def created(self, key: ObjectKey, stored: Manifest) -> None:
        """Note a created object. Raises ``TargetError`` if its timestamp is older than an earlier object's."""
        # All timestamps have the same form, in whole seconds and UTC, so they sort as strings.
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
