"""Made-up choices."""

from __future__ import annotations

from typing import Any

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Namespace, ObjectKey
from kserve_conformance.record import Choice, ChoiceOutcome


def on(name: str) -> Choice:
    """A service runs on a runtime: ``name`` of the cluster, or ``namespace/name``."""
    return Choice(outcome=ChoiceOutcome.RUNS, runtime=_key(name))


def one_of(*names: str) -> Choice:
    """The rules leave the choice open between several runtimes."""
    return Choice(outcome=ChoiceOutcome.RUNS, one_of=tuple(map(_key, names)))


def none(reason: str | None = None, message: str | None = None, *events: str) -> Choice:
    """A service has no runtime."""
    return Choice(outcome=ChoiceOutcome.NO_RUNTIME, reason=reason, message=message, events=events)


def other(outcome: ChoiceOutcome, **more: Any) -> Choice:
    """A choice with any outcome."""
    return Choice(outcome=outcome, **more)


def _key(name: str) -> ObjectKey:
    namespace, _, own = name.rpartition("/")
    return ObjectKey(NAMESPACED_RUNTIME if namespace else CLUSTER_RUNTIME, own, Namespace(namespace) or None)
