"""
What the runtime webhook rejects, since v0.11.1: conflicts of priorities, and what it cannot decode.

It compares a written runtime with the stored ones of its own scope, and only decodes a runtime that is written as
disabled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kserve_conformance.objects import Runtime, SupportedFormat

if TYPE_CHECKING:
    from kserve_conformance.profiles.profile import Profile

#: Gets the written runtime and those stored in its scope (an older state of itself may be among them); None accepts it.
RuntimeCheck = Callable[[Runtime, tuple[Runtime, ...]], str | None]


def rejection_of(runtime: Runtime, stored: tuple[Runtime, ...], profile: Profile) -> str | None:
    """
    Ask a release's runtime webhook about a create or update; ``stored`` are the runtimes of the same scope.

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

    def check(runtime: Runtime, stored: tuple[Runtime, ...]) -> str | None:
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

    def check(runtime: Runtime, stored: tuple[Runtime, ...]) -> str | None:
        # Catalogues of thousands of runtimes rarely have priorities, and are compared pair by pair.
        if not any(entry.auto_select and entry.priority is not None for entry in runtime.formats):
            return None
        for other in stored:
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
    if other.name == runtime.name or other.disabled or other.multi_model != runtime.multi_model:
        return None
    if not set(other.protocols) & set(runtime.protocols):
        return None
    for old in other.formats:
        for new in runtime.formats:
            if old.auto_select and new.auto_select and _same_format(old, new) and _same_priority(old, new):
                return new.name
    return None


def _same_format(one: SupportedFormat, other: SupportedFormat) -> bool:
    return one.name.casefold() == other.name.casefold() and one.version == other.version


def _same_priority(one: SupportedFormat, other: SupportedFormat) -> bool:
    return one.priority is not None and one.priority == other.priority
