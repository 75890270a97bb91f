"""
Would the runtimes that a cluster already has change what a scenario is answered?

A ClusterServingRuntime of the user's is seen by every service, ours too, and nothing
of theirs may be touched. So each scenario is played twice by the reference, alone and among
the cluster's own runtimes. As long as both say the same the cluster can be asked;
otherwise the scenario is left out, and it is said what stood in its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kserve_conformance.objects import SERVICE, Manifest, ObjectKey
from kserve_conformance.targets.contract import Admission, CannotDo, NotSettled, Observation
from kserve_conformance.targets.kubernetes.naming import Names
from kserve_conformance.targets.memory import MemoryTarget

#: The reference answers at once.
AT_ONCE = timedelta(0)

#: How many of the cluster's runtimes a message names.
NAMED = 3


class NotIsolated(CannotDo):
    """The cluster's own runtimes would change the answer."""

    hint = "ask a cluster without runtimes of its own: kind:RELEASE, or one whose catalogue is not installed yet"


class Isolation:
    """Two references side by side: one with the scenario's objects alone, one among the cluster's own runtimes."""

    def __init__(self, release: str, names: Names, others: Sequence[Manifest]) -> None:
        self._names = names
        self._others = tuple(others)
        self._alone = MemoryTarget(release)
        self._among = MemoryTarget(release)
        self.reset()

    def reset(self) -> None:
        """A new scenario begins."""
        self._alone.reset()
        self._among.reset()
        # Stored, not applied: what is there was accepted by whatever checked it.
        self._among.store(*self._others)

    def apply(self, manifest: Manifest) -> None:
        """Before an object is applied. Raises ``NotIsolated``."""
        if not self._others:
            return
        there = self._names.manifest(manifest)
        if ObjectKey.of(there).kind not in KNOWN_KINDS:
            return
        (alone,), (among,) = self._alone.apply(there), self._among.apply(there)
        if _answer(alone) != _answer(among):
            raise self._not_isolated(f"whether {alone.key} is accepted")

    def delete(self, key: ObjectKey) -> None:
        """An object is deleted."""
        for reference in (self._alone, self._among):
            reference.delete(self._names.key(key))

    def configure(self, default_mode: str) -> None:
        """The default mode of the cluster."""
        for reference in (self._alone, self._among):
            reference.configure(default_mode)

    def observe(self, service: ObjectKey) -> None:
        """Before a service is looked at. Raises ``NotIsolated``."""
        if not self._others:
            return
        there = self._names.key(service)
        try:
            alone, among = self._alone.observe(there, AT_ONCE), self._among.observe(there, AT_ONCE)
        except NotSettled:
            return
        if _choice(alone) != _choice(among):
            raise self._not_isolated(f"what {service} runs on")

    def _not_isolated(self, what: str) -> NotIsolated:
        names = sorted(str(one["metadata"]["name"]) for one in self._others)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return NotIsolated(
            f"the cluster's own ClusterServingRuntimes ({', '.join(names[:NAMED])}{more}) would change {what}"
        )


#: What the reference knows; anything else changes no choice.
KNOWN_KINDS = frozenset({SERVICE, "ServingRuntime", "ClusterServingRuntime"})


def _answer(admission: Admission) -> tuple[bool, str | None]:
    return admission.stored is not None, admission.rejected


def _choice(seen: Observation) -> tuple[object, ...]:
    return seen.outcome, seen.runtime, seen.reason, seen.message, seen.workload, seen.status_runtime, seen.one_of
