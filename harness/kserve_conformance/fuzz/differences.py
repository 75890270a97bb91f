"""
Where two targets differ in a case: the first part of the first turn that both tell, and tell otherwise.

What one of them does not tell is not compared. Where the rules leave a choice
open, every answer that they allow is as good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import ObjectKey, Outcome, at
from kserve_conformance.targets.cases import CaseRun, TurnResult
from kserve_conformance.targets.contract import Admission, Observation

#: The parts of an observation that are compared, in the order in which they explain each other.
PARTS = ("stored", "outcome", "runtime", "reason", "message", "workload", "status_runtime")

#: What follows from a choice: where that is open, so are these.
_AFTER_CHOICE = frozenset({"runtime", "reason", "message", "workload", "status_runtime"})

#: What may be left of an earlier choice that was open.
_LEFT_OVER = frozenset({"workload", "status_runtime"})


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One part in which two targets differ: of which object, in which turn, and what each of them says.

    ``part`` is one of ``PARTS``, or ``admission`` or ``refusal`` of an applied object.
    """

    turn: int
    key: ObjectKey
    part: str
    left: Any
    right: Any
    left_result: Admission | Observation
    right_result: Admission | Observation

    @property
    def sort(self) -> tuple[str, ...]:
        """What differences of one cause have in common, as far as it can be seen from outside."""
        return (self.key.kind, self.part, _sort(self.left_result, self.left), _sort(self.right_result, self.right))

    def __str__(self) -> str:
        return f"the {self.part.replace('_', ' ')} of {self.key}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a comparison: a difference or none, and how many parts were looked at."""

    difference: Difference | None
    parts: int


def compare(left: CaseRun, right: CaseRun) -> Compared:
    """Compare what two targets showed of one case, as far as both tell."""
    parts = 0
    open_before: set[ObjectKey] = set()
    for turn, (one, other) in enumerate(zip(left.turns, right.turns, strict=False)):
        for key, part, mine, theirs, shown in _turn(one, other, open_before):
            parts += 1
            if mine != theirs:
                return Compared(Difference(turn, key, part, mine, theirs, *shown), parts)
    return Compared(None, parts)


_Pair = tuple[Any, Any]


def _turn(
    left: TurnResult, right: TurnResult, open_before: set[ObjectKey]
) -> Iterator[tuple[ObjectKey, str, Any, Any, _Pair]]:
    for one, other in zip(left.admissions, right.admissions, strict=True):
        unreported = one.unreported | other.unreported
        if "rejected" not in unreported:
            yield one.key, "admission", _verdict(one), _verdict(other), (one, other)
        if one.rejected is not None and other.rejected is not None and "why_rejected" not in unreported:
            same = _same_text(one.rejected, other.rejected)
            yield one.key, "refusal", one.rejected, one.rejected if same else other.rejected, (one, other)
    seen = dict(right.observations)
    for key, observed in left.observations:
        if (other_observed := seen.get(key)) is not None:
            yield from _observation(key, observed, other_observed, open_before)


def _verdict(answer: Admission) -> str:
    return "accepted" if answer.rejected is None else "refused"


def _same_text(one: str, other: str) -> bool:
    """Is it the same refusal? An API server puts the webhook's name before it, an implementation may not."""
    return bool(one and other) and (one in other or other in one)


def _observation(
    key: ObjectKey, left: Observation, right: Observation, open_before: set[ObjectKey]
) -> Iterator[tuple[ObjectKey, str, Any, Any, _Pair]]:
    skipped: set[str] = set()
    unreported = left.unreported | right.unreported
    if "service" in unreported:
        skipped.add("stored")
    skipped |= unreported & set(PARTS)
    if left.one_of or right.one_of:
        open_before.add(key)
        skipped |= _AFTER_CHOICE
        if not unreported & {"outcome", "runtime"}:
            skipped.add("outcome")
            mine, theirs = _allowed(left), _allowed(right)
            yield key, "runtime", mine, mine if mine & theirs else theirs, (left, right)
    elif key in open_before and left.outcome != Outcome.RUNS:
        skipped |= _LEFT_OVER
    for part in PARTS:
        if part not in skipped:
            read = _READ[part]
            yield key, part, read(left), read(right), (left, right)


def _allowed(seen: Observation) -> frozenset[str]:
    """What a service may run on. One of several may have no pod, so with several there may be none at all."""
    if seen.one_of:
        return frozenset({*map(str, seen.one_of), "none"})
    return frozenset({str(seen.runtime) if seen.outcome == Outcome.RUNS else "none"})


def _said_by_hand(value: Any) -> Any:
    """
    A stored value without what is only there because Go writes it.

    A container's ``name`` and ``resources`` are written even where nobody gave them: corev1.Container, staging of
    Kubernetes; a webhook that decodes an object and encodes it again so adds them to every model.
    """
    if isinstance(value, dict):
        return {
            key: _said_by_hand(one)
            for key, one in value.items()
            if not (key in _WRITTEN_BY_GO and one == _WRITTEN_BY_GO[key])
        }
    return [_said_by_hand(one) for one in value] if isinstance(value, list) else value


#: The empty values that Go writes of a container.
_WRITTEN_BY_GO: dict[str, Any] = {"name": "", "resources": {}}

_READ: dict[str, Callable[[Observation], Any]] = {
    "stored": lambda seen: _said_by_hand(at(seen.service, "spec")),
    "outcome": lambda seen: str(seen.outcome),
    "runtime": lambda seen: str(seen.runtime or "none"),
    "reason": lambda seen: seen.reason,
    "message": lambda seen: seen.message,
    "workload": lambda seen: str(seen.workload or "none"),
    "status_runtime": lambda seen: str(seen.status_runtime or "none"),
}


def _sort(shown: Admission | Observation, said: Any) -> str:
    if isinstance(shown, Admission):
        return "accepted" if shown.rejected is None else _words(shown.rejected)
    return f"{shown.outcome} {shown.reason or ''} {'none' if said in (None, 'none') else ''}"


def _words(text: str) -> str:
    """A text's words without those that name things."""
    return " ".join(word for word in text.split() if word.isalpha() and len(word) > 3)[:200]
