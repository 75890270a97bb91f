"""
Comparing two runs of one case: the first part of the first turn that both targets report, and report differently.

A part that one target does not report is not compared. Where the rules leave a
choice open, every allowed choice counts as equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import ObjectKey, Outcome, at
from kserve_conformance.targets.cases import CaseRun, TurnResult
from kserve_conformance.targets.contract import Admission, Observation

#: The parts of an observation that are compared; an earlier one explains a later one.
PARTS = ("stored", "outcome", "runtime", "reason", "message", "workload", "status_runtime")

#: The parts that follow from the choice: where the choice is open, so are these.
_AFTER_CHOICE = frozenset({"runtime", "reason", "message", "workload", "status_runtime"})

#: The parts that may still show an earlier open choice.
_LEFT_OVER = frozenset({"workload", "status_runtime"})


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One part that two targets report differently: of which object, after which turn, and both values.

    ``part`` is one of ``PARTS``, or ``admission`` or ``rejection_message`` of an applied object.
    """

    turn: int
    key: ObjectKey
    part: str
    left: Any
    right: Any
    left_result: Admission | Observation
    right_result: Admission | Observation

    @property
    def signature(self) -> tuple[str, ...]:
        """Equal for differences that seem to have one cause, whatever the objects are called."""
        return (
            self.key.kind,
            self.part,
            _signature(self.left_result, self.left),
            _signature(self.right_result, self.right),
        )

    def __str__(self) -> str:
        return f"{self.part.replace('_', ' ')} of {self.key}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first difference, if any, and the number of parts that were compared."""

    difference: Difference | None
    parts: int


@dataclass(frozen=True, slots=True)
class _Pair:
    """One part as both targets report it."""

    key: ObjectKey
    part: str
    left: Any
    right: Any
    results: tuple[Any, Any]


def compare(left: CaseRun, right: CaseRun) -> Comparison:
    """Compare the runs of one case on two targets, as far as both report."""
    parts = 0
    once_open: set[ObjectKey] = set()
    for turn, (one, other) in enumerate(zip(left.turns, right.turns, strict=False)):
        for pair in _pairs(one, other, once_open):
            parts += 1
            if pair.left != pair.right:
                return Comparison(Difference(turn, pair.key, pair.part, pair.left, pair.right, *pair.results), parts)
    return Comparison(None, parts)


def _pairs(left: TurnResult, right: TurnResult, once_open: set[ObjectKey]) -> Iterator[_Pair]:
    for one, other in zip(left.admissions, right.admissions, strict=True):
        unreported = one.unreported | other.unreported
        if "rejected" not in unreported:
            yield _Pair(one.key, "admission", _admission(one), _admission(other), (one, other))
        if one.rejected is not None and other.rejected is not None and "why_rejected" not in unreported:
            same = _is_same_message(one.rejected, other.rejected)
            yield _Pair(
                one.key, "rejection_message", one.rejected, one.rejected if same else other.rejected, (one, other)
            )
    observations = dict(right.observations)
    for key, observation in left.observations:
        if (counterpart := observations.get(key)) is not None:
            yield from _observed_pairs(key, observation, counterpart, once_open)


def _admission(admission: Admission) -> str:
    return "accepted" if admission.rejected is None else "rejected"


def _is_same_message(one: str, other: str) -> bool:
    """Is it the same rejection? An API server prefixes the webhook's name; an implementation may not."""
    return bool(one and other) and (one in other or other in one)


def _observed_pairs(
    key: ObjectKey, left: Observation, right: Observation, once_open: set[ObjectKey]
) -> Iterator[_Pair]:
    skipped: set[str] = set()
    unreported = left.unreported | right.unreported
    if "service" in unreported:
        skipped.add("stored")
    skipped |= unreported & set(PARTS)
    if left.one_of or right.one_of:
        once_open.add(key)
        skipped |= _AFTER_CHOICE
        if not unreported & {"outcome", "runtime"}:
            skipped.add("outcome")
            one, other = _allowed(left), _allowed(right)
            yield _Pair(key, "runtime", one, one if one & other else other, (left, right))
    elif key in once_open and left.outcome != Outcome.RUNS:
        skipped |= _LEFT_OVER
    for part in PARTS:
        if part not in skipped:
            value_of = _VALUES[part]
            yield _Pair(key, part, value_of(left), value_of(right), (left, right))


def _allowed(observation: Observation) -> frozenset[str]:
    """The runtimes a service may run on. One of several may produce no pod, so with several "none" is allowed too."""
    if observation.one_of:
        return frozenset({*map(str, observation.one_of), "none"})
    return frozenset({str(observation.runtime) if observation.outcome == Outcome.RUNS else "none"})


def _without_go_defaults(value: Any) -> Any:
    """
    A stored value without the empty fields that Go writes.

    A container's ``name`` and ``resources`` have no ``omitempty`` (corev1.Container in Kubernetes'
    staging/src/k8s.io/api), so a webhook that decodes an object and encodes it again adds them to every model.
    """
    if isinstance(value, dict):
        return {
            key: _without_go_defaults(one)
            for key, one in value.items()
            if not (key in _GO_DEFAULTS and one == _GO_DEFAULTS[key])
        }
    return [_without_go_defaults(one) for one in value] if isinstance(value, list) else value


#: The empty fields that Go writes for a container.
_GO_DEFAULTS: dict[str, Any] = {"name": "", "resources": {}}

_VALUES: dict[str, Callable[[Observation], Any]] = {
    "stored": lambda observation: _without_go_defaults(at(observation.service, "spec")),
    "outcome": lambda observation: str(observation.outcome),
    "runtime": lambda observation: str(observation.runtime or "none"),
    "reason": lambda observation: observation.reason,
    "message": lambda observation: observation.message,
    "workload": lambda observation: str(observation.workload or "none"),
    "status_runtime": lambda observation: str(observation.status_runtime or "none"),
}


def _signature(result: Admission | Observation, value: Any) -> str:
    if isinstance(result, Admission):
        return "accepted" if result.rejected is None else _words(result.rejected)
    return f"{result.outcome} {result.reason or ''} {'none' if value in (None, 'none') else ''}"


def _words(text: str) -> str:
    """A text's words without those that are names."""
    return " ".join(word for word in text.split() if word.isalpha() and len(word) > 3)[:200]
