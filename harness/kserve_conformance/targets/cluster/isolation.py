"""
Predicts whether sharing a cluster would change the result of a scenario.

Two things could. Every service can use the user's ClusterServingRuntimes, which must not be touched. And the run's
names have a prefix, while a rule may depend on a name. So the reference runs each scenario twice: alone with its own
names, and renamed among the cluster's runtimes. If both results are equal, the scenario runs on the cluster; otherwise
it is skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, SERVICE, Manifest, ObjectKey, without
from kserve_conformance.targets.contract import Admission, CannotDo, NotSettled, Observation, Target, TargetCode
from kserve_conformance.targets.kubernetes.names import Names

#: The reference needs no time.
AT_ONCE = timedelta(0)

#: Maximum number of the cluster's runtimes that a message names.
NAMED = 3

#: The kinds that affect a choice.
KNOWN_KINDS = frozenset({SERVICE, NAMESPACED_RUNTIME, CLUSTER_RUNTIME})


class Isolation:
    """Two references side by side: one runs the scenario alone, the other as in the cluster."""

    def __init__(self, reference: Callable[[], Target], names: Names, others: Sequence[Manifest]) -> None:
        self._names = names
        self._others = tuple(others)
        self._alone = reference()
        self._there = reference()
        self._mode: str | None = None
        self.reset()

    def reset(self) -> None:
        """Start a new scenario."""
        for reference in (self._alone, self._there):
            reference.reset()
            if self._mode is not None:
                reference.configure(self._mode)
        # Stored, not applied: the cluster has already accepted it.
        self._there.store(*self._others)

    def configure(self, default_mode: str) -> None:
        """Set the default deployment mode of the installation."""
        self._mode = default_mode
        self.reset()

    def apply(self, manifest: Manifest) -> None:
        """Predict an apply, before it happens. Raises ``CannotDo`` if sharing would change the result."""
        key = ObjectKey.of(manifest)
        if key.kind not in KNOWN_KINDS:
            return
        (expected,) = self._alone.apply(manifest)
        (predicted,) = self._there.apply(self._names.manifest(manifest))
        if _answer(expected) != _answer(self._names.admission(key, predicted)):
            raise self._not_isolated(f"whether {key} is accepted")

    def delete(self, key: ObjectKey) -> None:
        """Delete an object."""
        self._alone.delete(key)
        self._there.delete(self._names.key(key))

    def advance_clock(self) -> None:
        """Advance the clock by a second."""
        self._alone.advance_clock()
        self._there.advance_clock()

    def observe(self, service: ObjectKey) -> None:
        """Predict an observation, before it happens. Raises ``CannotDo`` if sharing would change the result."""
        try:
            expected = self._alone.observe(service, AT_ONCE)
            predicted = self._names.observation(self._there.observe(self._names.key(service), AT_ONCE))
        except NotSettled:
            return
        if _choice(expected) != _choice(predicted):
            raise self._not_isolated(f"the runtime or the pod of {service}")

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


def _choice(observed: Observation) -> tuple[object, ...]:
    return (
        *(observed.outcome, observed.runtime, observed.reason, observed.message, observed.errors),
        *(observed.workload, observed.status_runtime, observed.one_of, observed.pod),
    )
