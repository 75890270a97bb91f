# ruff: noqa: D102 - The contract says what each method does.
"""
Targets that fail in named ways.

Whoever writes a runner, a report or a target of their own wants to know what
happens when a target breaks. Each of these wraps a working target and breaks
one promise of the contract, so that a test can say which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Self

from kserve_conformance.objects import CLUSTER_RUNTIME, Manifest, ObjectKey, Outcome
from kserve_conformance.targets.contract import (
    Admission,
    Capability,
    Diagnoses,
    Identity,
    NotSettled,
    Observation,
    ReportsLeftovers,
    Target,
    Unreachable,
)


class Wrapped:
    """Passes every question on. Subclasses answer one of them otherwise."""

    def __init__(self, target: Target) -> None:
        self._target = target

    @property
    def identity(self) -> Identity:
        return self._target.identity

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._target.capabilities

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        return self._target.apply(*objects)

    def store(self, *objects: Manifest) -> None:
        self._target.store(*objects)

    def delete(self, *keys: ObjectKey) -> None:
        self._target.delete(*keys)

    def advance_clock(self) -> None:
        self._target.advance_clock()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        return self._target.observe(service, within)

    def install(self, release: str) -> None:
        self._target.install(release)

    def configure(self, default_mode: str) -> None:
        self._target.configure(default_mode)

    def reset(self) -> None:
        self._target.reset()

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        return self._target.diagnose(service) if isinstance(self._target, Diagnoses) else {}

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:
        return self._target.leftovers(thorough=thorough) if isinstance(self._target, ReportsLeftovers) else ()

    def close(self) -> None:
        self._target.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class DiesAfter(Wrapped):
    """Answers so many times that something is applied, and is unreachable from then on."""

    def __init__(self, target: Target, applications: int) -> None:
        super().__init__(target)
        self._left = applications

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        if self._left <= 0:
            raise self._gone()
        self._left -= 1
        return super().apply(*objects)

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        if self._left <= 0:
            raise self._gone()
        return super().observe(service, within)

    def reset(self) -> None:
        if self._left <= 0:
            raise self._gone()
        super().reset()

    def _gone(self) -> Unreachable:
        return Unreachable("the target has died, as it was made to")


class NeverSettles(Wrapped):
    """Takes everything, and never shows what it chose."""

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        raise NotSettled(service, within, last="nothing, as it was made to")


class AnswersWrong(Wrapped):
    """Chooses a runtime that nobody has, for every service."""

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        observed = super().observe(service, within)
        return replace(
            observed,
            outcome=Outcome.RUNS,
            runtime=ObjectKey(CLUSTER_RUNTIME, "wrong"),
            reason=None,
            message=None,
            one_of=(),
        )


class RejectsEverything(Wrapped):
    """Admits nothing."""

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        return tuple(Admission(ObjectKey.of(manifest), rejected="refused, as it was made to") for manifest in objects)


class LeavesThingsBehind(Wrapped):
    """
    Says that it is clean again, and keeps what was applied: the next scenario meets it.

    It owns up to that when it is asked, like any target that looks for what it left.
    """

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._there: dict[ObjectKey, None] = {}

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        answers = super().apply(*objects)
        self._there.update(dict.fromkeys(answer.key for answer in answers if answer.rejected is None))
        return answers

    def delete(self, *keys: ObjectKey) -> None:
        super().delete(*keys)
        for key in keys:
            self._there.pop(key, None)

    def reset(self) -> None:
        """Nothing is deleted."""

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:  # noqa: ARG002 - What it knows costs nothing.
        return tuple(map(str, self._there))


class CannotDiagnose(Wrapped):
    """Answers like any other, and breaks when it is asked to tell more of a failure."""

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        raise RuntimeError(f"nothing is told of {service}, as it was made to")


class DiagnosesEverything(Wrapped):
    """Has something to tell of each failure, with a credential in it; counts how often it was asked."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.asked = 0

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        self.asked += 1
        return {"log": f"looked at {service}, number {self.asked}; password: open-sesame"}
