"""
Would it change an answer that a cluster is shared?

Two things could. A ClusterServingRuntime of the user's is seen by every service, ours
too, and nothing of theirs may be touched. And our names have a prefix there, where a rule may go by a name. So
each scenario is played twice by the reference: as it is written and alone, and as the
cluster has it, renamed among the runtimes that are there. As long as both say the same
the cluster can be asked; otherwise the scenario is left out, and it is said what
stood in its way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, SERVICE, Manifest, ObjectKey, without
from kserve_conformance.targets.contract import Admission, CannotDo, NotSettled, Observation, Target, TargetCode
from kserve_conformance.targets.kubernetes.names import Names

#: The reference answers at once.
AT_ONCE = timedelta(0)

#: How many of the cluster's runtimes a message names.
NAMED = 3

#: What the reference knows; nothing else changes a choice.
KNOWN_KINDS = frozenset({SERVICE, NAMESPACED_RUNTIME, CLUSTER_RUNTIME})


class Isolation:
    """Two references side by side: the scenario alone and as it is written, and the scenario as the cluster has it."""

    def __init__(self, reference: Callable[[], Target], names: Names, others: Sequence[Manifest]) -> None:
        self._names = names
        self._others = tuple(others)
        self._alone = reference()
        self._there = reference()
        self._mode: str | None = None
        self.reset()

    def reset(self) -> None:
        """A new scenario begins."""
        for reference in (self._alone, self._there):
            reference.reset()
            if self._mode is not None:
                reference.configure(self._mode)
        # Stored, not applied: whatever checked it accepted it.
        self._there.store(*self._others)

    def configure(self, default_mode: str) -> None:
        """The default mode of the install."""
        self._mode = default_mode
        self.reset()

    def apply(self, manifest: Manifest) -> None:
        """Before an object is applied. Raises ``CannotDo``."""
        key = ObjectKey.of(manifest)
        if key.kind not in KNOWN_KINDS:
            return
        (alone,) = self._alone.apply(manifest)
        (there,) = self._there.apply(self._names.manifest(manifest))
        if _answer(alone) != _answer(self._names.admission(key, there)):
            raise self._not_isolated(f"whether {key} is accepted")

    def delete(self, key: ObjectKey) -> None:
        """An object is deleted."""
        self._alone.delete(key)
        self._there.delete(self._names.key(key))

    def advance_clock(self) -> None:
        """A second passes."""
        self._alone.advance_clock()
        self._there.advance_clock()

    def observe(self, service: ObjectKey) -> None:
        """Before a service is looked at. Raises ``CannotDo``."""
        try:
            alone = self._alone.observe(service, AT_ONCE)
            there = self._names.observation(self._there.observe(self._names.key(service), AT_ONCE))
        except NotSettled:
            return
        if _choice(alone) != _choice(there):
            raise self._not_isolated(f"what {service} runs on, or how")

    def _not_isolated(self, what: str) -> CannotDo:
        if not self._others:
            return _not_isolated(f"the name prefix in a shared cluster would change {what}")
        names = sorted(str(one["metadata"]["name"]) for one in self._others)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return _not_isolated(
            f"the cluster's own ClusterServingRuntimes ({', '.join(names[:NAMED])}{more}) "
            f"or the name prefix would change {what}"
        )


def _not_isolated(message: str) -> CannotDo:
    return CannotDo(message, code=TargetCode.NOT_ISOLATED, hint="use kind:RELEASE or controlplane:RELEASE for this")


def _answer(admission: Admission) -> tuple[object, ...]:
    stored = without(admission.stored, "metadata") if admission.stored is not None else None
    return stored, admission.rejected


def _choice(seen: Observation) -> tuple[object, ...]:
    return (
        *(seen.outcome, seen.runtime, seen.reason, seen.message, seen.errors),
        *(seen.workload, seen.status_runtime, seen.one_of, seen.pod),
    )
