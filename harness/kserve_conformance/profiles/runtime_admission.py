"""
What the runtime webhook rejects, since v0.11.1: conflicts of priorities, and what it cannot decode.

It compares a written runtime with the stored ones of its own scope, and only decodes a runtime that is written as
disabled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kserve_conformance.objects import ObjectKey, Runtime, SupportedFormat

if TYPE_CHECKING:
    from kserve_conformance.profiles.profile import Profile

#: What two runtimes of one scope must not both have: a format, its version, and a priority.
_Place = tuple[str, str | None, int]


class Scope:
    """
    The stored runtimes of one scope: of a namespace, or of the cluster.

    A runtime that is added replaces the one of its name, and moves to the end. Thousands can be added one after the
    other: each is compared only with those of its priorities.
    """

    def __init__(self, runtimes: Iterable[Runtime] = ()) -> None:
        self._numbers: dict[ObjectKey, int] = {}
        self._runtimes: dict[ObjectKey, Runtime] = {}
        self._named: dict[str, Runtime] = {}
        self._places: dict[_Place, dict[ObjectKey, Runtime]] = {}
        self._count = 0
        for runtime in runtimes:
            self.add(runtime)

    def add(self, runtime: Runtime) -> None:
        """Add a runtime, or replace its older state."""
        old = self._runtimes.pop(runtime.key, None)
        for place in _places(old) if old is not None else ():
            self._places[place].pop(runtime.key, None)
        self._count += 1
        self._numbers[runtime.key] = self._count
        self._runtimes[runtime.key] = self._named[runtime.name] = runtime
        for place in _places(runtime):
            self._places.setdefault(place, {})[runtime.key] = runtime

    def __bool__(self) -> bool:
        return bool(self._runtimes)

    def named(self, name: str) -> Runtime | None:
        """The runtime of that name."""
        return self._named.get(name)

    def rivals(self, runtime: Runtime) -> list[Runtime]:
        """The enabled runtimes with the priority of this one for a format and version, in the order of storage."""
        rivals: dict[ObjectKey, Runtime] = {}
        for place in _places(runtime):
            rivals.update(self._places.get(place, {}))
        return sorted(rivals.values(), key=lambda one: self._numbers[one.key])


def _places(runtime: Runtime) -> set[_Place]:
    if runtime.disabled:
        return set()
    return {
        (entry.name.casefold(), entry.version, entry.priority)
        for entry in runtime.formats
        if entry.auto_select and entry.priority is not None
    }


#: Gets the written runtime and those stored in its scope (an older state of itself may be among them); None accepts it.
RuntimeCheck = Callable[[Runtime, Scope], str | None]


def rejection_of(runtime: Runtime, stored: Scope, profile: Profile) -> str | None:
    """
    The message with which a release's runtime webhook rejects a create or update; None if it accepts it.

    ``stored`` are the runtimes of the same scope.

    Source: ``Handle`` of the two validators, pkg/webhook/admission/servingruntime/servingruntime_webhook.go,
    since v0.11.1.
    """
    error = profile.runtime_integers(runtime, profile.crds.schema(runtime.key.kind))
    if error is not None:
        return error
    if runtime.disabled:
        return None
    return next((text for check in profile.runtime_admission if (text := check(runtime, stored)) is not None), None)


def _scope(runtime: Runtime) -> str:
    return "servingruntime" if runtime.key.is_namespaced else "clusterservingruntime"


def no_mixed_priority(start: str) -> RuntimeCheck:
    """
    One runtime's autoSelect entries of one format have one priority, as far as the first of them has any.

    The check is made once for each stored runtime: the first runtime of a scope is never checked.

    Documented: v0.12 "Serving Runtimes", priority. ``start`` is how the release's text begins.
    Source: ``validateModelFormatPrioritySame``, pkg/webhook/admission/servingruntime/servingruntime_webhook.go, since
    v0.12.0.
    """

    def check(runtime: Runtime, stored: Scope) -> str | None:
        if not stored:
            return None
        first: dict[str, int | None] = {}
        for entry in runtime.formats:
            if not entry.auto_select:
                continue
            known = first.setdefault(entry.name, entry.priority)
            if known is not None and entry.priority is not None and known != entry.priority:
                return f"{start} assigned for the model format {entry.name} under the {_scope(runtime)} {runtime.name}"
        return None

    return check


def no_equal_priority(start: str) -> RuntimeCheck:
    """
    Two enabled runtimes of one scope that list a common protocol may not give one format and version equal priorities.

    Formats are compared without regard to case here, unlike anywhere else. ``start`` is how the release's text begins.

    Documented: v0.11 "Serving Runtimes", priority.
    Source: ``validateServingRuntimePriority``, pkg/webhook/admission/servingruntime/servingruntime_webhook.go, since
    v0.11.1.
    """

    def check(runtime: Runtime, stored: Scope) -> str | None:
        for other in stored.rivals(runtime):
            clash = _clash(runtime, other)
            if clash is not None:
                where = f" in namespace {runtime.key.namespace}" if runtime.key.is_namespaced else ""
                return (
                    f"{start} assigned for the model format {clash} in the {_scope(runtime)}s "
                    f"{other.name} and {runtime.name}{where}"
                )
        return None

    return check


def _clash(runtime: Runtime, other: Runtime) -> str | None:
    if other.name == runtime.name or other.multi_model != runtime.multi_model:
        return None
    if not set(other.protocols) & set(runtime.protocols):
        return None
    # A rival has such a pair: that is how it was found.
    return next(
        new.name
        for old in other.formats
        for new in runtime.formats
        if old.auto_select and new.auto_select and _same_format(old, new) and _same_priority(old, new)
    )


def _same_format(one: SupportedFormat, other: SupportedFormat) -> bool:
    return one.name.casefold() == other.name.casefold() and one.version == other.version


def _same_priority(one: SupportedFormat, other: SupportedFormat) -> bool:
    return one.priority is not None and one.priority == other.priority
