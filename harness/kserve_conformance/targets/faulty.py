# ruff: noqa: D102 - The contract says what each method does.
"""
Targets that fail in named ways.

Each wraps a working target and breaks one promise of the contract, so that tests of
a runner, a report or a target can show what happens then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from kserve_conformance.objects import CLUSTER_RUNTIME, Manifest, ObjectKey, Outcome
from kserve_conformance.targets.contract import (
    Admission,
    CannotDo,
    Capability,
    DeletesServices,
    Diagnoses,
    Identity,
    ListsWorkloads,
    NotSettled,
    Observation,
    ReportsLeftovers,
    Target,
    Unreachable,
)


class Wrapped:
    """Delegates every call. Subclasses override one of them."""

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

    def request_deletion(self, service: ObjectKey, within: timedelta) -> str | None:
        if not isinstance(self._target, DeletesServices):
            raise CannotDo(f"{self.identity.target} deletes no service as a user does")
        return self._target.request_deletion(service, within)

    def workloads(self, service: ObjectKey, expected: tuple[str, ...], within: timedelta) -> tuple[str, ...]:
        if not isinstance(self._target, ListsWorkloads):
            raise CannotDo(f"{self.identity.target} does not list workloads")
        return self._target.workloads(service, expected, within)

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
    """Accepts a number of calls of ``apply``, then is unreachable."""

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
        return Unreachable("the target died on purpose")


class NeverSettles(Wrapped):
    """Accepts everything, but never settles."""

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        raise NotSettled(service, within, last="nothing, on purpose")


class AnswersWrong(Wrapped):
    """Reports a runtime that does not exist, for every service."""

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
    """Rejects every object."""

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        return tuple(Admission(ObjectKey.of(manifest), rejected="rejected on purpose") for manifest in objects)


class ChecksPrioritiesStrictly(Wrapped):
    """
    Rejects every runtime with different priorities for one format, as the documentation says.

    KServe accepts it as the first runtime of its scope, so this keeps a claim that KServe breaks.
    """

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        return tuple(self._admission(manifest) for manifest in objects)

    def _admission(self, manifest: Manifest) -> Admission:
        name = _format_with_mixed_priorities(manifest.get("spec", {}))
        if name is None:
            return super().apply(manifest)[0]
        key = ObjectKey.of(manifest)
        text = f"different priorities assigned for the model format {name} under the servingruntime {key.name}"
        return Admission(key, rejected=text)


def _format_with_mixed_priorities(spec: Mapping[str, Any]) -> str | None:
    priorities: dict[str, set[int]] = {}
    for entry in () if spec.get("disabled") else spec.get("supportedModelFormats") or ():
        if entry.get("priority") is not None:
            priorities.setdefault(entry["name"], set()).add(entry["priority"])
    return next((name for name, values in priorities.items() if len(values) > 1), None)


class LeavesThingsBehind(Wrapped):
    """
    Keeps applied objects after a reset, so that the next scenario meets them.

    It reports its leftovers.
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

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:  # noqa: ARG002 - Cheap in any case.
        return tuple(map(str, self._there))


class CannotDiagnose(Wrapped):
    """Works, but raises when it collects evidence of a failure."""

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        raise RuntimeError(f"no evidence of {service}, on purpose")


class DiagnosesEverything(Wrapped):
    """Has evidence of each failure, with a credential in it; counts the calls."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.calls = 0

    def diagnose(self, service: ObjectKey | None) -> Mapping[str, str]:
        self.calls += 1
        return {"log": f"looked at {service}, number {self.calls}; password: open-sesame"}
